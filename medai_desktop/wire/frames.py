"""Length-prefixed frames: a JSON header and binary tensors of the Open Inference Protocol v2."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import ReplyError
from medai_desktop.text import message

MAX_HEADER_BYTES = 1_000_000
MAX_TENSOR_BYTES = 256_000_000
MAX_TENSORS = 16
_PREFIX = struct.Struct("<4sIQ")
_MAGIC = b"MDW1"
DATATYPES: dict[str, type[np.generic]] = {
    "BOOL": np.bool_,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "FP32": np.float32,
    "FP64": np.float64,
}
_NAMES = {np.dtype(kind): name for name, kind in DATATYPES.items()}
Scalar = str | int | float | bool
Tensors = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One thing said over a pipe.

    Attributes:
        kind: what it is, such as "request", "progress", "result", "error".
        parameters: strings, numbers and truth values.
        tensors: by name.
    """

    kind: str
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    tensors: Tensors = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A text parameter.

        Raises:
            ReplyError: it is missing or no text.
        """
        value = self.parameters.get(name)
        if not isinstance(value, str):
            raise _nonsense(f"parameter {name}")
        return value

    def number(self, name: str) -> float:
        """A finite number parameter.

        Raises:
            ReplyError: it is missing or no finite number.
        """
        value = self.parameters.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _nonsense(f"parameter {name}")
        if not math.isfinite(value):
            raise _nonsense(f"parameter {name}")
        return float(value)

    def tensor(self, name: str, kind: type[np.generic], axes: int) -> npt.NDArray[np.generic]:
        """A tensor with the expected type and number of axes.

        Raises:
            ReplyError: it is missing or another.
        """
        found = self.tensors.get(name)
        if found is None or found.dtype != np.dtype(kind) or found.ndim != axes:
            raise _nonsense(f"tensor {name}")
        return found


def write_frame(pipe: BinaryIO, frame: Frame) -> None:
    """Sends a frame.

    Raises:
        OSError: the other end is gone.
    """
    blocks, described = [], []
    for name, array in frame.tensors.items():
        block = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        blocks.append(block.tobytes())
        described.append(
            {
                "name": name,
                "datatype": _NAMES[array.dtype.newbyteorder("=")],
                "shape": list(array.shape),
                "parameters": {"binary_data_size": block.nbytes},
            }
        )
    header = json.dumps(
        {"kind": frame.kind, "parameters": dict(frame.parameters), "tensors": described}
    ).encode()
    size = sum(len(block) for block in blocks)
    pipe.write(_PREFIX.pack(_MAGIC, len(header), size) + header + b"".join(blocks))
    pipe.flush()


def read_frame(pipe: BinaryIO) -> Frame | None:
    """Receives a frame; checks sizes, shapes and types before it believes them.

    Returns:
        The frame; None when the other end has closed the pipe between two frames.

    Raises:
        ReplyError: what came is no frame.
    """
    start = pipe.read(_PREFIX.size)
    if not start:
        return None
    if len(start) < _PREFIX.size:
        raise _nonsense("frame")
    magic, header_size, tensor_size = _PREFIX.unpack(start)
    if magic != _MAGIC or header_size > MAX_HEADER_BYTES or tensor_size > MAX_TENSOR_BYTES:
        raise _nonsense("frame")
    header = _header(_exactly(pipe, header_size))
    data = _exactly(pipe, tensor_size)
    described = header.get("tensors")
    parameters = header.get("parameters")
    kind = header.get("kind")
    if not isinstance(described, list) or len(described) > MAX_TENSORS:
        raise _nonsense("tensors")
    if not isinstance(parameters, dict) or not isinstance(kind, str):
        raise _nonsense("header")
    if not all(isinstance(value, str | int | float | bool) for value in parameters.values()):
        raise _nonsense("parameters")
    return Frame(kind, parameters, _tensors(described, data))


def _tensors(described: list[object], data: bytes) -> dict[str, npt.NDArray[np.generic]]:
    tensors: dict[str, npt.NDArray[np.generic]] = {}
    offset = 0
    for entry in described:
        if not isinstance(entry, dict):
            raise _nonsense("tensor")
        name, shape = entry.get("name"), entry.get("shape")
        kind = DATATYPES.get(str(entry.get("datatype")))
        if not isinstance(name, str) or not isinstance(shape, list) or kind is None:
            raise _nonsense("tensor")
        if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in shape):
            raise _nonsense("shape")
        size = math.prod(shape) * np.dtype(kind).itemsize
        if offset + size > len(data):
            raise _nonsense("size")
        block = np.frombuffer(data[offset : offset + size], np.dtype(kind).newbyteorder("<"))
        tensors[name] = block.reshape(shape).astype(kind)
        offset += size
    if offset != len(data):
        raise _nonsense("size")
    return tensors


def _header(raw: bytes) -> dict[str, object]:
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _nonsense("header") from error
    if not isinstance(header, dict):
        raise _nonsense("header")
    return header


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    data = pipe.read(size)
    if len(data) != size:
        raise _nonsense("frame")
    return data


def _nonsense(what: str) -> ReplyError:
    return ReplyError(message("wire.nonsense", what=what))
