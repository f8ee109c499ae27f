"""An off-screen OpenGL window, asked first whether it can draw: VTK itself would end the program.

Whatever VTK has to say is collected here instead of going to the standard error, or, on Windows,
into a window of its own.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys

import vtkmodules.vtkInteractionStyle  # noqa: F401 - registers factories
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - registers factories
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401 - registers factories
from vtkmodules.vtkCommonCore import vtkLogger, vtkOutputWindow, vtkStringOutputWindow
from vtkmodules.vtkRenderingCore import vtkRenderWindow
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLRenderWindow, vtkTextureObject

from medai_desktop.errors import MedaiError
from medai_desktop.text import message

SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "OSMesa", "GDI Generic", "SwiftShader")
OSMESA_LIBRARIES = ("libOSMesa.so", "libOSMesa.so.8", "libOSMesa.so.6")
LEAST_TEXTURE = 512

_log = logging.getLogger(__name__)


def off_screen_window() -> vtkRenderWindow:
    """A window that can draw.

    Raises:
        MedaiError: this computer gives no OpenGL.
    """
    vtkOutputWindow.SetInstance(vtkStringOutputWindow())
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    is_headless = sys.platform == "linux" and not os.environ.get("DISPLAY")
    if is_headless and not os.environ.get("VTK_DEFAULT_OPENGL_WINDOW"):
        os.environ["VTK_DEFAULT_OPENGL_WINDOW"] = "vtkEGLRenderWindow"
    window = vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0)
    if not _can_draw(window):
        _log.warning("no OpenGL: %s", said_by_vtk())
        raise MedaiError(message("rendering.no_graphics"))
    return window


def is_software(window: vtkRenderWindow) -> bool:
    """Whether the processor draws instead of a graphics card."""
    told = window.ReportCapabilities() or ""
    return any(name in told for name in SOFTWARE_RENDERERS)


def texture_limit(window: vtkRenderWindow) -> int:
    """Voxels that a volume may have along one axis on this graphics card."""
    if not isinstance(window, vtkOpenGLRenderWindow):
        return LEAST_TEXTURE
    return max(LEAST_TEXTURE, vtkTextureObject.GetMaximumTextureSize3D(window))


def said_by_vtk() -> str:
    """What VTK has said since it was asked last."""
    collected = vtkOutputWindow.GetInstance()
    if not isinstance(collected, vtkStringOutputWindow):
        return ""
    vtkOutputWindow.SetInstance(vtkStringOutputWindow())
    return str(collected.GetOutput() or "").strip()


def _can_draw(window: vtkRenderWindow) -> bool:
    if window.GetClassName() == "vtkOSOpenGLRenderWindow":
        return any(_is_loadable(name) for name in OSMESA_LIBRARIES)
    if not isinstance(window, vtkOpenGLRenderWindow) or not window.SupportsOpenGL():
        return False
    return "appears to support" in str(window.GetOpenGLSupportMessage())


def _is_loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
