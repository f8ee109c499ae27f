"""What window and 3D presets are called."""

from __future__ import annotations

from medai_desktop.text import Message, message

CUSTOM_TITLE = message("view.preset_custom")

WINDOW_TITLES: dict[str, Message] = {
    "auto": message("view.preset_auto"),
    "file": message("view.preset_file"),
    "soft": message("view.preset_soft"),
    "lung": message("view.preset_lung"),
    "bone": message("view.preset_bone"),
    "brain": message("view.preset_brain"),
    "mediastinum": message("view.preset_mediastinum"),
    "liver": message("view.preset_liver"),
    "subdural": message("view.preset_subdural"),
    "stroke": message("view.preset_stroke"),
    "angio": message("view.preset_angio"),
    "pe": message("view.preset_pe"),
    "spine-soft": message("view.preset_spine_soft"),
    "temporal": message("view.preset_temporal"),
    "sinus": message("view.preset_sinus"),
    "neck": message("view.preset_neck"),
    "pelvis": message("view.preset_pelvis"),
    "free-gas": message("view.preset_free_gas"),
    "metal": message("view.preset_metal"),
    "narrow": message("view.preset_narrow"),
    "wide": message("view.preset_wide"),
    "fluid": message("view.preset_fluid"),
    "dense-bone": message("view.preset_dense_bone"),
    "soft-tissue": message("view.preset_soft_tissue"),
}

VOLUME_TITLES: dict[str, Message] = {
    "ct-bone": message("view.volume_bone"),
    "ct-bone-skin": message("view.volume_bone_skin"),
    "ct-skin": message("view.volume_skin"),
    "ct-muscle-bone": message("view.volume_muscle_bone"),
    "ct-lung": message("view.volume_lung"),
    "ct-airways": message("view.volume_airways"),
    "ct-nodules-vessels": message("view.volume_nodules_vessels"),
    "ct-angio": message("view.volume_angio"),
    "ct-organs-contrast": message("view.volume_organs_contrast"),
    "ct-metal": message("view.volume_metal"),
    "ct-mip": message("view.volume_mip"),
    "mr-head": message("view.volume_head"),
    "mr-enhancing": message("view.volume_enhancing"),
    "mr-fluid": message("view.volume_fluid"),
    "mr-mip": message("view.volume_mip"),
}


def preset_title(preset: str) -> Message:
    """What a window or 3D preset is called; a window set by hand has no name of its own."""
    return WINDOW_TITLES.get(preset) or VOLUME_TITLES.get(preset) or CUSTOM_TITLE
