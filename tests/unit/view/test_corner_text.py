"""Corner text by modality (reading defaults 4), in both languages and three modes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.source.instance import PatientFacts, PixelFacts, StudyFacts, TechniqueFacts
from medai_desktop.text import Catalogues, Language, Message
from medai_desktop.view.corner_layout import corner_overlay
from medai_desktop.view.corner_text import CornerText, corner_text
from medai_desktop.view.overlay import Anchor, Ink
from medai_desktop.view.person_words import age_in_study, age_on
from medai_desktop.view.preset_titles import preset_title
from medai_desktop.view.viewport import CUSTOM, Slab, SlabMode, ViewportKind, ViewportState
from medai_desktop.volume import Window
from tests.unit.view.made_up import CORONAL, SAGITTAL, Made, display_set, film

CATALOGUES = Catalogues(find_locations().translations)
RESEARCH = "Research use only. Not for use in diagnosis or treatment."
RESEARCH_ZH = "仅供研究，不得用于诊断或治疗。"
STUDY = StudyFacts("1.2.3", "2025-06-30", "10:42", "CT Thorax", "A-1", "Hospital")


def english(said: Message) -> str:
    return CATALOGUES.render(said, Language.ENGLISH)


def chinese(said: Message) -> str:
    return CATALOGUES.render(said, Language.CHINESE)


def text_of(
    shown: DisplaySet,
    state: ViewportState | None = None,
    mode: str = "full",
    language: Language = Language.ENGLISH,
    share: float | None = 1.25,
) -> CornerText:
    state = state or ViewportState(window=Window(-600, 1500), preset="lung")
    render = english if language is Language.ENGLISH else chinese
    return corner_text(shown, state, preset_title(state.preset), share, mode, render)


CHEST = display_set(
    Made(
        "Thorax portal venous",
        number=4,
        count=40,
        step_mm=0.8,
        technique=TechniqueFacts(
            slice_thickness_mm=1.25,
            kernel="B31f",
            kvp=120,
            exposure_mas=87.5,
            contrast_agent="Iomeprol",
        ),
    ),
    STUDY,
)


def test_ct_in_full() -> None:
    state = ViewportState(slice_index=26, window=Window(-600, 1500), preset="lung")
    corners = text_of(CHEST, state)
    assert corners.top_left == ("李 娜 (Li Na)", "P-7 · F, 1971-12-31 (53 y)")
    assert corners.top_right == ("Hospital", "2025-06-30 10:42", "A-1", "CT Thorax")
    assert corners.bottom_left == (
        "Se 4 Im 27 (14/40)",
        "Thorax portal venous",
        "1.25 mm / 0.80 · z 20.8",
        "120 kVp, 87.5 mAs · B31f",
        "Iomeprol, portal venous",
    )
    assert corners.bottom_right == ("Lung W 1500 L -600", "125 % · Axial")
    assert corners.bottom_center == (RESEARCH,)


def test_ct_in_chinese() -> None:
    corners = text_of(CHEST, language=Language.CHINESE)
    assert corners.top_left[1] == "P-7 · 女, 1971-12-31 (53 岁)"
    assert corners.bottom_left[-1] == "Iomeprol, 门静脉期"
    assert corners.bottom_right == ("肺窗 W 1500 L -600", "125 % · 横断面")
    assert corners.bottom_center == (RESEARCH_ZH,)


def test_minimal_still_shows_who_when_and_the_label() -> None:
    corners = text_of(CHEST, mode="minimal")
    assert corners.top_left == ("李 娜 (Li Na)", "P-7")
    assert corners.top_right == ("2025-06-30",)
    assert (corners.bottom_left, corners.bottom_right) == ((), ())
    assert corners.bottom_center == (RESEARCH,)


def test_off_leaves_the_label_alone() -> None:
    assert text_of(CHEST, mode="off") == CornerText((), (), (), (), (RESEARCH,))


@pytest.mark.parametrize("mode", ["full", "minimal"])
def test_lossy_is_always_said_with_its_ratio(mode: str) -> None:
    technique = TechniqueFacts(lossy_compression="01", lossy_ratio=12.0)
    lossy = display_set(Made("Chest", technique=technique))
    assert text_of(lossy, mode=mode).bottom_right[-1] == "LOSSY 12:1"
    plain = display_set(Made("Chest"))
    assert not any("LOSSY" in line for line in text_of(plain, mode=mode).bottom_right)
    unknown = display_set(Made("Chest", technique=TechniqueFacts(lossy_compression="01")))
    assert text_of(unknown, mode=mode).bottom_right[-1] == "LOSSY"


@pytest.mark.parametrize("mode", ["full", "minimal"])
def test_synthetic_images_are_called_so(mode: str) -> None:
    made = display_set(Made("Chest", technique=TechniqueFacts(content_is_synthetic=True)))
    assert text_of(made, mode=mode).top_left[-1] == "SYNTHETIC IMAGES"


def test_empty_tags_leave_no_label() -> None:
    bare = display_set(Made("", body_part="", count=3))
    bare = replace(
        bare,
        patient=PatientFacts(),
        study=StudyFacts("1.2.3"),
        series=replace(bare.series, number=None),
    )
    corners = text_of(bare, ViewportState())
    assert corners.top_left == () and corners.top_right == ()
    assert corners.bottom_left == ("Im 1 (3/3)", "– / 5.00 mm · z 0.0")
    assert corners.bottom_right == ("125 % · Axial",)


def test_mr_lines() -> None:
    technique = TechniqueFacts(
        repetition_time_ms=9000,
        echo_time_ms=120,
        inversion_time_ms=2500,
        slice_thickness_mm=5,
        field_strength_t=1.5,
        contrast_agent="Gadobutrol",
    )
    flair = display_set(Made("Ax FLAIR", "MR", "HEAD", technique=technique, step_mm=6))
    assert text_of(flair).bottom_left[2:] == (
        "FLAIR+C · TR 9000 TE 120 TI 2500",
        "5.00 mm / 6.00 · z 0.0 · 1.5 T",
        "Gadobutrol",
    )
    dwi = display_set(Made("DWI", "MR", "HEAD", technique=TechniqueFacts(b_value=1000)))
    assert text_of(dwi).bottom_left[2] == "DWI · b 1000"


@pytest.mark.parametrize(
    ("orientation", "index", "written"), [(CORONAL, 2, "y 10.0"), (SAGITTAL, 1, "x -5.0")]
)
def test_the_place_is_told_along_the_axis_of_the_plane(
    orientation: tuple[float, ...], index: int, written: str
) -> None:
    shown = display_set(Made("x", "MR", "HEAD", orientation=orientation))
    assert written in text_of(shown, ViewportState(slice_index=index)).bottom_left[-1]


def wrist(**technique: object) -> DisplaySet:
    facts = TechniqueFacts(**technique)  # type: ignore[arg-type]
    return display_set(film("Wrist", technique=facts, position={"imager_spacing_mm": (0.2, 0.2)}))


def test_film_lines() -> None:
    shown = wrist(
        kvp=60,
        exposure_mas=2,
        exposure_index="410",
        deviation_index="0.3",
        view_position="PA",
        image_laterality="L",
    )
    corners = text_of(shown)
    assert corners.bottom_left[2:] == ("60 kVp, 2 mAs", "EI 410 DI 0.3", "mm at detector")
    assert corners.view_and_side == ("PA", "L")
    assert text_of(shown, mode="minimal").view_and_side == ("PA", "L")
    assert text_of(shown, language=Language.CHINESE).bottom_left[-1] == "毫米（探测器平面）"


@pytest.mark.parametrize(
    ("position", "said"),
    [
        ({"pixel_spacing_mm": (0.2, 0.2), "imager_spacing_mm": (0.3, 0.3)}, "mm calibrated"),
        ({"imager_spacing_mm": (0.2, 0.2)}, "mm at detector"),
        ({}, "no mm: no pixel spacing"),
    ],
)
def test_the_source_of_the_millimetres(position: dict[str, tuple[float, float]], said: str) -> None:
    assert text_of(display_set(film("Wrist", position=position))).bottom_left[-1] == said


@pytest.mark.parametrize(
    ("made", "marks"),
    [
        (film("Wrist PA"), ("Frontal", "side ?")),
        (film("Wrist"), ("view ?", "side ?")),
        (film("Wrist links", technique=TechniqueFacts(view_position="LL")), ("LL", "side ?")),
        (film("Wrist", technique=TechniqueFacts(image_laterality="L")), ("view ?", "L")),
        (film("Chest PA", body_part="CHEST"), ("Frontal",)),
    ],
)
def test_what_is_missing_is_named_in_the_colour_of_warnings_and_alone_in_it(
    made: Made, marks: tuple[str, ...]
) -> None:
    corners = text_of(display_set(made))
    assert corners.view_and_side == marks
    large = [t for t in corner_overlay(corners, (400, 400)).texts if t.is_large]
    assert tuple(text.text for text in large) == marks
    for text in large:
        assert text.anchor is Anchor.BOTTOM_LEFT
        assert text.ink is (Ink.WARNING if "?" in text.text else Ink.TEXT)
    places = [text.position[0] for text in large]
    assert places == sorted(set(places)), "beside each other"
    assert len({text.position[1] for text in large}) == 1


def test_a_window_by_hand_has_no_name_and_colour_no_window() -> None:
    by_hand = ViewportState(window=Window(40.4, 399.6), preset=CUSTOM)
    assert text_of(CHEST, by_hand).bottom_right[0] == "W 400 L 40"
    narrow = ViewportState(window=Window(0.5, 1.25), preset=CUSTOM)
    assert text_of(CHEST, narrow).bottom_right[0] == "W 1.25 L 0.50"
    around_zero = ViewportState(window=Window(-0.2, 400), preset=CUSTOM)
    assert text_of(CHEST, around_zero).bottom_right[0] == "W 400 L 0"
    colour = display_set(Made("Colour", pixels=PixelFacts(8, 8, samples_per_pixel=3)))
    assert text_of(colour).bottom_right == ("125 % · Axial",)


@pytest.mark.parametrize(
    ("slab", "english_text", "chinese_text"),
    [
        (Slab(SlabMode.MEAN, 3.0), "mean 3 mm", "平均 3 mm"),
        (Slab(SlabMode.MIP, 8.0), "MIP 8 mm", "MIP 8 mm"),
        (Slab(SlabMode.MINIP, 8.0), "MinIP 8 mm", "MinIP 8 mm"),
    ],
)
def test_the_slab_is_told(slab: Slab, english_text: str, chinese_text: str) -> None:
    state = ViewportState(window=Window(50, 350), preset="mediastinum", slab=slab)
    assert text_of(CHEST, state).bottom_right[1] == f"125 % · Axial · {english_text}"
    in_chinese = text_of(CHEST, state, language=Language.CHINESE)
    assert in_chinese.bottom_right[1].endswith(chinese_text)


def test_3d_tells_its_preset() -> None:
    state = ViewportState(
        kind=ViewportKind.VOLUME, preset_3d="ct-bone", window=Window(50, 350), preset="mediastinum"
    )
    corners = text_of(CHEST, state, share=None)
    assert corners.bottom_right == ("Bone 3D",)
    assert corners.bottom_left[0] == "Se 4"


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("1971-12-31", "2025-06-30", "53 y"),
        ("1971-12-31", "2025-12-31", "54 y"),
        ("2024-01-31", "2025-06-30", "16 mo"),
        ("2023-06-30", "2025-06-30", "2 y"),
        ("2023-07-01", "2025-06-30", "23 mo"),
        ("2025-06-30", "2025-06-30", "0 mo"),
        ("2026-01-01", "2025-06-30", None),
        ("", "2025-06-30", None),
        ("1971", "2025-06-30", None),
    ],
)
def test_age_on_the_day_of_the_study(born: str, day: str, age: str | None) -> None:
    said = age_on(born, day)
    assert (None if said is None else english(said)) == age


def test_a_written_age_helps_out_without_birth_date() -> None:
    shown = replace(CHEST, patient=PatientFacts("A", "1", sex="M", age="044Y"))
    assert text_of(shown).top_left[1] == "1 · M, 44 y"
    shown = replace(CHEST, patient=PatientFacts("A", "1", sex="O", age="009D"))
    assert text_of(shown).top_left[1] == "1 · O, 9 d"
    assert text_of(shown, language=Language.CHINESE).top_left[1] == "1 · 其他, 9 天"
    shown = replace(CHEST, patient=PatientFacts("A", "1", sex="X", age="about 9"))
    assert text_of(shown).top_left[1] == "1 · X, about 9", "as written"


def test_lines_stand_inside_the_viewport_and_do_not_meet() -> None:
    placed = corner_overlay(text_of(CHEST), (400, 300)).texts
    assert all(0 <= t.position[0] <= 400 and 0 <= t.position[1] <= 300 for t in placed)
    left = sorted(t.position[1] for t in placed if t.anchor is Anchor.BOTTOM_LEFT)
    assert np.diff(left).min() >= 16


def test_birth_date_tells_the_age_before_the_header_does() -> None:
    assert age_in_study("058Y", "1960-05-01", "2020-04-30") == age_on("1960-05-01", "2020-04-30")
    assert english(age_in_study("058Y", "1960-05-01", "2020-04-30")) == "59 y"  # type: ignore[arg-type]
    assert english(age_in_study("058Y", "", "2020-04-30")) == "58 y"  # type: ignore[arg-type]
    assert age_in_study("", "", "") == ""
