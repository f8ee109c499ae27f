"""What shipped models and their marks are called in the reader's language.

A manifest names itself in English; a model from elsewhere keeps that name.
"""

from __future__ import annotations

from medai_desktop.text import Message, message

_MODELS: dict[str, Message] = {
    "brain-tumour-mr": message("detection.model_brain_tumour_mr"),
}
_LABELS: dict[str, Message] = {
    "lesion": message("detection.label_lesion"),
    "enhancing mass": message("detection.label_enhancing_mass"),
}
_LESIONS: dict[str, Message] = {
    "enhancing mass": message("detection.lesions_enhancing_mass"),
}


def model_name(model_id: str, title: str) -> Message:
    """A model as a reader sees it.

    Args:
        model_id: folder name.
        title: of its manifest, for models from elsewhere.
    """
    return _MODELS.get(model_id, message("detection.as_named", name=title))


def label_name(label: str) -> Message:
    """A mark's label as a reader sees it."""
    return _LABELS.get(label, message("detection.as_named", name=label))


def lesions_name(label: str) -> Message:
    """The plural of a label, for "left enhancing masses unmarked"."""
    return _LESIONS.get(label, message("detection.marked_as", name=label))
