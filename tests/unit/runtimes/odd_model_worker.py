"""A worker program that takes volumes and answers wrongly, as ``MEDAI_TEST_ODD`` says."""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np

from medai_desktop.detection.manifest import read_manifest
from medai_desktop.wire import Frame, Tell, answer_requests
from tests.unit.detection.models import SHIPPED

RIGHT = [3, 10.0, 12.0, 30.0, 40.0, 0.8]


def boxes(*changes: tuple[int, float]) -> np.ndarray:
    rows = np.array([RIGHT], np.float32)
    for column, value in changes:
        rows[0, column] = value
    return rows


MANIFEST = read_manifest(SHIPPED)
RESULT: dict[str, Any] = {
    "device": "cpu",
    "precision": "fp32",
    "inference_s": 0.2,
    "weights_sha256": MANIFEST.weights_sha256,
    "settings_sha256": MANIFEST.settings_sha256_for("fp32"),
}
TENSORS: dict[str, np.ndarray] = {
    "right": boxes(),
    "left edge outside": boxes((1, -5.0)),
    "right edge outside": boxes((3, 257.0)),
    "lower edge outside": boxes((4, 300.0)),
    "edges crossed": boxes((1, 30.0)),
    "no height": boxes((2, 40.0)),
    "not a number": boxes((5, np.nan)),
    "infinite": boxes((3, np.inf)),
    "score above one": boxes((5, 1.2)),
    "score below zero": boxes((5, -0.1)),
    "slice outside": boxes((0, 9.0)),
    "slice before": boxes((0, -1.0)),
    "half a slice": boxes((0, 2.5)),
    "too many": np.repeat(boxes(), 9 * 20 + 1, axis=0),
    "five columns": boxes()[:, :5],
    "doubles": boxes().astype(np.float64),
    "flat": boxes()[0],
}
PARAMETERS: dict[str, dict[str, Any]] = {
    "no device": {"device": ""},
    "device a path": {"device": "../../cpu"},
    "device a number": {"device": 3},
    "unknown precision": {"precision": "int4"},
    "time before the start": {"inference_s": -1.0},
    "time a text": {"inference_s": "long"},
    "other weights": {"weights_sha256": "0" * 64},
    "weights unsaid": {"weights_sha256": None},
    "other settings": {"settings_sha256": "0" * 64},
    "settings of another precision": {"precision": "fp16"},
}
PROGRESS: dict[str, dict[str, Any]] = {
    "more than all": {"done": 5, "total": 4},
    "less than nothing": {"done": -1, "total": 4},
    "more slices than there are": {"done": 0, "total": 10},
    "half a unit": {"done": 0.5, "total": 4},
    "no total": {"done": 1},
}


def result(odd: str) -> Frame:
    """A result that is right, or odd in one way."""
    if odd == "another kind":
        return Frame("devices", {"names": "cpu"})
    if odd == "no tensor":
        return Frame("result", RESULT)
    parameters = {**RESULT, **PARAMETERS.get(odd, {})}
    return Frame("result", parameters, {"slice_boxes": TENSORS.get(odd, boxes())})


def answer(request: Frame, tell: Tell) -> Frame:
    odd = os.environ["MEDAI_TEST_ODD"]
    if odd == "bytes":
        for descriptor in range(3, 20):
            try:
                os.write(descriptor, b"HTTP/1.1 200 OK\r\n\r\nhello, window" * 3)
            except OSError:
                continue
    if odd == "short on a card" and request.text("device") != "cpu":
        return Frame("error", {"reason": "memory", "device": "cuda:1"})
    if odd == "short at all" or (odd == "short at first" and not request.parameters["is_small"]):
        return Frame("error", {"reason": "memory", "device": "cpu"})
    if odd in PROGRESS:
        tell(Frame("progress", PROGRESS[odd]))
    return result(odd)


ODD_RESULTS = [
    *[name for name in TENSORS if name != "right"],
    *PARAMETERS,
    "another kind",
    "no tensor",
]

if __name__ == "__main__":
    sys.exit(answer_requests(answer))
