"""Compiles every translation catalogue; the same input always gives the same bytes.

Run as ``python -m installers.compile_catalogues`` (``--check`` writes nothing and fails when a
compiled catalogue is missing, stale or without its source).
"""

from __future__ import annotations

import argparse
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in every header: with the time of day no two compilations would give the same bytes."""


def compiled(source: Path) -> bytes:
    """The compiled form of one catalogue.

    Args:
        source: a ``.po`` file under ``<language>/LC_MESSAGES``.

    Raises:
        ValueError: the same id stands in it twice, or it is no catalogue.
    """
    lines = source.read_text(encoding="utf-8").splitlines()
    ids = [line for line in lines if line.startswith("msgid ") and line != 'msgid ""']
    twice = sorted({line for line in ids if ids.count(line) > 1})
    if twice:
        raise ValueError(f"{source}: {', '.join(twice)} stands there twice")
    language = source.parent.parent.name
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=language, abort_invalid=True)
    catalogue.creation_date = DATE
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def stale(translations: Path = TRANSLATIONS) -> list[Path]:
    """Compiled catalogues that differ from what their source gives, or have no source."""
    sources = sorted(translations.glob("*/LC_MESSAGES/*.po"))
    wanted = {source.with_suffix(".mo"): compiled(source) for source in sources}
    found = set(translations.glob("*/LC_MESSAGES/*.mo"))
    differing = {
        path for path, data in wanted.items() if path in found and path.read_bytes() != data
    }
    return sorted(differing | (wanted.keys() - found) | (found - wanted.keys()))


def compile_all(translations: Path = TRANSLATIONS) -> int:
    """Write every ``.mo`` beside its ``.po`` and return how many there are."""
    sources = sorted(translations.glob("*/LC_MESSAGES/*.po"))
    for source in sources:
        source.with_suffix(".mo").write_bytes(compiled(source))
    return len(sources)


def main(arguments: list[str] | None = None) -> int:
    """Compile, or with ``--check`` only look."""
    parser = argparse.ArgumentParser(prog="compile_catalogues", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")
    options = parser.parse_args(arguments)
    if options.check:
        wrong = stale()
        for path in wrong:
            print(f"stale: {path.relative_to(ROOT)}", file=sys.stderr)
        return 1 if wrong else 0
    print(f"{compile_all()} catalogues compiled")
    return 0


if __name__ == "__main__":
    sys.exit(main())
