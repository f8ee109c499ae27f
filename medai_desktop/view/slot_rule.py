"""What a hanging slot asks for, and how well a series answers (reading defaults 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.series.display_set import DisplaySet
from medai_desktop.view.series_words import is_ct_angiography, slice_step_mm
from medai_desktop.view.viewport import ViewportKind
from medai_desktop.volume import Contrast, RadiographView

FITS = 100
"""Below this a slot stays empty."""
PLANE, KERNEL, ORIGINAL, STEP = 50, 30, 20, 15
THIN_STEPS_MM = (0.5, 1.5)
OTHER_STEPS_MM = (3.0, 5.0)

LEAST_PLANE_SLICES = 10
MOST_PLANE_STEP_MM = 5.0
"""From so many slices, and up to such steps, planes are offered without asking."""


@dataclass(frozen=True, slots=True)
class SlotRule:
    """What a slot asks for; empty and False: it does not matter.

    Attributes:
        plane: name of the plane.
        preset: window preset that opens in it.
        kernel: wished kernel, "sharp" or "soft".
        is_thin: wishes steps of 0.5 to 1.5 mm, else 3 to 5 mm.
        mr_class: weighting that it must be.
        contrast: "yes" or "no".
        view: view of a radiograph that it must be.
        is_angiography: whether it must, or must not, be an angiography; None: either.
        must_be_in_plane: only a series of this plane, or one that can be reformatted into it.
        is_volume: always as a reformatted plane.
        is_inverted: opens dark for bright.
    """

    plane: str = ""
    preset: str = ""
    kernel: str = ""
    is_thin: bool = False
    mr_class: str = ""
    contrast: str = ""
    view: str = ""
    is_angiography: bool | None = None
    must_be_in_plane: bool = False
    is_volume: bool = False
    is_inverted: bool = False

    @classmethod
    def parse(cls, entry: Mapping[str, object]) -> SlotRule:
        """From the resource.

        Raises:
            ValueError: it asks for something unknown.
        """
        unknown = set(entry) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"a slot cannot ask for {sorted(unknown)}")
        return cls(**entry)  # type: ignore[arg-type]

    def score(self, shown: DisplaySet) -> int:
        """How well a series answers; below `FITS` it does not."""
        if not self._is_of_class(shown):
            return 0
        acquisition = shown.acquisition
        score = FITS
        if self.plane and shown.plane is not None and shown.plane.value == self.plane:
            score += PLANE
        if self.kernel and bool(acquisition.is_sharp_kernel) is (self.kernel == "sharp"):
            score += KERNEL
        if not acquisition.is_derived:
            score += ORIGINAL
        step_mm = slice_step_mm(shown)
        low, high = THIN_STEPS_MM if self.is_thin else OTHER_STEPS_MM
        if step_mm is not None and low - 1e-3 <= step_mm <= high + 1e-3:
            score += STEP
        return score

    def kind(self, shown: DisplaySet) -> ViewportKind:
        """Whether a series is shown as it is stored or reformatted into the plane of the slot."""
        if self.is_volume or (self.must_be_in_plane and not self._is_in_plane(shown)):
            return ViewportKind.PLANE
        return ViewportKind.STACK

    def wished_plane(self) -> AnatomicalPlane | None:
        """The plane that it asks for."""
        return AnatomicalPlane(self.plane) if self.plane else None

    def _is_of_class(self, shown: DisplaySet) -> bool:
        acquisition, modality = shown.acquisition, shown.series.modality
        if self.mr_class and acquisition.mr_class.value != self.mr_class:
            return False
        if self.contrast and (acquisition.contrast is Contrast.YES) is not (self.contrast == "yes"):
            return False
        if self.view and not _is_view(self.view, acquisition.view):
            return False
        if modality == "CT" and (shown.geometry is None or len(shown.frames) < 2):
            return False
        if self.is_angiography is not None and is_ct_angiography(shown) is not self.is_angiography:
            return False
        return self.kind(shown) is ViewportKind.STACK or can_be_reformatted(shown)

    def _is_in_plane(self, shown: DisplaySet) -> bool:
        return shown.plane is not None and shown.plane.value == self.plane


def can_be_reformatted(shown: DisplaySet) -> bool:
    """Whether planes of a series are offered without asking."""
    step_mm = slice_step_mm(shown)
    return (
        shown.allows_volume
        and len(shown.frames) >= LEAST_PLANE_SLICES
        and step_mm is not None
        and step_mm <= MOST_PLANE_STEP_MM
    )


def _is_view(wished: str, view: RadiographView) -> bool:
    """An unnamed view stands where the frontal one would."""
    return view.value == wished or (wished == "frontal" and view is RadiographView.UNKNOWN)
