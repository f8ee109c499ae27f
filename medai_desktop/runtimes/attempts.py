"""What is tried after memory has run out: smaller, then on the processor, each in a new worker.

Not in the same worker: libraries that were refused memory once may refuse the next try as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from medai_desktop.text import Message, message


class ShortOfMemoryError(Exception):
    """Memory ran out in the worker; carries the device."""

    def __init__(self, device: str) -> None:
        super().__init__(device)
        self.device = device


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to run.

    Attributes:
        device: as it is asked for.
        is_small: one slice at once.
        warning: what must be said of it; None for the first.
    """

    device: str
    is_small: bool = False
    warning: Message | None = None

    def smaller(self, ran_on: str) -> Attempt | None:
        """The next way after memory ran out; None when there is none.

        Args:
            ran_on: the device, by torch's name; empty when it did not come so far.
        """
        if not self.is_small:
            said = self.warning or message("runtimes.smaller_batches")
            return Attempt(self.device, True, said)
        if ran_on not in ("", "cpu"):
            return Attempt("cpu", False, message("runtimes.fell_back_to_cpu"))
        return None
