"""Voxels with geometry and unit.

Lives here: `Volume`, the facts of an acquisition without identifiers, modality and VOI transforms,
resampling. May import `geometry`, `errors`, `text`; uses numpy (and SimpleITK on first use).
Terms: window (VOI), unit, acquisition, MR class, region.
"""

from medai_desktop.volume.acquisition import (
    Acquisition,
    Contrast,
    MrClass,
    RadiographView,
    Region,
    Side,
)
from medai_desktop.volume.volume import ImageReference, IntensityUnit, Volume
from medai_desktop.volume.window import VoiFunction, Window, apply_window

__all__ = [
    "Acquisition",
    "Contrast",
    "ImageReference",
    "IntensityUnit",
    "MrClass",
    "RadiographView",
    "Region",
    "Side",
    "VoiFunction",
    "Volume",
    "Window",
    "apply_window",
]
