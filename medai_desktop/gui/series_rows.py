"""The rows of the study list, as values."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from PySide6.QtGui import QPixmap

from medai_desktop.findings import DetectionState, RunStatus
from medai_desktop.gui import series_words
from medai_desktop.gui.detection_words import marks as marks_words
from medai_desktop.gui.patient_words import patient_colour, patient_title
from medai_desktop.review import FindingStatus
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.session.desk import ReadingDesk
from medai_desktop.session.reviewing import FindingRow
from medai_desktop.text import Message, message

Thumbnail = Callable[[str], QPixmap | None]


@dataclass(frozen=True, slots=True)
class PatientRow:
    """Heads the studies of one patient, when several patients are open."""

    key: Hashable
    spoken: str
    colour: str
    is_current: bool
    height_px: int = 40
    is_choosable: bool = False


@dataclass(frozen=True, slots=True)
class StudyRow:
    """Heads the series of a study."""

    key: Hashable
    description: str
    date: str
    is_current: bool
    height_px: int = 32
    is_choosable: bool = False

    @property
    def spoken(self) -> str:
        """Both."""
        return f"{self.description} {self.date}".strip()


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One display set.

    Attributes:
        key: its id.
        title: number and description.
        said: second line.
        is_wrong: the second line is a warning.
        loading: share that has come, while it is coming; else None.
        thumbnail: None until it is there.
        is_active: shown in the active viewport.
        is_shown: shown in some viewport.
        spoken: everything known of it, for tool tip and screen readers.
    """

    key: str
    title: str
    said: str
    is_wrong: bool
    loading: float | None
    thumbnail: QPixmap | None
    is_active: bool
    is_shown: bool
    spoken: str
    height_px: int = 64
    is_choosable: bool = True


StudiesRow = PatientRow | StudyRow | SeriesRow


def study_rows(desk: ReadingDesk, thumbnail: Thumbnail) -> tuple[StudiesRow, ...]:
    """Every open study under its patient, the one being read first."""
    studies = desk.opening.studies
    patients = list(dict.fromkeys(study.patient.identity for study in studies))
    rows: list[StudiesRow] = []
    for patient in patients:
        own = [study for study in studies if study.patient.identity == patient]
        if len(patients) > 1:
            rows.append(_patient_row(desk, own[0]))
        for study in own:
            rows.append(_study_row(desk, study))
            marks = _marks(desk, study)
            rows += [
                _series_row(desk, shown, thumbnail, marks.get(shown.id))
                for shown in study.display_sets
            ]
    return tuple(rows)


def _patient_row(desk: ReadingDesk, study: Study) -> PatientRow:
    current = desk.opening.current_study
    said = patient_title(study.patient)
    return PatientRow(
        ("patient", study.patient.identity),
        said if isinstance(said, str) else desk.render(said),
        patient_colour(study.patient, (other.patient for other in desk.opening.studies)),
        current is not None and current.patient.identity == study.patient.identity,
    )


def _study_row(desk: ReadingDesk, study: Study) -> StudyRow:
    facts = study.facts
    modalities = dict.fromkeys(shown.series.modality for shown in study.display_sets)
    return StudyRow(
        ("study", study.id),
        facts.description or " ".join(modalities),
        facts.date,
        study is desk.opening.current_study,
    )


def _series_row(
    desk: ReadingDesk, shown: DisplaySet, thumbnail: Thumbnail, marks: Message | None
) -> SeriesRow:
    state, layout = desk.opening.loading(shown.id), desk.viewing.layout
    loading, said = None, series_words.second_line(shown, state)
    if 0 < state.loaded < state.total and not state.is_complete:
        loading = state.loaded / state.total
        coming = message("gui.loading", loaded=state.loaded, total=state.total)
        said = series_words.Said(coming)
    text = desk.render(said.message)
    if marks is not None and loading is None and not said.is_wrong:
        text = f"{text} · {desk.render(marks)}"
    return SeriesRow(
        shown.id,
        series_words.title(shown),
        text,
        said.is_wrong,
        loading,
        thumbnail(shown.id),
        layout.active_viewport.display_set_id == shown.id,
        any(viewport.display_set_id == shown.id for viewport in layout.viewports),
        "\n".join(_everything(desk, shown, marks)),
    )


def _everything(desk: ReadingDesk, shown: DisplaySet, marks: Message | None) -> Iterable[str]:
    yield series_words.title(shown)
    yield desk.render(series_words.count(len(shown.frames)))
    if shown.part is not None:
        yield desk.render(message("gui.part", index=shown.part.index, of=shown.part.of))
    if marks is not None:
        yield desk.render(marks)
    for said in shown.messages:
        yield desk.render(said)


def _marks(desk: ReadingDesk, study: Study) -> dict[str, Message]:
    """What the programs said of each series of the study being read, in the same grey."""
    if study is not desk.opening.current_study:
        return {}
    made: dict[str, list[FindingRow]] = {}
    for row in desk.reviewing.rows():
        if row.provenance is not None:
            made.setdefault(row.display_set.id, []).append(row)
    said = {}
    for status in desk.detection.statuses():
        words = _run_words(status, made.get(status.display_set_id, []))
        if words is not None:
            said[status.display_set_id] = words
    return said


def _run_words(status: RunStatus, made: list[FindingRow]) -> Message | None:
    """What the program marked; what readers made of it changes no count."""
    if status.state is DetectionState.RUNNING:
        return message("gui.list_running")
    if status.state not in {DetectionState.DONE, DetectionState.NOTHING_ABOVE_THRESHOLD}:
        return None
    open_ones = [row for row in made if not row.is_folded]
    if not open_ones:
        said = marks_words(len(made))
        return message("gui.list_folded", marks=said) if made else said
    said = marks_words(len(open_ones))
    if all(row.reviewed.status is FindingStatus.REJECTED for row in open_ones):
        return message("gui.list_rejected", marks=said)
    return said
