"""Builds the adapters and hands them to the session."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from medai_desktop.app.late_journal import LateJournal
from medai_desktop.app.locations import Locations
from medai_desktop.app.memory import memory_bytes
from medai_desktop.detection.detector import Detector
from medai_desktop.detection.registry import ModelRegistry
from medai_desktop.runtimes.devices import check_device_name
from medai_desktop.runtimes.local_detector import LocalDetector
from medai_desktop.session.desk import DeskSupplies, ReadingDesk
from medai_desktop.session.ports import Journal
from medai_desktop.settings import SettingsStore
from medai_desktop.text import Catalogues, Language
from medai_desktop.view.hanging import HangingProtocols
from medai_desktop.view.presets import WindowPresets

GIB = 1024**3


class LocalDetectors:
    """The session's `DetectorSource` on this computer: one warm worker for each model.

    Args:
        models: folder of the models.
        device: auto, cpu, cuda, cuda:1 or mps.
        silence_s: after so long without a sign of life a worker counts as hung.

    Raises:
        UsageError: there is no such kind of device.
    """

    def __init__(self, models: Path, device: str, silence_s: float) -> None:
        self._registry = ModelRegistry(models)
        self._device = check_device_name(device)
        self._silence_s = silence_s
        self._detectors: dict[str, LocalDetector] = {}

    @property
    def registry(self) -> ModelRegistry:
        """The models on this computer."""
        return self._registry

    def detector(self, model_id: str) -> Detector:
        """A detector for one model; a warm one is used again.

        Raises:
            ModelError: there is no usable model of this id.
        """
        if model_id not in self._detectors:
            manifest = self._registry.get(model_id)
            self._detectors[model_id] = LocalDetector(
                manifest, device=self._device, silence_s=self._silence_s
            )
        return self._detectors[model_id]

    def device_name(self) -> str:
        """What the last run used; empty before the first."""
        for detector in self._detectors.values():
            if detector.device:
                return detector.device
        return ""

    def close(self) -> None:
        """Ends every worker program."""
        for detector in self._detectors.values():
            detector.close()
        self._detectors.clear()


@dataclass(frozen=True, slots=True)
class WindowChoices:
    """What a window is started with.

    Attributes:
        is_private: nothing is stored, nothing restored.
        language: for this window only; None: the reader's.
        system_language: when the reader has chosen none.
    """

    is_private: bool
    language: Language | None
    system_language: Language


def memory_budget_bytes(share: float) -> int:
    """How much memory images may fill: a share of what this computer has.

    Args:
        share: between 0 and 1.
    """
    import os

    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        total = 8 * GIB
    return int(total * share)


def _catalog(path: Path | None) -> Journal:
    from medai_desktop.catalog.journal import CatalogJournal

    return CatalogJournal(path)


def build_desk(
    locations: Locations, settings: SettingsStore, choices: WindowChoices
) -> ReadingDesk:
    """A desk with the adapters of this computer."""
    chosen = settings.text("language")
    stored = Language(chosen) if chosen else choices.system_language
    journal = LateJournal(lambda: _catalog(None if choices.is_private else locations.catalog))

    def remember(language: Language) -> None:
        if not choices.is_private:
            settings.choose("language", language.value)

    return ReadingDesk(
        DeskSupplies(
            Catalogues(locations.translations),
            choices.language or stored,
            WindowPresets.load(locations.presets),
            HangingProtocols.load(locations.hanging),
            locations.sample,
            memory_budget_bytes(settings.number("memory_share")),
            journal,
            LocalDetectors(
                locations.models, settings.text("device"), settings.number("worker_silence_s")
            ),
            remember,
            level_rises_downwards=settings.value("level_rises_downwards") is True,
            complaints=() if settings.complaint is None else (settings.complaint,),
            memory_bytes=memory_bytes,
        )
    )
