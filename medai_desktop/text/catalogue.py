"""Catalogues: the wording of each message in each language."""

from __future__ import annotations

import gettext
import logging
import struct
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from medai_desktop.text.message import Message

_log = logging.getLogger(__name__)


class Language(Enum):
    """The languages of the program; the value names the catalogue folder."""

    ENGLISH = "en"
    CHINESE = "zh_CN"


def language_from_tags(tags: Iterable[str]) -> Language:
    """The first language of the reader's system that the program speaks.

    Args:
        tags: BCP 47 tags in order of preference, such as ``zh-Hans-CN``.

    Returns:
        That language; English when there is none.
    """
    for tag in tags:
        primary = tag.replace("_", "-").split("-")[0].lower()
        if primary == "zh":
            return Language.CHINESE
        if primary == "en":
            return Language.ENGLISH
    return Language.ENGLISH


class Catalogues:
    """Renders messages in any of the languages.

    Args:
        folder: the folder that holds ``<language>/LC_MESSAGES/<domain>.mo``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: dict[tuple[Language, str], gettext.NullTranslations] = {}

    def wording(self, message_id: str, language: Language) -> str:
        """The wording with its placeholders; English, then the id itself, when there is none."""
        for candidate in (language, Language.ENGLISH):
            found = self._translations(message_id.partition(".")[0], candidate).gettext(message_id)
            if found != message_id:
                return found
        return message_id

    def render(self, said: Message, language: Language) -> str:
        """The sentence in one language; arguments that are messages are rendered first."""
        arguments = {
            name: self.render(value, language) if isinstance(value, Message) else value
            for name, value in said.arguments
        }
        wording = self.wording(said.id, language)
        try:
            return wording.format(**arguments)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError):
            return wording

    def _translations(self, domain: str, language: Language) -> gettext.NullTranslations:
        key = (language, domain)
        if key not in self._loaded:
            self._loaded[key] = self._read(domain, language)
        return self._loaded[key]

    def _read(self, domain: str, language: Language) -> gettext.NullTranslations:
        try:
            return gettext.translation(
                domain, self._folder, languages=[language.value], fallback=True
            )
        except (OSError, ValueError, struct.error) as error:
            _log.warning("catalogue %s of %s cannot be read: %r", domain, language.value, error)
            return gettext.NullTranslations()
