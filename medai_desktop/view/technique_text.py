"""The technique lines of the corner text, by modality (reading defaults 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.series.display_set import DisplaySet, SpacingSource
from medai_desktop.text import Message, message
from medai_desktop.view.reading_order import image_center_lps_mm
from medai_desktop.view.series_words import contrast_phase, slice_step_mm
from medai_desktop.view.viewport import ViewportKind, ViewportState
from medai_desktop.volume import Contrast, MrClass, RadiographView, Region, Side

Render = Callable[[Message], str]

FILMS = frozenset({"CR", "DX", "RG"})
MISSING = "?"
_AXIS = {
    AnatomicalPlane.AXIAL: (2, "z"),
    AnatomicalPlane.CORONAL: (1, "y"),
    AnatomicalPlane.SAGITTAL: (0, "x"),
}
_VIEWS = {
    RadiographView.FRONTAL: message("view.view_frontal"),
    RadiographView.LATERAL: message("view.view_lateral"),
    RadiographView.OBLIQUE: message("view.view_oblique"),
    RadiographView.SPECIAL: message("view.view_special"),
}
_NO_VIEW, _NO_SIDE = message("view.view_missing"), message("view.side_missing")
_SIDES = {Side.RIGHT: "R", Side.LEFT: "L", Side.BOTH: "R+L"}


def technique_lines(shown: DisplaySet, state: ViewportState, render: Render) -> tuple[str, ...]:
    """The lines of a display set, top to bottom; what the header lacks leaves no label."""
    modality = shown.series.modality
    if modality == "CT":
        return _ct(shown, state, render)
    if modality == "MR":
        return _mr(shown, state)
    if modality in FILMS:
        return _film(shown, render)
    return _parts(_thickness(shown), place_text(shown, state))


def place_text(shown: DisplaySet, state: ViewportState) -> str:
    """Where the middle of the image lies along its plane's axis, such as ``z -123.4``."""
    axis = None if shown.plane is None else _AXIS.get(shown.plane)
    if axis is None or state.kind is not ViewportKind.STACK:
        return ""
    middle = image_center_lps_mm(shown, state.slice_index)
    return "" if middle is None else _placed(axis, middle)


def plane_place_text(plane: AnatomicalPlane | None, position_lps_mm: Sequence[float]) -> str:
    """Where a reformatted plane lies along its axis, such as ``z -123.4``."""
    axis = None if plane is None else _AXIS.get(plane)
    return "" if axis is None else _placed(axis, position_lps_mm)


def view_and_side(shown: DisplaySet, render: Render) -> tuple[str, ...]:
    """View and side of a radiograph; what is missing is named, with a question mark.

    Apart from each other: a side that is known is never in doubt because the view is missing.
    Unpaired parts have no side to miss.
    """
    if shown.series.modality not in FILMS:
        return ()
    acquisition = shown.acquisition
    view = shown.technique.view_position
    if not view:
        named = _VIEWS.get(acquisition.view)
        view = render(_NO_VIEW if named is None else named)
    side = _SIDES.get(acquisition.side, "")
    if not side and acquisition.region is Region.EXTREMITY:
        side = render(_NO_SIDE)
    return tuple(part for part in (view, side) if part)


def _ct(shown: DisplaySet, state: ViewportState, render: Render) -> tuple[str, ...]:
    technique = shown.technique
    phase = contrast_phase(shown)
    power = _listed(
        _written(technique.kvp, "{:g} kVp"), _written(technique.exposure_mas, "{:g} mAs")
    )
    return (
        *_parts(_thickness(shown), place_text(shown, state)),
        *_parts(power, technique.kernel),
        *_parts(
            _listed(technique.contrast_agent, "" if phase is None else render(phase)),
        ),
    )


def _mr(shown: DisplaySet, state: ViewportState) -> tuple[str, ...]:
    technique, acquisition = shown.technique, shown.acquisition
    kind = "" if acquisition.mr_class is MrClass.UNKNOWN else acquisition.mr_class.value
    if kind and acquisition.contrast is Contrast.YES:
        kind += "+C"
    times = " ".join(
        part
        for part in (
            _written(technique.repetition_time_ms, "TR {:g}"),
            _written(technique.echo_time_ms, "TE {:g}"),
            _written(technique.inversion_time_ms, "TI {:g}"),
        )
        if part
    )
    return (
        *_parts(kind, times, _written(technique.b_value, "b {:g}")),
        *_parts(
            _thickness(shown),
            place_text(shown, state),
            _written(technique.field_strength_t, "{:g} T"),
        ),
        *_parts(technique.contrast_agent),
    )


def _film(shown: DisplaySet, render: Render) -> tuple[str, ...]:
    technique = shown.technique
    source = {
        SpacingSource.DETECTOR: message("view.mm_at_detector"),
        SpacingSource.CALIBRATED: message("view.mm_calibrated"),
        SpacingSource.NONE: message("view.no_mm"),
    }.get(shown.spacing_source)
    power = _listed(
        _written(technique.kvp, "{:g} kVp"), _written(technique.exposure_mas, "{:g} mAs")
    )
    exposure = " ".join(
        f"{name} {value}"
        for name, value in (("EI", technique.exposure_index), ("DI", technique.deviation_index))
        if value
    )
    return (
        *_parts(power),
        *_parts(exposure),
        *_parts("" if source is None else render(source)),
    )


def _thickness(shown: DisplaySet) -> str:
    thickness, step = shown.technique.slice_thickness_mm, slice_step_mm(shown)
    if thickness is None:
        return "" if step is None else f"– / {step:.2f} mm"
    return f"{thickness:.2f} mm" if step is None else f"{thickness:.2f} mm / {step:.2f}"


def _placed(axis: tuple[int, str], position_lps_mm: Sequence[float] | np.ndarray) -> str:
    return f"{axis[1]} {round(float(position_lps_mm[axis[0]]), 1) + 0.0:.1f}"


def _written(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _parts(*parts: str) -> tuple[str, ...]:
    """One line of what is there, or none."""
    line = " · ".join(part for part in parts if part)
    return (line,) if line else ()
