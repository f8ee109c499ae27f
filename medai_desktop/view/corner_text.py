"""Corner text (reading defaults 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medai_desktop.geometry import AnatomicalPlane
from medai_desktop.series.display_set import DisplaySet, Flag
from medai_desktop.text import Message, message
from medai_desktop.view.person_words import age_in_study, sex
from medai_desktop.view.preset_titles import preset_title as title_of
from medai_desktop.view.reading_order import image_name, written_number
from medai_desktop.view.technique_text import technique_lines, view_and_side
from medai_desktop.view.viewport import CUSTOM, Slab, SlabMode, ViewportKind, ViewportState

Render = Callable[[Message], str]

PLANE_NAMES = {
    AnatomicalPlane.AXIAL: message("view.axial"),
    AnatomicalPlane.CORONAL: message("view.coronal"),
    AnatomicalPlane.SAGITTAL: message("view.sagittal"),
    AnatomicalPlane.OBLIQUE: message("view.oblique"),
}


@dataclass(frozen=True, slots=True)
class CornerText:
    """Lines of each corner, top to bottom, rendered; empty lines have gone.

    Attributes:
        top_left: patient.
        top_right: study.
        bottom_left: image and technique.
        bottom_right: how it is shown.
        bottom_center: the research label, always.
        view_and_side: of a radiograph, large, above the bottom left; a question mark
            stands for what is missing.
    """

    top_left: tuple[str, ...]
    top_right: tuple[str, ...]
    bottom_left: tuple[str, ...]
    bottom_right: tuple[str, ...]
    bottom_center: tuple[str, ...]
    view_and_side: tuple[str, ...] = ()


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
    patient = shown.patient
    synthetic = render(message("view.synthetic")) if Flag.SYNTHETIC in shown.flags else ""
    lossy = _lossy(shown) if Flag.LOSSY in shown.flags else ""
    side = () if state.kind is ViewportKind.VOLUME else view_and_side(shown, render)
    if mode == "minimal":
        left = _lines(patient.name, patient.patient_id, synthetic)
        return CornerText(left, _lines(shown.study.date), (), _lines(lossy), research, side)
    return CornerText(
        _lines(patient.name, _dotted(patient.patient_id, _person(shown, render)), synthetic),
        _study(shown),
        _lines(
            _place(shown, state), shown.series.description, *technique_lines(shown, state, render)
        ),
        _lines(
            _window(shown, state, preset_title, render),
            _dotted(
                "" if zoom_share is None else f"{zoom_share * 100:.0f} %",
                _plane(shown, state, render),
                slab_text(state.slab, render),
            ),
            lossy,
        ),
        research,
        side,
    )


def slab_text(slab: Slab, render: Render) -> str:
    """Mode and thickness of a slab; empty without one."""
    if slab.mode is SlabMode.NONE:
        return ""
    mm = f"{slab.thickness_mm:g}"
    return render(
        {
            SlabMode.MEAN: message("view.slab_mean", mm=mm),
            SlabMode.MIP: message("view.slab_mip", mm=mm),
            SlabMode.MINIP: message("view.slab_minip", mm=mm),
        }[slab.mode]
    )


def _study(shown: DisplaySet) -> tuple[str, ...]:
    study = shown.study
    return _lines(
        study.institution,
        f"{study.date} {study.time}".strip(),
        study.accession_number,
        study.description,
    )


def _person(shown: DisplaySet, render: Render) -> str:
    patient = shown.patient
    told = _said(age_in_study(patient.age, patient.birth_date, shown.study.date), render)
    born = f"{patient.birth_date} ({told})" if patient.birth_date and told else ""
    parts = (_said(sex(patient.sex), render), born or patient.birth_date or told)
    return ", ".join(part for part in parts if part)


def _said(words: Message | str, render: Render) -> str:
    return render(words) if isinstance(words, Message) else words


def _place(shown: DisplaySet, state: ViewportState) -> str:
    number = "" if shown.series.number is None else f"Se {shown.series.number} "
    if state.kind is not ViewportKind.STACK:
        return number.strip()
    image = "" if written_number(shown, state.slice_index) is None else "Im "
    return f"{number}{image}{image_name(shown, state.slice_index)}"


def _window(shown: DisplaySet, state: ViewportState, preset_title: Message, render: Render) -> str:
    if state.kind is ViewportKind.VOLUME:
        return render(title_of(state.preset_3d))
    if state.window is None or shown.pixels.is_colour:
        return ""
    width, level = state.window.width, state.window.center
    digits = 0 if width >= 10 else 2
    name = "" if state.preset == CUSTOM else f"{render(preset_title)} "
    return f"{name}W {width:.{digits}f} L {round(level, digits) + 0.0:.{digits}f}"


def _plane(shown: DisplaySet, state: ViewportState, render: Render) -> str:
    if state.kind is ViewportKind.VOLUME:
        return ""
    plane = state.plane if state.kind is ViewportKind.PLANE else shown.plane
    return "" if plane is None else render(PLANE_NAMES[plane])


def _lossy(shown: DisplaySet) -> str:
    ratio = shown.technique.lossy_ratio
    return "LOSSY" if ratio is None else f"LOSSY {ratio:g}:1"


def _dotted(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
