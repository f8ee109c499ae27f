"""Slabs: which ones a series offers, and which stored slices lie in one (reading defaults 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.series.display_set import DisplaySet, Verdict
from medai_desktop.view.series_words import is_ct_angiography, is_thin, slice_step_mm
from medai_desktop.view.viewport import Slab, SlabMode, ViewportKind, ViewportState

Share = tuple[int, float]
"""Array index of a slice, and how much of it lies in the slab (0 to 1)."""


@dataclass(frozen=True, slots=True)
class SlabRule:
    """Slabs of one kind of series.

    Attributes:
        modality: of the series.
        regions: parts of the body; empty for any.
        presets: window presets; empty for any.
        mr_classes: weightings; empty for any.
        is_angiography: only CT angiography.
        is_thin: only thin slices.
        cycle: what the slab key goes through, after none.
        opens: what a series opens with.
        opens_when_thin: what thin slices open with.
    """

    modality: str
    regions: frozenset[str]
    presets: frozenset[str]
    mr_classes: frozenset[str]
    is_angiography: bool
    is_thin: bool
    cycle: tuple[Slab, ...]
    opens: Slab
    opens_when_thin: Slab

    def fits(self, shown: DisplaySet, preset: str) -> bool:
        """Whether the rule speaks of a series under a window preset."""
        acquisition = shown.acquisition
        return (
            shown.series.modality == self.modality
            and (not self.regions or acquisition.region.value in self.regions)
            and (not self.presets or preset in self.presets)
            and (not self.mr_classes or acquisition.mr_class.value in self.mr_classes)
            and (not self.is_angiography or is_ct_angiography(shown))
            and (not self.is_thin or is_thin(shown))
        )


class SlabRules:
    """The rules of `resources/presets/slabs.json`; the first that fits counts."""

    def __init__(self, rules: tuple[SlabRule, ...]) -> None:
        self._rules = rules

    @classmethod
    def load(cls, folder: Path) -> SlabRules:
        """Reads the rules."""
        plain = json.loads((folder / "slabs.json").read_text(encoding="utf-8"))
        return cls(tuple(_rule(entry) for entry in plain["rules"]))

    def choices(self, shown: DisplaySet, preset: str) -> tuple[Slab, ...]:
        """What the slab key goes through after none; empty when slabs make no sense here."""
        rule = self._rule_for(shown, preset)
        step_mm = slice_step_mm(shown)
        if rule is None or step_mm is None or not allows_slab(shown):
            return ()
        return tuple(slab for slab in rule.cycle if _changes_anything(slab, step_mm))

    def opening(self, shown: DisplaySet, preset: str) -> Slab:
        """What a series opens with under a window preset."""
        rule = self._rule_for(shown, preset)
        if rule is None:
            return Slab()
        wanted = rule.opens_when_thin if is_thin(shown) else Slab()
        wanted = wanted if wanted.mode is not SlabMode.NONE else rule.opens
        return wanted if wanted in self.choices(shown, preset) else Slab()

    def _rule_for(self, shown: DisplaySet, preset: str) -> SlabRule | None:
        return next((rule for rule in self._rules if rule.fits(shown, preset)), None)


def allows_slab(shown: DisplaySet) -> bool:
    """Whether pixels of neighbouring slices lie behind each other: evenly spaced, not tilted."""
    return shown.verdict is Verdict.UNIFORM and not shown.pixels.is_colour


def slices_in_slab(shown: DisplaySet, state: ViewportState) -> tuple[Share, ...]:
    """The stored slices that a stack shows at once, in array order; the one alone without a slab.

    A slice is as thick as the step. Only slices that lie half in the slab or more count for
    maximum and minimum.
    """
    step_mm = slice_step_mm(shown)
    slab, middle = state.slab, state.slice_index
    is_slab = slab.mode is not SlabMode.NONE and state.kind is ViewportKind.STACK
    if not is_slab or step_mm is None or not allows_slab(shown):
        return ((middle, 1.0),)
    half = slab.thickness_mm / step_mm / 2
    reach = int(half + 0.5)
    shares = []
    for index in range(max(0, middle - reach), min(len(shown.frames), middle + reach + 1)):
        away = abs(index - middle)
        share = min(1.0, max(0.0, half - away + 0.5))
        if share > 0 and (slab.mode is SlabMode.MEAN or share >= 0.5 or index == middle):
            shares.append((index, share))
    return tuple(shares)


def slices_per_step(shown: DisplaySet, state: ViewportState) -> int:
    """How many stored slices one notch of the wheel goes on: half the slab, at least one."""
    step_mm = slice_step_mm(shown)
    if state.slab.mode is SlabMode.NONE or step_mm is None or not allows_slab(shown):
        return 1
    return max(1, round(state.slab.thickness_mm / 2 / step_mm))


def _changes_anything(slab: Slab, step_mm: float) -> bool:
    """Whether a slab holds more than its middle slice: half of a neighbour for a projection."""
    least = step_mm if slab.mode is SlabMode.MEAN else 2 * step_mm
    return slab.thickness_mm > least - 1e-3 and slab.thickness_mm > step_mm + 1e-3


def _rule(entry: Mapping[str, object]) -> SlabRule:
    return SlabRule(
        str(entry["modality"]),
        _names(entry.get("region")),
        _names(entry.get("preset")),
        _names(entry.get("mr_class")),
        bool(entry.get("is_angiography")),
        bool(entry.get("is_thin")),
        tuple(_slab(pair) for pair in _list(entry["cycle"])),
        _slab(entry.get("opens")),
        _slab(entry.get("opens_when_thin")),
    )


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def _names(value: object) -> frozenset[str]:
    return frozenset(str(name) for name in _list(value))


def _slab(value: object) -> Slab:
    if not isinstance(value, list):
        return Slab()
    mode, thickness_mm = value
    return Slab(SlabMode(mode), float(thickness_mm))
