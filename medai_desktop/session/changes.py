"""What changed, as a value: listeners redraw only that."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Changes:
    """Flags of what a listener has to look at again.

    Attributes:
        studies: the study list.
        layout: number or content of viewports.
        viewports: pictures or overlays of these viewports.
        loading: progress of loading, thumbnails.
        detection: states of models.
        findings: findings, decisions, the selection, the threshold.
        measurements: measurements.
        jobs: jobs and their progress.
        notices: notices.
        language: every text.
        tool: the chosen tool.
        recent: what was open last.
    """

    studies: bool = False
    layout: bool = False
    viewports: frozenset[int] = frozenset()
    loading: bool = False
    detection: bool = False
    findings: bool = False
    measurements: bool = False
    jobs: bool = False
    notices: bool = False
    language: bool = False
    tool: bool = False
    recent: bool = False

    def __or__(self, other: Changes) -> Changes:
        """Both together."""
        return Changes(
            **{f.name: getattr(self, f.name) | getattr(other, f.name) for f in fields(self)}
        )
