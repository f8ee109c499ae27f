"""Runs slice detectors in the worker: model, device, memory that runs out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from medai_desktop.detection.manifest import ASKED_PRECISION, Manifest, read_manifest
from medai_desktop.detection.registry import check_weights
from medai_desktop.errors import ModelError
from medai_desktop.runtimes import torch_devices
from medai_desktop.runtimes.networks.slice_detector import SliceDetector, load_slice_detector
from medai_desktop.runtimes.slice_grey import NORMALISATION
from medai_desktop.runtimes.slice_inference import SliceInput, StageClock, run_slice_detector
from medai_desktop.wire import Frame, Tell, attached_slot

NETWORK = "slice-detector"
BATCH = {"cpu": 4}
CARD_BATCH = 16
MAX_REASON = 200


@dataclass(frozen=True, slots=True)
class _Warm:
    """A network on a device; the hashes of weights and settings tell which."""

    hashes: tuple[str, str]
    device: str
    network: SliceDetector


class ModelRunner:
    """Keeps the model of the last request warm."""

    def __init__(self) -> None:
        self._warm: _Warm | None = None

    def devices(self) -> Frame:
        """The names of the devices that compute."""
        return Frame("devices", {"names": ",".join(torch_devices.device_names())})

    def warm_up(self, threads: int) -> None:
        """Starts the threads of torch, so that none has to be started when memory is short."""
        torch_devices.prepare("cpu", threads)
        torch_devices.start_threads()

    def detect(self, request: Frame, tell: Tell) -> Frame:
        """Looks at the volume in the slot."""
        try:
            device = torch_devices.chosen_device(request.text("device"))
        except torch_devices.NoSuchDeviceError as error:
            return Frame("error", {"reason": "device", "names": str(error)})
        try:
            manifest = read_manifest(Path(request.text("folder")))
        except ModelError:
            return Frame("error", {"reason": "model"})
        if manifest.network != NETWORK or manifest.normalisation != NORMALISATION:
            return Frame("error", {"reason": "newer"})
        if _hashes(manifest) != (request.text("weights_sha256"), request.text("settings_sha256")):
            return Frame("error", {"reason": "changed"})
        try:
            return self._run(manifest, device, request, tell)
        except _UnusableWeightsError:
            return Frame("error", {"reason": "model"})
        except (MemoryError, RuntimeError) as error:
            self._warm = None
            if _is_short_of_memory(error):
                return Frame("error", {"reason": "memory", "device": device})
            return Frame("error", {"reason": str(error)[:MAX_REASON]})

    def _run(self, manifest: Manifest, device: str, request: Frame, tell: Tell) -> Frame:
        torch_devices.prepare(device, int(request.number("threads")))
        network = self._network(manifest, device)
        precision = torch_devices.chosen_precision(device, manifest.is_half_safe)
        is_small = request.parameters.get("is_small") is True
        batch = 1 if is_small else BATCH.get(device, CARD_BATCH)
        given = SliceInput(manifest.spacing_mm, manifest.canvas_px, batch, precision)
        clock = StageClock()
        with attached_slot(request.text("slot")) as block:
            boxes = run_slice_detector(
                network,
                np.ndarray(
                    tuple(int(n) for n in request.tensor("shape", np.int64, 1)),
                    np.dtype(request.text("dtype")),
                    buffer=block,
                ),
                _triple(request.tensor("spacing_mm", np.float64, 1)),
                replace(given, clock=clock),
                lambda done, total: tell(Frame("progress", {"done": done, "total": total})),
            )
        torch_devices.give_memory_back(device)
        return Frame(
            "result",
            {
                "device": device,
                "precision": precision,
                "inference_s": clock.inference_s,
                "weights_sha256": manifest.weights_sha256,
                "settings_sha256": manifest.settings_sha256_for(precision),
            },
            {"slice_boxes": boxes},
        )

    def _network(self, manifest: Manifest, device: str) -> SliceDetector:
        warm = self._warm
        if warm and (warm.hashes, warm.device) == (_hashes(manifest), device):
            return warm.network
        self._warm = None
        network = _loaded(manifest).to(device)
        self._warm = _Warm(_hashes(manifest), device, network)
        return network


def _hashes(manifest: Manifest) -> tuple[str, str]:
    return manifest.weights_sha256, manifest.settings_sha256_for(ASKED_PRECISION)


class _UnusableWeightsError(Exception):
    """The weights are missing, others than the manifest says, or those of another network."""


def _loaded(manifest: Manifest) -> SliceDetector:
    from safetensors.torch import load

    try:
        return load_slice_detector(dict(manifest.network_config), load(check_weights(manifest)))
    except MemoryError:
        raise
    except Exception as error:
        if _is_short_of_memory(error):
            raise
        raise _UnusableWeightsError from error


def _is_short_of_memory(error: Exception) -> bool:
    """Allocators say it in their own words; oneDNN cannot make a primitive then."""
    said = str(error).lower()
    words = ("memory", "alloc", "could not create a primitive")
    return isinstance(error, MemoryError) or any(word in said for word in words)


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    first, second, third = (float(value) for value in values)
    return first, second, third
