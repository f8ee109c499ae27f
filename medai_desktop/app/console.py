"""What the command line says: one JSON document on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

from medai_desktop.jobs import Progress
from medai_desktop.text import Catalogues, Language, Message, language_from_tags


class Console:
    """Standard output and standard error of one command.

    Args:
        catalogues: wording of every message.
        language: of the sentences.
    """

    def __init__(self, catalogues: Catalogues, language: Language) -> None:
        self._catalogues = catalogues
        self._language = language
        self._is_terminal = sys.stderr.isatty()
        self._last_stage = ""

    def render(self, said: Message) -> str:
        """A sentence in the language of the console."""
        return self._catalogues.render(said, self._language)

    def say(self, said: Message) -> None:
        """A sentence on standard error."""
        self._line(self.render(said))

    def answer(self, text: str) -> None:
        """A line on standard output: the answer itself."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

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

    @property
    def renderer(self) -> Callable[[Message], str]:
        """`render` as a function."""
        return self.render

    def _line(self, text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def console_language(chosen: str) -> Language:
    """The reader's choice, else that of the environment."""
    if chosen:
        return Language(chosen)
    tags = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    return language_from_tags(tag.split(".")[0] for tag in tags if tag)
