"""Our voxels as VTK sees them: identity direction, unit index space; our affine is the truth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData


def image_data(voxels: npt.NDArray[np.generic]) -> vtkImageData:
    """Voxels in index space: spacing 1, origin 0; shares the memory of the array.

    Args:
        voxels: (slices, rows, columns); copied when not contiguous or not native.
    """
    native = voxels.astype(voxels.dtype.newbyteorder("="), copy=False)
    contiguous = np.ascontiguousarray(native)
    slices, rows, columns = contiguous.shape
    image = vtkImageData()
    image.SetDimensions(columns, rows, slices)
    image.SetSpacing(1.0, 1.0, 1.0)
    scalars = numpy_to_vtk(contiguous.reshape(-1), deep=0)  # type: ignore[no-untyped-call]
    image.GetPointData().SetScalars(scalars)
    return image
