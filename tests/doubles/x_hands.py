"""Keyboard and mouse of a real X server, from outside the program (XTEST through libXtst)."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

KEYSYMS = {
    " ": 0x20,
    "Return": 0xFF0D,
    "Escape": 0xFF1B,
    "Control_L": 0xFFE3,
    "Shift_L": 0xFFE1,
    "Delete": 0xFFFF,
}
PAUSE_S = 0.04


def what_is_missing() -> str:
    """Why there can be no X server here; empty when there can."""
    if shutil.which("Xvfb") is None:
        return "Xvfb is not installed"
    for name in ("X11", "Xtst"):
        if ctypes.util.find_library(name) is None:
            return f"lib{name} is not installed"
    return ""


@contextmanager
def x_server(width: int, height: int) -> Iterator[str]:
    """A screen of its own; gives the name of the display."""
    read, write = os.pipe()
    screen = ["-screen", "0", f"{width}x{height}x24"]
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), *screen, "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            number = numbers.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        process.terminate()
        process.wait(timeout=20)


class XHands:
    """Moves, clicks and types on a display.

    Args:
        display: its name.
    """

    def __init__(self, display: str) -> None:
        self._x = ctypes.CDLL(ctypes.util.find_library("X11"))
        self._test = ctypes.CDLL(ctypes.util.find_library("Xtst"))
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self._x.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(display.encode()))
        assert self._display, f"no display {display}"

    def close(self) -> None:
        self._x.XCloseDisplay(self._display)

    def focus(self) -> None:
        """Gives the keyboard to the uppermost window: there is no window manager to do it."""
        top = self.uppermost()
        if top:
            self._x.XSetInputFocus(self._display, ctypes.c_ulong(top), 2, ctypes.c_ulong())
        self._sync()

    def uppermost(self) -> int:
        """The window on top; 0 when there is none."""
        root = self._x.XDefaultRootWindow(self._display)
        outer, inner, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        children = ctypes.POINTER(ctypes.c_ulong)()
        self._x.XQueryTree(
            self._display,
            ctypes.c_ulong(root),
            ctypes.byref(outer),
            ctypes.byref(inner),
            ctypes.byref(children),
            ctypes.byref(count),
        )
        found = 0
        for n in range(count.value):
            facts = (ctypes.c_int * 64)()
            self._x.XGetWindowAttributes(
                self._display, ctypes.c_ulong(children[n]), ctypes.byref(facts)
            )
            width, height = facts[2], facts[3]
            if width > 100 and height > 60 and self._is_viewable(facts):
                found = int(children[n])
        if count.value:
            self._x.XFree(children)
        return found

    @staticmethod
    def _is_viewable(facts: ctypes.Array[ctypes.c_int]) -> bool:
        """``map_state`` of XWindowAttributes on a 64-bit system: IsViewable is 2."""
        return facts[23] == 2

    def move(self, x: float, y: float) -> None:
        self._test.XTestFakeMotionEvent(self._display, -1, round(x), round(y), 0)
        self._sync()

    def press(self, button: int = 1) -> None:
        self._test.XTestFakeButtonEvent(self._display, button, 1, 0)
        self._sync()

    def release(self, button: int = 1) -> None:
        self._test.XTestFakeButtonEvent(self._display, button, 0, 0)
        self._sync()

    def click(self, x: float, y: float, button: int = 1) -> None:
        self.move(x, y)
        self.press(button)
        self.release(button)

    def drag(self, start: tuple[float, float], end: tuple[float, float], button: int = 1) -> None:
        self.move(*start)
        self.press(button)
        for share in (0.3, 0.6, 1.0):
            x, y = (s + share * (e - s) for s, e in zip(start, end, strict=True))
            self.move(x, y)
        self.release(button)

    def wheel(self, notches: int) -> None:
        """Towards the reader when positive."""
        for _ in range(abs(notches)):
            button = 5 if notches > 0 else 4
            self.press(button)
            self.release(button)

    def type(self, *keys: str) -> None:
        """One key after the other; several at once are joined by ``+``."""
        for key in keys:
            codes = [self._code(part) for part in key.split("+")]
            for code in codes:
                self._test.XTestFakeKeyEvent(self._display, code, 1, 0)
            for code in reversed(codes):
                self._test.XTestFakeKeyEvent(self._display, code, 0, 0)
            self._sync()

    def _code(self, name: str) -> int:
        symbol = KEYSYMS.get(name) or ord(name)
        return int(self._x.XKeysymToKeycode(self._display, symbol))

    def _sync(self) -> None:
        self._x.XSync(self._display, 0)
        time.sleep(PAUSE_S)
