"""Corner text (reading defaults 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medai_desktop.series.display_set import DisplaySet, Flag, SpacingSource
from medai_desktop.text import Message, message
from medai_desktop.view.reading_order import reading_position
from medai_desktop.view.viewport import ViewportKind, ViewportState
from medai_desktop.volume import Contrast, MrClass

Render = Callable[[Message], str]


@dataclass(frozen=True, slots=True)
class CornerText:
    """Lines of each corner, top to bottom, rendered; empty lines have gone."""

    top_left: tuple[str, ...]
    top_right: tuple[str, ...]
    bottom_left: tuple[str, ...]
    bottom_right: tuple[str, ...]
    bottom_center: tuple[str, ...]


def corner_text(
    shown: DisplaySet,
    state: ViewportState,
    preset_title: Message,
    zoom_share: float | None,
    mode: str,
    render: Render,
) -> CornerText:
    """The corner text of a viewport.

    Args:
        shown: the display set.
        state: of the viewport.
        preset_title: name of its window.
        zoom_share: screen pixels for one image pixel; None for 3D.
        mode: full, minimal or off.
        render: wording.
    """
    research = (render(message("view.research")),)
    if mode == "off":
        return CornerText((), (), (), (), research)
    patient, study = shown.patient, shown.study
    top_left = _lines(patient.name, patient.patient_id if mode == "minimal" else "")
    if Flag.SYNTHETIC in shown.flags:
        top_left = (*top_left, render(message("view.synthetic")))
    lossy = (_lossy(shown),) if Flag.LOSSY in shown.flags else ()
    if mode == "minimal":
        return CornerText(top_left, _lines(study.date), (), lossy, research)
    born = f"{patient.birth_date} ({patient.age})" if patient.age else patient.birth_date
    who = ", ".join(part for part in (patient.sex, born) if part)
    full_left = _lines(patient.name, " · ".join(p for p in (patient.patient_id, who) if p))
    return CornerText(
        (*full_left, *top_left[1:]) if Flag.SYNTHETIC in shown.flags else full_left,
        _lines(
            study.institution,
            f"{study.date} {study.time}".strip(),
            study.accession_number,
            study.description,
        ),
        _lines(_place(shown, state), shown.series.description, *_technique(shown, state)),
        (*_view_lines(shown, state, preset_title, zoom_share, render), *lossy),
        research,
    )


def _place(shown: DisplaySet, state: ViewportState) -> str:
    number = "" if shown.series.number is None else f"Se {shown.series.number} "
    if state.kind is not ViewportKind.STACK:
        return number.strip()
    written = shown.frames[state.slice_index].instance.instance_number
    image = "" if written is None else f"Im {written} "
    position = reading_position(shown, state.slice_index)
    return f"{number}{image}({position}/{len(shown.frames)})"


def _technique(shown: DisplaySet, state: ViewportState) -> tuple[str, ...]:
    technique, modality = shown.technique, shown.series.modality
    thickness = _thickness(shown)
    if modality == "CT":
        power = _joined(
            (technique.kvp, "{:g} kVp"),
            (technique.exposure_mas, "{:g} mAs"),
            (technique.kernel, "{}"),
        )
        return thickness, power, _depth(shown, state), technique.contrast_agent
    if modality == "MR":
        acquisition = shown.acquisition
        kind = "" if acquisition.mr_class is MrClass.UNKNOWN else acquisition.mr_class.value
        if kind and acquisition.contrast is Contrast.YES:
            kind += "+C"
        times = _joined(
            (technique.repetition_time_ms, "TR {:g}"),
            (technique.echo_time_ms, "TE {:g}"),
            (technique.inversion_time_ms, "TI {:g}"),
        )
        field = "" if technique.field_strength_t is None else f"{technique.field_strength_t:g} T"
        return _joined((kind, "{}"), (times, "{}")), thickness, field
    if shown.geometry is None and modality in {"CR", "DX", "RG"}:
        side = {"R": "R", "L": "L", "B": "R+L"}.get(shown.acquisition.side.value, "?")
        power = _joined((technique.kvp, "{:g} kVp"), (technique.exposure_mas, "{:g} mAs"))
        source = {
            SpacingSource.DETECTOR: "mm at detector",
            SpacingSource.CALIBRATED: "mm calibrated",
        }.get(shown.spacing_source, "px")
        return f"{technique.view_position} {side}".strip(), power, source
    return (thickness,)


def _view_lines(
    shown: DisplaySet,
    state: ViewportState,
    preset_title: Message,
    zoom_share: float | None,
    render: Render,
) -> tuple[str, ...]:
    window = ""
    if state.window is not None and state.kind is not ViewportKind.VOLUME:
        width, level = state.window.width, state.window.center
        digits = 0 if width >= 10 else 2
        window = f"{render(preset_title)} W {width:.{digits}f} L {level:.{digits}f}"
    plane = state.plane if state.kind is ViewportKind.PLANE else shown.plane
    names = {
        "axial": message("view.axial"),
        "coronal": message("view.coronal"),
        "sagittal": message("view.sagittal"),
        "oblique": message("view.oblique"),
    }
    zoom = "" if zoom_share is None else f"{zoom_share * 100:.0f} %"
    name = ""
    if plane is not None and state.kind is not ViewportKind.VOLUME:
        name = render(names[plane.value])
    return _lines(window, " · ".join(part for part in (zoom, name) if part))


def _thickness(shown: DisplaySet) -> str:
    thickness = shown.technique.slice_thickness_mm
    step = None
    if shown.geometry is not None and len(shown.frames) > 1:
        step = shown.geometry.spacing_mm[0]
    if thickness is None and step is None:
        return ""
    first = "-" if thickness is None else f"{thickness:.2f}"
    return f"{first} mm" if step is None else f"{first} mm / {step:.2f}"


def _depth(shown: DisplaySet, state: ViewportState) -> str:
    position = shown.frames[state.slice_index].position_lps_mm
    if position is None or state.kind is not ViewportKind.STACK:
        return ""
    return f"z {position[2]:.1f}"


def _lossy(shown: DisplaySet) -> str:
    ratio = shown.technique.lossy_ratio
    return "LOSSY" if ratio is None else f"LOSSY {ratio:g}:1"


def _joined(*parts: tuple[float | str | None, str]) -> str:
    return " ".join(form.format(value) for value, form in parts if value not in (None, ""))


def _lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
