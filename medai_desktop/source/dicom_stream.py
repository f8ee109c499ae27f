"""Files of other people behind a wall: no read asks for more than there is."""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO, cast

MAX_INFLATED_HEADER = 32 * 1024**2
"""So much of a deflated data set is looked at for its header."""


class BoundedFile(io.RawIOBase):
    """A file that gives no more than it holds, and remembers when more was asked for.

    A length that lies would otherwise reserve gigabytes.

    Args:
        file: opened for reading.
        size: of the file.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__()
        self._file, self._size = file, size
        self.name = ""
        self.was_short = False

    def read(self, count: int = -1) -> bytes:
        """Some bytes; fewer at the end."""
        left = max(0, self._size - self._file.tell())
        wanted = left if count is None or count < 0 else count
        found = self._file.read(min(wanted, left))
        if 0 < len(found) < wanted or (wanted > 8 and not found):
            self.was_short = True
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        """Goes to a place; one behind the end is remembered."""
        position = self._file.seek(offset, whence)
        if position > self._size:
            self.was_short = True
        return position

    def tell(self) -> int:
        """The place in the file."""
        return self._file.tell()

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def as_binary(self) -> BinaryIO:
        """Itself, for the type checker."""
        return cast(BinaryIO, self)


def inflate(file: BinaryIO, start: int, limit: int) -> bytes:
    """What a deflated data set holds, up to a limit.

    Args:
        file: to read from.
        start: where the deflated part begins.
        limit: bytes of the result; a bomb is cut there.

    Raises:
        zlib.error: it is not deflated, or damaged.
    """
    file.seek(start)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    parts, left = [], limit
    while left > 0 and not inflater.eof:
        packed = inflater.unconsumed_tail or file.read(1 << 20)
        if not packed:
            break
        part = inflater.decompress(packed, left)
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
