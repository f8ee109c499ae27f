"""A small detector for single slices: centre heatmap, box distances, image score."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDE = 8
"""Input pixels per cell of the heatmap."""


@dataclass(frozen=True, slots=True)
class SliceDetectorConfig:
    """Sizes of a `SliceDetector`.

    Attributes:
        widths: channels at strides 2, 4, 8, 16, 32.
        head_width: channels of the pyramid and the heads.
        classes: tumour classes that training knows (for the report only).
    """

    widths: tuple[int, int, int, int, int] = (16, 32, 64, 128, 160)
    head_width: int = 64
    classes: int = 3


@dataclass(frozen=True, slots=True)
class SliceDetectorOutput:
    """What the network says of a batch.

    Attributes:
        heatmap: logits, (n, 1, h, w), cells of `STRIDE` pixels.
        distances: (n, 4, h, w), pixels from the cell's centre to left, top, right, bottom.
        classes: logits, (n, classes, h, w).
        image: logit that the slice holds a mark, (n,).
    """

    heatmap: Tensor
    distances: Tensor
    classes: Tensor
    image: Tensor


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.skip = (
            nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
            if stride != 1 or inputs != outputs
            else nn.Identity()
        )

    def forward(self, values: Tensor) -> Tensor:
        inner = functional.relu(self.first_norm(self.first(values)))
        inner = self.second_norm(self.second(inner))
        return functional.relu(inner + self.skip(values))


class SliceDetector(nn.Module):
    """A residual network with a feature pyramid down to stride 8 and global context.

    Args:
        config: sizes.
    """

    def __init__(self, config: SliceDetectorConfig) -> None:
        super().__init__()
        w2, w4, w8, w16, w32 = config.widths
        head = config.head_width
        self.stem = nn.Sequential(
            nn.Conv2d(1, w2, 5, 2, 2, bias=False), nn.BatchNorm2d(w2), nn.ReLU()
        )
        self.stage4 = _Residual(w2, w4, 2)
        self.stage8 = nn.Sequential(_Residual(w4, w8, 2), _Residual(w8, w8, 1))
        self.stage16 = nn.Sequential(_Residual(w8, w16, 2), _Residual(w16, w16, 1))
        self.stage32 = nn.Sequential(_Residual(w16, w32, 2), _Residual(w32, w32, 1))
        self.context = nn.Linear(w32, head)
        self.lateral8 = nn.Conv2d(w8, head, 1)
        self.lateral16 = nn.Conv2d(w16, head, 1)
        self.lateral32 = nn.Conv2d(w32, head, 1)
        self.smooth = nn.Sequential(
            nn.Conv2d(head, head, 3, 1, 1, bias=False), nn.BatchNorm2d(head), nn.ReLU()
        )
        self.tower = nn.Sequential(
            nn.Conv2d(head, head, 3, 1, 1, bias=False), nn.BatchNorm2d(head), nn.ReLU()
        )
        self.heatmap = nn.Conv2d(head, 1, 1)
        self.distances = nn.Conv2d(head, 4, 1)
        self.classes = nn.Conv2d(head, config.classes, 1)
        self.image = nn.Linear(w32, 1)
        nn.init.constant_(self.heatmap.bias, -3.0)  # type: ignore[arg-type]
        nn.init.constant_(self.distances.bias, 1.0)  # type: ignore[arg-type]

    def forward(self, slices: Tensor) -> SliceDetectorOutput:
        """Looks at slices.

        Args:
            slices: (n, 1, height, width), sides multiples of 32, grey as `normalise_slice` has it.
        """
        c8 = self.stage8(self.stage4(self.stem(slices)))
        c16 = self.stage16(c8)
        c32 = self.stage32(c16)
        pooled = c32.mean((2, 3))
        p32 = self.lateral32(c32) + self.context(pooled)[:, :, None, None]
        p16 = self.lateral16(c16) + functional.interpolate(p32, scale_factor=2.0)
        p8 = self.lateral8(c8) + functional.interpolate(p16, scale_factor=2.0)
        shared = self.tower(self.smooth(p8))
        distances = functional.softplus(self.distances(shared)) * STRIDE
        return SliceDetectorOutput(
            self.heatmap(shared), distances, self.classes(shared), self.image(pooled)[:, 0]
        )


def load_slice_detector(config: dict[str, object], state: dict[str, Tensor]) -> SliceDetector:
    """A network from its manifest's config and its weights, ready to run.

    Raises:
        KeyError: the config lacks a size.
        RuntimeError: the weights are those of another network.
    """
    widths = tuple(int(width) for width in config["widths"])  # type: ignore[attr-defined]
    network = SliceDetector(
        SliceDetectorConfig(
            widths,  # type: ignore[arg-type]
            int(str(config["head_width"])),
            int(str(config["classes"])),
        )
    )
    network.load_state_dict({name: value.float() for name, value in state.items()})
    return network.eval()


def boxes_from_output(
    output: SliceDetectorOutput, limit: int = 20, floor: float = 0.01
) -> list[Tensor]:
    """Boxes of each slice of a batch.

    Args:
        output: of the network.
        limit: so many boxes a slice at most.
        floor: boxes with a lower score are left out.

    Returns:
        For each slice (m, 6): x0, y0, x1, y1 in pixel edges of the input, score (0 to 1), class;
        highest score first, overlapping ones removed.
    """
    heat = torch.sigmoid(output.heatmap.float())[:, 0]
    image = torch.sigmoid(output.image.float())
    peaks = functional.max_pool2d(heat[:, None], 3, 1, 1)[:, 0]
    heat = heat * (peaks == heat)
    found = []
    for number in range(heat.shape[0]):
        score = (heat[number] * image[number].sqrt()).flatten()
        best, place = score.topk(min(limit, score.numel()))
        keep = best >= floor
        best, place = best[keep], place[keep]
        rows = torch.div(place, heat.shape[2], rounding_mode="floor")
        columns = place % heat.shape[2]
        x, y = (columns + 0.5) * STRIDE, (rows + 0.5) * STRIDE
        left, top, right, bottom = output.distances[number].float()[:, rows, columns]
        kind = output.classes[number].float()[:, rows, columns].argmax(0)
        boxes = torch.stack([x - left, y - top, x + right, y + bottom, best, kind.float()], 1)
        found.append(suppress_overlaps(boxes))
    return found


def suppress_overlaps(boxes: Tensor, largest_iou: float = 0.3) -> Tensor:
    """Leaves of overlapping boxes the one with the highest score.

    Args:
        boxes: (m, 5 or more): x0, y0, x1, y1, score; highest score first.
        largest_iou: boxes that overlap more are the same mark.
    """
    kept: list[int] = []
    for number in range(boxes.shape[0]):
        if all(box_iou(boxes[number], boxes[other]) <= largest_iou for other in kept):
            kept.append(number)
    return boxes[kept]


def box_iou(first: Tensor, second: Tensor) -> float:
    """Intersection over union of two boxes (x0, y0, x1, y1, ...)."""
    width = min(float(first[2]), float(second[2])) - max(float(first[0]), float(second[0]))
    height = min(float(first[3]), float(second[3])) - max(float(first[1]), float(second[1]))
    if width <= 0 or height <= 0:
        return 0.0
    area = [float((b[2] - b[0]) * (b[3] - b[1])) for b in (first, second)]
    return width * height / (area[0] + area[1] - width * height)
