"""Scores in words."""

from __future__ import annotations


def score_words(score: float) -> str:
    """A score with two figures, with three where two would round it."""
    words = f"{score:.3f}"
    return words[:-1] if words.endswith("0") else words
