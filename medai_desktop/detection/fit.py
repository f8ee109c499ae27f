"""Whether a model fits an acquisition (DESIGN section 5, last paragraphs)."""

from __future__ import annotations

from dataclasses import dataclass

from medai_desktop.detection.manifest import Manifest
from medai_desktop.text import Message, message
from medai_desktop.volume import Acquisition, Contrast, MrClass, Region

ADULT_YEARS = 18


@dataclass(frozen=True, slots=True)
class Fit:
    """The answer.

    Attributes:
        contradiction: why it does not fit; None when it does.
        warnings: what was accepted although unknown.
        outside_training: why marks may be wrong; None when inside.
    """

    contradiction: Message | None
    warnings: tuple[Message, ...] = ()
    outside_training: Message | None = None


def fit(
    manifest: Manifest, acquisition: Acquisition, pixel_spacing_mm: tuple[float, float] | None
) -> Fit:
    """A model fits unless the header contradicts it; unknown is accepted and said."""
    contradiction = _contradiction(manifest, acquisition)
    if contradiction is not None:
        return Fit(contradiction)
    warnings = []
    if acquisition.region is Region.UNKNOWN:
        warnings.append(message("detection.unknown_region"))
    if manifest.mr_classes and acquisition.mr_class is MrClass.UNKNOWN:
        warnings.append(message("detection.unknown_class"))
    return Fit(None, tuple(warnings), _outside(manifest, acquisition, pixel_spacing_mm))


def _contradiction(manifest: Manifest, acquisition: Acquisition) -> Message | None:
    if acquisition.modality not in manifest.modality:
        return message("detection.other_modality", modality=acquisition.modality)
    if acquisition.is_localizer:
        return message("detection.localizer")
    if acquisition.region is not Region.UNKNOWN:
        if acquisition.region.value not in manifest.regions:
            return message("detection.other_region", region=acquisition.region.value)
    if manifest.mr_classes and acquisition.mr_class is not MrClass.UNKNOWN:
        if acquisition.mr_class.value not in manifest.mr_classes:
            return message("detection.other_class", mr_class=acquisition.mr_class.value)
    return None


def _outside(
    manifest: Manifest, acquisition: Acquisition, spacing_mm: tuple[float, float] | None
) -> Message | None:
    if manifest.prefers_contrast and acquisition.contrast is not Contrast.YES:
        return message("detection.no_contrast")
    if acquisition.age_years is not None and acquisition.age_years < ADULT_YEARS:
        return message("detection.child")
    if spacing_mm is None:
        return message("detection.no_scale")
    return None
