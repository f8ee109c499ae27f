"""Knows whether every picture that was asked for has come."""

from __future__ import annotations

from collections.abc import Callable

from medai_desktop.gui.bridges import PictureBridge, PicturePort
from medai_desktop.view.picture import Picture, PictureRequest


class PictureWatch:
    """A `PicturePort` that passes everything on and counts.

    Args:
        make: makes the real one for a bridge.
    """

    def __init__(self, make: Callable[[PictureBridge], PicturePort]) -> None:
        self._make = make
        self._port: PicturePort | None = None
        self._waiting: dict[int, PictureRequest] = {}
        self.has_picture = False

    def attach(self, bridge: PictureBridge) -> PicturePort:
        """Makes the real one; what a window calls as its picture source."""
        self._port = self._make(bridge)
        bridge.arrived.connect(self._arrived)
        bridge.failed.connect(lambda key, said: self._waiting.pop(key, None))
        return self

    @property
    def is_settled(self) -> bool:
        """Whether no viewport waits for a picture."""
        return not self._waiting

    def submit(self, viewport_key: int, request: PictureRequest) -> None:
        """Asks for a picture."""
        self._waiting[viewport_key] = request
        if self._port is not None:
            self._port.submit(viewport_key, request)

    def forget(self, viewport_key: int) -> None:
        """Drops what a viewport has asked for."""
        self._waiting.pop(viewport_key, None)
        if self._port is not None:
            self._port.forget(viewport_key)

    def close(self) -> None:
        """Ends the drawing threads."""
        if self._port is not None:
            self._port.close()

    def _arrived(self, viewport_key: int, picture: Picture) -> None:
        self.has_picture = True
        if self._waiting.get(viewport_key) is picture.request:
            del self._waiting[viewport_key]
