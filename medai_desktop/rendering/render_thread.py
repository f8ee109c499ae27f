"""The render threads: newest request of each viewport first, stale ones dropped."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol, TypeVar

from medai_desktop.errors import MedaiError
from medai_desktop.rendering.stored_slice import stored_slice
from medai_desktop.text import Message, message
from medai_desktop.view.picture import (
    Picture,
    PictureRequest,
    PlaneRequest,
    StoredSliceRequest,
    VolumeRequest,
)
from medai_desktop.volume import Volume

_log = logging.getLogger(__name__)
Deliver = Callable[[int, Picture], None]
Failed = Callable[[int, Message], None]
_Result = TypeVar("_Result")

LONGEST_END_S = 10.0


class RenderThread:
    """Two threads that own every VTK object: one for slices and planes, one for 3D.

    The first 3D frame takes seconds on a software renderer; it never holds slices up.

    Args:
        deliver: called on the render thread with each finished picture.
        failed: called on the render thread when a picture could not be made.
    """

    def __init__(self, deliver: Deliver, failed: Failed) -> None:
        self._flat = _Lane("render-slices", _SlicePainter, deliver, failed)
        self._deep = _Lane("render-3d", _VolumePainter, deliver, failed)

    def submit(self, viewport_key: int, request: PictureRequest) -> None:
        """Asks for a picture; an older request of the same viewport is forgotten."""
        lane, other = self._flat, self._deep
        if isinstance(request, VolumeRequest):
            lane, other = self._deep, self._flat
        other.forget(viewport_key)
        lane.submit(viewport_key, request)

    def forget(self, viewport_key: int) -> None:
        """Drops what a viewport has asked for, even what is being drawn now."""
        self._flat.forget(viewport_key)
        self._deep.forget(viewport_key)

    def close(self) -> None:
        """Ends both threads; VTK objects die where they lived."""
        for lane in (self._flat, self._deep):
            lane.ask_to_end()
        for lane in (self._flat, self._deep):
            lane.join()


class _Painter(Protocol):
    """Draws on one thread."""

    def paint(self, request: PictureRequest) -> Picture:
        """Draws one picture."""
        ...

    def close(self) -> None:
        """Gives everything back."""
        ...


class _SlicePainter:
    def __init__(self) -> None:
        self._shown: Volume | None = None
        self._image: object = None

    def paint(self, request: PictureRequest) -> Picture:
        if isinstance(request, StoredSliceRequest):
            return Picture(request, stored_slice(request))
        if not isinstance(request, PlaneRequest):
            raise TypeError("slices and planes only")
        from medai_desktop.rendering.plane_picture import plane_picture
        from medai_desktop.rendering.vtk_volume import image_data

        if self._shown is not request.volume:
            self._image, self._shown = image_data(request.volume.voxels), request.volume
        return Picture(request, plane_picture(self._image, request))  # type: ignore[arg-type]

    def close(self) -> None:
        self._image, self._shown = None, None


class _VolumePainter:
    def __init__(self) -> None:
        self._scene: object = None

    def paint(self, request: PictureRequest) -> Picture:
        from medai_desktop.rendering.volume_scene import VolumeScene

        if not isinstance(request, VolumeRequest):
            raise TypeError("3D only")
        if not isinstance(self._scene, VolumeScene):
            self._scene = VolumeScene()
        pixels, reduced_from = self._scene.picture(request)
        return Picture(request, pixels, reduced_from)

    def close(self) -> None:
        if self._scene is not None:
            self._scene.close()  # type: ignore[attr-defined]
            self._scene = None


class _Lane:
    def __init__(
        self, name: str, make_painter: Callable[[], _Painter], deliver: Deliver, failed: Failed
    ) -> None:
        self._make_painter, self._deliver, self._failed = make_painter, deliver, failed
        self._waiting: OrderedDict[int, PictureRequest] = OrderedDict()
        self._being_drawn: int | None = None
        self._something = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    def submit(self, key: int, request: PictureRequest) -> None:
        with self._something:
            self._waiting[key] = request
            self._something.notify()

    def forget(self, key: int) -> None:
        with self._something:
            self._waiting.pop(key, None)
            if self._being_drawn == key:
                self._being_drawn = None

    def ask_to_end(self) -> None:
        with self._something:
            self._is_closed = True
            self._being_drawn = None
            self._something.notify()

    def join(self) -> None:
        self._thread.join(LONGEST_END_S)

    def _loop(self) -> None:
        painter = self._make_painter()
        while (taken := self._take()) is not None:
            key, request = taken
            try:
                picture = painter.paint(request)
            except MedaiError as error:
                self._hand_over(key, self._failed, error.message)
            except Exception:
                _log.exception("a picture could not be made")
                self._hand_over(key, self._failed, message("rendering.failed"))
            else:
                self._hand_over(key, self._deliver, picture)
        painter.close()

    def _take(self) -> tuple[int, PictureRequest] | None:
        with self._something:
            while not self._waiting and not self._is_closed:
                self._something.wait()
            if self._is_closed:
                return None
            key, request = self._waiting.popitem(last=False)
            self._being_drawn = key
            return key, request

    def _hand_over(
        self, key: int, receive: Callable[[int, _Result], None], result: _Result
    ) -> None:
        with self._something:
            is_wanted = self._being_drawn == key
            self._being_drawn = None
        if is_wanted:
            receive(key, result)
