"""Hanging protocols: which display set goes where (reading defaults 5)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.view import radiograph_rows
from medai_desktop.view.slot_rule import FITS, SlotRule
from medai_desktop.view.viewport import ViewportKind
from medai_desktop.volume import RadiographView


@dataclass(frozen=True, slots=True)
class Slot:
    """One viewport of a stage, filled.

    Attributes:
        display_set_id: what it shows.
        preset: window preset that opens; empty: the file, the region or the pixels decide.
        kind: as stored, or reformatted.
        plane: PLANE: which.
        is_inverted: opens dark for bright.
    """

    display_set_id: str
    preset: str = ""
    kind: ViewportKind = ViewportKind.STACK
    plane: AnatomicalPlane | None = None
    is_inverted: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A layout with its filled slots; slots that nothing fills have collapsed.

    Attributes:
        protocol_id: where it comes from; "else" when no protocol fits.
        rows: of the grid.
        columns: of the grid.
        slots: row by row; None only where rows of radiographs differ in length.
    """

    protocol_id: str
    rows: int
    columns: int
    slots: tuple[Slot | None, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """One kind of study.

    Attributes:
        id: of the protocol.
        modalities: of its series.
        regions: parts of the body.
        stages: what each slot of each stage asks for.
        is_by_views: instead of stages, every radiograph in rows, then each alone.
    """

    id: str
    modalities: frozenset[str]
    regions: frozenset[str]
    stages: tuple[tuple[SlotRule, ...], ...]
    is_by_views: bool


class HangingProtocols:
    """The protocols of `resources/hanging`; the first that fills a slot counts."""

    def __init__(self, protocols: tuple[Protocol, ...]) -> None:
        self._protocols = protocols

    @classmethod
    def load(cls, folder: Path) -> HangingProtocols:
        """Reads the protocols."""
        plain = json.loads((folder / "protocols.json").read_text(encoding="utf-8"))
        return cls(tuple(_protocol(entry) for entry in plain["protocols"]))

    def stages(self, study: Study) -> tuple[Stage, ...]:
        """The stages of a study, at least one."""
        pictures = [s for s in study.display_sets if not is_scout(s)]
        pictures = pictures or list(study.display_sets)
        for protocol in self._protocols:
            fitting = [s for s in pictures if _is_of(protocol, s)]
            filled = _by_views(protocol.id, fitting) if protocol.is_by_views else ()
            if not protocol.is_by_views and fitting:
                tried = (_fill(protocol.id, rules, fitting) for rules in protocol.stages)
                filled = tuple(stage for stage in tried if stage is not None)
            if filled:
                return filled
        return (_else(pictures),)


def is_scout(shown: DisplaySet) -> bool:
    """Whether a display set only shows where the others lie; it goes into no slot."""
    return shown.acquisition.is_localizer


def grid_for(count: int) -> tuple[int, int]:
    """Rows and columns for so many tiles, none of them empty where that can be."""
    if count <= 3:
        return 1, max(1, count)
    return 2, -(-count // 2)


def _is_of(protocol: Protocol, shown: DisplaySet) -> bool:
    if shown.series.modality not in protocol.modalities:
        return False
    return not protocol.regions or shown.acquisition.region.value in protocol.regions


def _fill(
    protocol_id: str, rules: Sequence[SlotRule], candidates: Sequence[DisplaySet]
) -> Stage | None:
    slots: list[Slot] = []
    used: set[tuple[str, str, str]] = set()
    for rule in rules:
        chosen = _best(rule, [s for s in candidates if (s.id, rule.preset, rule.plane) not in used])
        if chosen is not None:
            used.add((chosen.id, rule.preset, rule.plane))
            kind = rule.kind(chosen)
            plane = rule.wished_plane() if kind is ViewportKind.PLANE else None
            slots.append(Slot(chosen.id, rule.preset, kind, plane, rule.is_inverted))
    if not slots:
        return None
    return Stage(protocol_id, *grid_for(len(slots)), tuple(slots))


def _best(rule: SlotRule, candidates: Sequence[DisplaySet]) -> DisplaySet | None:
    ranked = sorted(
        (shown for shown in candidates if rule.score(shown) >= FITS),
        key=lambda shown: (
            -rule.score(shown),
            shown.acquisition.view is RadiographView.UNKNOWN,
            shown.series.number or 0,
        ),
    )
    return ranked[0] if ranked else None


def _by_views(protocol_id: str, shown: Sequence[DisplaySet]) -> tuple[Stage, ...]:
    stages = []
    for rows in radiograph_rows.screens(shown):
        columns = max(len(row) for row in rows)
        slots: list[Slot | None] = []
        for row in rows:
            slots += [Slot(item.id) for item in row]
            slots += [None] * (columns - len(row))
        stages.append(Stage(protocol_id, len(rows), columns, tuple(slots)))
    if len(shown) > 1:
        for item in radiograph_rows.views_in_order(shown):
            stages.append(Stage(protocol_id, 1, 1, (Slot(item.id),)))
    return tuple(stages)


def _else(pictures: Sequence[DisplaySet]) -> Stage:
    rows, columns = {1: (1, 1), 2: (1, 2)}.get(len(pictures), (2, 2))
    slots = tuple(Slot(shown.id) for shown in pictures[: rows * columns])
    return Stage("else", rows, columns, slots)


def _protocol(entry: Mapping[str, object]) -> Protocol:
    stages = entry.get("stages", [])
    if not isinstance(stages, list):
        raise ValueError("stages are a list")
    return Protocol(
        str(entry["id"]),
        frozenset(entry["modality"]),  # type: ignore[call-overload]
        frozenset(entry["region"]),  # type: ignore[call-overload]
        tuple(tuple(SlotRule.parse(slot) for slot in stage["slots"]) for stage in stages),
        entry.get("arrangement") == "views",
    )
