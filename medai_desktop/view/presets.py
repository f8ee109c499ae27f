"""Windows: presets by id, percentiles, and which one opens (reading defaults 1 and 3)."""

from __future__ import annotations

import json
import math
import weakref
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medai_desktop.series.classification import RADIOGRAPHS
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.text import Message, message
from medai_desktop.view.exposed_field import field_values
from medai_desktop.view.intensities import foreground, middle_values, percentiles
from medai_desktop.view.preset_titles import preset_title
from medai_desktop.view.series_words import is_ct_angiography, is_signed_mr, says_lung
from medai_desktop.view.slab import SlabRules
from medai_desktop.volume import Contrast, IntensityUnit, MrClass, Region, Volume, Window

LIVER_PLAIN_CENTER = 45.0
COLOUR_WINDOW = Window(127.5, 255)
"""Colour is shown as it is; the window is never applied."""

_CT_REGIONS = {
    Region.CHEST: "mediastinum",
    Region.ABDOMEN: "soft",
    Region.PELVIS: "soft",
    Region.NECK: "neck",
    Region.HEAD: "brain",
}
_BONY = frozenset({Region.SPINE, Region.EXTREMITY})


@dataclass(frozen=True, slots=True)
class CtPreset:
    """A CT window and the number key it lies on; None for none."""

    id: str
    window: Window
    key: int | None


@dataclass(frozen=True, slots=True)
class VolumePreset:
    """A 3D preset.

    Attributes:
        id: of the preset.
        is_percentile: values of its points are percentiles of the foreground.
        is_mip: a grey maximum intensity projection through the window of the slices.
        points: value and opacity.
        within_lungs: only the lungs are drawn.
    """

    id: str
    is_percentile: bool
    is_mip: bool
    points: tuple[tuple[float, float], ...]
    within_lungs: bool = False


@dataclass(frozen=True, slots=True)
class WindowTables:
    """The tables of `resources/presets/windows.json`.

    Attributes:
        ct: CT windows.
        mr_percentiles: low and high of each MR class.
        mr_keys: preset behind each number key.
        radiograph_keys: likewise.
        radiograph_percentiles: low and high of the exposed field.
        auto_percentiles: low and high of everything else.
        adc_range: of ADC maps whose unit is known, 10^-6 mm2/s.
    """

    ct: tuple[CtPreset, ...]
    mr_percentiles: dict[str, tuple[float, float]]
    mr_keys: dict[int, str]
    radiograph_keys: dict[int, str]
    radiograph_percentiles: tuple[float, float]
    auto_percentiles: tuple[float, float]
    adc_range: tuple[float, float]


class WindowPresets:
    """The presets of `resources/presets`.

    Args:
        windows: window presets and percentiles.
        volumes: 3D presets.
        slabs: which slabs a series offers.
    """

    def __init__(
        self, windows: WindowTables, volumes: tuple[VolumePreset, ...], slabs: SlabRules
    ) -> None:
        self.slabs = slabs
        self._tables = windows
        self._ct = {preset.id: preset for preset in windows.ct}
        self._volumes = {preset.id: preset for preset in volumes}
        self._points: weakref.WeakKeyDictionary[
            Volume, dict[str, tuple[tuple[float, float], ...]]
        ] = weakref.WeakKeyDictionary()

    @classmethod
    def load(cls, folder: Path) -> WindowPresets:
        """Reads the presets."""
        plain = json.loads((folder / "windows.json").read_text(encoding="utf-8"))
        volumes = json.loads((folder / "volumes.json").read_text(encoding="utf-8"))
        tables = WindowTables(
            tuple(
                CtPreset(p["id"], Window(p["center"], p["width"]), p["key"]) for p in plain["ct"]
            ),
            {name: (low, high) for name, (low, high) in plain["mr_percentiles"].items()},
            {int(key): name for key, name in plain["mr_keys"].items()},
            {int(key): name for key, name in plain["radiograph_keys"].items()},
            (plain["radiograph_percentiles"][0], plain["radiograph_percentiles"][1]),
            (plain["auto_percentiles"][0], plain["auto_percentiles"][1]),
            (plain["adc_range"][0], plain["adc_range"][1]),
        )
        return cls(
            tables,
            tuple(
                VolumePreset(
                    p["id"],
                    p["is_percentile"],
                    p["is_mip"],
                    tuple((x, y) for x, y in p["points"]),
                    p.get("within_lungs", False),
                )
                for p in volumes["presets"]
            ),
            SlabRules.load(folder),
        )

    # -- windows -------------------------------------------------------------------------------

    def window_for(self, preset: str, shown: DisplaySet, volume: Volume | None) -> Window | None:
        """The window of a preset on a display set; None when it cannot be had.

        Args:
            preset: its id.
            shown: the display set.
            volume: its pixels, or those that are here; only presets from percentiles need them.
        """
        if preset in self._ct and shown.series.modality == "CT":
            window = self._ct[preset].window
            if preset == "liver" and shown.acquisition.contrast is not Contrast.YES:
                return Window(LIVER_PLAIN_CENTER, window.width)
            return window
        if preset == "file":
            return file_window(shown, 0)
        if volume is None or volume.is_colour:
            return None
        auto = self._auto(shown, volume)
        bright, dark = (0.4, 0.0), (0.0, 0.4)
        if volume.is_inverted:
            bright, dark = dark, bright
        return {
            "auto": auto,
            "narrow": Window(auto.center, auto.width * 0.6, auto.function),
            "wide": Window(auto.center, auto.width * 1.6, auto.function),
            "fluid": _cut(auto, (0.85, 0.0)),
            "dense-bone": _cut(auto, bright),
            "soft-tissue": _cut(auto, dark),
        }.get(preset)

    def needs_pixels(self, preset: str, shown: DisplaySet) -> bool:
        """Whether a preset is worked out from the pixels."""
        return preset != "file" and not (preset in self._ct and shown.series.modality == "CT")

    def key_preset(self, shown: DisplaySet, key: int) -> str | Message:
        """The preset behind a number key, or why there is none."""
        if shown.pixels.is_colour:
            return message("view.colour_has_no_window")
        chosen = self._keys(shown).get(key)
        if chosen is None:
            modality = shown.series.modality or "?"
            return message("view.no_preset", key=key, modality=modality)
        if chosen == "file" and file_window(shown, 0) is None:
            return message("view.no_file_window")
        return chosen

    def title(self, preset: str) -> Message:
        """What a window or 3D preset is called."""
        return preset_title(preset)

    def choices(self, shown: DisplaySet) -> tuple[str, ...]:
        """The window presets that can be chosen for a display set."""
        if shown.pixels.is_colour:
            return ()
        has_file = file_window(shown, 0) is not None
        if shown.series.modality == "CT":
            return ("auto", *(("file",) if has_file else ()), *self._ct)
        names = dict.fromkeys(self._keys(shown).values())
        return tuple(name for name in names if name != "file" or has_file)

    def opening_preset(self, shown: DisplaySet, slot_preset: str) -> str:
        """The preset that opens: the slot's, the file's, by region, auto (reading defaults 1.2).

        Args:
            shown: the display set.
            slot_preset: of the hanging slot; empty for none.
        """
        if shown.pixels.is_colour:
            return "file"
        if slot_preset and self.window_for(slot_preset, shown, None) is not None:
            return slot_preset
        has_file = file_window(shown, 0) is not None
        if shown.series.modality == "MR":
            is_map = shown.acquisition.mr_class is MrClass.PERFUSION
            return "file" if is_map and has_file else "auto"
        if has_file:
            return "file"
        return (_by_region(shown) if shown.series.modality == "CT" else None) or "auto"

    def opening(
        self, shown: DisplaySet, volume: Volume | None, slot_preset: str
    ) -> tuple[str, Window] | None:
        """The preset that opens and its window; None while pixels that it needs are missing."""
        preset = self.opening_preset(shown, slot_preset)
        if shown.pixels.is_colour:
            return preset, COLOUR_WINDOW
        window = self.window_for(preset, shown, volume)
        return None if window is None else (preset, window)

    # -- 3D ------------------------------------------------------------------------------------

    def presets_3d(self, shown: DisplaySet) -> tuple[str, ...]:
        """The 3D presets for a display set."""
        start = "ct-" if shown.series.modality == "CT" else "mr-"
        return tuple(name for name in self._volumes if name.startswith(start))

    def opening_3d(self, shown: DisplaySet) -> str:
        """The 3D preset that opens (reading defaults 3)."""
        acquisition = shown.acquisition
        if shown.series.modality != "CT":
            return "mr-head"
        if is_ct_angiography(shown):
            return "ct-angio"
        if acquisition.region is Region.CHEST:
            return "ct-nodules-vessels"
        if acquisition.region in _BONY or acquisition.is_sharp_kernel:
            return "ct-bone"
        return "ct-muscle-bone"

    def points_3d(self, preset: str, volume: Volume) -> tuple[tuple[float, float], ...]:
        """Opacity over modality units; percentiles of the foreground resolved."""
        chosen = self._volumes[preset]
        if not chosen.is_percentile:
            return chosen.points
        known = self._points.setdefault(volume, {}) if volume.digest else {}
        if preset not in known:
            values = foreground(volume)
            known[preset] = tuple(
                (float(np.percentile(values, percent)), opacity)
                for percent, opacity in chosen.points
            )
        return known[preset]

    def is_mip(self, preset: str) -> bool:
        """Whether a 3D preset is a maximum intensity projection."""
        return preset in self._volumes and self._volumes[preset].is_mip

    def is_within_lungs(self, preset: str) -> bool:
        """Whether a 3D preset draws the lungs alone, without the body that would hide them."""
        return preset in self._volumes and self._volumes[preset].within_lungs

    # -- inner ---------------------------------------------------------------------------------

    def _keys(self, shown: DisplaySet) -> dict[int, str]:
        modality = shown.series.modality
        if modality == "CT":
            return {0: "auto"} | {p.key: p.id for p in self._ct.values() if p.key is not None}
        if modality == "MR":
            return self._tables.mr_keys
        return self._tables.radiograph_keys if modality in RADIOGRAPHS else {}

    def _auto(self, shown: DisplaySet, volume: Volume) -> Window:
        tables, modality = self._tables, shown.series.modality
        if modality == "MR":
            return self._auto_mr(shown, volume)
        if modality in RADIOGRAPHS and volume.shape[0] == 1:
            return _spread(percentiles(field_values(volume), *tables.radiograph_percentiles))
        return _spread(percentiles(foreground(volume), *tables.auto_percentiles))

    def _auto_mr(self, shown: DisplaySet, volume: Volume) -> Window:
        tables, kind = self._tables, shown.acquisition.mr_class
        if kind is MrClass.ADC and shown.unit is IntensityUnit.DIFFUSION:
            return _spread(tables.adc_range)
        low, high = tables.mr_percentiles.get(kind.value, tables.mr_percentiles["unknown"])
        if is_signed_mr(shown):
            _, end = percentiles(np.abs(middle_values(volume)), 0, high)
            return _spread((-end, end))
        bottom, top = percentiles(foreground(volume), low, high)
        return _spread((max(0.0, bottom), top))


def file_window(shown: DisplaySet, slice_index: int) -> Window | None:
    """The first usable window that the file of an image carries; None without.

    A file may give each slice its own; the first slice speaks for those that have none.
    """
    own = shown.frames[slice_index].instance.pixels
    for pixels in (own, shown.pixels):
        for window in () if pixels is None else pixels.windows:
            if math.isfinite(window.center) and math.isfinite(window.width) and window.width >= 1:
                return window
    return None


def _by_region(shown: DisplaySet) -> str | None:
    acquisition = shown.acquisition
    region = acquisition.region
    if region is Region.CHEST and (acquisition.is_sharp_kernel or says_lung(shown)):
        return "lung"
    if acquisition.is_sharp_kernel:
        return "bone"
    if is_ct_angiography(shown):
        return "angio"
    return _CT_REGIONS.get(region)


def _cut(window: Window, shares: tuple[float, float]) -> Window:
    """A window without a share of its lower and of its upper end."""
    low, high = shares
    return Window.from_range(
        window.low + low * window.width, window.low + (1.0 - high) * window.width
    )


def _spread(ends: tuple[float, float]) -> Window:
    return Window.from_range(*ends)
