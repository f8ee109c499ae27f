"""A sentence before any language: an id and its arguments."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence to be said, in no language yet.

    Attributes:
        id: ``domain.name``; the catalogues hold its wording in each language.
        arguments: names and values for the placeholders of the wording; a value that is itself
            a message is rendered first, in the same language.
    """

    id: str
    arguments: tuple[tuple[str, str | int | float | Message], ...] = ()

    @property
    def domain(self) -> str:
        """The first part of the id: the name of the catalogue that holds the wording."""
        return self.id.partition(".")[0]

    def argument(self, name: str) -> str | int | float | Message:
        """The value given for one placeholder.

        Raises:
            KeyError: the message has no such argument.
        """
        return dict(self.arguments)[name]


MessageArgument = str | int | float | Message


def message(id: str, /, **arguments: str | int | float | Message) -> Message:
    """Makes a message; the id is written out in the call so that it can be extracted."""
    return Message(id, tuple(sorted(arguments.items())))
