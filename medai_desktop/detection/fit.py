"""Whether a model fits an acquisition (DESIGN section 5, last paragraphs)."""

from __future__ import annotations

from dataclasses import dataclass

from medai_desktop.detection.manifest import Manifest
from medai_desktop.detection.outside_training import all_of, outside_by_header
from medai_desktop.text import Message, message
from medai_desktop.volume import Acquisition, MrClass, Region


@dataclass(frozen=True, slots=True)
class Fit:
    """The answer.

    Attributes:
        contradiction: why it does not fit; None when it does.
        warnings: what was accepted although unknown.
        outside_training: why marks may be wrong, as far as headers tell; None when inside.
    """

    contradiction: Message | None
    warnings: tuple[Message, ...] = ()
    outside_training: Message | None = None


def fit(
    manifest: Manifest,
    acquisition: Acquisition,
    pixel_spacing_mm: tuple[float, float] | None,
    *,
    is_colour: bool = False,
) -> Fit:
    """A model fits unless the header contradicts it; unknown is accepted and said.

    Args:
        manifest: of the model.
        acquisition: what the header tells.
        pixel_spacing_mm: between rows, between columns; None when unknown.
        is_colour: whether the images have three channels: maps and screenshots, not signal.
    """
    contradiction = _contradiction(manifest, acquisition)
    if contradiction is None and is_colour:
        contradiction = message("detection.colour")
    if contradiction is not None:
        return Fit(contradiction)
    warnings = []
    if acquisition.region is Region.UNKNOWN:
        warnings.append(message("detection.unknown_region"))
    if manifest.mr_classes and acquisition.mr_class is MrClass.UNKNOWN:
        warnings.append(message("detection.unknown_class"))
    reasons = outside_by_header(manifest, acquisition, pixel_spacing_mm)
    return Fit(None, tuple(warnings), all_of(reasons))


def _contradiction(manifest: Manifest, acquisition: Acquisition) -> Message | None:
    if acquisition.modality not in manifest.modality:
        return message("detection.other_modality", modality=acquisition.modality)
    if acquisition.is_localizer:
        return message("detection.localizer")
    region, weighting = acquisition.region, acquisition.mr_class
    if region is not Region.UNKNOWN and region.value not in manifest.regions:
        return message("detection.other_region", region=region.value)
    if manifest.mr_classes and weighting is not MrClass.UNKNOWN:
        if weighting.value not in manifest.mr_classes:
            return message("detection.other_class", mr_class=weighting.value)
    return None
