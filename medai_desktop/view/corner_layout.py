"""Where corner text and side letters stand, so that they do not meet in narrow viewports."""

from __future__ import annotations

from collections.abc import Sequence

from medai_desktop.view.corner_text import CornerText
from medai_desktop.view.overlay import Anchor, Ink, Overlay, OverlayText
from medai_desktop.view.projection import Projection
from medai_desktop.view.technique_text import MISSING

MARGIN_PX = 10.0
RIGHT_MARGIN_PX = 24.0
"""The slice slider stands at the right edge."""
LINE_PX = 17.0
LABEL_PX = 6.0
"""From the lower edge to the research label."""
ABOVE_LABEL_PX = 22.0
GAP_PX = 12.0
LATIN_PX, CHINESE_PX, LARGE_SHARE = 6.8, 12.0, 20 / 12
"""Widths of a letter, taken wide: the font is chosen elsewhere."""
FIRST_CHINESE = "\u2e80"
ELLIPSIS = "…"
_LEFT = frozenset({Anchor.TOP_LEFT, Anchor.BOTTOM_LEFT})
_RIGHT = frozenset({Anchor.TOP_RIGHT, Anchor.BOTTOM_RIGHT})
_TOP = frozenset({Anchor.TOP_LEFT, Anchor.TOP_RIGHT})


def text_width_px(text: str) -> float:
    """About how wide a line of corner text is."""
    return sum(CHINESE_PX if letter >= FIRST_CHINESE else LATIN_PX for letter in text)


def corner_overlay(corners: CornerText, size_px: tuple[int, int]) -> Overlay:
    """The lines of the corner text in their places.

    Where left and right would meet, the right block goes below or above the left one; lines wider
    than the viewport are cut; the research label is broken into sentences.
    """
    width, height = size_px
    room = width - MARGIN_PX - RIGHT_MARGIN_PX
    top_left, top_right = _fitted(corners.top_left, room), _fitted(corners.top_right, room)
    bottom_left = _fitted(corners.bottom_left, room)[::-1]
    bottom_right = _fitted(corners.bottom_right, room)[::-1]
    label = [part for line in corners.bottom_center for part in _broken(line, width)]
    floor = height - ABOVE_LABEL_PX - len(label) * LINE_PX + LINE_PX - LABEL_PX
    under = len(top_left) * _do_meet(top_left, top_right, room)
    over = len(bottom_left) * _do_meet(bottom_left, bottom_right, room)
    right = width - RIGHT_MARGIN_PX
    texts = [
        *_column(top_left, MARGIN_PX, MARGIN_PX, LINE_PX, Anchor.TOP_LEFT),
        *_column(top_right, right, MARGIN_PX + under * LINE_PX, LINE_PX, Anchor.TOP_RIGHT),
        *_column(bottom_left, MARGIN_PX, floor, -LINE_PX, Anchor.BOTTOM_LEFT),
        *_column(bottom_right, right, floor - over * LINE_PX, -LINE_PX, Anchor.BOTTOM_RIGHT),
    ]
    if corners.view_and_side:
        above = len(bottom_left) + (len(bottom_right) if over else 0)
        texts += _large(corners.view_and_side, floor - 4 - above * LINE_PX)
    texts += _column(label[::-1], width / 2, height - LABEL_PX, -LINE_PX, Anchor.BOTTOM_CENTER)
    return Overlay(texts=tuple(texts))


def orientation_overlay(
    projection: Projection, size_px: tuple[int, int], beside: Overlay | None = None
) -> Overlay:
    """Side letters at the middle of each edge; below and above corner text that reaches there.

    Args:
        projection: knows the letters.
        size_px: width and height of the viewport.
        beside: the corner text, already in place.
    """
    width, height = size_px
    left, top, right, bottom = projection.letters
    upper, lower = 8.0, height - 26.0
    for text in () if beside is None else beside.texts:
        if not _crosses_middle(text, width):
            continue
        if text.anchor in _TOP:
            upper = max(upper, text.position[1] + LINE_PX)
        elif text.position[1] < height - LABEL_PX - 1:
            lower = min(lower, text.position[1] - LINE_PX)
    places = (
        (left, (8.0, height / 2), Anchor.CENTER_LEFT),
        (top, (width / 2, upper), Anchor.TOP_CENTER),
        (right, (width - RIGHT_MARGIN_PX, height / 2), Anchor.CENTER_RIGHT),
        (bottom, (width / 2, lower), Anchor.BOTTOM_CENTER),
    )
    return Overlay(
        texts=tuple(
            OverlayText(letters, place, anchor, is_bold=True)
            for letters, place, anchor in places
            if letters
        )
    )


def _column(
    lines: Sequence[str], x: float, y: float, step: float, anchor: Anchor
) -> list[OverlayText]:
    return [OverlayText(line, (x, y + n * step), anchor) for n, line in enumerate(lines)]


def _large(parts: Sequence[str], y: float) -> list[OverlayText]:
    """View and side beside each other; only what is missing warns."""
    texts, x = [], MARGIN_PX
    for part in parts:
        ink = Ink.WARNING if MISSING in part else Ink.TEXT
        place = (x, y)
        texts.append(OverlayText(part, place, Anchor.BOTTOM_LEFT, ink, is_bold=True, is_large=True))
        x += text_width_px(part) * LARGE_SHARE + GAP_PX
    return texts


def _fitted(lines: Sequence[str], room: float) -> tuple[str, ...]:
    return tuple(_cut(line, room) for line in lines)


def _cut(line: str, room: float) -> str:
    if text_width_px(line) <= room:
        return line
    kept = line
    while kept and text_width_px(kept + ELLIPSIS) > room:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def _do_meet(left: Sequence[str], right: Sequence[str], room: float) -> bool:
    pairs = zip(left, right, strict=False)
    return any(text_width_px(a) + text_width_px(b) + GAP_PX > room for a, b in pairs)


def _broken(label: str, width: float) -> list[str]:
    """The research label on one line, or one sentence on each."""
    if text_width_px(label) <= width - GAP_PX:
        return [label]
    sentences = label.replace("，", "，\n").replace(". ", ".\n").split("\n")
    return [sentence for sentence in sentences if sentence]


def _crosses_middle(text: OverlayText, width: float) -> bool:
    wide = text_width_px(text.text) * (LARGE_SHARE if text.is_large else 1.0)
    x = text.position[0]
    if text.anchor in _LEFT:
        return x + wide > width / 2 - GAP_PX
    if text.anchor in _RIGHT:
        return x - wide < width / 2 + GAP_PX
    return True
