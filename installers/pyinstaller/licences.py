"""Collects the licences of everything that the frozen program carries.

A frozen program is a copy of its parts, and their licences ask for their text to come with it. A
part whose wheel brings no text is named with what its metadata say; LGPL and GPL, which the wheels
of Qt and PySide6 only name, lie beside this file.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

OWN = Path(__file__).resolve().parent / "licences"
PRODUCT = "medai-desktop"
_IS_LICENCE = re.compile(r"^(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def parts_of(name: str) -> tuple[metadata.Distribution, ...]:
    """A distribution's parts that are installed: what it requires, and what these require.

    Args:
        name: of the distribution; it is not among its own parts.

    Returns:
        In order of their names, without what only an extra asks for.
    """
    found: dict[str, metadata.Distribution] = {}
    waiting = [name]
    while waiting:
        for required in metadata.distribution(waiting.pop()).requires or ():
            needed = _NAME.match(required)
            if needed is None or re.search(r"\bextra\b", required):
                continue
            plain = re.sub(r"[-_.]+", "-", needed.group()).lower()
            if plain in found or plain == name:
                continue
            try:
                found[plain] = metadata.distribution(plain)
            except metadata.PackageNotFoundError:
                continue  # asked for on another system or by another version of Python
            waiting.append(plain)
    return tuple(found[plain] for plain in sorted(found))


def licence_files(parts: Iterable[metadata.Distribution]) -> list[tuple[str, str]]:
    """The licence texts of parts, and where they go.

    Returns:
        For each file its path, and its folder below the program's, as PyInstaller takes them.
    """
    return [
        (str(text), f"licences/{_folder(part)}/{below}".rstrip("/."))
        for part in parts
        for text, below in _texts(part)
    ]


def interpreter_licence() -> list[tuple[str, str]]:
    """The licence of Python itself, in the same form; empty where it stands elsewhere."""
    text = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    return [(str(text), "licences/Python")] if text.is_file() else []


def overview(parts: Iterable[metadata.Distribution]) -> str:
    """A list of the parts: name, version, licence and home, as their metadata name them."""
    lines = []
    for part in parts:
        told = part.metadata
        written = _told(told, "License-Expression") or _one_line(_told(told, "License"))
        licence = written or _class(part)
        home = _told(told, "Home-page") or _address(part)
        has_text = "" if _texts(part) else "  (its wheel brings no text)"
        lines.append(f"{_folder(part)}  {licence}  {home}{has_text}")
    return "\n".join([*lines, ""])


def _told(told: metadata.PackageMetadata, name: str) -> str | None:
    return told[name] if name in told else None


def _texts(part: metadata.Distribution) -> list[tuple[Path, Path]]:
    """Files of the part's metadata that are licences, and their folders below that of the part."""
    texts = []
    for file in part.files or ():
        if not file.parts[0].endswith(".dist-info") or len(file.parts) < 2:
            continue
        below = Path(*file.parts[1:])
        if below.parts[0] == "licenses":
            texts.append((Path(str(file.locate())), Path(*below.parts[1:-1])))
        elif _IS_LICENCE.match(below.name):
            texts.append((Path(str(file.locate())), Path(*below.parts[:-1])))
    return texts


def _folder(part: metadata.Distribution) -> str:
    return f"{part.metadata['Name']}-{part.version}"


def _one_line(said: str | None) -> str:
    """The licence where it is a name; some put the whole text there."""
    plain = (said or "").strip()
    return "" if "\n" in plain else plain


def _address(part: metadata.Distribution) -> str:
    named = dict(said.split(", ", 1) for said in part.metadata.get_all("Project-URL") or ())
    lower = {name.lower(): address for name, address in named.items()}
    known = (lower[name] for name in ("homepage", "source", "repository") if name in lower)
    return next(known, next(iter(lower.values()), ""))


def _class(part: metadata.Distribution) -> str:
    classes = part.metadata.get_all("Classifier") or ()
    named = [said.rpartition("::")[2].strip() for said in classes if said.startswith("License")]
    return ", ".join(named) or "see its text"
