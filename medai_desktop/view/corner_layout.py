"""Where corner text and side letters stand, so that they do not meet in narrow viewports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

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
LETTER_GAP_PX = 40.0
"""A side letter keeps so far from the lines of the corners, or it would be read as one of them."""
LEAST_FULL_PX = 300
"""Viewports narrower than this show the minimal corner text."""
LATIN_PX, CHINESE_PX, LARGE_SHARE = 6.8, 12.0, 20 / 12
"""Widths of a letter where nobody has measured: `gui` gives those of the font."""
CLOSING = "，。、；：！？）】》”’"
"""Begins no line."""
FIRST_CHINESE = "\u2e80"
ELLIPSIS = "…"
Measure = Callable[[str], float]
Rectangle = tuple[float, float, float, float]
_TOP = frozenset({Anchor.TOP_LEFT, Anchor.TOP_RIGHT})


def text_width_px(text: str) -> float:
    """About how wide a line of corner text is, when there is no font to measure it with."""
    return sum(CHINESE_PX if letter >= FIRST_CHINESE else LATIN_PX for letter in text)


def corner_overlay(
    corners: CornerText, size_px: tuple[int, int], measure: Measure = text_width_px
) -> Overlay:
    """The lines of the corner text in their places.

    Where left and right would meet, the right block goes below or above the left one; lines wider
    than the viewport are cut; the research label is broken, never cut.

    Args:
        corners: the lines.
        size_px: width and height of the viewport.
        measure: how wide a line is painted.
    """
    width, height = size_px
    room = width - MARGIN_PX - RIGHT_MARGIN_PX
    top_left, top_right, bottom_left, bottom_right = (
        tuple(_cut(line, room, measure) for line in lines)
        for lines in (
            corners.top_left,
            corners.top_right,
            corners.bottom_left[::-1],
            corners.bottom_right[::-1],
        )
    )
    wide = width - GAP_PX
    label = [part for line in corners.bottom_center for part in broken(line, wide, measure)]
    floor = height - ABOVE_LABEL_PX - len(label) * LINE_PX + LINE_PX - LABEL_PX
    under = len(top_left) * _do_meet(top_left, top_right, room, measure)
    over = len(bottom_left) * _do_meet(bottom_left, bottom_right, room, measure)
    right = width - RIGHT_MARGIN_PX
    texts = [
        *_column(top_left, MARGIN_PX, MARGIN_PX, LINE_PX, Anchor.TOP_LEFT),
        *_column(top_right, right, MARGIN_PX + under * LINE_PX, LINE_PX, Anchor.TOP_RIGHT),
        *_column(bottom_left, MARGIN_PX, floor, -LINE_PX, Anchor.BOTTOM_LEFT),
        *_column(bottom_right, right, floor - over * LINE_PX, -LINE_PX, Anchor.BOTTOM_RIGHT),
    ]
    if corners.view_and_side:
        above = len(bottom_left) + (len(bottom_right) if over else 0)
        texts += _large(corners.view_and_side, floor - 4 - above * LINE_PX, measure)
    texts += _column(label[::-1], width / 2, height - LABEL_PX, -LINE_PX, Anchor.BOTTOM_CENTER)
    return Overlay(texts=tuple(texts))


def orientation_overlay(
    projection: Projection,
    size_px: tuple[int, int],
    beside: Overlay | None = None,
    measure: Measure = text_width_px,
) -> Overlay:
    """Side letters at the middle of each edge; below and above corner text that reaches there.

    Args:
        projection: knows the letters.
        size_px: width and height of the viewport.
        beside: the corner text, already in place.
        measure: how wide a line is painted.
    """
    width, height = size_px
    left, top, right, bottom = projection.letters
    upper, lower = 8.0, height - 26.0
    for text in () if beside is None else beside.texts:
        x0, _, x1, _ = text_box(text, measure)
        if x1 < width / 2 - LETTER_GAP_PX or x0 > width / 2 + LETTER_GAP_PX:
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


def _large(parts: Sequence[str], y: float, measure: Measure) -> list[OverlayText]:
    """View and side beside each other; only what is missing warns."""
    texts, x = [], MARGIN_PX
    for part in parts:
        ink = Ink.WARNING if MISSING in part else Ink.TEXT
        place = (x, y)
        texts.append(OverlayText(part, place, Anchor.BOTTOM_LEFT, ink, is_bold=True, is_large=True))
        x += measure(part) * LARGE_SHARE + GAP_PX
    return texts


def text_box(text: OverlayText, measure: Measure = text_width_px) -> Rectangle:
    """Where a line is painted: x0, y0, x1, y1 in viewport pixels."""
    wide = measure(text.text) * (LARGE_SHARE if text.is_large else 1.0)
    tall = LINE_PX * (LARGE_SHARE if text.is_large else 1.0)
    x, y = text.position
    across, along = text.anchor.value.split("_")[-1], text.anchor.value.split("_")[0]
    x0 = x - {"left": 0.0, "right": wide}.get(across, wide / 2)
    y0 = y - {"top": 0.0, "bottom": 0.75 * tall}.get(along, tall / 2)
    return x0, y0, x0 + wide, y0 + tall


def broken(label: str, width: float, measure: Measure = text_width_px) -> list[str]:
    """A sentence on as few lines as fit: between sentences if that will do, else between words.

    Chinese breaks between characters, and never before a closing mark.
    """
    if measure(label) <= width:
        return [label]
    sentences = re.findall(r".+?(?:[.，。](?=\s|\Z|[^\x00-\x7f])\s*|\Z)", label)
    if all(measure(sentence.strip()) <= width for sentence in sentences):
        return [sentence.strip() for sentence in sentences]
    lines = [""]
    for piece in _pieces(label):
        if lines[-1] and measure((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _pieces(label: str) -> Iterator[str]:
    """What stays together: a Latin word with its blank, or one Chinese character."""
    closing = re.escape(CLOSING)
    for found in re.finditer(rf"[^\s{FIRST_CHINESE}-\uffff]+\s*|\S[{closing}]*\s*", label):
        yield found.group()


def _cut(line: str, room: float, measure: Measure) -> str:
    if measure(line) <= room:
        return line
    kept = line
    while kept and measure(kept + ELLIPSIS) > room:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def _do_meet(left: Sequence[str], right: Sequence[str], room: float, measure: Measure) -> bool:
    pairs = zip(left, right, strict=False)
    return any(measure(a) + measure(b) + GAP_PX > room for a, b in pairs)
