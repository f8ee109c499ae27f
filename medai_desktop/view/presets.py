"""Windows: presets by id, percentiles, and which one opens (reading defaults 1)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medai_desktop.series.classification import RADIOGRAPHS
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.text import Message, message
from medai_desktop.volume import Contrast, MrClass, Region, Volume, Window

LEAST_FOREGROUND = 0.2
"""Less of a picture than this above the threshold is not the whole of its tissue."""

CT_TITLES: dict[str, Message] = {
    "auto": message("view.preset_auto"),
    "file": message("view.preset_file"),
    "custom": message("view.preset_custom"),
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


@dataclass(frozen=True, slots=True)
class _CtPreset:
    id: str
    window: Window
    key: int | None


@dataclass(frozen=True, slots=True)
class _VolumePreset:
    id: str
    is_percentile: bool
    is_mip: bool
    points: tuple[tuple[float, float], ...]


class WindowPresets:
    """The presets of `resources/presets`.

    Args:
        ct: CT windows.
        mr_percentiles: low and high of each MR class.
        mr_keys: preset behind each number key.
        radiograph_keys: likewise.
        volumes: 3D presets.
    """

    def __init__(
        self,
        ct: tuple[_CtPreset, ...],
        mr_percentiles: dict[str, tuple[float, float]],
        mr_keys: dict[int, str],
        radiograph_keys: dict[int, str],
        volumes: tuple[_VolumePreset, ...],
    ) -> None:
        self._ct = {preset.id: preset for preset in ct}
        self._mr_percentiles = mr_percentiles
        self._mr_keys = mr_keys
        self._radiograph_keys = radiograph_keys
        self._volumes = {preset.id: preset for preset in volumes}

    @classmethod
    def load(cls, folder: Path) -> WindowPresets:
        """Reads the presets."""
        windows = json.loads((folder / "windows.json").read_text(encoding="utf-8"))
        volumes = json.loads((folder / "volumes.json").read_text(encoding="utf-8"))
        return cls(
            tuple(
                _CtPreset(p["id"], Window(p["center"], p["width"]), p["key"]) for p in windows["ct"]
            ),
            {name: (low, high) for name, (low, high) in windows["mr_percentiles"].items()},
            {int(key): name for key, name in windows["mr_keys"].items()},
            {int(key): name for key, name in windows["radiograph_keys"].items()},
            tuple(
                _VolumePreset(
                    p["id"], p["is_percentile"], p["is_mip"], tuple((x, y) for x, y in p["points"])
                )
                for p in volumes["presets"]
            ),
        )

    def window_for(self, preset: str, shown: DisplaySet, volume: Volume | None) -> Window | None:
        """The window of a preset on a display set; None when it cannot be had."""
        if preset in self._ct and shown.series.modality == "CT":
            if preset == "liver" and shown.acquisition.contrast is not Contrast.YES:
                return Window(45, 150)
            return self._ct[preset].window
        if preset == "file":
            return shown.pixels.windows[0] if shown.pixels.windows else None
        if volume is None or volume.is_colour:
            return None
        auto = self._auto(shown, volume)
        return {
            "auto": auto,
            "narrow": Window(auto.center, auto.width * 0.6, auto.function),
            "wide": Window(auto.center, auto.width * 1.6, auto.function),
            "fluid": Window.from_range(auto.high - 0.15 * auto.width, auto.high),
            "dense-bone": Window.from_range(auto.low + 0.4 * auto.width, auto.high),
            "soft-tissue": Window.from_range(auto.low, auto.low + 0.6 * auto.width),
        }.get(preset)

    def key_preset(self, shown: DisplaySet, key: int) -> str | Message:
        """The preset behind a number key, or why there is none."""
        modality = shown.series.modality
        if modality == "CT":
            if key == 0:
                return "auto"
            for preset in self._ct.values():
                if preset.key == key:
                    return preset.id
        keys = {"MR": self._mr_keys}.get(modality)
        if keys is None and modality in RADIOGRAPHS:
            keys = self._radiograph_keys
        if keys is not None and key in keys:
            if keys[key] == "file" and not shown.pixels.windows:
                return message("view.no_file_window")
            return keys[key]
        return message("view.no_preset", key=key, modality=modality or "?")

    def title(self, preset: str) -> Message:
        """What a preset is called."""
        return CT_TITLES.get(preset, CT_TITLES["custom"])

    def choices(self, shown: DisplaySet) -> tuple[str, ...]:
        """The presets that can be chosen for a display set."""
        if shown.series.modality == "CT":
            return ("auto", *self._ct)
        keys = self._mr_keys if shown.series.modality == "MR" else self._radiograph_keys
        names = dict.fromkeys(keys.values())
        return tuple(n for n in names if n != "file" or shown.pixels.windows)

    def opening(
        self, shown: DisplaySet, volume: Volume, slot_preset: str | None
    ) -> tuple[str, Window]:
        """The window that opens: slot, file, region rule, auto (reading defaults 1.2)."""
        if volume.is_colour:
            return "file", Window(127.5, 255)
        for preset in (slot_preset, self._first_choice(shown), "auto"):
            if preset:
                window = self.window_for(preset, shown, volume)
                if window is not None:
                    return preset, window
        return "auto", Window.from_range(0, 1)

    def presets_3d(self, shown: DisplaySet) -> tuple[str, ...]:
        """The 3D presets for a display set."""
        start = "ct-" if shown.series.modality == "CT" else "mr-"
        return tuple(name for name in self._volumes if name.startswith(start))

    def opening_3d(self, shown: DisplaySet) -> str:
        """The 3D preset that opens (reading defaults 3)."""
        if shown.series.modality != "CT":
            return "mr-head"
        if shown.acquisition.region is Region.CHEST:
            return "ct-nodules-vessels"
        if shown.acquisition.region in {Region.SPINE, Region.EXTREMITY}:
            return "ct-bone"
        return "ct-muscle-bone"

    def points_3d(self, preset: str, volume: Volume) -> tuple[tuple[float, float], ...]:
        """Opacity over modality units; percentiles of the foreground resolved."""
        chosen = self._volumes[preset]
        if not chosen.is_percentile:
            return chosen.points
        values = foreground(volume)
        return tuple(
            (float(np.percentile(values, percent)), opacity) for percent, opacity in chosen.points
        )

    def is_mip(self, preset: str) -> bool:
        """Whether a 3D preset is a maximum intensity projection."""
        return preset in self._volumes and self._volumes[preset].is_mip

    def _first_choice(self, shown: DisplaySet) -> str | None:
        if shown.series.modality == "MR":
            return "auto"
        if shown.pixels.windows:
            return "file"
        if shown.series.modality != "CT":
            return "auto"
        acquisition = shown.acquisition
        if acquisition.is_sharp_kernel:
            return "lung" if acquisition.region is Region.CHEST else "bone"
        return {
            Region.CHEST: "mediastinum",
            Region.HEAD: "brain",
            Region.ABDOMEN: "soft",
            Region.PELVIS: "soft",
            Region.NECK: "neck",
        }.get(acquisition.region)

    def _auto(self, shown: DisplaySet, volume: Volume) -> Window:
        values = foreground(volume)
        low, high = 1.0, 99.0
        if shown.series.modality == "MR":
            name = shown.acquisition.mr_class.value
            low, high = self._mr_percentiles.get(name, self._mr_percentiles["unknown"])
        elif shown.series.modality in RADIOGRAPHS:
            low, high = 0.5, 99.5
        ends = np.percentile(values, (low, high))
        if shown.series.modality == "MR" and shown.acquisition.mr_class is not MrClass.UNKNOWN:
            ends[0] = max(0.0, ends[0])
        return Window.from_range(float(ends[0]), float(ends[1]))


def foreground(volume: Volume) -> npt.NDArray[np.float32]:
    """Values above Otsu's threshold in the middle half of the slices, padding out; flat array.

    When little lies above (bright fat around dark tissue), what lies below is divided once more,
    so that tissue counts as foreground and not fat alone.
    """
    slices = volume.shape[0]
    middle = volume.voxels[slices // 4 : max(slices // 4 + 1, slices - slices // 4)]
    values = middle[:, ::2, ::2].ravel() if middle.size > 500_000 else middle.ravel()
    known: npt.NDArray[np.float32] = values.astype(np.float32)
    if volume.padding is not None:
        inside = known[(known < volume.padding[0]) | (known > volume.padding[1])]
        known = inside if inside.size else known
    threshold = otsu(known)
    if np.mean(known > threshold) < LEAST_FOREGROUND:
        threshold = otsu(known[known <= threshold])
    above = known[known > threshold]
    return above if above.size > 100 else known


def otsu(values: npt.NDArray[np.float32]) -> float:
    """Otsu's threshold (IEEE Trans SMC 1979;9:62)."""
    counts, edges = np.histogram(values, 256)
    centers = (edges[:-1] + edges[1:]) / 2
    weight = np.cumsum(counts).astype(np.float64)
    mass = np.cumsum(counts * centers)
    other = weight[-1] - weight
    with np.errstate(divide="ignore", invalid="ignore"):
        between = weight * other * (mass / weight - (mass[-1] - mass) / other) ** 2
    return float(centers[int(np.nanargmax(between))]) if np.isfinite(between).any() else 0.0
