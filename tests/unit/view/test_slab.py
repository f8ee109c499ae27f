"""Slabs: which a series offers, opens with, and what of the stack lies in one."""

from __future__ import annotations

import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.source.instance import PixelFacts, TechniqueFacts
from medai_desktop.view.slab import SlabRules, slices_in_slab, slices_per_step
from medai_desktop.view.viewport import Slab, SlabMode, ViewportKind, ViewportState
from tests.unit.view.made_up import Made, display_set

RULES = SlabRules.load(find_locations().presets)
NONE = Slab()


def mean(mm: float) -> Slab:
    return Slab(SlabMode.MEAN, mm)


def mip(mm: float) -> Slab:
    return Slab(SlabMode.MIP, mm)


def minip(mm: float) -> Slab:
    return Slab(SlabMode.MINIP, mm)


def thin(description: str, part: str = "CHEST", modality: str = "CT", step_mm: float = 1.0) -> Made:
    return Made(description, modality, part, step_mm=step_mm, count=40)


# Reading defaults 3: study, window, the key again and again, what it opens as.
@pytest.mark.parametrize(
    ("made", "preset", "cycle", "opens"),
    [
        (thin("Chest"), "lung", (mip(8), minip(8)), NONE),
        (thin("Chest"), "mediastinum", (mean(3), mean(5), mip(10)), mean(3)),
        (thin("Abdomen", "ABDOMEN"), "soft", (mean(3), mean(5), mip(10)), mean(3)),
        (thin("Head", "HEAD"), "brain", (mean(4), mip(20)), mean(4)),
        (thin("Head", "HEAD"), "bone", (mean(2),), NONE),
        (thin("CTA head", "HEAD"), "angio", (mip(10), mip(20)), mip(10)),
        (thin("Spine", "LSPINE"), "bone", (mean(2),), NONE),
        (thin("Spine", "LSPINE"), "soft", (mean(2),), NONE),
        (thin("T1 MPRAGE", "HEAD", "MR"), "auto", (mean(3),), NONE),
        (thin("SWI", "HEAD", "MR"), "auto", (minip(8),), NONE),
        (thin("T2", "HEAD", "MR"), "auto", (), NONE),
        (thin("Chest", step_mm=2.5), "mediastinum", (mean(3), mean(5), mip(10)), NONE),
        (thin("Chest", step_mm=5.0), "mediastinum", (mip(10),), NONE),
        (thin("Head", "HEAD", step_mm=5.0), "brain", (mip(20),), NONE),
        (thin("Chest", step_mm=5.0), "lung", (), NONE),
        (thin("Chest", step_mm=4.0), "lung", (mip(8), minip(8)), NONE),
        (thin("T1", "HEAD", "MR", step_mm=5.0), "auto", (), NONE),
    ],
)
def test_rules(made: Made, preset: str, cycle: tuple[Slab, ...], opens: Slab) -> None:
    shown = display_set(made)
    assert RULES.choices(shown, preset) == cycle
    assert RULES.opening(shown, preset) == opens


def test_thick_slices_at_small_steps_are_not_thin() -> None:
    made = Made("Chest", count=40, step_mm=1.0, technique=TechniqueFacts(slice_thickness_mm=5.0))
    assert RULES.opening(display_set(made), "mediastinum") == NONE


def test_no_slab_of_colour_or_of_an_uneven_stack() -> None:
    colour = Made("Chest", count=40, step_mm=1.0, pixels=PixelFacts(8, 8, samples_per_pixel=3))
    assert RULES.choices(display_set(colour), "mediastinum") == ()


def state(slice_index: int, slab: Slab) -> ViewportState:
    return ViewportState(slice_index=slice_index, slab=slab)


@pytest.mark.parametrize(
    ("slab", "step_mm", "at", "shares"),
    [
        (mean(4), 1.0, 10, {8: 0.5, 9: 1, 10: 1, 11: 1, 12: 0.5}),
        (mean(3), 1.0, 10, {9: 1, 10: 1, 11: 1}),
        (mean(3), 1.25, 10, {9: 0.7, 10: 1, 11: 0.7}),
        (mip(8), 1.0, 10, {k: 1 for k in range(6, 15)}),
        (mip(8), 4.0, 10, {9: 1, 10: 1, 11: 1}),
        (mip(6), 5.0, 10, {10: 1}),
        (mean(4), 1.0, 0, {0: 1, 1: 1, 2: 0.5}),
        (mean(4), 1.0, 39, {37: 0.5, 38: 1, 39: 1}),
        (NONE, 1.0, 10, {10: 1}),
    ],
)
def test_slices_in_a_slab(slab: Slab, step_mm: float, at: int, shares: dict[int, float]) -> None:
    shown = display_set(Made("Chest", count=40, step_mm=step_mm))
    found = dict(slices_in_slab(shown, state(at, slab)))
    assert found.keys() == shares.keys()
    if slab.mode is SlabMode.MEAN:
        assert found == pytest.approx(shares)
        if at == 10:
            assert sum(found.values()) * step_mm == pytest.approx(slab.thickness_mm)


@pytest.mark.parametrize(
    ("slab", "step_mm", "count"),
    [(NONE, 1.0, 1), (mean(4), 1.0, 2), (mean(3), 1.25, 1), (mip(10), 1.0, 5), (mip(8), 5.0, 1)],
)
def test_a_step_is_half_the_slab(slab: Slab, step_mm: float, count: int) -> None:
    shown = display_set(Made("Chest", count=40, step_mm=step_mm))
    assert slices_per_step(shown, state(10, slab)) == count


def test_planes_are_no_stack() -> None:
    shown = display_set(Made("Chest", count=40, step_mm=1.0))
    plane = ViewportState(slice_index=10, slab=mean(4), kind=ViewportKind.PLANE)
    assert slices_in_slab(shown, plane) == ((10, 1.0),)
