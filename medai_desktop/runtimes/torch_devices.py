"""Which device a model runs on, and how precisely; in the worker only."""

from __future__ import annotations

import torch

LEAST_FREE_BYTES = 1 << 30
"""A graphics card with less free memory is passed over."""

HALF_CAPABILITY = (7, 0)
"""Cards from here on compute faster in half precision (Volta, with tensor cores)."""


class NoSuchDeviceError(Exception):
    """The wanted device is not in this computer; carries the names of those that are."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def device_names() -> list[str]:
    """The devices that really compute, by torch's names; the processor first."""
    names = ["cpu"]
    if torch.cuda.is_available():
        names += [f"cuda:{n}" for n in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("mps")
    return [name for name in names if _computes(name)]


def chosen_device(wanted: str) -> str:
    """The device for a run: the wanted one, or by capability and free memory.

    Args:
        wanted: auto, cpu, cuda (the card with most free memory), cuda:1 or mps.

    Raises:
        NoSuchDeviceError: it is not there.
    """
    if wanted == "cpu":
        return wanted
    names = device_names()
    cards = {name: _free_bytes(name) for name in names if name != "cpu"}
    if wanted == "auto":
        roomy = {name: free for name, free in cards.items() if free >= LEAST_FREE_BYTES}
        return max(roomy, key=lambda name: roomy[name], default="cpu")
    if wanted == "cuda":
        ours = {name: free for name, free in cards.items() if name.startswith("cuda")}
        if ours:
            return max(ours, key=lambda name: ours[name])
    elif wanted in names:
        return wanted
    raise NoSuchDeviceError(names)


def chosen_precision(device: str, is_half_safe: bool) -> str:
    """``fp32``, or half precision where the model allows it and the device gains by it.

    Args:
        device: by torch's name.
        is_half_safe: what the manifest says.
    """
    if not is_half_safe:
        return "fp32"
    if device.startswith("cuda"):
        capability = torch.cuda.get_device_capability(torch.device(device))
        return "fp16" if capability >= HALF_CAPABILITY else "fp32"
    if device == "mps":
        return "fp16"
    return "bf16" if has_fast_bf16() else "fp32"


def has_fast_bf16() -> bool:
    """Whether the processor multiplies bfloat16 itself; one that does not takes far longer."""
    asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in asked)


def training_layout() -> torch.memory_format:
    """How images and kernels lie in memory while a network is trained on the processor.

    Channels last is the quicker one in half precision. In single precision the gradients of
    kernels that lie so are written beyond their memory (oneDNN as PyTorch 2.13 carries it).
    """
    return torch.channels_last if has_fast_bf16() else torch.contiguous_format


def prepare(device: str, threads: int) -> None:
    """Settings under which the same input gives the same findings on any device.

    Args:
        device: by torch's name.
        threads: for work on the processor.
    """
    torch.set_num_threads(max(1, threads))
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    if device.startswith("cuda"):
        torch.backends.cudnn.deterministic = True


def start_threads() -> None:
    """Makes every thread of the processor do something once."""
    torch.nn.functional.conv2d(torch.ones((1, 8, 64, 64)), torch.ones((8, 8, 3, 3)))
    torch.ones(1 << 18).exp_().sum()


def give_memory_back(device: str) -> None:
    """Returns memory that is cached for the next run to the device."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()


def _free_bytes(name: str) -> int:
    if name == "mps":
        return int(torch.mps.recommended_max_memory()) - int(torch.mps.driver_allocated_memory())
    return int(torch.cuda.mem_get_info(torch.device(name))[0])


def _computes(name: str) -> bool:
    """A card may be there and yet be too old for this build, or be taken by another program."""
    if name == "cpu":
        return True
    try:
        probe = torch.ones((1, 1, 8, 8), device=name)
        kernel = torch.ones((1, 1, 3, 3), device=name)
        return float(torch.nn.functional.conv2d(probe, kernel).sum().cpu()) == 324.0
    except (RuntimeError, AssertionError, NotImplementedError):
        return False
