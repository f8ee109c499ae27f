"""Findings and decisions for tests."""

from __future__ import annotations

import uuid
from dataclasses import replace

from medai_desktop.findings import (
    CodedConcept,
    Finding,
    FindingOrigin,
    FindingSet,
    Provenance,
    StageSeconds,
    finding_id,
    run_id,
)
from medai_desktop.geometry import OrientedBox, PixelBox
from medai_desktop.text import message

PROVENANCE = Provenance(
    model_id="brain-tumour-mr",
    model_title="Brain mass MR",
    model_version="1.0.0",
    weights_sha256="a" * 64,
    settings_sha256="b" * 64,
    threshold=0.5,
    threshold_solid=0.75,
    is_calibrated=False,
    program_version="0.1.0",
    device="cpu",
)


def finding(number: int = 0, score: float = 0.8, *, run: uuid.UUID | None = None) -> Finding:
    """One that differs from the others in its id and place."""
    identity = finding_id(run, number) if run is not None else uuid.UUID(int=number + 1)
    place = float(number)
    return Finding(
        identity,
        "enhancing mass",
        CodedConcept("SCT", "4147007", "Mass"),
        score,
        OrientedBox((place, 2.0, 3.0), (4.0, 5.0, 6.0), (1, 0, 0, 0, 1, 0, 0, 0, 1)),
        (PixelBox("1.2.3", 1, place, 2.0, place + 3, 4.5),),
        (number,),
    )


def own(number: int, reader: str = "A") -> Finding:
    """One that a reader added."""
    return replace(finding(number, 1.0), origin=FindingOrigin.READER, reader=reader)


def found(display_set_id: str = "1.2", scores: tuple[float, ...] = (0.9, 0.4)) -> FindingSet:
    """A run on a display set; the digest follows from its id."""
    run = run_id(f"digest of {display_set_id}", "a" * 64, "b" * 64)
    return FindingSet(
        run,
        display_set_id,
        f"digest of {display_set_id}",
        PROVENANCE,
        tuple(finding(n, score, run=run) for n, score in enumerate(scores)),
        StageSeconds(0.1, 0.2, 0.3, 0.4, 1.0),
        message("detection.no_contrast"),
        (message("detection.and_also", first=message("detection.no_scale"), second="x"),),
    )
