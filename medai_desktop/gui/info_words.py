"""Facts of a series, for the Info tab."""

from __future__ import annotations

from collections.abc import Iterator

from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.series.display_set import DisplaySet, Flag
from medai_desktop.text import Message, message

Fact = tuple[Message, Message | str]

PLANE_TITLES: dict[AnatomicalPlane, Message] = {
    AnatomicalPlane.AXIAL: message("view.axial"),
    AnatomicalPlane.CORONAL: message("view.coronal"),
    AnatomicalPlane.SAGITTAL: message("view.sagittal"),
    AnatomicalPlane.OBLIQUE: message("view.oblique"),
}
FLAGS: dict[Flag, Message] = {
    Flag.LOSSY: message("gui.flag_lossy"),
    Flag.BURNT_IN_TEXT_LIKELY: message("gui.flag_burnt_in_text"),
    Flag.INCOMPLETE: message("gui.flag_incomplete"),
    Flag.SYNTHETIC: message("gui.flag_synthetic"),
}


def facts(shown: DisplaySet) -> Iterator[Fact]:
    """What is known, one fact a line; unknown facts are left out."""
    series, technique = shown.series, shown.technique
    yield message("gui.info_modality"), series.modality
    yield message("gui.info_description"), series.description
    yield message("gui.info_images"), str(len(shown.frames))
    yield message("gui.info_size"), f"{shown.pixels.columns} x {shown.pixels.rows}"
    if shown.pixel_spacing_mm is not None:
        row_mm, column_mm = shown.pixel_spacing_mm
        spacing = f"{column_mm:.3g} x {row_mm:.3g} mm"
        yield message("gui.info_pixel"), spacing
    if shown.geometry is not None and len(shown.frames) > 1:
        yield message("gui.info_step"), f"{shown.geometry.spacing_mm[0]:.3g} mm"
    if technique.slice_thickness_mm is not None:
        yield message("gui.info_thickness"), f"{technique.slice_thickness_mm:.3g} mm"
    if shown.plane is not None:
        yield message("gui.info_plane"), PLANE_TITLES[shown.plane]
    yield message("gui.info_body_part"), series.body_part
    yield message("gui.info_protocol"), series.protocol_name
    yield message("gui.info_device"), f"{series.manufacturer} {series.model_name}".strip()
    yield message("gui.info_coding"), ", ".join(coding(u) for u in shown.transfer_syntax_uids)


def sentences(shown: DisplaySet) -> Iterator[tuple[Message, bool]]:
    """What must be known of the series, and whether it is a warning."""
    for said in shown.messages:
        yield said, not shown.allows_volume and len(shown.frames) > 1
    for flag, said in FLAGS.items():
        if flag in shown.flags:
            yield said, False


def coding(uid: str) -> str:
    """What a transfer syntax is called in the standard."""
    return _CODINGS.get(uid, uid)


_CODINGS = {
    "1.2.840.10008.1.2": "Implicit VR LE",
    "1.2.840.10008.1.2.1": "Explicit VR LE",
    "1.2.840.10008.1.2.1.99": "Deflated",
    "1.2.840.10008.1.2.2": "Explicit VR BE",
    "1.2.840.10008.1.2.5": "RLE",
    "1.2.840.10008.1.2.4.50": "JPEG Baseline",
    "1.2.840.10008.1.2.4.51": "JPEG Extended",
    "1.2.840.10008.1.2.4.57": "JPEG Lossless",
    "1.2.840.10008.1.2.4.70": "JPEG Lossless SV1",
    "1.2.840.10008.1.2.4.80": "JPEG-LS",
    "1.2.840.10008.1.2.4.81": "JPEG-LS near-lossless",
    "1.2.840.10008.1.2.4.90": "JPEG 2000 lossless",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
    "1.2.840.10008.1.2.4.201": "HTJ2K lossless",
    "1.2.840.10008.1.2.4.202": "HTJ2K lossless RPCL",
    "1.2.840.10008.1.2.4.203": "HTJ2K",
}
