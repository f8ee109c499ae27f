"""Corner text and letters keep out of each other's way in every size of viewport."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai_desktop.view.corner_layout import (
    CLOSING,
    ELLIPSIS,
    broken,
    corner_overlay,
    orientation_overlay,
    text_box,
    text_width_px,
)
from medai_desktop.view.corner_text import CornerText
from medai_desktop.view.overlay import Anchor, Overlay, OverlayText
from medai_desktop.view.projection import stack_projection
from medai_desktop.view.viewport import ViewportState
from tests.unit.view.made_up import Made, display_set

LABEL = "Research use only. Not for use in diagnosis or treatment."
LONG = CornerText(
    ("李 娜 (Li Na)", "1.3.6.1.4.1.9328.50.1.0117 · F, 1971-12-31 (53 y)"),
    ("Hospital", "2025-06-30 10:42", "A-1", "CT CHEST WITH CONTRAST"),
    ("Se 4 Im 95 (1/95)", "Recon 2: CT CHEST R/O PE", "1.25 mm / 0.80 · z -204.8"),
    ("Mediastinum W 350 L 50", "100 % · Axial · mean 3 mm"),
    (LABEL,),
)
SHOWN = display_set(Made("Chest"))
Box = tuple[float, float, float, float]


def box(text: OverlayText) -> Box:
    """Where a line of text is painted, a little narrower than it was taken for."""
    wide, tall = text_width_px(text.text) * 0.95, 12.0
    x, y = text.position
    name = text.anchor.value
    x0 = x - wide if name.endswith("right") else x if name.endswith("left") else x - wide / 2
    y0 = y if name.startswith("top") else y - tall / 2 if name.startswith("center") else y - tall
    return x0, y0, x0 + wide, y0 + tall


def meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def placed(corners: CornerText, size: tuple[int, int]) -> Overlay:
    corner = corner_overlay(corners, size)
    letters = orientation_overlay(stack_projection(SHOWN, ViewportState(), size), size, corner)
    assert {t.text for t in letters.texts} == {"R", "A", "L", "P"}
    return Overlay(texts=corner.texts + letters.texts)


@settings(max_examples=60, deadline=None)
@given(width=st.integers(250, 1600), height=st.integers(400, 1000))
def test_no_two_lines_meet_and_all_are_inside(width: int, height: int) -> None:
    texts = placed(LONG, (width, height)).texts
    for one, other in combinations(texts, 2):
        assert not meet(box(one), box(other)), (one.text, other.text)
    for text in texts:
        x0, y0, x1, y1 = box(text)
        assert x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height, text.text


def test_the_reserve_is_needed() -> None:
    """Without the layout the same lines do meet in a narrow viewport."""
    narrow = corner_overlay(LONG, (340, 800)).texts
    right = [t for t in narrow if t.anchor is Anchor.TOP_RIGHT]
    left = [t for t in narrow if t.anchor is Anchor.TOP_LEFT]
    assert right[0].position[1] > left[-1].position[1]
    back = OverlayText(right[1].text, (right[1].position[0], left[1].position[1]), right[1].anchor)
    assert meet(box(back), box(left[1]))


def test_in_a_wide_viewport_everything_stands_in_its_corner() -> None:
    texts = {t.text: t for t in placed(LONG, (900, 800)).texts}
    assert texts["Hospital"].position[1] == texts["李 娜 (Li Na)"].position[1] == 10.0
    assert texts["A"].position == (450.0, 8.0)
    assert (
        texts["100 % · Axial · mean 3 mm"].position[1]
        == (texts["1.25 mm / 0.80 · z -204.8"].position[1])
    )
    assert texts[LABEL].position == (450.0, 794.0)


CHINESE = "仅供研究，不得用于诊断或治疗。"


@pytest.mark.parametrize("label", [LABEL, CHINESE])
@pytest.mark.parametrize("width", [120, 150, 200, 260, 330, 420])
def test_the_label_is_broken_and_never_cut(label: str, width: int) -> None:
    corners = CornerText((), (), (), (), (label,))
    texts = [*corner_overlay(corners, (width, 500)).texts]
    texts.sort(key=lambda t: t.position[1])
    lines = [text.text for text in texts]
    assert (" " if label is LABEL else "").join(lines) == label
    for text in texts:
        x0, _, x1, _ = text_box(text)
        assert x0 >= 0 and x1 <= width
    assert all(line[0] not in CLOSING for line in lines)
    if label is LABEL:
        assert all(word in label.split() for line in lines for word in line.split())


def test_the_label_is_broken_between_sentences_when_they_fit() -> None:
    assert broken(LABEL, 300.0) == [
        "Research use only.",
        "Not for use in diagnosis or treatment.",
    ]
    assert broken(CHINESE, 150.0) == ["仅供研究，", "不得用于诊断或治疗。"]
    assert broken(LABEL, 600.0) == [LABEL]
    assert len(broken(LABEL, 130.0)) > 3


def test_widths_come_from_whoever_measures() -> None:
    """A font that is twice as wide cuts earlier, and still ends inside."""
    wide = corner_overlay(LONG, (420, 500), lambda text: 2 * text_width_px(text)).texts
    usual = corner_overlay(LONG, (420, 500)).texts
    assert sum(t.text.endswith(ELLIPSIS) for t in wide) > sum(
        t.text.endswith(ELLIPSIS) for t in usual
    )
    for text in wide:
        x0, _, x1, _ = text_box(text, lambda line: 2 * text_width_px(line))
        assert x0 >= 0 and x1 <= 420


def test_letters_do_not_stand_among_the_lines_of_the_corners() -> None:
    for width in range(300, 700, 20):
        letters = placed(LONG, (width, 700)).texts
        (bottom,) = [t for t in letters if t.text == "P"]
        for text in letters:
            if text.anchor in {Anchor.BOTTOM_LEFT, Anchor.BOTTOM_RIGHT}:
                x0, y0, x1, y1 = text_box(text)
                is_beside = y0 < bottom.position[1] - 4 < y1
                near = min(abs(width / 2 - x0), abs(width / 2 - x1))
                assert not is_beside or near >= 39


def test_what_is_wider_than_the_viewport_is_cut_and_says_so() -> None:
    texts = [t.text for t in corner_overlay(LONG, (260, 500)).texts]
    (cut,) = [text for text in texts if text.endswith(ELLIPSIS)]
    assert cut.startswith("1.3.6.1.4.1.9328") and text_width_px(cut) <= 226


@pytest.mark.parametrize(("text", "wide"), [("abc", 20.4), ("患者", 24.0), ("", 0.0)])
def test_widths(text: str, wide: float) -> None:
    assert text_width_px(text) == pytest.approx(wide)
