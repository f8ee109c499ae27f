"""Measurements: kept as they are drawn, back after a crash."""

from __future__ import annotations

import uuid

from medai_desktop.errors import StorageError
from medai_desktop.findings import LengthMeasurement
from medai_desktop.series.display_set import Study
from medai_desktop.session.changes import Changes
from medai_desktop.session.context import DeskContext, Notice
from medai_desktop.session.ports import Journal


class Measuring:
    """The measurements of the current study.

    Args:
        context: shared by the parts of the desk.
        journal: keeps them.
    """

    def __init__(self, context: DeskContext, journal: Journal) -> None:
        self._context = context
        self._journal = journal
        self._measurements: tuple[LengthMeasurement, ...] = ()
        self.selected: uuid.UUID | None = None

    def restore(self, study: Study) -> None:
        """Takes the measurements of a study back from the journal."""
        self._measurements = tuple(
            measurement
            for shown in study.display_sets
            for measurement in self._journal.measurements(shown.id)
        )
        self.selected = None

    def measurements(self, display_set_id: str | None = None) -> tuple[LengthMeasurement, ...]:
        """All measurements, or those of one display set, oldest first."""
        return tuple(m for m in self._measurements if display_set_id in (None, m.display_set_id))

    def add(self, measurement: LengthMeasurement) -> None:
        """Keeps a measurement and selects it."""
        try:
            self._journal.keep_measurement(measurement)
        except StorageError as error:
            self._context.notify(Notice(error.message))
        self._measurements = (*self._measurements, measurement)
        self.selected = measurement.id
        self._context.changed(Changes(measurements=True))

    def select(self, identity: uuid.UUID | None) -> None:
        """Selects a measurement."""
        self.selected = identity
        self._context.changed(Changes(measurements=True))

    def delete_selected(self) -> bool:
        """Deletes the selected measurement; returns whether there was one."""
        if self.selected is None:
            return False
        try:
            self._journal.drop_measurement(self.selected)
        except StorageError as error:
            self._context.notify(Notice(error.message))
            return False
        self._measurements = tuple(m for m in self._measurements if m.id != self.selected)
        self.selected = None
        self._context.changed(Changes(measurements=True))
        return True
