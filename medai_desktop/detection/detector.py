"""The port that local workers, cloud endpoints and test doubles satisfy."""

from __future__ import annotations

from typing import Protocol

from medai_desktop.findings import FindingSet
from medai_desktop.jobs import Cancellation, ProgressCallback
from medai_desktop.volume import Acquisition, Volume


class Detector(Protocol):
    """A detector is a function of a volume."""

    @property
    def model_id(self) -> str:
        """The model it runs."""
        ...

    def detect(
        self,
        volume: Volume,
        acquisition: Acquisition,
        progress: ProgressCallback,
        cancellation: Cancellation,
    ) -> FindingSet:
        """Looks at a complete volume.

        Args:
            volume: all slices loaded, with `Volume.digest`.
            acquisition: its facts.
            progress: told after each finished unit of work.
            cancellation: asked between units; the device is free within a second.

        Returns:
            Findings down to a score of 0.01, at most 300, highest score first.

        Raises:
            CancelledError: the reader cancelled.
            WorkerError: the program that runs the model died, hung, or answered nonsense.
            OutOfMemoryError: it fits on no device, smallest batch included.
            ModelError: the model folder is unusable.
        """
        ...
