"""Volume rendering off-screen: the graphics card when there is one, else the fixed-point mapper."""

from __future__ import annotations

import math
import os

import numpy as np
import numpy.typing as npt
import vtkmodules.vtkInteractionStyle  # noqa: F401 - registers factories
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - registers factories
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401 - registers factories
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import (
    vtkColorTransferFunction,
    vtkRenderer,
    vtkRenderWindow,
    vtkVolume,
    vtkVolumeProperty,
)
from vtkmodules.vtkRenderingVolume import (
    vtkFixedPointVolumeRayCastMapper,
    vtkGPUVolumeRayCastMapper,
)

from medai_desktop.rendering.vtk_volume import image_data
from medai_desktop.view.picture import VolumeRequest
from medai_desktop.volume import Volume

REDUCED_AXIS = 256
"""Longest axis of the copy for software renderers, in voxels."""

if not os.environ.get("DISPLAY") and not os.environ.get("VTK_DEFAULT_OPENGL_WINDOW"):
    os.environ["VTK_DEFAULT_OPENGL_WINDOW"] = "vtkEGLRenderWindow"


class VolumeScene:
    """One off-screen window; lives and dies on the render thread."""

    def __init__(self) -> None:
        self._window = vtkRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._renderer = vtkRenderer()
        self._renderer.SetBackground(0, 0, 0)
        self._window.AddRenderer(self._renderer)
        self._volume = vtkVolume()
        self._renderer.AddVolume(self._volume)
        self._shown: Volume | None = None
        self._reduced_from: int | None = None
        self._is_software: bool | None = None
        self._mapper: vtkFixedPointVolumeRayCastMapper | vtkGPUVolumeRayCastMapper | None = None

    def picture(self, request: VolumeRequest) -> tuple[npt.NDArray[np.uint8], int | None]:
        """RGB (height, width, 3), and the longest axis before reduction (None: whole)."""
        width, height = request.size_px
        self._window.SetSize(width, height)
        if self._shown is not request.volume:
            self._take(request.volume)
        self._set_colours(request)
        self._set_camera(request)
        self._set_steps(request.is_draft)
        self._window.Render()
        buffer = vtkUnsignedCharArray()
        self._window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, buffer)  # type: ignore[call-overload]
        pixels = vtk_to_numpy(buffer)  # type: ignore[no-untyped-call]
        pixels = pixels.reshape(height, width, 4)[::-1, :, :3]
        return np.ascontiguousarray(pixels), self._reduced_from

    def close(self) -> None:
        """Gives the window back."""
        self._window.Finalize()

    def _take(self, volume: Volume) -> None:
        geometry = volume.geometry
        if geometry is None:
            raise ValueError("3D needs a volume with geometry")
        if self._is_software is None:
            self._window.Render()
            told = self._window.ReportCapabilities() or ""
            self._is_software = "llvmpipe" in told or "softpipe" in told or "OSMesa" in told
        longest = max(volume.shape)
        step = max(1, longest // REDUCED_AXIS) if self._is_software else 1
        voxels = volume.voxels[::step, ::step, ::step]
        if voxels.dtype == np.int32:
            voxels = voxels.astype(np.int16) if abs(voxels).max() < 32767 else voxels.astype(float)
        self._reduced_from = longest if step > 1 else None
        mapper = (
            vtkFixedPointVolumeRayCastMapper() if self._is_software else vtkGPUVolumeRayCastMapper()
        )
        image = image_data(voxels)
        image.SetSpacing(*(s * step for s in reversed(geometry.spacing_mm)))
        mapper.SetInputData(image)
        self._mapper = mapper
        self._volume.SetMapper(mapper)
        matrix = np.eye(4)
        matrix[:3, :3] = geometry.direction
        matrix[:3, 3] = geometry.origin_lps_mm
        user = vtkMatrix4x4()
        user.DeepCopy(matrix.ravel().tolist())
        self._volume.SetUserMatrix(user)
        self._shown = volume

    def _set_colours(self, request: VolumeRequest) -> None:
        opacity, colour = vtkPiecewiseFunction(), vtkColorTransferFunction()
        low, high = request.window.low, request.window.high
        if request.is_mip:
            opacity.AddPoint(low, 0.0)
            opacity.AddPoint(high, 1.0)
            colour.AddRGBPoint(low, 0, 0, 0)
            colour.AddRGBPoint(high, 1, 1, 1)
        else:
            for value, share in request.points:
                opacity.AddPoint(value, share)
            first, last = request.points[0][0], request.points[-1][0]
            middle = (first + last) / 2
            colour.AddRGBPoint(first, 0.55, 0.30, 0.24)
            colour.AddRGBPoint(middle, 0.86, 0.66, 0.52)
            colour.AddRGBPoint(last, 1.0, 0.97, 0.92)
        prop = vtkVolumeProperty()
        prop.SetScalarOpacity(opacity)
        prop.SetColor(colour)
        prop.SetInterpolationTypeToLinear()
        prop.SetScalarOpacityUnitDistance(2.0)
        if not request.is_mip:
            prop.ShadeOn()
            prop.SetAmbient(0.25)
            prop.SetDiffuse(0.75)
            prop.SetSpecular(0.15)
        self._volume.SetProperty(prop)
        if self._mapper is not None:
            if request.is_mip:
                self._mapper.SetBlendModeToMaximumIntensity()
            else:
                self._mapper.SetBlendModeToComposite()

    def _set_camera(self, request: VolumeRequest) -> None:
        geometry = request.volume.geometry
        if geometry is None:
            return
        center = geometry.center_lps_mm
        slices, rows, columns = geometry.shape
        diagonal = math.dist(
            geometry.world_from_voxel([0, 0, 0]),
            geometry.world_from_voxel([columns - 1, rows - 1, slices - 1]),
        )
        direction, up = np.array(request.camera.direction), np.array(request.camera.up)
        right = np.cross(direction, up)
        scale = diagonal / 2 * 0.75 / request.camera.zoom
        mm_per_px = 2 * scale / request.size_px[1]
        x, y = request.camera.pan_px
        focal = center - right * x * mm_per_px + up * y * mm_per_px
        camera = self._renderer.GetActiveCamera()
        camera.ParallelProjectionOn()
        camera.SetParallelScale(scale)
        camera.SetFocalPoint(*focal)
        camera.SetPosition(*(focal - direction * diagonal * 2))
        camera.SetViewUp(*up)
        self._renderer.ResetCameraClippingRange()

    def _set_steps(self, is_draft: bool) -> None:
        mapper = self._mapper
        if isinstance(mapper, vtkFixedPointVolumeRayCastMapper):
            mapper.SetAutoAdjustSampleDistances(0)
            mapper.SetImageSampleDistance(3.0 if is_draft else 1.0)
            mapper.SetSampleDistance(2.0 if is_draft else 1.0)
            mapper.SetInteractiveSampleDistance(2.0)
        elif mapper is not None:
            mapper.SetAutoAdjustSampleDistances(0)
            mapper.SetImageSampleDistance(2.0 if is_draft else 1.0)
