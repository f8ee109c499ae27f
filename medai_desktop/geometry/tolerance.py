"""With what tolerance geometry is compared."""

POSITION_MM = 1e-3
"""Two positions nearer than this are one."""

DIRECTION = 1e-4
"""Two unit vectors whose components differ by less are one."""

SPACING_RELATIVE = 1e-2
"""Slice steps that differ from their median by less than this share are uniform."""

TILT_DEGREES = 0.5
"""A step that leaves the slice normal by more than this angle is a gantry tilt."""

INDEPENDENT_AXES = 1e-3
"""Three unit vectors that span less volume than this lie in a plane."""
