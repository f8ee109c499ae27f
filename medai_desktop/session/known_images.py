"""Which images an entry of the journal was made on: the same UIDs do not make the same images."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from medai_desktop.findings import FindingSet, MadeOn
from medai_desktop.series.display_set import DisplaySet, Study
from medai_desktop.series.identity import images_digest, patient_key, series_of
from medai_desktop.session.opening import Opening
from medai_desktop.session.ports import Journal
from medai_desktop.session.run_states import images_changed


class Sameness(Enum):
    """Whether an entry was made on the images that are open."""

    SAME = "same"
    UNTOLD = "untold"
    """Patient and headers agree; the pixels have not all come yet."""
    OTHER = "other"


class KnownImages:
    """What is known of the open images.

    Args:
        opening: brings them.
    """

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._headers: dict[str, tuple[DisplaySet, str]] = {}
        self._digests: dict[str, tuple[DisplaySet, str]] = {}

    def digest(self, shown: DisplaySet) -> str:
        """The digest of a display set; empty until every pixel has come once."""
        known = self._digests.get(shown.id)
        if known is not None and known[0] is shown:
            return known[1]
        if self._opening.display_set(shown.id) is not shown:
            return ""
        volume = self._opening.volume(shown.id)
        if volume is None or not volume.digest:
            return ""
        self._digests[shown.id] = shown, volume.digest
        return volume.digest

    def made_on(self, display_set_id: str, found: FindingSet | None = None) -> MadeOn:
        """What an entry of now is made on.

        Args:
            display_set_id: where.
            found: the run whose mark it is about: while pixels still come, they are taken for
                those that it saw.
        """
        shown = self._opening.display_set(display_set_id)
        if shown is None:
            return MadeOn()
        digest = self.digest(shown) or ("" if found is None else found.display_set_digest)
        return MadeOn(patient_key(shown.patient), self._of_headers(shown), digest)

    def sameness(self, made_on: MadeOn, shown: DisplaySet) -> Sameness:
        """Whether an entry was made on these images; one that does not say so was not."""
        if made_on.patient != patient_key(shown.patient):
            return Sameness.OTHER
        if made_on.images != self._of_headers(shown):
            return Sameness.OTHER
        digest = self.digest(shown)
        if made_on.display_set_digest in ("", digest):
            return Sameness.SAME
        return Sameness.OTHER if digest else Sameness.UNTOLD

    def place(self, made_on: MadeOn, display_set_id: str, study: Study) -> DisplaySet | None:
        """Where an entry belongs now: a series that was split since has other ids.

        Args:
            made_on: of the entry.
            display_set_id: where it was made.
            study: the open one.

        Returns:
            The display set of the same series with the same images; None when there is none.
        """
        series = series_of(display_set_id)
        for shown in study.display_sets:
            is_kin = series_of(shown.id) == series
            if is_kin and self.sameness(made_on, shown) is not Sameness.OTHER:
                return shown
        return None

    def _of_headers(self, shown: DisplaySet) -> str:
        known = self._headers.get(shown.id)
        if known is None or known[0] is not shown:
            known = self._headers[shown.id] = shown, images_digest(shown)
        return known[1]


def runs_on(shown: DisplaySet, journal: Journal) -> tuple[FindingSet, ...]:
    """Kept runs on a display set, those that hold first, else newest first.

    A run on a series that was split since counts for the part that has its images.
    """
    runs = [
        replace(found, display_set_id=shown.id)
        for found in journal.runs(shown.id)
        if found.display_set_id == shown.id or _marks_only(shown, found)
    ]
    return tuple(sorted(runs, key=lambda found: images_changed(shown, found) is not None))


def _marks_only(shown: DisplaySet, found: FindingSet) -> bool:
    """Whether there are marks, and all of them on these images."""
    here = {(frame.instance.sop_instance_uid, frame.frame) for frame in shown.frames}
    marked = {(box.sop_instance_uid, box.frame) for f in found.findings for box in f.boxes_px}
    return bool(marked) and marked <= here
