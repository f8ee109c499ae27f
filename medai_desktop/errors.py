"""The exception tree of the program.

::

    MedaiError                    carries a Message: what happened, to what, what to do
    +-- SourceError               a file or folder could not be read
    |   +-- NotDicomError         it is not DICOM
    +-- PixelDataError            pixels missing, truncated, or not decodable
    +-- GeometryError             millimetres were asked for where there are none
    +-- OutOfMemoryError          it does not fit, with the figures
    +-- ModelError                a model folder is unusable (hash, manifest)
    +-- NoFittingModelError       no model fits this display set
    +-- WorkerError               a worker program failed
    |   +-- WorkerDiedError       it ended by itself (crash, killed)
    |   +-- WorkerHungError       it stopped answering
    |   +-- ReplyError            it answered with something that cannot be right
    +-- ReportError               no report can be made of these images
    +-- CancelledError            the reader cancelled
    +-- StorageError              the program could not write (full, read-only, no rights)
    +-- UsageError                the command line was used wrongly
"""

from medai_desktop.text import Message


class MedaiError(Exception):
    """Base of all errors that are told to a person.

    Attributes:
        message: one sentence, in no language yet.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(message.id, message.arguments)
        self.message = message


class SourceError(MedaiError):
    """A file or folder could not be read."""


class NotDicomError(SourceError):
    """A file is not DICOM."""


class PixelDataError(MedaiError):
    """Pixel data are missing, truncated or cannot be decoded."""


class GeometryError(MedaiError):
    """Millimetres or a volume were asked for where there is no geometry."""


class OutOfMemoryError(MedaiError):
    """Something does not fit into memory; the message carries the figures."""


class ModelError(MedaiError):
    """A model folder is unusable."""


class NoFittingModelError(MedaiError):
    """No model fits a display set."""


class WorkerError(MedaiError):
    """A worker program failed."""


class WorkerDiedError(WorkerError):
    """A worker program ended by itself."""


class WorkerHungError(WorkerError):
    """A worker program stopped answering."""


class ReplyError(WorkerError):
    """A worker answered with something that cannot be right."""


class ReportError(MedaiError):
    """No report that another system could use can be made of these images."""


class CancelledError(MedaiError):
    """The reader cancelled."""


class StorageError(MedaiError):
    """The program could not write."""


class UsageError(MedaiError):
    """The command line was used wrongly."""
