"""Images that cannot be shown, and the series that lack them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from medai_desktop.series.grouping import STANDS_ALONE, Member, Part
from medai_desktop.series.syntaxes import READABLE, VIDEO_START
from medai_desktop.source.instance import InstanceHeader, SkippedFile
from medai_desktop.text import Message, message


def why_lost(header: InstanceHeader) -> Message | None:
    """Why not one image of a file can be shown; None when one may."""
    if header.pixels is None or header.pixels.frames == 0:
        return header.problem or message("source.no_pixel_data", file=header.path.name)
    syntax, name = header.transfer_syntax_uid, header.path.name
    if syntax in READABLE:
        return None
    if syntax.startswith(VIDEO_START):
        return message("series.video", file=name)
    return message("series.unknown_syntax", file=name, syntax=syntax)


def losses_within(members: Sequence[Member]) -> tuple[Message, ...]:
    """A sentence for each file of which something is missing."""
    said: dict[str, Message] = {}
    for member in sorted(members, key=lambda member: member.order):
        problem = why_lost(member.header) or member.header.problem
        if problem is not None:
            said.setdefault(str(member.header.path), problem)
    return tuple(said.values())


def losses_beside(part: Part, parts: Sequence[Part]) -> tuple[Message, ...]:
    """Sentences on images of the same series that may belong to a part: their place is unknown."""
    stray = [
        member
        for other in parts
        if all(member.is_lost for member in other.members)
        for member in other.members
        if _may_belong(member, part)
    ]
    return losses_within(stray) if is_stack(part) else ()


def is_stack(part: Part) -> bool:
    """Whether an image could be missing: not where each stands by itself."""
    first = part.members[0]
    alone = first.header.series.modality in STANDS_ALONE
    return not alone or first.frame.position_lps_mm is not None


@dataclass(frozen=True, slots=True)
class LostFiles:
    """Files that may hold images, of which not even the size can be read.

    Attributes:
        by_series: sentences for the series whose UID could be read.
        by_folder: for the others, by the folder that they lie in.
    """

    by_series: Mapping[str, tuple[Message, ...]]
    by_folder: Mapping[str, tuple[Message, ...]]

    @classmethod
    def of(
        cls,
        headers: Iterable[InstanceHeader],
        unread: Iterable[SkippedFile],
        known_series: Iterable[str],
    ) -> LostFiles:
        """Gathers them.

        Args:
            headers: without pixels.
            unread: files without a header.
            known_series: of which images are there.
        """
        known = frozenset(known_series)
        lost = [(item.path, item.series_instance_uid, item.reason) for item in unread]
        for header in headers:
            uid = header.series.series_instance_uid
            is_sure = header.has_own_uids or uid in known
            reason = why_lost(header)
            if reason is not None:
                lost.append((header.path, uid if is_sure else "", reason))
        by_series: dict[str, list[Message]] = defaultdict(list)
        by_folder: dict[str, list[Message]] = defaultdict(list)
        for path, uid, reason in sorted(lost, key=lambda entry: str(entry[0])):
            if uid:
                by_series[uid].append(reason)
            else:
                by_folder[str(path.parent)].append(message("series.perhaps_of_it", reason=reason))
        return cls(
            {uid: tuple(said) for uid, said in by_series.items()},
            {folder: tuple(said) for folder, said in by_folder.items()},
        )

    def of_part(self, uid: str, part: Part) -> tuple[Message, ...]:
        """Sentences on files that may hold images of a part of a series."""
        if not (self.by_series or self.by_folder) or not is_stack(part):
            return ()
        folders = sorted({str(member.header.path.parent) for member in part.members})
        near = (said for folder in folders for said in self.by_folder.get(folder, ()))
        return (*self.by_series.get(uid, ()), *near)


def _may_belong(member: Member, part: Part) -> bool:
    first, lost = part.members[0].header.pixels, member.header.pixels
    if first is None or lost is None:
        return True
    has_place = member.place.orientation is not None and member.frame.position_lps_mm is not None
    return not has_place and (lost.rows, lost.columns) == (first.rows, first.columns)
