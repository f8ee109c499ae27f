"""A real desk on files of a phantom, with render threads, without a window."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from medai_desktop.app.locations import find_locations
from medai_desktop.app.wiring import WindowChoices, build_desk
from medai_desktop.gui.viewport_content import ViewportContent
from medai_desktop.rendering.render_thread import RenderThread
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Language, Message
from medai_desktop.view.overlay import Overlay
from medai_desktop.view.picture import Picture, PictureRequest
from medai_desktop.view.projection import Projection
from medai_desktop.view.viewport import ViewportState

PATIENCE_S = 60.0
SIZE = (400, 400)


class Room:
    """A desk with render threads.

    Attributes:
        desk: the desk.
        failures: what the render threads said they could not do.
    """

    def __init__(self, desk: ReadingDesk) -> None:
        self.desk = desk
        self.failures: list[Message] = []
        self._pictures: dict[int, Picture] = {}
        self._renderer = RenderThread(self._deliver, lambda key, said: self.failures.append(said))

    def open(self, *paths: Path) -> None:
        """Opens paths and waits until every series in view is complete."""
        self.desk.opening.open_paths(paths)
        self.wait(lambda: self.desk.opening.found is not None)
        self.wait_loaded()

    def wait_loaded(self) -> None:
        opening, viewing = self.desk.opening, self.desk.viewing

        def is_complete() -> bool:
            shown = {v.display_set_id for v in viewing.layout.viewports if v.display_set_id}
            return all(opening.loading(identity).is_complete for identity in shown)

        self.wait(is_complete)
        self.desk.mailbox.drain()

    def wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            self.desk.mailbox.drain()
            time.sleep(0.005)

    def state(self, index: int = 0) -> ViewportState:
        return self.desk.viewing.layout.viewports[index]

    def shown(self, index: int = 0) -> DisplaySet:
        found = self.desk.viewing.display_set_in(index)
        assert found is not None
        return found

    def sets(self) -> tuple[DisplaySet, ...]:
        study = self.desk.opening.current_study
        assert study is not None
        return study.display_sets

    def request(
        self, index: int = 0, size: tuple[int, int] = SIZE, is_draft: bool = False
    ) -> PictureRequest:
        made = ViewportContent(self.desk, index).request(size, is_draft)
        assert made is not None
        return made

    def picture(
        self, index: int = 0, size: tuple[int, int] = SIZE, is_draft: bool = False
    ) -> Picture:
        """What the render thread makes of a viewport now."""
        wanted = self.request(index, size, is_draft)
        before = len(self.failures)
        self._pictures.pop(index, None)
        self._renderer.submit(index, wanted)
        self.wait(lambda: index in self._pictures or len(self.failures) > before)
        assert len(self.failures) == before, self.failures
        return self._pictures[index]

    def pixels(self, index: int = 0, size: tuple[int, int] = SIZE) -> np.ndarray:
        return self.picture(index, size).pixels

    def projection(self, index: int = 0, size: tuple[int, int] = SIZE) -> Projection:
        made = ViewportContent(self.desk, index).projection(size)
        assert made is not None
        return made

    def overlay(self, index: int = 0, size: tuple[int, int] = SIZE) -> Overlay:
        return ViewportContent(self.desk, index).overlay(size)

    def said(self) -> str:
        """The sentence in the status bar."""
        hint = self.desk.viewing.hint
        return "" if hint is None else self.desk.render(hint)

    def close(self) -> None:
        self._renderer.close()
        self.desk.close()

    def _deliver(self, key: int, picture: Picture) -> None:
        self._pictures[key] = picture


@contextmanager
def reading_room(*paths: Path, language: Language = Language.ENGLISH) -> Iterator[Room]:
    """A desk on these paths; closed at the end."""
    choices = WindowChoices(True, language, language)
    room = Room(build_desk(find_locations(), SettingsStore(None), choices))
    try:
        if paths:
            room.open(*paths)
        yield room
    finally:
        room.close()


def texts(overlay: Overlay) -> Sequence[str]:
    return [text.text for text in overlay.texts]
