"""Patient space: LPS, millimetres.

Lives here: affines, orientation letters, planes, boxes and the tolerances they are compared with.
May import `errors` and `text`; uses numpy.
Terms: index (i = column, j = row, k = slice; integers are voxel centres), LPS (x to the patient's
left, y to posterior, z to the head), affine (4 x 4, index to LPS millimetres). Arrays are
(slice, row, column).
"""

from medai_desktop.geometry.box import OrientedBox, PixelBox
from medai_desktop.geometry.orientation import (
    AnatomicalPlane,
    anatomical_plane,
    direction_letters,
    opposite_letters,
)
from medai_desktop.geometry.plane import ViewPlane, standard_plane
from medai_desktop.geometry.volume_geometry import VolumeGeometry

__all__ = [
    "AnatomicalPlane",
    "OrientedBox",
    "PixelBox",
    "ViewPlane",
    "VolumeGeometry",
    "anatomical_plane",
    "direction_letters",
    "opposite_letters",
    "standard_plane",
]
