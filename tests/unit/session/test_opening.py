"""Opening studies: what is selected, kept, told, evicted; on real files, threads and workers."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest

from medai_desktop.errors import MedaiError
from medai_desktop.jobs import Cancellation, Job, JobContext, JobState, Progress
from medai_desktop.series import memory, windowed_loading
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.opening import Opening
from medai_desktop.text import Catalogues, Language
from tests.phantoms import bad_files, volumes
from tests.phantoms.encoding import TransferSyntax
from tests.phantoms.phantom import Phantom

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60.0


class Shop:
    """An opening and the desk around it."""

    def __init__(self, budget_bytes: int = 1 << 30) -> None:
        catalogues = Catalogues(ROOT / "resources" / "translations")
        self.context = DeskContext(catalogues, Language.ENGLISH)
        self.opening = Opening(self.context, ROOT / "resources" / "sample", budget_bytes)
        self.selected: list[str] = []
        self.arrived: list[str] = []
        self.in_view: set[str] = set()
        self.opening.when_study_selected = lambda study: self.selected.append(study.id)
        self.opening.when_slices_arrived = self.arrived.append
        self.opening.is_in_view = lambda identity: identity in self.in_view

    def wait(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < until, "waited in vain"
            self.context.mailbox.drain()
            time.sleep(0.002)

    def open(self, *paths: Path) -> None:
        job = self.opening.open_paths(paths)
        self.wait(lambda: job.state.has_ended and job.id not in {j.id for j in self.context.jobs})

    def load(self, identity: str, first_slice: int = 0) -> None:
        self.opening.ensure_loaded(identity, first_slice)
        self.wait(lambda: self.opening.loading(identity).is_complete)
        self.context.mailbox.drain()

    @property
    def said(self) -> list[str]:
        return [self.context.render(notice.message) for notice in self.context.notices]


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.opening.close()


@pytest.fixture
def axial(tmp_path: Path) -> Phantom:
    return volumes.axial(tmp_path / "axial")


def context_of_a_job() -> JobContext:
    return JobContext(lambda _: None, Cancellation())


def test_a_folder_opens_its_newest_study(shop: Shop, axial: Phantom) -> None:
    assert shop.opening.studies == ()
    shop.open(axial.folder)
    (study,) = shop.opening.studies
    assert shop.opening.current_study is study
    assert shop.selected == [axial.tags.study_uid]
    assert shop.opening.opened_paths == (axial.folder,)
    assert shop.said == []
    shown = shop.opening.display_set(axial.tags.series_uid)
    assert shown is not None and shop.opening.study_of(shown.id) is study
    assert shop.opening.display_set("1.2.3") is None and shop.opening.study_of("1.2.3") is None
    assert shop.opening.display_set(None) is None


def test_the_sample_opens(shop: Shop) -> None:
    job = shop.opening.open_sample()
    shop.wait(lambda: job.state.has_ended and shop.opening.current_study is not None)
    assert shop.opening.studies[0].display_sets


def test_pixels_come_and_are_told(shop: Shop, axial: Phantom) -> None:
    shop.open(axial.folder)
    identity = axial.tags.series_uid
    opening = shop.opening
    assert opening.volume(identity) is None
    assert (opening.loading(identity).loaded, opening.loading(identity).total) == (0, 20)
    assert not opening.is_loaded(identity, 3)
    shop.load(identity, 3)
    volume = opening.volume(identity)
    assert volume is not None and volume.digest
    assert np.array_equal(volume.voxels, axial.voxels)
    assert (opening.loading(identity).loaded, opening.loading(identity).failures) == (20, ())
    assert opening.is_loaded(identity, 3) and not opening.is_loaded(identity, 20)
    assert set(shop.arrived) == {identity}
    assert opening.loaded_part(identity) is volume
    assert opening.complete_volume(identity, context_of_a_job()) is volume


def test_thumbnails_come_by_themselves(shop: Shop, axial: Phantom) -> None:
    shop.open(axial.folder)
    identity = axial.tags.series_uid
    shop.wait(lambda: shop.opening.thumbnail(identity) is not None)
    picture = shop.opening.thumbnail(identity)
    assert picture is not None
    assert picture.shape == (80, 96) and picture.dtype == np.uint8
    assert all(job.title.id != "session.thumbnails" for job in shop.context.jobs)


def test_a_second_study_is_added_and_chosen(shop: Shop, axial: Phantom, tmp_path: Path) -> None:
    other = volumes.head_ct(tmp_path / "head")
    shop.open(axial.folder)
    shop.load(axial.tags.series_uid)
    shop.open(other.folder)
    assert shop.selected == [axial.tags.study_uid, other.tags.study_uid]
    assert len(shop.opening.studies) == 2
    assert shop.opening.volume(axial.tags.series_uid) is not None
    shop.opening.select_study(axial.tags.study_uid)
    assert shop.selected[-1] == axial.tags.study_uid
    shop.opening.select_study("1.2.3")
    assert shop.selected[-1] == axial.tags.study_uid


def test_two_folders_handed_over_at_once_both_stay(
    shop: Shop, axial: Phantom, tmp_path: Path
) -> None:
    other = volumes.head_ct(tmp_path / "head")
    jobs = [shop.opening.open_paths((folder,)) for folder in (axial.folder, other.folder)]
    shop.wait(lambda: all(job.state.has_ended for job in jobs) and not shop.context.jobs)
    assert {study.id for study in shop.opening.studies} == {
        axial.tags.study_uid,
        other.tags.study_uid,
    }


def test_the_same_folder_again_changes_nothing(shop: Shop, axial: Phantom) -> None:
    shop.open(axial.folder)
    shop.load(axial.tags.series_uid)
    study, volume = shop.opening.current_study, shop.opening.volume(axial.tags.series_uid)
    shop.open(axial.folder)
    assert shop.selected == [axial.tags.study_uid]
    assert shop.opening.current_study is study
    assert shop.opening.volume(axial.tags.series_uid) is volume


def test_a_folder_that_changed_is_shown_as_it_is_now(shop: Shop, axial: Phantom) -> None:
    shop.open(axial.folder)
    shop.load(axial.tags.series_uid)
    axial.paths[19].unlink()
    dataset = pydicom.dcmread(axial.paths[0])
    dataset.RescaleIntercept = "100"
    dataset.save_as(axial.paths[0])
    shop.open(axial.folder)
    assert shop.selected == [axial.tags.study_uid] * 2
    assert shop.opening.volume(axial.tags.series_uid) is None
    shop.load(axial.tags.series_uid)
    volume = shop.opening.volume(axial.tags.series_uid)
    assert volume is not None and len(volume.voxels) == 19
    assert np.array_equal(volume.voxels[0], axial.voxels[0] + 100)


def test_a_folder_that_vanished_takes_its_study_along(
    shop: Shop, axial: Phantom, tmp_path: Path
) -> None:
    other = volumes.head_ct(tmp_path / "head")
    shop.open(axial.folder, other.folder)
    gone = shop.opening.current_study
    assert gone is not None
    folder = axial.folder if gone.id == axial.tags.study_uid else other.folder
    shutil.rmtree(folder)
    shop.open(folder)
    assert len(shop.opening.studies) == 1
    assert shop.opening.current_study in shop.opening.studies
    assert any("no longer there" in said for said in shop.said)


def test_two_patients_under_one_uid_can_both_be_chosen(shop: Shop, axial: Phantom) -> None:
    for path in axial.paths[::2]:
        dataset = pydicom.dcmread(path)
        dataset.PatientID = "SOMEBODY-ELSE"
        dataset.save_as(path)
    shop.open(axial.folder)
    for study in shop.opening.studies:
        shop.opening.select_study(study.id)
        assert shop.opening.current_study is study
    assert {study.patient.patient_id for study in shop.opening.studies} == {
        "PHANTOM-1",
        "SOMEBODY-ELSE",
    }


# -- what is told --------------------------------------------------------------------------------


def test_an_empty_folder_is_told(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    shop.open(tmp_path / "empty")
    assert shop.said == ["There is no file here. Choose the folder that holds the DICOM files."]


def test_a_folder_without_images_tells_why(shop: Shop, tmp_path: Path) -> None:
    bad_files.empty(tmp_path)
    bad_files.not_dicom(tmp_path)
    shop.open(tmp_path)
    (notice,) = shop.context.notices
    assert "No image could be opened here" in shop.said[0]
    details = {shop.context.render(detail) for detail in notice.details}
    assert details == {"empty.dcm is empty.", "IM00001.dcm is not DICOM."}
    assert notice.is_warning


@pytest.mark.parametrize("kind", ["truncated_pixels", "no_pixel_data", "empty", "zero_rows"])
def test_one_bad_file_is_one_sentence_and_the_rest_opens(
    kind: str, shop: Shop, axial: Phantom
) -> None:
    path = bad_files.BAD_FILES[kind](axial.folder / "more")
    shop.open(axial.folder)
    (notice,) = shop.context.notices
    assert shop.context.render(notice.message).startswith(path.name)
    assert notice.is_warning
    assert shop.opening.display_set(axial.tags.series_uid) is not None


def test_what_takes_no_image_away_is_no_warning(shop: Shop, axial: Phantom) -> None:
    bad_files.not_dicom(axial.folder / "more")
    shop.open(axial.folder)
    (notice,) = shop.context.notices
    assert shop.said == ["IM00001.dcm is not DICOM."]
    assert not notice.is_warning


def test_many_bad_files_are_counted_the_serious_ones_first(shop: Shop, axial: Phantom) -> None:
    more = axial.folder / "more"
    for kind in ("not_dicom", "picture", "empty", "truncated_pixels"):
        bad_files.BAD_FILES[kind](more)
    shop.open(axial.folder)
    (notice,) = shop.context.notices
    (said,) = shop.said
    assert said.startswith("4 files could not be used")
    assert "empty.dcm is empty." in said and "ends early" in said
    assert "photo.png" not in said
    assert len(notice.details) == 4
    assert len(shop.opening.skipped) == 4


def test_a_file_is_told_once_until_its_folder_is_opened_again(
    shop: Shop, axial: Phantom, tmp_path: Path
) -> None:
    bad_files.empty(axial.folder)
    other = volumes.head_ct(tmp_path / "head")
    shop.open(axial.folder)
    for notice in shop.context.notices:
        shop.context.dismiss(notice)
    shop.open(other.folder)
    assert shop.said == []
    shop.open(axial.folder)
    assert shop.said == ["empty.dcm is empty."]


def test_an_image_that_cannot_be_decoded_is_told(shop: Shop, tmp_path: Path) -> None:
    phantom = volumes.axial(tmp_path, TransferSyntax.JPEG_2000_LOSSLESS)
    raw = bytearray(phantom.paths[6].read_bytes())
    start = raw.index(b"\xff\x4f\xff\x51") + 60
    raw[start:-8] = os.urandom(len(raw) - 8 - start)
    phantom.paths[6].write_bytes(bytes(raw))
    shop.open(phantom.folder)
    identity = phantom.tags.series_uid
    shop.load(identity)
    ((index, _),) = shop.opening.failures(identity)
    assert index == 6
    assert shop.said == [
        f"1 of 20 images could not be decoded: {phantom.paths[6].name}: its compressed pixel data "
        "are damaged. The others are shown; detection is off for this series."
    ]
    assert shop.opening.complete_volume(identity, context_of_a_job()).digest == ""


def test_a_scan_that_is_cancelled_changes_nothing(shop: Shop, axial: Phantom) -> None:
    shop.open(axial.folder)
    good = axial.paths[0].read_bytes()
    many = axial.folder.parent / "many"
    many.mkdir()
    for number in range(1500):
        (many / f"{number}").write_bytes(good)
    job = shop.opening.open_paths((many,))
    shop.wait(lambda: job.state is JobState.RUNNING)
    job.cancel()
    began = time.monotonic()
    shop.wait(lambda: job.state.has_ended)
    assert job.state is JobState.CANCELLED
    assert time.monotonic() - began < 3
    shop.context.mailbox.drain()
    assert len(shop.opening.studies) == 1
    assert shop.said == []
    assert not shop.opening.last_scan_failed


def test_progress_of_a_scan_counts_files(shop: Shop, axial: Phantom) -> None:
    job = shop.opening.open_paths((axial.folder,))
    shop.wait(lambda: job.state.has_ended)
    assert job.progress == Progress(20, 20, job.progress.stage if job.progress else None)  # type: ignore[arg-type]


# -- memory --------------------------------------------------------------------------------------

ONE_VOLUME = 20 * 40 * 48 * 2


def three(folder: Path) -> list[Phantom]:
    return [
        volumes.axial(folder / "1"),
        volumes.reversed_order(folder / "2"),
        volumes.flipped_rows(folder / "3"),
    ]


def test_the_least_recently_shown_goes_first(tmp_path: Path) -> None:
    shop = Shop(budget_bytes=2 * ONE_VOLUME)
    try:
        ids = [phantom.tags.series_uid for phantom in three(tmp_path)]
        shop.open(tmp_path)
        shop.load(ids[0])
        shop.load(ids[1])
        shop.load(ids[0])  # looked at again
        shop.load(ids[2])
        held = [identity for identity in ids if shop.opening.volume(identity) is not None]
        assert held == [ids[0], ids[2]]
        shop.load(ids[1])
        assert shop.opening.volume(ids[1]) is not None
    finally:
        shop.opening.close()


def test_what_is_on_screen_stays(tmp_path: Path) -> None:
    shop = Shop(budget_bytes=ONE_VOLUME)
    try:
        ids = [phantom.tags.series_uid for phantom in three(tmp_path)]
        shop.open(tmp_path)
        shop.in_view = {ids[0]}
        for identity in ids:
            shop.load(identity)
        held = [identity for identity in ids if shop.opening.volume(identity) is not None]
        assert held == [ids[0], ids[2]]
    finally:
        shop.opening.close()


def scarce(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less memory than one volume takes; a little less each time it is asked."""
    free = iter(range(60_000, 0, -1))
    monkeypatch.setattr(memory, "free_memory_bytes", lambda: next(free))
    monkeypatch.setattr(windowed_loading, "free_memory_bytes", lambda: next(free))


def test_what_does_not_fit_is_shown_image_by_image(
    shop: Shop, axial: Phantom, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.open(axial.folder)
    identity, opening = axial.tags.series_uid, shop.opening
    scarce(monkeypatch)

    def there() -> list[int]:
        return [k for k in range(20) if opening.is_loaded(identity, k)]

    shop.load(identity, 3)
    assert there() == [1, 2, 3, 4, 5]
    (said,) = shop.said
    assert said.startswith("This series needs 0 MB")
    assert said.endswith("Its images are shown one by one, without planes, 3D and detection.")
    volume = opening.volume(identity)
    assert volume is not None and volume.geometry is None and volume.digest == ""
    assert np.array_equal(volume.voxels[3], axial.voxels[3])
    for wanted, around in ((6, [2, 3, 4, 5, 6, 7, 8]), (19, [17, 18, 19]), (0, [0, 1, 2])):
        opening.ensure_loaded(identity, wanted)
        shop.wait(lambda: opening.is_loaded(identity, wanted))  # noqa: B023 - called at once
        shop.wait(lambda: opening.loading(identity).is_complete)
        assert set(there()) == set(around)
        for k in there():
            assert np.array_equal(volume.voxels[k], axial.voxels[k])
    assert len(shop.said) == 1
    assert opening.shortage(identity) is not None
    with pytest.raises(MedaiError, match="too_large"):
        opening.complete_volume(identity, context_of_a_job())


def test_what_fits_has_no_shortage(shop: Shop, axial: Phantom) -> None:
    shop.open(axial.folder)
    shop.load(axial.tags.series_uid)
    assert shop.opening.shortage(axial.tags.series_uid) is None


def test_where_not_even_that_is_possible_it_is_refused_once_with_the_figures(
    shop: Shop, axial: Phantom, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.open(axial.folder)
    identity = axial.tags.series_uid
    scarce(monkeypatch)
    monkeypatch.delattr(memory.mmap, "MADV_DONTNEED")  # as on Windows
    for slice_index in range(5):
        shop.opening.ensure_loaded(identity, slice_index)
    assert shop.said == ["This series needs 0 MB, 0 MB are free. Close other studies or programs."]
    assert shop.opening.volume(identity) is None
    assert shop.opening.loading(identity).is_complete
    with pytest.raises(MedaiError, match="too_large"):
        shop.opening.complete_volume(identity, context_of_a_job())


def test_a_volume_that_is_gone_is_read_again_for_a_job(shop: Shop, axial: Phantom) -> None:
    shop.open(axial.folder)
    found = shop.opening.complete_volume(axial.tags.series_uid, context_of_a_job())
    assert np.array_equal(found.voxels, axial.voxels)
    with pytest.raises(MedaiError, match="display_set_gone"):
        shop.opening.complete_volume("1.2.3", context_of_a_job())


def test_a_load_that_was_cancelled_goes_on_when_its_slice_is_wanted(
    shop: Shop, tmp_path: Path
) -> None:
    phantom = volumes.axial(tmp_path, TransferSyntax.JPEG_2000_LOSSLESS)
    shop.open(phantom.folder)
    identity = phantom.tags.series_uid
    shop.opening.ensure_loaded(identity, 10)
    (job,) = [job for job in shop.context.jobs if job.title.id == "session.loading"]
    job.cancel()
    shop.wait(lambda: job.state.has_ended)
    if job.state is not JobState.CANCELLED:
        pytest.skip("it was quicker")
    missing = next(k for k in range(20) if not shop.opening.is_loaded(identity, k))
    shop.load(identity, missing)
    shop.wait(lambda: shop.opening.loading(identity).loaded == 20)
    volume = shop.opening.volume(identity)
    assert volume is not None and np.array_equal(volume.voxels, phantom.voxels)


def test_closing_in_the_middle_is_quick_and_leaves_no_process(tmp_path: Path) -> None:
    shop = Shop()
    phantom = volumes.axial(tmp_path, TransferSyntax.JPEG_2000_LOSSLESS)
    shop.open(phantom.folder)
    shop.opening.ensure_loaded(phantom.tags.series_uid, 0)
    decoders = shop.opening.decoders()
    shop.wait(lambda: bool(decoders.pids()))
    pids = decoders.pids()
    began = time.monotonic()
    shop.opening.close()
    assert time.monotonic() - began < 8
    for pid in pids:
        state = Path(f"/proc/{pid}/stat")
        assert not state.exists() or " Z " in state.read_text()


def test_the_same_notice_is_not_shown_twice(shop: Shop, axial: Phantom) -> None:
    bad_files.empty(axial.folder)
    shop.open(axial.folder)
    shop.open(axial.folder)
    notices: tuple[Notice, ...] = shop.context.notices
    assert len(notices) == 1


def test_jobs_are_listed_while_they_run(shop: Shop, axial: Phantom) -> None:
    job: Job[object] = shop.opening.open_paths((axial.folder,))  # type: ignore[assignment]
    assert job in shop.context.jobs
    shop.wait(lambda: job not in shop.context.jobs)
