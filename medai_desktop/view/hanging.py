"""Hanging protocols: which display set goes where (reading defaults 5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.view.reading_order import slice_at
from medai_desktop.view.viewport import Slab, ViewportKind
from medai_desktop.volume import Contrast


@dataclass(frozen=True, slots=True)
class Slot:
    """One viewport of a stage, filled."""

    display_set_id: str
    preset: str | None = None
    plane: AnatomicalPlane | None = None
    slab: Slab = Slab()
    kind: ViewportKind = ViewportKind.STACK
    opens_at: str = "middle"


@dataclass(frozen=True, slots=True)
class Stage:
    """A layout with its filled slots; empty slots have collapsed."""

    protocol_id: str
    rows: int
    columns: int
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class _SlotRule:
    plane: str
    preset: str | None
    prefers: str
    is_thin: bool
    mr_class: str
    contrast: str
    view: str
    opens_at: str


@dataclass(frozen=True, slots=True)
class _Protocol:
    id: str
    modalities: frozenset[str]
    regions: frozenset[str]
    stages: tuple[tuple[int, int, tuple[_SlotRule, ...]], ...]


class HangingProtocols:
    """The protocols of `resources/hanging`, first fitting one first."""

    def __init__(self, protocols: tuple[_Protocol, ...]) -> None:
        self._protocols = protocols

    @classmethod
    def load(cls, folder: Path) -> HangingProtocols:
        """Reads the protocols."""
        plain = json.loads((folder / "protocols.json").read_text(encoding="utf-8"))
        return cls(tuple(_protocol(entry) for entry in plain["protocols"]))

    def stages(self, study: Study) -> tuple[Stage, ...]:
        """The stages of a study, at least one."""
        pictures = [s for s in study.display_sets if not s.acquisition.is_localizer]
        pictures = pictures or list(study.display_sets)
        for protocol in self._protocols:
            fitting = [s for s in pictures if _is_of(protocol, s)]
            if not fitting:
                continue
            stages = [_fill(protocol.id, *stage, fitting) for stage in protocol.stages]
            filled = tuple(stage for stage in stages if stage is not None)
            if filled:
                return filled
        return (_else(pictures),)


def opening_slice(shown: DisplaySet, slot: Slot) -> int:
    """Array index of the image that a slot opens at."""
    if slot.opens_at == "first":
        return slice_at(shown, 1)
    return slice_at(shown, (len(shown.frames) + 1) // 2)


def _is_of(protocol: _Protocol, shown: DisplaySet) -> bool:
    if shown.series.modality not in protocol.modalities:
        return False
    return not protocol.regions or shown.acquisition.region.value in protocol.regions


def _fill(
    protocol_id: str,
    rows: int,
    columns: int,
    rules: tuple[_SlotRule, ...],
    candidates: list[DisplaySet],
) -> Stage | None:
    slots: list[Slot] = []
    used: set[tuple[str, str | None]] = set()
    for rule in rules:
        free = [s for s in candidates if (s.id, rule.preset) not in used]
        ranked = sorted(
            ((score, shown) for shown in free if (score := _score(rule, shown)) >= 100),
            key=lambda pair: (-pair[0], pair[1].series.number or 0),
        )
        if ranked:
            shown = ranked[0][1]
            used.add((shown.id, rule.preset))
            slots.append(Slot(shown.id, rule.preset, shown.plane, opens_at=rule.opens_at))
    if not slots:
        return None
    if len(slots) < rows * columns:
        rows, columns = {1: (1, 1), 2: (1, 2), 3: (1, 3)}.get(len(slots), (rows, columns))
    return Stage(protocol_id, rows, columns, tuple(slots))


def _score(rule: _SlotRule, shown: DisplaySet) -> int:
    acquisition = shown.acquisition
    if rule.mr_class:
        if acquisition.mr_class.value != rule.mr_class:
            return 0
        has_contrast = acquisition.contrast is Contrast.YES
        if rule.contrast and has_contrast is not (rule.contrast == "yes"):
            return 0
    if rule.view and acquisition.view.value != rule.view:
        is_first = rule.view == "frontal" and acquisition.view.value == "unknown"
        if not is_first:
            return 0
    score = 100
    if rule.plane and shown.plane is not None and shown.plane.value == rule.plane:
        score += 50
    if acquisition.is_sharp_kernel is not None:
        score += 30 * (acquisition.is_sharp_kernel is (rule.prefers == "sharp"))
    if not acquisition.is_derived:
        score += 20
    step = shown.geometry.spacing_mm[0] if shown.geometry is not None else 0.0
    low, high = (0.5, 1.5) if rule.is_thin else (3.0, 5.0)
    return score + 15 * (low <= step <= high)


def _else(pictures: list[DisplaySet]) -> Stage:
    rows, columns = {1: (1, 1), 2: (1, 2)}.get(len(pictures), (2, 2))
    slots = tuple(Slot(shown.id) for shown in pictures[: rows * columns])
    return Stage("else", rows, columns, slots)


def _protocol(entry: Mapping[str, object]) -> _Protocol:
    stages = []
    for stage in entry["stages"]:  # type: ignore[attr-defined]
        rules = tuple(
            _SlotRule(
                slot.get("plane", ""),
                slot.get("preset"),
                slot.get("prefers", ""),
                slot.get("thin", False),
                slot.get("mr_class", ""),
                slot.get("contrast", ""),
                slot.get("view", ""),
                slot.get("opens_at", "middle"),
            )
            for slot in stage["slots"]
        )
        stages.append((stage["rows"], stage["columns"], rules))
    return _Protocol(
        str(entry["id"]),
        frozenset(entry["modality"]),  # type: ignore[call-overload]
        frozenset(entry["region"]),  # type: ignore[call-overload]
        tuple(stages),
    )
