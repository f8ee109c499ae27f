"""Whether a folder lies on a local disk: the write-ahead log of SQLite works there only."""

from __future__ import annotations

import sys
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
_REMOTE = {
    "9p",
    "afs",
    "ceph",
    "cifs",
    "davfs",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
}
_DRIVE_REMOTE = 4
"""Answer of GetDriveTypeW for a network drive."""


def is_local(path: Path) -> bool:
    """Whether a file lies on a disk of this computer; yes where the system does not tell."""
    resolved = path.resolve()
    if sys.platform == "win32":
        return not is_remote_on_windows(str(resolved))
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return True
    return file_system_of(str(resolved), mounts) not in _REMOTE


def file_system_of(path: str, mounts: str) -> str:
    """The type of the file system that a path lies on.

    Args:
        path: absolute, links resolved.
        mounts: in the form of ``/proc/self/mounts``.

    Returns:
        Such as ``ext4``; empty when no line fits.
    """
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        place = fields[1].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        is_above = path == place or path.startswith(place.rstrip("/") + "/")
        # Of two mounts at one place the later one is seen.
        if is_above and len(place) >= len(best):
            best, kind = place, fields[2]
    return kind


def is_remote_on_windows(path: str) -> bool:
    """Whether a Windows path lies on another computer.

    Args:
        path: absolute.
    """
    import ntpath

    drive = ntpath.splitdrive(path)[0]
    if drive.startswith("\\\\"):
        return True
    try:
        import ctypes

        drive_type = getattr(ctypes, "windll").kernel32.GetDriveTypeW(f"{drive}\\")  # noqa: B009
    except (ImportError, AttributeError, OSError):
        return False
    return bool(drive_type == _DRIVE_REMOTE)
