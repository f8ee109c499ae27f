"""What a worker answers is checked like a stranger's."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from medai_desktop.detection.joining import SliceBox, looked_at, slice_boxes, step_mm_of
from medai_desktop.detection.manifest import PRECISIONS, Manifest
from medai_desktop.errors import ReplyError
from medai_desktop.text import message
from medai_desktop.volume import Volume
from medai_desktop.wire import Frame

MOST_BOXES_A_SLICE = 20
_DEVICE = re.compile(r"cpu|cuda:\d{1,2}|mps")


@dataclass(frozen=True, slots=True)
class SliceReply:
    """A checked answer of a slice detector.

    Attributes:
        boxes: on slices that were looked at, inside the images.
        device: where it ran.
        precision: fp32, fp16 or bf16.
        inference_s: seconds in the network.
    """

    boxes: tuple[SliceBox, ...]
    device: str
    precision: str
    inference_s: float


def checked_reply(reply: Frame, volume: Volume, manifest: Manifest) -> SliceReply:
    """Checks the result of a run on a volume.

    Args:
        reply: of the worker.
        volume: that it was given.
        manifest: of the model that was asked for; another one may not answer in its name.

    Raises:
        ReplyError: it cannot be right.
    """
    if reply.kind != "result":
        raise _nonsense("kind")
    device, precision = reply.text("device"), reply.text("precision")
    if _DEVICE.fullmatch(device) is None:
        raise _nonsense("device")
    if precision not in PRECISIONS:
        raise _nonsense("precision")
    if reply.text("weights_sha256") != manifest.weights_sha256:
        raise _nonsense("weights_sha256")
    if reply.text("settings_sha256") != manifest.settings_sha256_for(precision):
        raise _nonsense("settings_sha256")
    inference_s = reply.number("inference_s")
    if inference_s < 0:
        raise _nonsense("seconds")
    boxes = _checked_boxes(reply, volume)
    return SliceReply(boxes, device, precision, inference_s)


def checked_progress(reply: Frame, volume: Volume) -> tuple[int, int]:
    """Finished units and all units.

    Raises:
        ReplyError: they cannot be right.
    """
    done, total = reply.number("done"), reply.number("total")
    if not 0 <= done <= total <= volume.shape[0] or done != int(done) or total != int(total):
        raise _nonsense("progress")
    return int(done), int(total)


def _checked_boxes(reply: Frame, volume: Volume) -> tuple[SliceBox, ...]:
    rows = reply.tensor("slice_boxes", np.float32, 2)
    slices = looked_at(volume.shape[0], step_mm_of(volume))
    if rows.shape[1] != 6 or rows.shape[0] > MOST_BOXES_A_SLICE * len(slices):
        raise _nonsense("slice_boxes")
    values = rows.astype(np.float64)
    _, height, width = volume.shape
    upper = np.array([slices[-1], width, height, width, height, 1.0])
    # Not a number compares as false, so that it is refused as well.
    is_right = (
        bool(((values >= 0) & (values <= upper + 1e-3)).all())
        and bool((values[:, 1] < values[:, 3]).all())
        and bool((values[:, 2] < values[:, 4]).all())
        and bool(np.isin(values[:, 0], np.array(slices)).all())
    )
    if not is_right:
        raise _nonsense("slice_boxes")
    return slice_boxes(np.clip(values, 0.0, upper))


def _nonsense(what: str) -> ReplyError:
    return ReplyError(message("wire.nonsense", what=what))
