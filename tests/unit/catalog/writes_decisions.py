"""A program for tests: writes decisions into a catalog and says each one once it is kept."""

from __future__ import annotations

import sys
from pathlib import Path

from medai_desktop.catalog.journal import CatalogJournal
from medai_desktop.review import DecisionKind, ReviewHistory
from tests.unit.findings.made import finding


def main(path: Path, reader: str, count: int) -> None:
    journal = CatalogJournal(path)
    history = ReviewHistory((), journal.append_decision)
    for number in range(count):
        made = history.append(
            DecisionKind.EDIT, finding(number), reader=reader, display_set_id="1.2"
        )
        print(made.id, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
