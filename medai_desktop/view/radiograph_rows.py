"""Rows of radiograph views: each part and side its own row (reading defaults 5.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from medai_desktop.series.classification import normalised
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.volume import RadiographView, Side

MOST_IN_ROW = 4
MOST_ROWS = 2

_VIEWS = (
    RadiographView.FRONTAL,
    RadiographView.UNKNOWN,
    RadiographView.OBLIQUE,
    RadiographView.LATERAL,
    RadiographView.SPECIAL,
)
_SIDES = (Side.RIGHT, Side.LEFT, Side.BOTH, Side.UNKNOWN)

Row = tuple[DisplaySet, ...]


def screens(shown: Iterable[DisplaySet]) -> tuple[tuple[Row, ...], ...]:
    """Screens of at most two rows of at most four views; right above left.

    One part and side alone is broken into rows of equal length, so that no tile stays empty while
    another would be small.
    """
    groups: dict[tuple[str, int], list[DisplaySet]] = {}
    for item in shown:
        groups.setdefault((_part(item), _SIDES.index(item.acquisition.side)), []).append(item)
    rows: list[Row] = []
    for key in sorted(groups):
        rows += _rows(sorted(groups[key], key=_place_in_row))
    return tuple(tuple(rows[n : n + MOST_ROWS]) for n in range(0, len(rows), MOST_ROWS))


def views_in_order(shown: Iterable[DisplaySet]) -> tuple[DisplaySet, ...]:
    """Every view once, in the order of the rows."""
    return tuple(item for screen in screens(shown) for row in screen for item in row)


def _rows(views: Sequence[DisplaySet]) -> list[Row]:
    count = -(-len(views) // MOST_IN_ROW)
    length = -(-len(views) // count)
    return [tuple(views[n : n + length]) for n in range(0, len(views), length)]


def _place_in_row(shown: DisplaySet) -> tuple[int, int, int, str]:
    number = shown.frames[0].instance.instance_number
    return (
        _VIEWS.index(shown.acquisition.view),
        shown.series.number or 0,
        number or 0,
        shown.id,
    )


def _part(shown: DisplaySet) -> str:
    return re.sub(r" +", " ", normalised(shown.series.body_part))
