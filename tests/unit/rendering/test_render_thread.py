"""The render threads: newest request first, stale ones dropped, 3D never before slices."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from medai_desktop.geometry import AnatomicalPlane, VolumeGeometry, standard_plane
from medai_desktop.rendering import render_thread
from medai_desktop.rendering.render_thread import RenderThread
from medai_desktop.text import Message
from medai_desktop.view.picture import (
    Picture,
    PictureRequest,
    PlaneRequest,
    StoredSliceRequest,
    VolumeRequest,
)
from medai_desktop.view.viewport import Camera, Slab, SlabMode
from medai_desktop.volume import Volume, Window

WINDOW = Window(0, 1000)
PATIENCE_S = 60.0
THIN = Slab()


def volume(size: int) -> Volume:
    geometry = VolumeGeometry.from_axes((0, 0, 0), np.eye(3), (1, 1, 1), (size,) * 3, "1")
    voxels = np.random.default_rng(1).integers(0, 900, geometry.shape).astype(np.int16)
    return Volume(voxels, geometry, display_set_id=str(size))


SMALL, LARGE = volume(24), volume(160)


def stored(slice_index: int) -> StoredSliceRequest:
    return StoredSliceRequest(SMALL, slice_index, WINDOW, False)


def in_3d(of: Volume, size: int = 300) -> VolumeRequest:
    points = ((100.0, 0.0), (800.0, 0.3))
    return VolumeRequest(of, Camera(), (size, size), "ct-bone", points, False, WINDOW)


def plane(slab: Slab = THIN, size: int = 60) -> PlaneRequest:
    flat = standard_plane(AnatomicalPlane.CORONAL, (12.0, 12.0, 12.0))
    return PlaneRequest(SMALL, flat, (size, size), 0.5, slab, WINDOW, False)


class Received:
    """What has come, in its order; waiting for it."""

    def __init__(self) -> None:
        self.pictures: list[tuple[int, Picture]] = []
        self.failures: list[tuple[int, Message]] = []
        self.threads: set[str] = set()
        self._news = threading.Condition()
        self.thread = RenderThread(self._deliver, self._failed)

    def wait(self, condition: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(condition, PATIENCE_S), "waited in vain"

    def wait_until_3d_is_drawn(self, key: int) -> None:
        end = time.monotonic() + PATIENCE_S
        while self.thread._deep._being_drawn != key:
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.005)

    def keys(self) -> list[int]:
        return [key for key, _ in self.pictures]

    def _deliver(self, key: int, picture: Picture) -> None:
        with self._news:
            self.threads.add(threading.current_thread().name)
            self.pictures.append((key, picture))
            self._news.notify_all()

    def _failed(self, key: int, said: Message) -> None:
        with self._news:
            self.failures.append((key, said))
            self._news.notify_all()


@pytest.fixture
def received() -> Iterator[Received]:
    made = Received()
    yield made
    made.thread.close()


def test_each_request_brings_its_picture(received: Received) -> None:
    requests: dict[int, PictureRequest] = {1: stored(3), 2: plane(), 3: in_3d(SMALL, 80)}
    for key, request in requests.items():
        received.thread.submit(key, request)
    received.wait(lambda: len(received.pictures) == 3)
    for key, picture in received.pictures:
        assert picture.request is requests[key]
        assert picture.pixels.dtype == np.uint8 and picture.pixels.flags.c_contiguous
    shapes = {key: picture.pixels.shape for key, picture in received.pictures}
    assert shapes == {1: (24, 24), 2: (60, 60), 3: (80, 80, 3)}
    assert received.threads == {"render-slices", "render-3d"}


def test_slices_do_not_wait_for_the_first_3d_frame(received: Received) -> None:
    received.thread.submit(9, in_3d(LARGE, 450))
    for n in range(30):
        received.thread.submit(n % 3, stored(n % 24))
        received.wait(lambda n=n: any(p.request.slice_index == n % 24 for _, p in slices(received)))  # type: ignore[misc]
    assert 9 not in received.keys(), "thirty slices came while 3D was being drawn"
    received.wait(lambda: 9 in received.keys())


def slices(received: Received) -> list[tuple[int, Picture]]:
    return [(k, p) for k, p in received.pictures if isinstance(p.request, StoredSliceRequest)]


def test_of_a_burst_the_newest_comes_and_most_others_are_dropped(received: Received) -> None:
    thick = Slab(SlabMode.MEAN, 20.0)
    requests = [plane(thick, 900) for _ in range(40)]
    for request in requests:
        received.thread.submit(5, request)
    received.wait(lambda: any(p.request is requests[-1] for _, p in received.pictures))
    assert len(received.pictures) < 20
    order = [requests.index(p.request) for _, p in received.pictures]  # type: ignore[arg-type]
    assert order == sorted(order)


def test_every_viewport_gets_its_turn(received: Received) -> None:
    """One that asks without end does not keep another waiting."""
    thick, end = Slab(SlabMode.MEAN, 20.0), time.monotonic() + PATIENCE_S
    received.thread.submit(1, plane(thick, 400))
    received.thread.submit(2, stored(5))
    while 2 not in received.keys():
        assert time.monotonic() < end, "the second viewport waits in vain"
        received.thread.submit(1, plane(thick, 400))
        received.thread.submit(1, plane(thick, 400))
    assert received.keys().index(2) <= 2, "its turn comes after that of the first"


def test_leaving_3d_drops_the_picture_that_is_being_drawn(received: Received) -> None:
    """It would be painted over the slice that the viewport shows by then."""
    received.thread.submit(1, in_3d(LARGE, 450))
    received.wait_until_3d_is_drawn(1)
    received.thread.submit(1, stored(4))
    received.wait(lambda: 1 in received.keys())
    received.thread.submit(2, in_3d(SMALL, 40))
    received.wait(lambda: 2 in received.keys())
    kinds = [type(p.request) for key, p in received.pictures if key == 1]
    assert kinds == [StoredSliceRequest]


def test_what_is_forgotten_never_comes(received: Received) -> None:
    received.thread.submit(1, in_3d(LARGE, 500))
    received.thread.submit(3, in_3d(SMALL, 40))
    received.thread.forget(3)
    received.thread.forget(1)
    received.thread.submit(2, in_3d(SMALL, 40))
    received.wait(lambda: 2 in received.keys())
    assert received.keys() == [2]


def test_a_picture_that_fails_is_said_and_the_next_one_comes(received: Received) -> None:
    broken = StoredSliceRequest(SMALL, 99, WINDOW, False)
    received.thread.submit(1, broken)
    received.wait(lambda: bool(received.failures))
    assert (received.failures[0][0], received.failures[0][1].id) == (1, "rendering.failed")
    received.thread.submit(1, stored(0))
    received.wait(lambda: bool(received.pictures))
    flat = Volume(SMALL.voxels, None)
    received.thread.submit(4, VolumeRequest(flat, Camera(), (30, 30), "", (), True, WINDOW))
    received.wait(lambda: len(received.failures) == 2)
    received.thread.submit(4, in_3d(SMALL, 30))
    received.wait(lambda: 4 in received.keys())


def test_closing_ends_both_threads_and_nothing_comes_after() -> None:
    made = Received()
    made.thread.submit(1, in_3d(SMALL, 60))
    made.wait(lambda: bool(made.pictures))
    names = {t.name for t in threading.enumerate()}
    assert {"render-slices", "render-3d"} <= names
    made.thread.submit(1, in_3d(LARGE, 450))
    made.thread.close()
    before = len(made.pictures)
    made.thread.submit(2, stored(1))
    time.sleep(0.2)
    assert len(made.pictures) == before
    assert render_thread.LONGEST_END_S >= 10


def test_pictures_stay_whole_while_others_are_drawn(received: Received) -> None:
    """The array belongs to the picture, not to the next frame."""
    received.thread.submit(1, in_3d(SMALL, 90))
    received.wait(lambda: 1 in received.keys())
    first = received.pictures[-1][1].pixels
    kept = first.copy()
    for key, request in ((2, plane()), (3, in_3d(LARGE, 90)), (4, stored(2))):
        received.thread.submit(key, request)
        received.wait(lambda key=key: key in received.keys())  # type: ignore[misc]
    assert np.array_equal(first, kept) and kept.max() > 0
