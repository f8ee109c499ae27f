"""The program that decodes foreign pixels: ``python -m medai_desktop.series.decode_worker``.

Only the standard library at top level. It leaves stored values of one frame in its slot; a crash
here costs one image. It may not write files and may not take more than its share of memory.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import mmap

    import numpy as np

    from medai_desktop.wire import Frame, Tell

MEMORY_LIMIT_BYTES = 3 * 1024**3
DATATYPES = {
    "u1": "UINT8",
    "i1": "INT8",
    "u2": "UINT16",
    "i2": "INT16",
    "u4": "UINT32",
    "i4": "INT32",
    "f4": "FP32",
    "f8": "FP64",
}


def main() -> int:
    """Answers requests on standard input until it is closed."""
    from medai_desktop.wire import answer_requests

    _limit()
    return answer_requests(_decode)


def _decode(request: Frame, tell: Tell) -> Frame:
    from medai_desktop.series.decoding import decode_frame
    from medai_desktop.wire import Frame, attached_slot

    if request.kind == "hello":
        return Frame("hello")
    values = decode_frame(
        request.text("path"),
        int(request.number("frame")),
        int(request.number("frames")),
        request.text("stamp"),
    )
    name = values.dtype.str.lstrip("<>|=")
    if name not in DATATYPES or values.ndim not in (2, 3):
        return Frame("error", {"reason": "size"})
    if values.nbytes > int(request.number("slot_size")):
        return Frame("error", {"reason": "size"})
    with attached_slot(request.text("slot")) as block:
        _leave(values, block)
    return Frame(
        "decoded",
        {
            "datatype": DATATYPES[name],
            "rows": values.shape[0],
            "columns": values.shape[1],
            "samples": 1 if values.ndim == 2 else values.shape[2],
        },
    )


def _leave(values: np.ndarray, block: mmap.mmap | memoryview) -> None:
    import numpy as np

    target = np.ndarray(values.shape, values.dtype.newbyteorder("<"), buffer=block)
    target[...] = values


def _limit() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
