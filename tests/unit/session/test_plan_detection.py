"""Which model looks at which series, and the sentence for every series it does not look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.jobs import Cancellation
from medai_desktop.series.display_set import Study
from medai_desktop.series.display_sets import build_studies
from medai_desktop.session.plan_detection import (
    PlannedRun,
    SkippedRun,
    gap_of,
    plan_detection,
)
from medai_desktop.source.folder import scan
from medai_desktop.source.instance import SkippedFile
from medai_desktop.text import message
from medai_desktop.volume import Contrast, MrClass
from tests.doubles.detectors import PhantomModels
from tests.doubles.heads import HeadWords, write_head
from tests.phantoms import volumes
from tests.phantoms.phantom import Phantom

MANIFESTS = PhantomModels(find_locations().models).usable()


def study_in(folder: Path) -> Study:
    headers = [
        item
        for item in scan((folder,), progress=lambda _: None, cancellation=Cancellation())
        if not isinstance(item, SkippedFile)
    ]
    (study,) = build_studies(headers).studies
    return study


def test_the_contrast_series_runs_and_every_other_says_why_not(tmp_path: Path) -> None:
    volumes.brain_mr(tmp_path)
    study = study_in(tmp_path)
    plan = {item.display_set.series.description: item for item in plan_detection(study, MANIFESTS)}
    assert len(plan) == len(study.display_sets), "no series is passed over in silence"
    runs = [name for name, item in plan.items() if isinstance(item, PlannedRun)]
    assert len(runs) == 1
    assert "C" in runs[0]
    reasons = {n: i.reason for n, i in plan.items() if isinstance(i, SkippedRun)}
    assert message("session.contrast_series_runs") in reasons.values()
    assert len(set(reasons.values())) >= 2, "a FLAIR is another reason than a T1 beside T1+C"


def test_a_contrast_t1_of_usual_pixels_is_inside_training(tmp_path: Path) -> None:
    write_head(tmp_path)
    (item,) = plan_detection(study_in(tmp_path), MANIFESTS)
    assert isinstance(item, PlannedRun)
    assert item.outside_training is None


def test_a_t1_alone_runs_outside_training(tmp_path: Path) -> None:
    write_head(tmp_path, HeadWords(description="Ax T1"))
    (item,) = plan_detection(study_in(tmp_path), MANIFESTS)
    assert isinstance(item, PlannedRun)
    assert item.outside_training is not None


def test_another_modality_is_not_even_a_question(tmp_path: Path) -> None:
    volumes.axial(tmp_path)
    assert plan_detection(study_in(tmp_path), MANIFESTS) == ()
    assert plan_detection(study_in(tmp_path), ()) == ()


@pytest.mark.parametrize(
    ("write", "has_gap"),
    [
        (volumes.missing_slice, True),
        (volumes.duplicate_slice, True),
        (volumes.irregular, True),
        (volumes.axial, False),
        (volumes.gantry_tilt, False),
        (volumes.single_slice, False),
    ],
)
def test_gaps_are_told_from_sound_stacks(
    tmp_path: Path, write: Callable[[Path], Phantom], has_gap: bool
) -> None:
    write(tmp_path)
    (shown,) = study_in(tmp_path).display_sets
    assert (gap_of(shown) is not None) is has_gap


def test_a_gap_in_a_fitting_series_is_the_reason(tmp_path: Path) -> None:
    write_head(tmp_path)
    sorted(tmp_path.iterdir())[9].unlink()
    (item,) = plan_detection(study_in(tmp_path), MANIFESTS)
    assert isinstance(item, SkippedRun)
    assert item.reason == gap_of(item.display_set)


@pytest.mark.parametrize("kind", ["sound", "no pixels"])
def test_a_series_known_to_be_incomplete_is_skipped_with_its_reason(
    tmp_path: Path, kind: str
) -> None:
    write_head(tmp_path)
    last = max(tmp_path.iterdir(), key=lambda path: pydicom.dcmread(path).InstanceNumber)
    if kind == "no pixels":
        dataset = pydicom.dcmread(last)
        del dataset.PixelData
        dataset.save_as(last)
    (item,) = plan_detection(study_in(tmp_path), MANIFESTS)
    if kind == "sound":
        assert isinstance(item, PlannedRun)
    else:
        assert isinstance(item, SkippedRun)
        assert item.reason == message("session.partial_volume")


@pytest.mark.parametrize("is_known", [True, False])
def test_only_a_contrast_series_of_known_weighting_stands_in_for_the_t1(
    tmp_path: Path, is_known: bool
) -> None:
    write_head(tmp_path, HeadWords(series="plain", description="Ax T1", number=1))
    files = write_head(tmp_path, HeadWords(series="post", description="Head post", number=2))
    if not is_known:
        for path in files:
            dataset = pydicom.dcmread(path)
            del dataset.RepetitionTime, dataset.EchoTime
            dataset.save_as(path)
    study = study_in(tmp_path)
    post = next(s for s in study.display_sets if s.series.number == 2)
    assert post.acquisition.contrast is Contrast.YES
    assert (post.acquisition.mr_class is MrClass.UNKNOWN) is not is_known
    plan = {item.display_set.series.number: item for item in plan_detection(study, MANIFESTS)}
    assert isinstance(plan[2], PlannedRun)
    assert isinstance(plan[1], SkippedRun) is is_known
