"""Several things in one sentence, with the separator of each language."""

from __future__ import annotations

from collections.abc import Sequence

from medai_desktop.text.message import MessageArgument, message


def listed(parts: Sequence[MessageArgument]) -> MessageArgument:
    """The parts one after the other, as an argument of a message; empty text for none."""
    if not parts:
        return ""
    said = parts[0]
    for part in parts[1:]:
        said = message("text.and_more", before=said, last=part)
    return said
