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

    from medai_desktop.wire import Frame

MEMORY_LIMIT_BYTES = 3 * 1024**3


def main() -> int:
    """Answers requests on standard input until it is closed."""
    from medai_desktop.wire import Frame, read_frame, write_frame

    _limit_memory()
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr
    while (request := read_frame(sys.stdin.buffer)) is not None:
        try:
            reply = _decode(request)
        except MemoryError:
            reply = Frame("error", {"reason": "memory"})
        except Exception as error:  # noqa: BLE001 - whatever a codec raises is told, by its kind
            reply = Frame("error", {"reason": f"{type(error).__name__}: {error}"[:300]})
        write_frame(answers, reply)
    return 0


def _decode(request: Frame) -> Frame:
    from medai_desktop.series.decoding import decode_frame
    from medai_desktop.wire import Frame, attach_slot

    if request.kind == "hello":
        return Frame("hello")
    values = decode_frame(request.text("path"), int(request.number("frame")))
    if values.nbytes > int(request.number("slot_size")):
        return Frame("error", {"reason": "size"})
    _leave(values, attach_slot(request.text("slot")))
    kind = {"u1": "UINT8", "u2": "UINT16", "i2": "INT16", "i4": "INT32", "u4": "INT64"}
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
