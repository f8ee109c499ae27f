"""A series on its way from the list to a viewport."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData

SERIES_MIME = "application/x-medai-display-set"
"""The data are the display set id, UTF-8."""


def series_data(display_set_id: str) -> QMimeData:
    """What a drag of a series carries."""
    made = QMimeData()
    made.setData(SERIES_MIME, QByteArray(display_set_id.encode()))
    return made


def dragged_series(data: QMimeData) -> str | None:
    """The display set id that a drag carries; None when it carries none."""
    if not data.hasFormat(SERIES_MIME):
        return None
    return bytes(data.data(SERIES_MIME).data()).decode(errors="replace") or None
