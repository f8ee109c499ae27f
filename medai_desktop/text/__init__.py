"""What is said, before any language.

Lives here: `Message`, an identified sentence with its arguments, and the catalogues that turn it
into English or Simplified Chinese. Imports only the standard library.
Terms: message id (``room.name``), domain (the first part of the id, one catalogue file each).
"""

from medai_desktop.text.catalogue import Catalogues, Language, language_from_tags
from medai_desktop.text.listing import listed
from medai_desktop.text.message import Message, MessageArgument, message

__all__ = [
    "Catalogues",
    "Language",
    "Message",
    "MessageArgument",
    "language_from_tags",
    "listed",
    "message",
]
