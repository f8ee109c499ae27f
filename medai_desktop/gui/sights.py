"""What a picture was asked for: so that what is drawn on it belongs to it, not to the next one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from medai_desktop.view.picture import PictureRequest, PlaneRequest, StoredSliceRequest
from medai_desktop.view.viewport import ViewportState

Triple = tuple[float, float, float]
MOST_ASKED = 512
"""Requests remembered; a slow plane is asked for many times before one of its pictures comes."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A viewport at one moment.

    Attributes:
        state: of the viewport.
        crosshair_lps_mm: of the planes.
        fit_mm_per_px: scale of a plane at zoom 1; None: what the planes share now.
    """

    state: ViewportState
    crosshair_lps_mm: Triple | None
    fit_mm_per_px: float | None = None


class Sights:
    """The sights of the pictures that were asked for and may still come."""

    def __init__(self) -> None:
        self._asked: deque[tuple[PictureRequest, Sight]] = deque(maxlen=MOST_ASKED)

    def remember(self, request: PictureRequest, sight: Sight) -> None:
        """Keeps what was seen when a picture was asked for."""
        if isinstance(request, PlaneRequest):
            sight = replace(sight, fit_mm_per_px=request.mm_per_px * sight.state.zoom)
        self._asked.append((request, sight))

    def forget(self) -> None:
        """Nothing is waited for any more."""
        self._asked.clear()

    def of(self, request: PictureRequest, now: Sight) -> Sight | None:
        """What a picture shows; None when it is not known any more.

        A stored image keeps its own pixels, so the reader's present zoom and window hold for it:
        only which image it is stands fixed. Planes and 3D are pictures of the moment they were
        asked for.
        """
        if isinstance(request, StoredSliceRequest):
            return Sight(replace(now.state, slice_index=request.slice_index), now.crosshair_lps_mm)
        return next((sight for asked, sight in self._asked if asked is request), None)

    def arrived(self, request: PictureRequest) -> None:
        """Pictures come in the order they were asked for: older ones never will."""
        if any(asked is request for asked, _ in self._asked):
            while self._asked[0][0] is not request:
                self._asked.popleft()


def is_same_kind(request: PictureRequest, asked: PictureRequest | None) -> bool:
    """Whether a picture is of the pixels that are asked for now, as they are asked for now."""
    return (
        asked is not None
        and type(request) is type(asked)
        and request.volume.display_set_id == asked.volume.display_set_id
        and request.volume.voxels is asked.volume.voxels
    )
