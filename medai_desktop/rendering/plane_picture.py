"""A reformatted plane through vtkImageReslice."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkImagingCore import vtkImageReslice
from vtkmodules.vtkImagingStencil import vtkImageStencilToImage

from medai_desktop.view.picture import PlaneRequest
from medai_desktop.view.viewport import SlabMode
from medai_desktop.volume import Volume, apply_window

DRAFT_STEP = 2
SAMPLES_PER_VOXEL = 2
"""Along the depth of a slab, so that no voxel is stepped over."""


def plane_values(image: vtkImageData, request: PlaneRequest) -> npt.NDArray[np.generic]:
    """Modality values of a plane, (height, width); outside the volume the background.

    The plane is described in index space, where VTK needs neither direction nor spacing, so
    oblique and sheared (tilted) grids are exact.
    """
    return _values(_resliced(image, request))


def plane_picture(image: vtkImageData, request: PlaneRequest) -> npt.NDArray[np.uint8]:
    """Grey of a plane, (height, width); black outside the volume in every window.

    Black, not the grey of air: the reader sees where the images end.
    """
    reslice = _resliced(image, request)
    values = _values(reslice)
    grey = apply_window(values, request.window, inverted=request.is_inverted)
    to_image = vtkImageStencilToImage()
    to_image.SetInputData(reslice.GetStencilOutput())
    to_image.SetInsideValue(1)
    to_image.SetOutsideValue(0)
    to_image.SetOutputScalarTypeToUnsignedChar()
    to_image.Update()
    inside = vtk_to_numpy(to_image.GetOutput().GetPointData().GetScalars())  # type: ignore[no-untyped-call]
    return np.asarray(grey * inside.reshape(grey.shape))


def _resliced(image: vtkImageData, request: PlaneRequest) -> vtkImageReslice:
    """Values of the plane, and where the volume is, as a stencil."""
    step = DRAFT_STEP if request.is_draft else 1
    width, height = (max(1, -(-n // step)) for n in request.size_px)
    across, down = request.size_px[0] / width, request.size_px[1] / height
    reslice = vtkImageReslice()
    reslice.SetInputData(image)
    reslice.SetOutputDimensionality(2)
    reslice.SetInterpolationModeToLinear()
    reslice.SetBackgroundLevel(background(request.volume))
    reslice.SetResliceAxes(_axes(request, request.mm_per_px * across, request.mm_per_px * down))
    reslice.SetOutputDirection(1, 0, 0, 0, 1, 0, 0, 0, 1)
    reslice.SetOutputSpacing(1.0, 1.0, 1.0)
    reslice.SetOutputOrigin(-(width - 1) / 2, -(height - 1) / 2, 0.0)
    reslice.SetOutputExtent(0, width - 1, 0, height - 1, 0, 0)
    reslice.GenerateStencilOutputOn()
    _set_slab(reslice, request)
    reslice.Update()
    return reslice


def _values(reslice: vtkImageReslice) -> npt.NDArray[np.generic]:
    width, height, _ = reslice.GetOutput().GetDimensions()
    scalars = reslice.GetOutput().GetPointData().GetScalars()
    values = vtk_to_numpy(scalars)  # type: ignore[no-untyped-call]
    return np.asarray(values.reshape(height, width))


def background(volume: Volume) -> float:
    """What lies outside the volume: padding, air, or zero."""
    if volume.padding is not None:
        return float(volume.padding[0])
    return -1024.0 if volume.unit.value == "HU" else 0.0


def _axes(request: PlaneRequest, right_mm: float, down_mm: float) -> vtkMatrix4x4:
    geometry = request.volume.geometry
    if geometry is None:
        raise ValueError("a plane needs a volume with geometry")
    index_from_world = np.linalg.inv(geometry.affine)
    columns = np.zeros((4, 4))
    columns[:3, 0] = np.array(request.plane.right) * right_mm
    columns[:3, 1] = np.array(request.plane.down) * down_mm
    columns[:3, 2] = request.plane.normal
    columns[:3, 3] = request.plane.origin_lps_mm
    columns[3, 3] = 1.0
    matrix = vtkMatrix4x4()
    matrix.DeepCopy((index_from_world @ columns).ravel().tolist())
    return matrix


def _set_slab(reslice: vtkImageReslice, request: PlaneRequest) -> None:
    slab = request.slab
    if slab.mode is SlabMode.NONE or slab.thickness_mm <= 0:
        return
    geometry = request.volume.geometry
    finest_mm = 1.0 if geometry is None else min(geometry.spacing_mm)
    half = max(1, math.ceil(slab.thickness_mm / 2 / finest_mm * SAMPLES_PER_VOXEL))
    count = 2 * half + 1
    reslice.SetSlabNumberOfSlices(count)
    reslice.SetSlabSliceSpacingFraction(slab.thickness_mm / (count - 1))
    reslice.SetSlabTrapezoidIntegration(1)
    {
        SlabMode.MEAN: reslice.SetSlabModeToMean,
        SlabMode.MIP: reslice.SetSlabModeToMax,
        SlabMode.MINIP: reslice.SetSlabModeToMin,
    }[slab.mode]()
