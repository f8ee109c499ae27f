"""The program that decodes foreign pixels: ``python -m medai_desktop.series.decode_worker``.

Only the standard library at top level. It leaves stored values of one frame in its slot; a crash
here costs one image.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import mmap

    import numpy as np

    from medai_desktop.wire import Frame, Tell

MEMORY_LIMIT_BYTES = 3 * 1024**3


def main() -> int:
    """Answers requests on standard input until it is closed."""
    from medai_desktop.wire import answer_requests

    _limit_memory()
    return answer_requests(_decode)


def _decode(request: Frame, tell: Tell) -> Frame:
    from medai_desktop.series.decoding import decode_frame
    from medai_desktop.wire import Frame, attached_slot

    if request.kind == "hello":
        return Frame("hello")
    values = decode_frame(request.text("path"), int(request.number("frame")))
    if values.nbytes > int(request.number("slot_size")):
        return Frame("error", {"reason": "size"})
    with attached_slot(request.text("slot")) as block:
        _leave(values, block)
    kind = {"u1": "UINT8", "u2": "UINT16", "i2": "INT16", "i4": "INT32", "u4": "UINT32"}
    name = values.dtype.str.lstrip("<>|=")
    return Frame(
        "decoded",
        {
            "datatype": kind.get(name, "FP32"),
            "rows": values.shape[0],
            "columns": values.shape[1],
            "samples": 1 if values.ndim == 2 else values.shape[2],
        },
    )


def _leave(values: np.ndarray, block: mmap.mmap | memoryview) -> None:
    import numpy as np

    target = np.ndarray(values.shape, values.dtype, buffer=block)
    target[...] = values


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))


if __name__ == "__main__":
    sys.exit(main())
