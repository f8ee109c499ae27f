"""Length-prefixed frames: JSON headers and binary tensors of the Open Inference Protocol v2.

The header of a request has the members ``id``, ``parameters`` and ``inputs``, that of a reply
``id``, ``parameters`` and ``outputs``, that of a failure ``error`` as well; tensors follow the
header in the order in which they are described, little-endian, ``binary_data_size`` bytes each.
Over HTTP the path and the status tell what is asked and what came of it; on a pipe the member
``kind`` does.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, NoReturn

import numpy as np
import numpy.typing as npt

from medai_desktop.errors import ReplyError
from medai_desktop.text import message

MAX_HEADER_BYTES = 1_000_000
MAX_TENSOR_BYTES = 256_000_000
MAX_TENSORS = 16
MAX_AXES = 8
_PREFIX = struct.Struct("<4sIQ")
_MAGIC = b"MDW1"
DATATYPES: dict[str, type[np.generic]] = {
    "BOOL": np.bool_,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "FP32": np.float32,
    "FP64": np.float64,
}
_NAMES = {np.dtype(kind): name for name, kind in DATATYPES.items()}
_REQUEST, _REPLY = "inputs", "outputs"
_FAILED = "error"
Scalar = str | int | float | bool
Tensors = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One thing said over a pipe.

    Attributes:
        kind: what it is, such as "detect", "progress", "result"; "error" for a failure, whose
            parameter ``reason`` travels as the protocol's ``error``.
        parameters: strings, finite numbers and truth values.
        tensors: by name.
        id: of the request; a reply repeats it.
    """

    kind: str
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    tensors: Tensors = field(default_factory=dict)
    id: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it tells of a failure."""
        return self.kind == _FAILED

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
        try:
            number = float(value)
        except OverflowError as error:
            raise _nonsense(f"parameter {name}") from error
        if not math.isfinite(number):
            raise _nonsense(f"parameter {name}")
        return number

    def tensor(self, name: str, kind: type[np.generic], axes: int) -> npt.NDArray[np.generic]:
        """A tensor with the expected type and number of axes; its values are not checked.

        Raises:
            ReplyError: it is missing or another.
        """
        found = self.tensors.get(name)
        if found is None or found.dtype != np.dtype(kind) or found.ndim != axes:
            raise _nonsense(f"tensor {name}")
        return found


def write_request(pipe: BinaryIO, frame: Frame) -> None:
    """Sends a request.

    Raises:
        OSError: the other end is gone.
        ValueError: the frame has no form on the wire.
    """
    _write(pipe, frame, _REQUEST)


def write_reply(pipe: BinaryIO, frame: Frame) -> None:
    """Sends a reply.

    Raises:
        OSError: the other end is gone.
        ValueError: the frame has no form on the wire.
    """
    _write(pipe, frame, _REPLY)


def read_request(pipe: BinaryIO) -> Frame | None:
    """Receives a request; see `read_reply`."""
    return _read(pipe, _REQUEST)


def read_reply(pipe: BinaryIO) -> Frame | None:
    """Receives a reply; checks sizes, shapes and types before it believes them.

    Returns:
        The frame; None when the other end has closed the pipe between two frames.

    Raises:
        ReplyError: what came is no frame.
    """
    return _read(pipe, _REPLY)


def _write(pipe: BinaryIO, frame: Frame, member: str) -> None:
    if len(frame.tensors) > MAX_TENSORS:
        raise ValueError("too many tensors")
    blocks, described = [], []
    for name, array in frame.tensors.items():
        datatype = _NAMES.get(array.dtype.newbyteorder("="))
        if datatype is None or array.ndim > MAX_AXES:
            raise ValueError(f"tensor {name} has no form on the wire")
        block = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        blocks.append(block)
        described.append(
            {
                "name": name,
                "shape": list(array.shape),
                "datatype": datatype,
                "parameters": {"binary_data_size": len(block)},
            }
        )
    parameters = dict(frame.parameters)
    plain: dict[str, object] = {"kind": frame.kind, "id": frame.id}
    if frame.is_error:
        plain["error"] = str(parameters.pop("reason", ""))
    plain["parameters"] = parameters
    plain[member] = described
    header = json.dumps(plain, allow_nan=False).encode()
    size = sum(len(block) for block in blocks)
    if len(header) > MAX_HEADER_BYTES or size > MAX_TENSOR_BYTES:
        raise ValueError("too large for one frame")
    pipe.write(_PREFIX.pack(_MAGIC, len(header), size) + header + b"".join(blocks))
    pipe.flush()


def _read(pipe: BinaryIO, member: str) -> Frame | None:
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
    kind, identity = header.get("kind"), header.get("id")
    if not isinstance(kind, str) or not isinstance(identity, str):
        raise _nonsense("header")
    return Frame(kind, _parameters(header, kind), _tensors(header.get(member), data), identity)


def _parameters(header: dict[str, object], kind: str) -> dict[str, Scalar]:
    given = header.get("parameters")
    if not isinstance(given, dict):
        raise _nonsense("parameters")
    parameters: dict[str, Scalar] = {}
    for name, value in given.items():
        if not isinstance(value, str | int | float | bool):
            raise _nonsense("parameters")
        parameters[name] = value
    reason = header.get("error")
    if (kind == _FAILED) != isinstance(reason, str):
        raise _nonsense("error")
    if isinstance(reason, str):
        parameters["reason"] = reason
    return parameters


def _tensors(described: object, data: bytes) -> dict[str, npt.NDArray[np.generic]]:
    if not isinstance(described, list) or len(described) > MAX_TENSORS:
        raise _nonsense("tensors")
    tensors: dict[str, npt.NDArray[np.generic]] = {}
    offset = 0
    for entry in described:
        name, kind, shape, size = _description(entry)
        if name in tensors or offset + size > len(data):
            raise _nonsense("size")
        block = data[offset : offset + size]
        if kind is np.bool_ and block.strip(b"\0\1"):
            raise _nonsense("truth value")
        flat = np.frombuffer(block, np.dtype(kind).newbyteorder("<"))
        tensors[name] = flat.reshape(shape).astype(kind)
        offset += size
    if offset != len(data):
        raise _nonsense("size")
    return tensors


def _description(entry: object) -> tuple[str, type[np.generic], tuple[int, ...], int]:
    """Name, type, shape and bytes of one tensor, checked against each other."""
    if not isinstance(entry, dict):
        raise _nonsense("tensor")
    name, shape, more = entry.get("name"), entry.get("shape"), entry.get("parameters")
    kind = DATATYPES.get(str(entry.get("datatype")))
    if not isinstance(name, str) or not isinstance(shape, list) or kind is None:
        raise _nonsense("tensor")
    if len(shape) > MAX_AXES or not all(_is_length(length) for length in shape):
        raise _nonsense("shape")
    size = math.prod(shape) * np.dtype(kind).itemsize
    if not isinstance(more, dict) or more.get("binary_data_size") != size:
        raise _nonsense("size")
    return name, kind, tuple(shape), size


def _is_length(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= sys.maxsize


def _header(raw: bytes) -> dict[str, object]:
    try:
        header = json.loads(raw, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise _nonsense("header") from error
    if not isinstance(header, dict):
        raise _nonsense("header")
    return header


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    data = pipe.read(size)
    if len(data) != size:
        raise _nonsense("frame")
    return data


def _nonsense(what: str) -> ReplyError:
    return ReplyError(message("wire.nonsense", what=what))
