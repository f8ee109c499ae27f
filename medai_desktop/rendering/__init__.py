"""VTK pictures of `view`, handed out as RGB arrays; no Qt.

Lives here: the render thread, which owns every VTK object, stored slices, reformatted planes and
volume rendering. May import `view` and below; VTK is loaded on first use, in the thread.
Terms: request (what is asked for), picture (what comes back), draft (quick and coarse).
"""
