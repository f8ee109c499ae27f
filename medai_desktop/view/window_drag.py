"""The window under a drag (reading defaults 2)."""

from __future__ import annotations

from medai_desktop.volume import Window

WIDTHS_PER_PX = 1 / 300


def dragged(
    window: Window, right_px: float, down_px: float, *, gain: float = 1.0, is_reversed: bool = False
) -> Window:
    """Right is wider, down is a lower level (brighter).

    Args:
        window: before.
        right_px: drag to the right.
        down_px: drag downwards.
        gain: 5 with Ctrl, 20 with Ctrl and Shift.
        is_reversed: down raises the level instead.
    """
    unit = max(window.width * WIDTHS_PER_PX, 1.0 if window.width >= 20 else window.width / 100)
    width = max(window.width + right_px * unit * gain, 1.0 if window.width >= 1 else 1e-3)
    level = window.center + (1 if is_reversed else -1) * down_px * unit * gain
    return Window(level, width, window.function)
