"""OpenGL off-screen: by EGL, under an X server, and not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import threading
import numpy as np
from medai_desktop.geometry import AnatomicalPlane, VolumeGeometry, standard_plane
from medai_desktop.rendering.render_thread import RenderThread
from medai_desktop.view.picture import PlaneRequest, StoredSliceRequest, VolumeRequest
from medai_desktop.view.viewport import Camera, Slab
from medai_desktop.volume import Volume, Window

geometry = VolumeGeometry.from_axes((0, 0, 0), np.eye(3), (1, 1, 1), (24, 24, 24), "1")
voxels = np.zeros(geometry.shape, np.int16)
voxels[6:18, 6:18, 6:18] = 900
volume, window = Volume(voxels, geometry), Window(450, 1000)
came = threading.Semaphore(0)

def deliver(key, picture):
    print("picture", key, picture.pixels.shape, int(picture.pixels.max()) > 100, flush=True)
    came.release()

def failed(key, said):
    print("failed", key, said.id, flush=True)
    came.release()

thread = RenderThread(deliver, failed)
requests = {
    1: StoredSliceRequest(volume, 12, window, False),
    2: PlaneRequest(volume, standard_plane(AnatomicalPlane.CORONAL, (12, 12, 12)), (50, 40), 0.6,
                    Slab(), window, False),
    3: VolumeRequest(volume, Camera(), (60, 50), "", ((100, 0.0), (300, 0.9)), False, window),
    4: VolumeRequest(volume, Camera(), (60, 50), "", (), True, window),
}
for key, request in requests.items():
    thread.submit(key, request)
    came.acquire(timeout=60)
thread.close()
from medai_desktop.rendering.graphics import said_by_vtk
said_by_vtk()
print("closed", flush=True)
"""

ALL = [
    "picture 1 (24, 24) True",
    "picture 2 (40, 50) True",
    "picture 3 (50, 60, 3) True",
    "picture 4 (50, 60, 3) True",
    "closed",
]
WITHOUT_3D = [
    *ALL[:2],
    "failed 3 rendering.no_graphics",
    "failed 4 rendering.no_graphics",
    "closed",
]


def run(
    environment: dict[str, str | None], prefix: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own: VTK chooses its window once."""
    given = {
        k: v for k, v in os.environ.items() if k not in {"DISPLAY", "VTK_DEFAULT_OPENGL_WINDOW"}
    }
    for name, value in environment.items():
        if value is not None:
            given[name] = value
    root = str(Path(__file__).resolve().parents[3])
    given["PYTHONPATH"] = root
    return subprocess.run(
        [*prefix, sys.executable, "-c", PROGRAM],
        env=given,
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_a_screen_egl_draws() -> None:
    done = run({})
    assert done.stdout.splitlines() == ALL
    assert done.returncode == 0
    assert "vtk" not in done.stderr.lower(), "nothing goes to the standard error"


def test_a_screen_that_is_not_there_does_not_matter() -> None:
    done = run({"DISPLAY": ":987"})
    assert (done.stdout.splitlines(), done.returncode) == (ALL, 0)


@pytest.mark.parametrize(
    "environment",
    [
        {"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent"},
        {"LIBGL_DRIVERS_PATH": "/nonexistent"},
        {"__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent", "DISPLAY": ":987"},
    ],
    ids=["no EGL", "no driver", "neither screen nor EGL"],
)
def test_without_opengl_a_sentence_comes_and_planes_work(
    environment: dict[str, str | None],
) -> None:
    """VTK alone would end the whole program with a segmentation fault."""
    if has_osmesa():
        pytest.skip("OSMesa would draw here")
    done = run(environment)
    assert (done.stdout.splitlines(), done.returncode) == (WITHOUT_3D, 0), done.stderr


@pytest.mark.xvfb
@pytest.mark.parametrize("window", [None, "vtkEGLRenderWindow"])
def test_under_an_x_server(window: str | None) -> None:
    starter = shutil.which("xvfb-run")
    if starter is None or shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    prefix = (starter, "-a", "-s", "-screen 0 800x600x24")
    done = run({"VTK_DEFAULT_OPENGL_WINDOW": window}, prefix)
    assert (done.stdout.splitlines(), done.returncode) == (ALL, 0), done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="OSMesa is looked for on Linux")
def test_osmesa_draws_where_it_is() -> None:
    done = run({"VTK_DEFAULT_OPENGL_WINDOW": "vtkOSOpenGLRenderWindow"})
    assert done.stdout.splitlines() == (ALL if has_osmesa() else WITHOUT_3D)
    assert done.returncode == 0


def has_osmesa() -> bool:
    for name in ("libOSMesa.so", "libOSMesa.so.8", "libOSMesa.so.6"):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False
