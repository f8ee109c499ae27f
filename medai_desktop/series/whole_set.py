"""What holds for a whole display set: only what every one of its images says, or any warns of."""

from __future__ import annotations

from collections.abc import Sequence

from medai_desktop.series.display_set import Flag, ImageFrame
from medai_desktop.series.syntaxes import LOSSY, MAYBE_LOSSLESS
from medai_desktop.source.instance import InstanceHeader, PixelFacts
from medai_desktop.text import Message, message
from medai_desktop.volume import IntensityUnit

BURNT_IN_MODALITIES = frozenset({"US", "SC"})
Said = tuple[IntensityUnit, tuple[Message, ...]]


def has_transform(image: ImageFrame) -> bool:
    """Whether an image states how its stored values become modality values."""
    header = image.instance
    pixels = header.pixels
    if pixels is None:
        return False
    own = header.frames[image.frame - 1].rescale if image.frame <= len(header.frames) else None
    return pixels.has_rescale or own is not None or pixels.modality_lut_bits is not None


def unit_of(frames: Sequence[ImageFrame]) -> Said:
    """What the values mean after the modality transform; nothing unless it holds for every image.

    Args:
        frames: of one display set.

    Returns:
        The unit, and what must be said about it.
    """
    asked: set[tuple[PixelFacts | None, str, str, bool]] = set()
    for image in frames:
        header = image.instance
        facts = header.pixels, header.series.modality, header.technique.units
        asked.add((*facts, has_transform(image)))
    said = {_unit(*facts) for facts in asked}
    if len(said) == 1:
        return said.pop()
    return IntensityUnit.NONE, (message("series.mixed_units"),)


def flags_of(
    frames: Sequence[ImageFrame], *, is_split: bool, is_incomplete: bool
) -> frozenset[Flag]:
    """What else must be known: a single image with a reason is enough."""
    headers = {image.instance.path: image.instance for image in frames}.values()
    found = {
        Flag.LOSSY: any(_is_lossy(header) for header in headers),
        Flag.BURNT_IN_TEXT_LIKELY: any(_may_have_text(header) for header in headers),
        Flag.SPLIT: is_split,
        Flag.INCOMPLETE: is_incomplete,
        Flag.SYNTHETIC: any(header.technique.content_is_synthetic for header in headers),
        Flag.MADE_UP_IDS: not all(header.has_own_uids for header in headers),
    }
    return frozenset(flag for flag, holds in found.items() if holds)


def _is_lossy(header: InstanceHeader) -> bool:
    said = header.technique.lossy_compression
    lossy = LOSSY - (MAYBE_LOSSLESS if said == "00" else frozenset())
    return said == "01" or header.transfer_syntax_uid in lossy


def _may_have_text(header: InstanceHeader) -> bool:
    said = header.technique.burned_in_annotation.upper()
    return said == "YES" or (header.series.modality in BURNT_IN_MODALITIES and said != "NO")


def _unit(pixels: PixelFacts | None, modality: str, units: str, has_values: bool) -> Said:
    if pixels is None or pixels.is_colour:
        return IntensityUnit.NONE, ()
    written = pixels.rescale_type.upper()
    if modality == "CT" and written in {"", "HU", "US"}:
        if has_values and written != "US":
            return IntensityUnit.HOUNSFIELD, ()
        return IntensityUnit.NONE, (message("series.no_rescale"),)
    if modality == "PT" and units == "BQML" and has_values:
        return IntensityUnit.BECQUEREL_PER_ML, ()
    return IntensityUnit.NONE, ()
