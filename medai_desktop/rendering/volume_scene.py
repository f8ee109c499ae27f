"""Volume rendering off-screen: the graphics card when there is one, else the fixed-point mapper."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPiecewiseFunction
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import (
    vtkColorTransferFunction,
    vtkRenderer,
    vtkVolume,
    vtkVolumeProperty,
)
from vtkmodules.vtkRenderingVolume import (
    vtkFixedPointVolumeRayCastMapper,
    vtkGPUVolumeRayCastMapper,
)

from medai_desktop.geometry import VolumeGeometry
from medai_desktop.rendering.graphics import is_software, off_screen_window, texture_limit
from medai_desktop.rendering.lung_mask import lung_mask
from medai_desktop.rendering.reduced_copy import ReducedCopy, reduced, reduction_steps
from medai_desktop.rendering.vtk_volume import image_data
from medai_desktop.view.camera import camera_mm_per_px, diagonal_mm
from medai_desktop.view.picture import VolumeRequest
from medai_desktop.volume import VoiFunction, Volume, Window, apply_window

Mapper = vtkFixedPointVolumeRayCastMapper | vtkGPUVolumeRayCastMapper

TISSUE_COLOURS = ((0.55, 0.30, 0.24), (0.86, 0.66, 0.52), (1.0, 0.97, 0.92))
OPACITY_UNIT_MM = 2.0
SMOOTHING_VOXELS = 0.6
"""The fixed-point mapper takes its normals from single voxels: noise would be wood grain."""
SHADING = {False: (0.25, 0.75, 0.15), True: (0.35, 0.95, 0.15)}
"""Ambient, diffuse, specular: for graphics cards, and for the darker fixed-point mapper."""
GREY_POINTS = 17
AIR_HU = -1000
MOST_MEMORY_BYTES = 8 * 1024**3


class VolumeScene:
    """One off-screen window; lives and dies on the render thread.

    Raises:
        MedaiError: this computer gives no OpenGL.
    """

    def __init__(self) -> None:
        self._window = off_screen_window()
        self._renderer = vtkRenderer()
        self._renderer.SetBackground(0, 0, 0)
        self._window.AddRenderer(self._renderer)
        self._volume = vtkVolume()
        self._window.Render()
        self.is_software = is_software(self._window)
        self.texture_limit = texture_limit(self._window)
        self._renderer.AddVolume(self._volume)
        self._shown: Volume | None = None
        self._reduced_from: int | None = None
        self._mapper: Mapper | None = None
        self._step_mm = 1.0
        self._copy: ReducedCopy | None = None
        self._images: dict[tuple[bool, bool], vtkImageData] = {}

    def picture(self, request: VolumeRequest) -> tuple[npt.NDArray[np.uint8], int | None]:
        """RGB (height, width, 3), and the longest axis before reduction (None: whole)."""
        width, height = request.size_px
        self._window.SetSize(width, height)
        if self._shown is not request.volume:
            self._take(request.volume)
        if self._mapper is not None:
            self._mapper.SetInputData(self._image(request))
        self._set_colours(request)
        self._set_camera(request)
        self._set_steps(request)
        self._window.Render()
        buffer = vtkUnsignedCharArray()
        self._window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, buffer)  # type: ignore[call-overload]
        pixels = vtk_to_numpy(buffer)  # type: ignore[no-untyped-call]
        pixels = pixels.reshape(height, width, 4)[::-1, :, :3]
        return np.ascontiguousarray(pixels), self._reduced_from

    def close(self) -> None:
        """Gives volume and window back."""
        self._renderer.RemoveVolume(self._volume)
        self._volume.SetMapper(None)  # type: ignore[arg-type]
        self._mapper, self._shown, self._copy = None, None, None
        self._images.clear()
        self._window.RemoveRenderer(self._renderer)
        self._window.Finalize()

    def _take(self, volume: Volume) -> None:
        geometry = volume.geometry
        if geometry is None:
            raise ValueError("3D needs a volume with geometry")
        steps = reduction_steps(
            volume.shape, is_software=self.is_software, texture_limit=self.texture_limit
        )
        copy = reduced(volume.voxels, steps)
        self._copy, self._reduced_from = copy, copy.reduced_from
        self._images.clear()
        self._step_mm = min(_spacing_mm(geometry, copy))
        mapper: Mapper
        if self.is_software:
            mapper = vtkFixedPointVolumeRayCastMapper()
        else:
            mapper = vtkGPUVolumeRayCastMapper()
            mapper.SetMaxMemoryInBytes(MOST_MEMORY_BYTES)
        self._mapper = mapper
        self._volume.SetMapper(mapper)
        user = vtkMatrix4x4()
        user.DeepCopy(_world_from_image(geometry, copy).ravel().tolist())
        self._volume.SetUserMatrix(user)
        self._shown = volume

    def _image(self, request: VolumeRequest) -> vtkImageData:
        """What the mapper is given: smoothed for shading by the fixed-point mapper only."""
        geometry, copy = request.volume.geometry, self._copy
        if geometry is None or copy is None:
            raise ValueError("3D needs a volume with geometry")
        key = (self.is_software and not request.is_mip, request.within_lungs)
        if key not in self._images:
            spacing_mm = _spacing_mm(geometry, copy)
            voxels = _drawable(copy.voxels)
            if request.within_lungs:
                voxels = _within_lungs(voxels, spacing_mm)
            image = image_data(_smoothed(voxels) if key[0] else voxels)
            image.SetSpacing(*reversed(spacing_mm))
            self._images[key] = image
        return self._images[key]

    def _set_colours(self, request: VolumeRequest) -> None:
        prop = vtkVolumeProperty()
        prop.SetInterpolationTypeToLinear()
        opacity, colour = vtkPiecewiseFunction(), vtkColorTransferFunction()
        if request.is_mip:
            opacity.AddPoint(0.0, 1.0)
            _add_greys(colour, request.window)
        else:
            for value, share in request.points:
                opacity.AddPoint(value, share)
            ends = np.linspace(request.points[0][0], request.points[-1][0], len(TISSUE_COLOURS))
            for value, (red, green, blue) in zip(ends.tolist(), TISSUE_COLOURS, strict=True):
                colour.AddRGBPoint(value, red, green, blue)
            prop.ShadeOn()
            ambient, diffuse, specular = SHADING[self.is_software]
            prop.SetAmbient(ambient)
            prop.SetDiffuse(diffuse)
            prop.SetSpecular(specular)
            prop.SetScalarOpacityUnitDistance(OPACITY_UNIT_MM)
        prop.SetScalarOpacity(opacity)
        prop.SetColor(colour)
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
        direction, up = np.array(request.camera.direction), np.array(request.camera.up)
        right = np.cross(direction, up)
        mm_per_px = mm_per_pixel(request)
        x, y = request.camera.pan_px
        focal = geometry.center_lps_mm - right * x * mm_per_px + up * y * mm_per_px
        camera = self._renderer.GetActiveCamera()
        camera.ParallelProjectionOn()
        camera.SetParallelScale(mm_per_px * request.size_px[1] / 2)
        camera.SetFocalPoint(*focal)
        camera.SetPosition(*(focal - direction * diagonal_mm(geometry) * 2))
        camera.SetViewUp(*up)
        self._renderer.ResetCameraClippingRange()

    def _set_steps(self, request: VolumeRequest) -> None:
        mapper = self._mapper
        if mapper is None:
            return
        step_mm = self._step_mm * (0.5 if request.is_mip else 1.0)
        mapper.SetAutoAdjustSampleDistances(0)
        mapper.SetSampleDistance(step_mm * 2 if request.is_draft else step_mm)
        if isinstance(mapper, vtkFixedPointVolumeRayCastMapper):
            mapper.SetImageSampleDistance(3.0 if request.is_draft else 1.0)
            mapper.SetInteractiveSampleDistance(step_mm * 2)
        else:
            mapper.SetImageSampleDistance(2.0 if request.is_draft else 1.0)


def mm_per_pixel(request: VolumeRequest) -> float:
    """Millimetres of a pixel of a 3D picture; the projection is parallel.

    Raises:
        ValueError: the volume has no geometry.
    """
    geometry = request.volume.geometry
    if geometry is None:
        raise ValueError("3D needs a volume with geometry")
    return camera_mm_per_px(geometry, request.camera, request.size_px)


def _spacing_mm(geometry: VolumeGeometry, copy: ReducedCopy) -> tuple[float, float, float]:
    """Step between slices, rows and columns of the copy, millimetres."""
    slices, rows, columns = geometry.spacing_mm
    return slices * copy.steps[0], rows * copy.steps[1], columns * copy.steps[2]


def _world_from_image(geometry: VolumeGeometry, copy: ReducedCopy) -> npt.NDArray[np.float64]:
    """(4, 4): millimetres along the axes of the copy to LPS mm; blocks lie in their middle."""
    slices, rows, columns = copy.steps
    matrix = np.eye(4)
    matrix[:3, :3] = geometry.direction
    matrix[:3, 3] = geometry.world_from_voxel([(columns - 1) / 2, (rows - 1) / 2, (slices - 1) / 2])
    return matrix


def _drawable(voxels: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """In a type that both mappers take."""
    if voxels.dtype in (np.uint8, np.int16, np.uint16, np.float32):
        return voxels
    if voxels.dtype.kind in "iu" and voxels.size and np.abs(voxels).max() < 32767:
        return voxels.astype(np.int16)
    return voxels.astype(np.float32)


def _smoothed(voxels: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    kind, soft = voxels.dtype, voxels.astype(np.float32)
    gaussian_filter(soft, SMOOTHING_VOXELS, output=soft)
    return (np.rint(soft) if kind.kind in "iu" else soft).astype(kind)


def _within_lungs(
    voxels: npt.NDArray[np.generic], spacing_mm: tuple[float, float, float]
) -> npt.NDArray[np.generic]:
    """Air in place of everything but the lungs; the whole where no lungs are seen."""
    mask = lung_mask(voxels, spacing_mm)
    return voxels if mask is None else np.where(mask, voxels, voxels.dtype.type(AIR_HU))


def _add_greys(colour: vtkColorTransferFunction, window: Window) -> None:
    """The greys of a window, as slices have them."""
    center, half = window.center, window.width / 2
    values = np.array([center - half, center + half])
    greys = np.array([0.0, 1.0])
    if window.function is VoiFunction.SIGMOID:
        values = np.linspace(center - 4 * half, center + 4 * half, GREY_POINTS)
        greys = apply_window(values, window) / 255.0
    elif window.function is VoiFunction.LINEAR and window.width > 1:
        values = np.array([center - half, center + half - 1.0])
    for value, grey in zip(values.tolist(), greys.tolist(), strict=True):
        colour.AddRGBPoint(value, grey, grey, grey)
