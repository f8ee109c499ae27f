"""Hanging: which series goes into which slot, by scores typed here (reading defaults 5.4)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.source.instance import PixelFacts, TechniqueFacts
from medai_desktop.view.hanging import HangingProtocols, Stage, grid_for, is_scout
from medai_desktop.view.slot_rule import SlotRule
from medai_desktop.view.viewport import ViewportKind
from tests.unit.view.made_up import CORONAL, SAGITTAL, Made, display_set, film, study_of

PROTOCOLS = HangingProtocols.load(find_locations().hanging)
SOFT = TechniqueFacts(kernel="STANDARD")
SHARP = TechniqueFacts(kernel="BONEPLUS")
HEAD = {"body_part": "HEAD"}


def stages(*made: Made) -> tuple[Stage, ...]:
    return PROTOCOLS.stages(study_of(*made))


def hung(stage: Stage) -> list[tuple[str, str]]:
    """Number of the series and preset, slot by slot."""
    return [("-", "") if s is None else (s.display_set_id[6:], s.preset) for s in stage.slots]


def grid(stage: Stage) -> tuple[int, int]:
    return stage.rows, stage.columns


def test_chest_ct_hangs_lung_beside_mediastinum() -> None:
    soft = Made("Chest", number=1, technique=SOFT)
    sharp = Made("Chest", number=2, technique=SHARP, step_mm=1.0, count=40)
    first, second, third = stages(soft, sharp)
    assert (first.protocol_id, grid(first)) == ("chest-ct", (1, 2))
    assert hung(first) == [("2", "lung"), ("1", "mediastinum")]
    assert (grid(second), hung(second)) == ((1, 1), [("2", "lung")])
    assert (grid(third), hung(third)) == ((1, 2), [("2", "lung"), ("2", "bone")])
    assert [s.kind for s in third.slots if s] == [ViewportKind.PLANE] * 2
    assert [s.plane.value for s in third.slots if s and s.plane] == ["coronal", "sagittal"]


def test_one_chest_series_fills_both_windows() -> None:
    first, *_ = stages(Made("Chest", technique=SOFT))
    assert hung(first) == [("1", "lung"), ("1", "mediastinum")]


def test_a_stored_coronal_is_shown_as_it_is() -> None:
    coronal = Made("Chest cor", number=3, orientation=CORONAL, technique=SHARP)
    third = stages(Made("Chest", technique=SHARP), coronal)[2]
    assert hung(third)[0] == ("3", "lung")
    assert [s.kind for s in third.slots if s] == [ViewportKind.STACK, ViewportKind.PLANE]


def test_coarse_or_short_series_are_not_reformatted() -> None:
    assert len(stages(Made("Chest", step_mm=5.0))) == 3
    assert len(stages(Made("Chest", step_mm=5.5))) == 2
    assert len(stages(Made("Chest", count=9))) == 2


def test_head_ct() -> None:
    soft = Made("Head", number=1, technique=SOFT, **HEAD)
    sharp = Made("Head", number=2, technique=SHARP, **HEAD)
    first, second = stages(soft, sharp)
    assert (first.protocol_id, grid(first)) == ("head-ct", (1, 2))
    assert hung(first) == [("1", "brain"), ("2", "bone")]
    assert grid(second) == (1, 3)
    assert hung(second) == [("1", "subdural"), ("1", "stroke"), ("1", "brain")]
    assert [s.kind.value for s in second.slots if s] == ["stack", "stack", "plane"]


def test_head_cta_has_a_stage_of_its_own() -> None:
    plain, angio = Made("Head", number=1, **HEAD), Made("CTA head", number=2, step_mm=1, **HEAD)
    first, second, third = stages(plain, angio)
    assert hung(first) == [("1", "brain"), ("1", "bone")]
    assert "2" not in [number for number, _ in hung(second)]
    assert hung(third) == [("2", "angio")] * 3
    planes = [s.plane.value for s in third.slots if s and s.plane]
    assert planes == ["coronal", "sagittal"]
    assert [s.kind.value for s in third.slots if s] == ["stack", "plane", "plane"]


def brain(description: str, number: int, **facts: object) -> Made:
    return replace(Made(description, "MR", "HEAD", number, 20, step_mm=5.0), **facts)  # type: ignore[arg-type]


def test_brain_mr_hangs_two_by_two() -> None:
    made = [
        brain("Ax DWI b1000", 1),
        brain("Ax T1 +C", 2),
        brain("Ax FLAIR", 3),
        brain("Ax T1", 4),
        brain("Ax ADC", 5),
    ]
    first, second = stages(*made)
    assert (first.protocol_id, grid(first)) == ("brain-mr", (2, 2))
    assert [number for number, _ in hung(first)] == ["4", "2", "3", "1"]
    assert [s.kind.value for s in second.slots if s] == ["plane"] * 3
    assert {number for number, _ in hung(second)} == {"2"}


@pytest.mark.parametrize(("lacking", "wanted"), [(1, (1, 3)), (2, (1, 2)), (3, (1, 1))])
def test_a_missing_slot_collapses(lacking: int, wanted: tuple[int, int]) -> None:
    made = [brain("Ax T1", 1), brain("Ax FLAIR", 2), brain("Ax DWI", 3), brain("Ax T1 +C", 4)]
    first = stages(*made[: 4 - lacking])[0]
    assert grid(first) == wanted
    assert len(first.slots) == wanted[0] * wanted[1]


def test_brain_mr_stage_two_shows_planes_of_the_enhanced_volume_and_the_rest() -> None:
    volume = brain("Sag T1 MPRAGE +C", 1, orientation=SAGITTAL, step_mm=1.0, count=40)
    stage = stages(volume, brain("Ax SWI", 2), brain("Ax T2", 3), brain("Ax FLAIR", 4))[1]
    assert grid(stage) == (2, 3)
    assert [number for number, _ in hung(stage)] == ["1", "1", "1", "2", "3"]
    assert [s.plane.value for s in stage.slots if s and s.plane] == ["axial", "coronal", "sagittal"]


def test_scouts_go_into_no_slot() -> None:
    scout = Made("Topogram", number=1, count=2, technique=SOFT)
    chest = Made("Chest", number=2, technique=SOFT)
    first, *_ = stages(scout, chest)
    assert {number for number, _ in hung(first)} == {"2"}
    alone = stages(scout)
    assert alone[0].protocol_id == "else" or hung(alone[0])[0][0] == "1"


@pytest.mark.parametrize(("each", "is_one"), [(5, True), (6, False)])
def test_several_orientations_in_few_images_are_a_scout(each: int, is_one: bool) -> None:
    parts = [
        replace(Made("Three planes", "MR", "HEAD", 1, each), orientation=turn)
        for turn in ((1.0, 0.0, 0.0, 0.0, 1.0, 0.0), CORONAL, SAGITTAL)
    ]
    headers = [
        replace(h, sop_instance_uid=f"{h.sop_instance_uid}.{n}")
        for n, part in enumerate(parts)
        for h in part.headers(study_of(parts[0]).facts, study_of(parts[0]).patient)
    ]
    from medai_desktop.series.display_sets import build_studies

    (study,) = build_studies(headers).studies
    assert len(study.display_sets) == 3
    assert [is_scout(shown) for shown in study.display_sets] == [is_one] * 3


def test_chest_film_hangs_frontal_beside_lateral_then_inverted() -> None:
    lateral = film("Chest LAT", 1, body_part="CHEST")
    frontal = film("Chest PA", 2, body_part="CHEST")
    first, second = stages(lateral, frontal)
    assert (first.protocol_id, grid(first)) == ("chest-radiograph", (1, 2))
    assert [number for number, _ in hung(first)] == ["2", "1"]
    assert grid(second) == (1, 1) and second.slots[0] is not None
    assert (hung(second)[0][0], second.slots[0].is_inverted) == ("2", True)
    assert not any(s.is_inverted for s in first.slots if s)


def test_a_named_frontal_goes_before_an_unnamed_view() -> None:
    unnamed, frontal = film("Chest", 1, body_part="CHEST"), film("Chest PA", 2, body_part="CHEST")
    assert hung(stages(unnamed, frontal)[0])[0][0] == "2"
    assert hung(stages(unnamed)[0])[0][0] == "1"


def limb(description: str, number: int, side: str, **facts: object) -> Made:
    return film(description, number, technique=TechniqueFacts(image_laterality=side), **facts)


def test_extremity_views_stand_in_their_order() -> None:
    made = [
        limb("Wrist scaphoid", 1, "L"),
        limb("Wrist lateral", 2, "L"),
        limb("Wrist oblique", 3, "L"),
        limb("Wrist PA", 4, "L"),
    ]
    first, *alone = stages(*made)
    assert (first.protocol_id, grid(first)) == ("extremity-radiograph", (1, 4))
    assert [number for number, _ in hung(first)] == ["4", "3", "2", "1"]
    assert [hung(stage)[0][0] for stage in alone] == ["4", "3", "2", "1"]
    assert {grid(stage) for stage in alone} == {(1, 1)}


def test_each_side_has_its_row_right_above_left() -> None:
    made = [
        limb("Wrist PA", 1, "L"),
        limb("Wrist LAT", 2, "L"),
        limb("Wrist PA", 3, "R"),
    ]
    first = stages(*made)[0]
    assert grid(first) == (2, 2)
    assert [number for number, _ in hung(first)] == ["3", "-", "1", "2"]


def test_more_than_four_views_make_two_rows() -> None:
    made = [limb(f"Knee PA {n}", n, "R", body_part="KNEE") for n in range(1, 7)]
    first = stages(*made)[0]
    assert grid(first) == (2, 3)
    assert [number for number, _ in hung(first)] == ["1", "2", "3", "4", "5", "6"]


def test_another_part_has_a_row_of_its_own() -> None:
    made = [limb("Wrist PA", 1, "R"), limb("Ankle AP", 2, "R", body_part="ANKLE")]
    first = stages(*made)[0]
    assert (grid(first), [n for n, _ in hung(first)]) == ((2, 1), ["2", "1"])


@pytest.mark.parametrize(
    ("count", "wanted"), [(1, (1, 1)), (2, (1, 2)), (3, (2, 2)), (4, (2, 2)), (6, (2, 2))]
)
def test_everything_else(count: int, wanted: tuple[int, int]) -> None:
    made = [Made("Something", "OT", "", n, 1) for n in range(1, count + 1)]
    (only,) = stages(*reversed(made))
    assert (only.protocol_id, grid(only)) == ("else", wanted)
    assert [n for n, _ in hung(only)] == [str(n) for n in range(1, min(4, count) + 1)]


# Reading defaults 5.4: class 100, plane 50, wished kernel 30, original 20, step 15.
LUNG = SlotRule(plane="axial", preset="lung", kernel="sharp", is_thin=True)
SOFT_SLOT = SlotRule(plane="axial", kernel="soft")


@pytest.mark.parametrize(
    ("rule", "made", "score"),
    [
        (LUNG, Made("Chest", technique=SHARP, step_mm=1.25), 215),
        (LUNG, Made("Chest", technique=SHARP, step_mm=5.0), 200),
        (LUNG, Made("Chest", technique=SOFT, step_mm=1.25), 185),
        (LUNG, Made("Chest", technique=SHARP, step_mm=1.25, orientation=CORONAL), 165),
        (LUNG, Made("Chest MIP", technique=SHARP, step_mm=1.25), 195),
        (SOFT_SLOT, Made("Chest", technique=SOFT, step_mm=5.0), 215),
        (SOFT_SLOT, Made("Chest", technique=SOFT, step_mm=1.25), 200),
        (SOFT_SLOT, Made("Chest", step_mm=5.0), 215),
        (SOFT_SLOT, Made("Chest", count=1), 0),
        (SlotRule(mr_class="T1", contrast="yes", plane="axial"), brain("Ax T1 +C", 1), 185),
        (SlotRule(mr_class="T1", contrast="yes", plane="axial"), brain("Ax T1", 1), 0),
        (SlotRule(mr_class="T1", contrast="no", plane="axial"), brain("Ax T1 +C", 1), 0),
        (SlotRule(mr_class="T1", contrast="no", plane="axial"), brain("Ax T1", 1), 185),
        (SlotRule(mr_class="FLAIR", plane="axial"), brain("Ax T2", 1), 0),
        (SlotRule(view="frontal"), film("PA"), 120),
        (SlotRule(view="lateral"), film("PA"), 0),
    ],
)
def test_scores(rule: SlotRule, made: Made, score: int) -> None:
    assert rule.score(display_set(made)) == score


def test_equal_scores_go_to_the_lower_series_number() -> None:
    first = stages(Made("Chest", number=9), Made("Chest", number=4))[0]
    assert hung(first) == [("4", "lung"), ("4", "mediastinum")]


def test_an_unknown_wish_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "protocols.json"
    protocol = {"id": "x", "modality": ["CT"], "region": [], "stages": [{"slots": [{"plan": "a"}]}]}
    path.write_text(json.dumps({"protocols": [protocol]}))
    with pytest.raises(ValueError, match="plan"):
        HangingProtocols.load(tmp_path)


@pytest.mark.parametrize(
    ("count", "wanted"),
    [(1, (1, 1)), (2, (1, 2)), (3, (1, 3)), (4, (2, 2)), (5, (2, 3)), (6, (2, 3))],
)
def test_grids(count: int, wanted: tuple[int, int]) -> None:
    assert grid_for(count) == wanted


def test_a_film_of_another_size_hangs_too() -> None:
    tall = film("Wrist PA", 1, pixels=PixelFacts(90, 40))
    assert grid(stages(tall)[0]) == (1, 1)
