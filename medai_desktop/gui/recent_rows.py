"""The recent studies, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QDate, QLocale

from medai_desktop.session.desk import ReadingDesk
from medai_desktop.text import Language, Message, message

LOCALES = {
    Language.ENGLISH: QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom),
    Language.CHINESE: QLocale(QLocale.Language.Chinese, QLocale.Country.China),
}
DAYS_BY_NAME = 6


@dataclass(frozen=True, slots=True)
class RecentRow:
    """A study that was open.

    Attributes:
        key: its UID.
        title: as it was shown.
        said: when, or why it is missing.
        is_missing: it cannot be opened now.
        paths: what to open.
        spoken: all of it.
    """

    key: str
    title: str
    said: str
    is_missing: bool
    paths: tuple[Path, ...]
    spoken: str
    height_px: int = 32

    @property
    def is_choosable(self) -> bool:
        """What is missing cannot be opened, but its tool tip can be read."""
        return True


def recent_rows(desk: ReadingDesk, now: datetime) -> tuple[RecentRow, ...]:
    """What was open last, newest first."""
    rows = []
    for entry in desk.recent.entries:
        study = entry.study
        said = desk.render(entry.missing or when(study.opened_at, now, desk.language))
        folder = str(study.paths[0]) if study.paths else ""
        title = study.title or study.study_instance_uid
        rows.append(
            RecentRow(
                study.study_instance_uid,
                title,
                said,
                entry.missing is not None,
                study.paths,
                f"{title}\n{said}\n{folder}".strip(),
            )
        )
    return tuple(rows)


def when(written: str, now: datetime, language: Language) -> Message:
    """How long ago, as a person says it.

    Args:
        written: ISO 8601 with offset.
        now: with offset; days are counted in its zone.
        language: for the name of the day.
    """
    try:
        then = datetime.fromisoformat(written).astimezone(now.tzinfo)
    except ValueError:
        return message("gui.when", date=written)
    days = (now.date() - then.date()).days
    if days <= 0:
        return message("gui.today", time=then.strftime("%H:%M"))
    if days == 1:
        return message("gui.yesterday")
    if days <= DAYS_BY_NAME:
        day = QDate(then.year, then.month, then.day)
        return message("gui.when", date=LOCALES[language].toString(day, "dddd"))
    return message("gui.when", date=then.date().isoformat())
