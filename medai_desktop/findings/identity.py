"""Ids of runs and findings: the same input gives the same id (DESIGN: one space of ids)."""

from __future__ import annotations

import hashlib
import uuid

_NAMESPACE = uuid.UUID("6f1d1f6e-5d0b-5f0e-9a3c-6d6564616930")

DETECTION_VERSION = "2"
"""Raised when the way from a network's output to findings changes."""


def run_id(display_set_digest: str, weights_sha256: str, settings_sha256: str) -> uuid.UUID:
    """UUIDv5 of one model with one set of settings on one display set."""
    parts = "\n".join((display_set_digest, weights_sha256, settings_sha256, DETECTION_VERSION))
    return uuid.uuid5(_NAMESPACE, hashlib.sha256(parts.encode()).hexdigest())


def finding_id(run: uuid.UUID, ordinal: int) -> uuid.UUID:
    """UUIDv5 of the finding with this place in the run's list."""
    return uuid.uuid5(run, str(ordinal))


def reader_finding_id() -> uuid.UUID:
    """A fresh UUIDv4 for a finding that a reader adds."""
    return uuid.uuid4()


def tracking_uid(identity: uuid.UUID) -> str:
    """The DICOM tracking UID of a finding: 2.25 and the id as a decimal number."""
    return f"2.25.{identity.int}"
