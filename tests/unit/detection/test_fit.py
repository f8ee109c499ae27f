"""A model fits unless header or image contradicts it; unknown is said; outside training too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from medai_desktop.detection.fit import fit
from medai_desktop.detection.manifest import Manifest, TrainedOn, read_manifest
from medai_desktop.detection.outside_training import (
    all_of,
    cut_off,
    outside_by_header,
    outside_by_image,
)
from medai_desktop.text import Message, message
from medai_desktop.volume import Acquisition, Contrast, MrClass, Region
from tests.unit.detection.heads import INSIDE, head
from tests.unit.detection.models import SHIPPED

BRAIN = read_manifest(SHIPPED)
FRACTURE = replace(
    BRAIN,
    modality=("CR", "DX"),
    regions=("extremity", "pelvis"),
    mr_classes=(),
    prefers_contrast=False,
    trained_on=replace(BRAIN.trained_on, least_field_mm=250.0, least_age_years=0.0),
)
HAND = Acquisition("DX", region=Region.EXTREMITY)
SPACING = (0.9, 0.9)


def contradiction(manifest: Manifest, acquisition: Acquisition) -> Message | None:
    return fit(manifest, acquisition, SPACING).contradiction


def test_inside_in_every_way_says_nothing() -> None:
    answer = fit(BRAIN, INSIDE, SPACING)
    assert (answer.contradiction, answer.warnings, answer.outside_training) == (None, (), None)


@pytest.mark.parametrize("modality", ["CT", "DX", "SC", "", "mr"])
def test_another_modality_contradicts(modality: str) -> None:
    said = contradiction(BRAIN, replace(INSIDE, modality=modality))
    assert said == message("detection.other_modality", modality=modality)


@pytest.mark.parametrize("region", list(Region))
def test_only_a_part_of_the_body_that_is_positively_another_contradicts(region: Region) -> None:
    answer = fit(BRAIN, replace(INSIDE, region=region), SPACING)
    if region in {Region.HEAD, Region.UNKNOWN}:
        assert answer.contradiction is None
    else:
        assert answer.contradiction == message("detection.other_region", region=region.value)
    is_unknown = region is Region.UNKNOWN
    assert (message("detection.unknown_region") in answer.warnings) is is_unknown


def test_a_chest_radiograph_is_no_extremity() -> None:
    said = contradiction(FRACTURE, replace(HAND, region=Region.CHEST))
    assert said == message("detection.other_region", region="chest")
    assert contradiction(FRACTURE, HAND) is None
    assert contradiction(FRACTURE, replace(HAND, modality="CR")) is None


@pytest.mark.parametrize("mr_class", list(MrClass))
def test_only_a_weighting_that_is_positively_another_contradicts(mr_class: MrClass) -> None:
    answer = fit(BRAIN, replace(INSIDE, mr_class=mr_class), SPACING)
    if mr_class in {MrClass.T1, MrClass.UNKNOWN}:
        assert answer.contradiction is None
    else:
        expected = message("detection.other_class", mr_class=mr_class.value)
        assert answer.contradiction == expected
    is_unknown = mr_class is MrClass.UNKNOWN
    assert (message("detection.unknown_class") in answer.warnings) is is_unknown


def test_weightings_are_of_mr_only() -> None:
    answer = fit(FRACTURE, HAND, SPACING)
    assert (answer.contradiction, answer.warnings, answer.outside_training) == (None, (), None)


def test_scouts_and_colour_are_not_looked_at() -> None:
    assert contradiction(BRAIN, replace(INSIDE, is_localizer=True)) == message(
        "detection.localizer"
    )
    assert fit(BRAIN, INSIDE, SPACING, is_colour=True).contradiction == message("detection.colour")
    assert fit(BRAIN, INSIDE, SPACING, is_colour=False).contradiction is None


def test_everything_unknown_is_accepted_and_said() -> None:
    answer = fit(BRAIN, Acquisition("MR"), None)
    assert answer.contradiction is None
    assert answer.warnings == (
        message("detection.unknown_region"),
        message("detection.unknown_class"),
    )
    assert answer.outside_training == all_of(
        (message("detection.no_contrast"), message("detection.no_scale"))
    )


@pytest.mark.parametrize("contrast", [Contrast.NO, Contrast.UNKNOWN])
def test_t1_without_known_contrast_runs_as_outside(contrast: Contrast) -> None:
    answer = fit(BRAIN, replace(INSIDE, contrast=contrast), SPACING)
    assert answer.contradiction is None
    assert answer.outside_training == message("detection.no_contrast")


def test_contrast_matters_only_to_a_model_that_wants_it() -> None:
    assert outside_by_header(FRACTURE, HAND, SPACING) == ()


@pytest.mark.parametrize(
    ("age", "is_outside"), [(17.9, True), (18.0, False), (0.0, True), (90.0, False), (None, False)]
)
def test_children(age: float | None, is_outside: bool) -> None:
    said = outside_by_header(BRAIN, replace(INSIDE, age_years=age), SPACING)
    assert said == ((message("detection.too_young", years=18),) if is_outside else ())


@pytest.mark.parametrize(
    ("spacing_mm", "reason"),
    [
        (None, "detection.no_scale"),
        ((0.2, 0.2), None),
        ((1.3, 1.3), None),
        ((0.9, 1.4), "detection.coarse_pixels"),
        ((2.0, 0.9), "detection.coarse_pixels"),
    ],
)
def test_scale(spacing_mm: tuple[float, float] | None, reason: str | None) -> None:
    said = outside_by_header(BRAIN, INSIDE, spacing_mm)
    assert [one.id for one in said] == ([reason] if reason else [])


def test_several_reasons_are_all_said() -> None:
    first, second, third = (message("detection.no_scale"), message("detection.no_contrast"), None)
    assert all_of(()) is None
    assert all_of((first,)) == first
    both = all_of((first, second))
    assert both == message("detection.and_also", first=first, second=second)
    assert both != all_of((second, first))
    assert third is None


# -- by image ---------------------------------------------------------------------------------


def ids(reasons: tuple[Message, ...]) -> list[str]:
    return [reason.id for reason in reasons]


def test_a_head_is_inside() -> None:
    assert outside_by_image(BRAIN, head()) == ()


def test_a_narrow_field() -> None:
    small = head((9, 128, 256), radius_mm=50.0)
    assert outside_by_image(BRAIN, small) == (message("detection.narrow_field", size=115),)
    plain = head((1, 512, 512), (1.0, 0.4, 0.4))
    film = replace(plain, geometry=None, pixel_spacing_mm=(0.4, 0.4))
    assert ids(outside_by_image(FRACTURE, film)) == ["detection.narrow_field"]
    unknown = replace(film, pixel_spacing_mm=None)
    assert outside_by_image(FRACTURE, unknown) == ()


def test_far_slices() -> None:
    assert ids(outside_by_image(BRAIN, head(spacing_mm=(12.0, 0.9, 0.9)))) == [
        "detection.far_slices"
    ]
    single = head((1, 256, 256), spacing_mm=(12.0, 0.9, 0.9))
    assert outside_by_image(BRAIN, single) == ()


GREYS: dict[str, NDArray[np.generic]] = {
    "flat": np.zeros((9, 256, 256), np.int16),
    "full to the border": np.random.default_rng(1).normal(1000, 50, (9, 256, 256)),
    "a speck": np.pad(
        np.random.default_rng(2).integers(500, 900, (9, 16, 16)), ((0, 0), (120, 120), (120, 120))
    ),
    "a mask": (head().voxels > 300).astype(np.uint8) * 255,
}


@pytest.mark.parametrize("voxels", GREYS.values(), ids=GREYS.keys())
def test_other_greys(voxels: NDArray[np.generic]) -> None:
    assert ids(outside_by_image(BRAIN, replace(head(), voxels=voxels))) == ["detection.other_greys"]


def test_padding_and_what_is_no_number_do_not_count() -> None:
    plain = head()
    is_ground = plain.voxels < 200
    padded = np.where(is_ground, -32000, plain.voxels).astype(np.int16)
    assert ids(outside_by_image(BRAIN, replace(plain, voxels=padded))) == []
    # A border of padding around the head would hide every difference inside it.
    border = plain.voxels.astype(np.float32)
    border[:, :20] = -32000.0
    border[:, 200:210] = np.nan
    lost = replace(plain, voxels=border)
    assert ids(outside_by_image(BRAIN, lost)) == ["detection.other_greys"]
    assert ids(outside_by_image(BRAIN, replace(lost, padding=(-32000.0, -32000.0)))) == []


def test_any_range_of_greys_may_be_declared() -> None:
    wide = replace(BRAIN, trained_on=TrainedOn(9.0, 0.0, 99.0, 0.0, (0.0, 1.0)))
    full = replace(head(), voxels=GREYS["full to the border"])
    assert outside_by_image(BRAIN, full) != ()
    assert outside_by_image(wide, full) == ()


def test_what_lies_beyond_the_input_is_said() -> None:
    # The input is 288 pixels of 0.87 mm: 251 mm.
    assert cut_off(BRAIN, head()) is None
    wide = head((9, 320, 320), radius_mm=80.0)
    assert cut_off(BRAIN, wide) is None
    large = head((9, 320, 320), radius_mm=140.0)
    assert cut_off(BRAIN, large) == message("detection.cut_off", size=251)
    assert cut_off(BRAIN, replace(large, geometry=None)) is None
    one_sided = np.roll(head((9, 320, 320)).voxels, 70, axis=2)
    aside = replace(head((9, 320, 320)), voxels=one_sided)
    assert cut_off(BRAIN, aside) == message("detection.cut_off", size=251)
