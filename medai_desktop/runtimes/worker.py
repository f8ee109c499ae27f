"""The program that runs models: ``python -m medai_desktop.runtimes.worker``.

Only the standard library at top level; torch is loaded here and nowhere near the window. A warm
worker keeps its model. No network is used, no pickle is read.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

    from medai_desktop.runtimes.networks.slice_detector import SliceDetector
    from medai_desktop.wire import Frame


class _Model:
    """The warm model: its folder, device and network."""

    def __init__(self) -> None:
        self.key: tuple[str, str] = ("", "")
        self.network: SliceDetector | None = None


def main() -> int:
    """Answers requests on standard input until it is closed."""
    from medai_desktop.errors import ModelError
    from medai_desktop.wire import Frame, read_frame, write_frame

    answers = sys.stdout.buffer
    sys.stdout = sys.stderr
    model = _Model()
    while (request := read_frame(sys.stdin.buffer)) is not None:
        try:
            if request.kind == "limit":
                _limit_memory(int(request.number("bytes")))
                reply = Frame("limited")
            elif request.kind == "devices":
                reply = Frame("devices", {"names": ",".join(_devices())})
            else:
                reply = _detect(request, model, answers)
        except ModelError:
            reply = Frame("error", {"reason": "model"})
        except MemoryError:
            reply = Frame("error", {"reason": "memory"})
        except RuntimeError as error:
            is_memory = "memory" in str(error).lower() or "allocate" in str(error).lower()
            reply = Frame("error", {"reason": "memory" if is_memory else str(error)[:200]})
        write_frame(answers, reply)
    return 0


def _detect(request: Frame, model: _Model, answers: BinaryIO) -> Frame:
    import time
    from pathlib import Path

    import numpy as np
    import torch

    from medai_desktop.runtimes.slice_inference import SliceInput, run_slice_detector
    from medai_desktop.wire import Frame, attach_slot, write_frame

    torch.set_num_threads(max(1, int(request.number("threads"))))
    started = time.monotonic()
    device = _choose(request.text("device"))
    network = _load(Path(request.text("folder")), device, model)
    shape = tuple(int(n) for n in request.tensor("shape", np.int64, 1))
    spacing = [float(v) for v in request.tensor("spacing_mm", np.float64, 1)]
    kind = np.dtype(request.text("dtype"))
    voxels = np.ndarray(shape, kind, buffer=attach_slot(request.text("slot")))
    ready = time.monotonic()

    def told(done: int, total: int) -> None:
        write_frame(answers, Frame("progress", {"done": done, "total": total}))

    told(0, 0)
    said = ""
    batch = 4
    while True:
        given = SliceInput(request.number("spacing"), int(request.number("canvas")), batch)
        try:
            boxes = run_slice_detector(
                network, voxels, (spacing[0], spacing[1], spacing[2]), given, told
            )
            break
        except (MemoryError, RuntimeError) as error:
            if "memory" not in str(error).lower() and not isinstance(error, MemoryError):
                raise
            if batch == 1 and device == "cpu":
                raise MemoryError from error
            batch, said = 1, "smaller"
            if device != "cpu":
                device, said = "cpu", "cpu"
                network = _load(Path(request.text("folder")), device, model)
    ended = time.monotonic()
    return Frame(
        "result",
        {
            "device": device,
            "preprocess_s": ready - started,
            "inference_s": ended - ready,
            "fallback": said,
        },
        {"slice_boxes": boxes},
    )


def _load(folder: Path, device: str, model: _Model) -> SliceDetector:
    from safetensors.torch import load_file

    from medai_desktop.detection.manifest import read_manifest
    from medai_desktop.detection.registry import check_weights
    from medai_desktop.runtimes.networks.slice_detector import load_slice_detector

    manifest = read_manifest(folder)
    check_weights(manifest)
    key = (manifest.weights_sha256, device)
    if model.network is None or model.key != key:
        network = load_slice_detector(
            dict(manifest.network_config), load_file(str(manifest.weights))
        )
        model.network, model.key = network.to(device), key
    return model.network


def _devices() -> list[str]:
    import torch

    names = ["cpu"]
    if torch.cuda.is_available():
        names += [f"cuda:{n}" for n in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("mps")
    return names


def _choose(wanted: str) -> str:
    names = _devices()
    if wanted != "auto":
        first = next((name for name in names if name.startswith(wanted)), "")
        if not first:
            raise RuntimeError(f"device {wanted} is not there")
        return first
    import torch

    cards = [name for name in names if name.startswith("cuda")]
    free = {name: torch.cuda.mem_get_info(name)[0] for name in cards}
    if free and max(free.values()) > 1 << 30:
        return max(free, key=lambda name: free[name])
    return "mps" if "mps" in names else "cpu"


def _limit_memory(limit: int) -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    sys.exit(main())
