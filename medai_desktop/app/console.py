"""What the command line says: one JSON document on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from typing import TextIO

from medai_desktop.jobs import Progress
from medai_desktop.text import Catalogues, Language, Message, language_from_tags


def claim_stdout() -> TextIO:
    """Standard output for the answer alone; what libraries print there goes to standard error.

    Returns:
        Its own stream, UTF-8 whatever the locale says.
    """
    stream: TextIO = sys.stdout
    if stream is not sys.__stdout__:
        return stream
    try:
        kept = os.dup(stream.fileno())
        os.dup2(sys.stderr.fileno(), stream.fileno())
    except (OSError, ValueError, AttributeError):
        return stream
    return open(kept, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115


class Console:
    """Standard output and standard error of one command.

    Args:
        catalogues: wording of every message.
        language: of the sentences.
        stdout: where the answer goes.

    Attributes:
        has_answered: whether anything was written to standard output.
    """

    def __init__(self, catalogues: Catalogues, language: Language, stdout: TextIO) -> None:
        self._catalogues = catalogues
        self._stdout = stdout
        self._language = language
        self._is_terminal = sys.stderr.isatty()
        self._last_stage = ""
        self.has_answered = False

    def render(self, said: Message) -> str:
        """A sentence in the language of the console."""
        return self._catalogues.render(said, self._language)

    def render_english(self, said: Message) -> str:
        """A sentence in English, for documents that declare that language."""
        return self._catalogues.render(said, Language.ENGLISH)

    def say(self, said: Message) -> None:
        """A sentence on standard error."""
        self._line(self.render(said))

    def tell(self, text: str) -> None:
        """A finished sentence on standard error."""
        self._line(text)

    def answer(self, text: str) -> None:
        """A line on standard output: the answer itself.

        Raises:
            BrokenPipeError: whoever read it has had enough.
        """
        self.has_answered = True
        try:
            self._stdout.write(text + "\n")
            self._stdout.flush()
        except BrokenPipeError:
            # What is left in the buffer would complain once more at the end of the program.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stdout.fileno())
            raise

    def document(self, document: object) -> None:
        """The one JSON document on standard output."""
        self.answer(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False))

    def progress(self, progress: Progress) -> None:
        """Shows progress on a terminal; one line for each stage elsewhere."""
        stage = self.render(progress.stage)
        if self._is_terminal:
            sys.stderr.write(f"\r\x1b[K{stage} {progress.done}/{progress.total}")
            if progress.total and progress.done >= progress.total:
                sys.stderr.write("\n")
            sys.stderr.flush()
        elif stage != self._last_stage:
            self._last_stage = stage
            self._line(stage)

    def _line(self, text: str) -> None:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        sys.stderr.flush()


def console_language(chosen: str) -> Language:
    """The reader's choice, else that of the environment."""
    if chosen:
        return Language(chosen)
    tags = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    return language_from_tags(tag.split(".")[0] for tag in tags if tag)
