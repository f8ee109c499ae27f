"""Measurements: kept as they are drawn, back after a crash."""

from __future__ import annotations

import uuid
from dataclasses import replace

from medai_desktop.errors import StorageError
from medai_desktop.findings import LengthMeasurement
from medai_desktop.series.display_set import Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.known_images import KnownImages, Sameness
from medai_desktop.session.ports import Journal
from medai_desktop.session.undoing import Step, Undoing
from medai_desktop.text import message


class Measuring:
    """The measurements of the current study.

    Args:
        context: shared by the parts of the desk.
        journal: keeps them.
        undoing: takes them back in one order with the decisions.
        images: tells on which images they were made.
    """

    def __init__(
        self, context: DeskContext, journal: Journal, undoing: Undoing, images: KnownImages
    ) -> None:
        self._context = context
        self._journal = journal
        self._undoing = undoing
        self._images = images
        self._study: Study | None = None
        self._measurements: tuple[LengthMeasurement, ...] = ()
        self.selected: uuid.UUID | None = None
        context.subscribe(self._look)

    def restore(self, study: Study) -> None:
        """Takes the measurements of a study back from the journal, those on its images."""
        self._study = study
        kept = {
            measurement.id: measurement
            for shown in study.display_sets
            for measurement in self._journal.measurements(shown.id)
        }
        placed = []
        for one in kept.values():
            shown = self._images.place(one.made_on, one.display_set_id, study)
            if shown is not None:
                placed.append(replace(one, display_set_id=shown.id))
        self._measurements = tuple(placed)
        self.selected = None
        self._say_left_out(len(kept) - len(placed))

    def measurements(self, display_set_id: str | None = None) -> tuple[LengthMeasurement, ...]:
        """All measurements, or those of one display set, oldest first."""
        if display_set_id is None:
            return self._measurements
        return tuple(m for m in self._measurements if m.display_set_id == display_set_id)

    def measurement(self, identity: uuid.UUID | None) -> LengthMeasurement | None:
        """The measurement of this id; None when there is none."""
        return next((m for m in self._measurements if m.id == identity), None)

    def add(self, measurement: LengthMeasurement) -> None:
        """Keeps a measurement and selects it; it can be taken back."""
        measurement = self._stamped(measurement)
        self._put(measurement)
        self._undoing.record(
            Step(
                message("session.did_draw_ruler"),
                lambda: self._drop(measurement.id),
                lambda: self._put(measurement),
            )
        )

    def replace(self, measurement: LengthMeasurement) -> None:
        """Keeps a measurement whose ends the reader moved, under the same id."""
        before = self.measurement(measurement.id)
        if before is None:
            return
        measurement = self._stamped(measurement)
        if before == measurement:
            return
        self._put(measurement)
        self._undoing.record(
            Step(
                message("session.did_move_ruler"),
                lambda: self._put(before),
                lambda: self._put(measurement),
            )
        )

    def select(self, identity: uuid.UUID | None) -> None:
        """Selects a measurement, or none."""
        if identity != self.selected:
            self.selected = identity
            self._context.changed(Changes(measurements=True))

    def delete_selected(self) -> bool:
        """Deletes the selected measurement; returns whether there was one."""
        gone = self.measurement(self.selected)
        if gone is None or not self._drop(gone.id):
            return False
        self._undoing.record(
            Step(
                message("session.did_delete_ruler"),
                lambda: self._put(gone),
                lambda: self._drop(gone.id),
            )
        )
        return True

    def _stamped(self, measurement: LengthMeasurement) -> LengthMeasurement:
        """With the images that it is made on now."""
        return replace(measurement, made_on=self._images.made_on(measurement.display_set_id))

    def _put(self, measurement: LengthMeasurement) -> bool:
        """Shows and keeps; what cannot be kept is still shown, with a sentence."""
        try:
            self._journal.keep_measurement(measurement)
        except StorageError as error:
            self._context.notify(Notice(error.message))
        if self.measurement(measurement.id) is None:
            self._measurements = (*self._measurements, measurement)
        else:
            self._measurements = tuple(
                measurement if m.id == measurement.id else m for m in self._measurements
            )
        self.selected = measurement.id
        self._context.changed(Changes(measurements=True))
        return True

    def _drop(self, identity: uuid.UUID) -> bool:
        try:
            self._journal.drop_measurement(identity)
        except StorageError as error:
            self._context.notify(Notice(error.message))
            return False
        self._measurements = tuple(m for m in self._measurements if m.id != identity)
        if self.selected == identity:
            self.selected = None
        self._context.changed(Changes(measurements=True))
        return True

    def _look(self, changes: Changes) -> None:
        """Pixels have come: are they those that were measured?"""
        if not changes.loading or self._study is None or not self._measurements:
            return
        sets = {shown.id: shown for shown in self._study.display_sets}
        same = tuple(
            one
            for one in self._measurements
            if (shown := sets.get(one.display_set_id)) is None
            or self._images.sameness(one.made_on, shown) is not Sameness.OTHER
        )
        if len(same) == len(self._measurements):
            return
        self._say_left_out(len(self._measurements) - len(same))
        self._measurements = same
        if self.measurement(self.selected) is None:
            self.selected = None
        self._context.changed(Changes(measurements=True))

    def _say_left_out(self, count: int) -> None:
        if count > 0:
            self._context.notify(Notice(message("session.rulers_left_out", count=count)))
