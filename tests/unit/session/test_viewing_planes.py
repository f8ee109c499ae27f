"""Planes on M, 3D on Shift+M and back; when they are refused, and with which sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medai_desktop.commands import Invocation, command
from medai_desktop.commands.command import WindowPort
from medai_desktop.view.tool import Tool
from medai_desktop.view.viewport import SlabMode, ViewportKind
from medai_desktop.volume import Window
from tests.phantoms import clinical, volumes
from tests.phantoms.dicom_writer import SeriesTags, write_series
from tests.phantoms.encoding import TransferSyntax
from tests.phantoms.pixels import CT_12BIT
from tests.phantoms.series_geometry import SeriesGeometry
from tests.unit.session.reading_room import Room, reading_room, texts

PLANE, STACK, VOLUME = ViewportKind.PLANE, ViewportKind.STACK, ViewportKind.VOLUME


def thin_chest(
    folder: Path,
    step_mm: float = 1.0,
    count: int = 40,
    syntax: TransferSyntax = TransferSyntax.EXPLICIT_LE,
) -> None:
    tags = SeriesTags(
        key="thin",
        study_key="thin",
        body_part="CHEST",
        study_description="CT",
        series_description="Chest",
    )
    geometry = SeriesGeometry.straight((step_mm, 2.0, 2.0), (-30.0, -30.0, 0.0))
    voxels = np.random.default_rng(1).integers(-900, 900, (count, 32, 32)).astype(float)
    write_series(folder, voxels, geometry, tags=tags, pixels=CT_12BIT, transfer_syntax=syntax)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("chest")
    thin_chest(made)
    return made


@pytest.fixture
def chest(folder: Path) -> Iterator[Room]:
    with reading_room(folder) as room:
        yield room


def kinds(room: Room) -> list[ViewportKind]:
    return [state.kind for state in room.desk.viewing.layout.viewports]


def test_planes_pass_through_the_image_shown_and_go_back_to_it(chest: Room) -> None:
    viewing = chest.desk.viewing
    viewing.go_to_slice(0, 27)
    before = viewing.layout
    viewing.toggle_planes()
    layout = viewing.layout
    assert kinds(chest) == [PLANE] * 3
    assert [layout.place(n) for n in range(3)] == [(0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1)]
    names = [state.plane.value for state in layout.viewports if state.plane]
    assert names == ["axial", "coronal", "sagittal"]
    assert {state.window for state in layout.viewports} == {before.viewports[0].window}
    assert viewing.crosshair_lps_mm is not None and viewing.crosshair_lps_mm[2] == 27.0
    viewing.toggle_planes()
    assert viewing.layout == before


def test_what_was_found_in_planes_is_kept_on_the_way_back(chest: Room) -> None:
    viewing = chest.desk.viewing
    viewing.toggle_planes()
    viewing.place_crosshair((3.0, -4.0, 11.0))
    viewing.set_window(0, Window(10, 500))
    assert {state.window for state in viewing.layout.viewports} == {Window(10, 500)}
    viewing.toggle_planes()
    assert kinds(chest) == [STACK, STACK]
    assert [chest.state(n).slice_index for n in (0, 1)] == [11, 11]
    assert chest.state(0).window == Window(10, 500)
    assert chest.state(1).window == Window(50, 350), "the other slot keeps its own"
    viewing.toggle_planes()
    assert viewing.crosshair_lps_mm == (3.0, -4.0, 11.0), "and back at the same place"
    viewing.toggle_planes()
    viewing.go_to_slice(0, 20)
    viewing.toggle_planes()
    assert viewing.crosshair_lps_mm == (3.0, -4.0, 20.0), "the depth is that of the image"


def test_3d_and_back_from_stack_and_planes(chest: Room) -> None:
    viewing = chest.desk.viewing
    before = viewing.layout
    viewing.toggle_volume()
    assert (kinds(chest), chest.state().preset_3d) == ([VOLUME], "ct-nodules-vessels")
    assert chest.picture().pixels.shape == (400, 400, 3)
    viewing.set_preset_3d("ct-bone")
    assert chest.state().preset_3d == "ct-bone"
    assert "Bone 3D" in texts(chest.overlay())
    assert viewing.scroll(0, 1) is False
    viewing.toggle_volume()
    assert viewing.layout == before
    viewing.toggle_planes()
    viewing.toggle_volume()
    assert kinds(chest) == [VOLUME]
    viewing.toggle_volume()
    assert viewing.layout == before, "3D from planes goes back to the stacks"


def test_a_3d_preset_is_for_3d_only(chest: Room) -> None:
    before = chest.state()
    chest.desk.viewing.set_preset_3d("ct-bone")
    chest.desk.viewing.turn_camera(0, 5, 5)
    assert chest.state() == before


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (volumes.missing_slice, "A gap of"),
        (volumes.irregular, "steps are uneven"),
        (volumes.no_position, "no place in the patient"),
    ],
)
def test_gaps_are_refused_with_their_reason(
    make: Callable[[Path], object], reason: str, tmp_path: Path
) -> None:
    make(tmp_path)
    with reading_room(tmp_path) as room:
        viewing, before = room.desk.viewing, room.desk.viewing.layout
        for toggle in (viewing.toggle_planes, viewing.toggle_volume):
            toggle()
            assert viewing.layout == before
        (notice,) = room.desk.notices
        said = room.desk.render(notice.message)
        assert said.startswith("Planes and 3D are off for this series:")
        assert reason in said


def test_too_few_images_and_single_ones_say_so(tmp_path: Path) -> None:
    clinical.chest_radiograph(tmp_path)
    with reading_room(tmp_path) as room:
        room.desk.viewing.toggle_planes()
        assert room.said() == "Planes need 10 images or more."
        assert room.desk.notices == () and kinds(room) == [STACK]


@pytest.mark.parametrize(("step_mm", "is_said"), [(5.0, False), (7.0, True)])
def test_coarse_planes_are_called_so(step_mm: float, is_said: bool, tmp_path: Path) -> None:
    thin_chest(tmp_path, step_mm, 12)
    with reading_room(tmp_path) as room:
        room.desk.viewing.toggle_planes()
        assert kinds(room) == [PLANE] * 3
        assert (room.said() == "Coarse planes: 7.0 mm steps.") is is_said


def test_a_slice_that_cannot_be_decoded_is_a_gap(tmp_path: Path) -> None:
    thin_chest(tmp_path, syntax=TransferSyntax.JPEG_2000_LOSSLESS)
    broken = sorted(tmp_path.glob("*.dcm"))[7]
    whole = broken.read_bytes()
    start = whole.index(b"\xff\x4f\xff\x51")  # the head of the codestream
    broken.write_bytes(whole[:start] + bytes(80) + whole[start + 80 :])
    with reading_room(tmp_path) as room:
        assert len(room.desk.opening.failures(room.shown().id)) == 1
        room.desk.viewing.toggle_planes()
        assert kinds(room) == [STACK, STACK]
        said = [room.desk.render(notice.message) for notice in room.desk.notices]
        assert any("Planes and 3D are off" in line and broken.name in line for line in said)


def test_stages_with_planes(chest: Room) -> None:
    viewing = chest.desk.viewing
    assert len(viewing.stages) == 3
    viewing.go_to_slice(0, 21)
    viewing.change_stage(2)
    assert kinds(chest) == [PLANE, PLANE]
    assert [s.plane.value for s in viewing.layout.viewports if s.plane] == ["coronal", "sagittal"]
    assert [s.window for s in viewing.layout.viewports] == [Window(-600, 1500), Window(400, 2000)]
    assert viewing.crosshair_lps_mm is not None and viewing.crosshair_lps_mm[2] == 21.0
    for index in (0, 1):
        assert chest.pixels(index).std() > 10
    viewing.set_window(0, Window(0, 1000))
    assert chest.state(1).window == Window(400, 2000), "lung and bone are not linked"
    viewing.place_crosshair((1.0, 2.0, 9.0))
    viewing.change_stage(-2)
    assert [s.slice_index for s in viewing.layout.viewports] == [9, 9]
    viewing.change_stage(-1)
    assert viewing.stage_index == 0


def test_planes_from_a_stage_of_planes_and_on(chest: Room) -> None:
    viewing = chest.desk.viewing
    viewing.change_stage(2)
    viewing.toggle_planes()
    assert len(viewing.layout.viewports) == 3
    viewing.toggle_planes()
    assert kinds(chest) == [PLANE, PLANE]
    viewing.toggle_planes()
    viewing.change_stage(1)
    assert (viewing.stage_index, kinds(chest)) == (2, [PLANE, PLANE]), "back to the stage itself"


def test_another_series_leaves_the_planes(chest: Room) -> None:
    viewing = chest.desk.viewing
    viewing.toggle_planes()
    viewing.show(chest.sets()[0].id, 2)
    assert kinds(chest) == [STACK, STACK]
    viewing.toggle_volume()
    viewing.set_layout(1, 1)
    assert kinds(chest) == [STACK]


def test_the_planes_of_a_volume_share_their_slab(chest: Room) -> None:
    viewing = chest.desk.viewing
    viewing.activate(1)
    viewing.toggle_planes()
    assert {s.slab.thickness_mm for s in viewing.layout.viewports} == {3.0}, "as the stack had it"
    viewing.cycle_slab()
    assert {s.slab.thickness_mm for s in viewing.layout.viewports} == {5.0}
    assert all(any("mean 5 mm" in t for t in texts(chest.overlay(n))) for n in range(3))
    before = viewing.crosshair_lps_mm
    viewing.scroll(0, 1)
    after = viewing.crosshair_lps_mm
    assert before is not None and after is not None
    assert before[2] - after[2] == pytest.approx(2.5), "half the slab"


def test_a_projection_has_no_depth_to_measure(chest: Room) -> None:
    viewing = chest.desk.viewing
    sentence = "A MIP has no depth: leave the slab with B to measure."
    viewing.set_tool(Tool.RULER)
    assert viewing.tool is Tool.RULER
    viewing.activate(0)
    viewing.cycle_slab()
    assert chest.state().slab.mode is SlabMode.MIP
    assert (viewing.tool, chest.said()) == (Tool.WINDOW, sentence)
    viewing.set_tool(Tool.RULER)
    assert viewing.tool is Tool.WINDOW
    viewing.activate(1)
    assert chest.state(1).slab.mode is SlabMode.MEAN
    viewing.set_tool(Tool.RULER)
    assert viewing.tool is Tool.RULER, "a mean may be measured"
    viewing.activate(0)
    assert viewing.tool is Tool.WINDOW


def test_colour_volumes_have_no_planes(chest: Room) -> None:
    viewing = chest.desk.viewing
    shown = chest.shown()
    colour = replace(shown, pixels=replace(shown.pixels, samples_per_pixel=3))
    said = viewing._why_no_volume(colour)
    assert said is not None and chest.desk.render(said) == "The images are in colour."
    assert viewing._why_no_volume(shown) is None


class NoWindow:
    """Stands for the window; the commands tried here never ask it for anything."""


KEYS = {
    "M": "see.planes",
    "Shift+M": "see.volume",
    "B": "see.slab",
    "X": "see.diffusion",
    "=": "see.fit",
    "Ctrl+0": "see.reset",
    "F": "see.maximise",
    "I": "see.invert",
    "[": "see.turn_left",
    "]": "see.turn_right",
    "Shift+H": "see.flip_horizontally",
    "Shift+V": "see.flip_vertically",
    "Ctrl+T": "see.corner_text",
    "Left": "move.previous_stage",
    "Right": "move.next_stage",
    "Down": "move.next_image",
    "Up": "move.previous_image",
    "Shift+Down": "move.next_ten",
    "Shift+Up": "move.previous_ten",
    "Home": "move.first_image",
    "End": "move.last_image",
    "R": "measure.tool_ruler",
} | {str(n): f"see.preset_{n}" for n in range(10)}


def test_each_key_has_its_command_and_does_something_or_says_why(chest: Room) -> None:
    window: WindowPort = NoWindow()  # type: ignore[assignment]
    viewing, study = chest.desk.viewing, chest.desk.opening.current_study
    assert study is not None
    for key, name in KEYS.items():
        viewing.hang(study)
        viewing.change_stage(1)
        viewing.go_to_slice(0, 20)
        viewing.set_window(0, Window(1, 1000))
        viewing.zoom(0, 2.0, (0.0, 0.0))
        before = (viewing.layout, viewing.corner_text_mode, viewing.tool, chest.said())
        found = command(name)
        assert key in found.keys
        assert found.is_enabled(chest.desk), name
        found.handler(Invocation(chest.desk, window))
        after = (viewing.layout, viewing.corner_text_mode, viewing.tool, chest.said())
        assert after != before, name


def test_commands_do_nothing_when_nothing_is_open() -> None:
    with reading_room() as room:
        window: WindowPort = NoWindow()  # type: ignore[assignment]
        for name in (
            "see.planes",
            "see.volume",
            "see.slab",
            "see.diffusion",
            "see.fit",
            "see.reset",
        ):
            command(name).handler(Invocation(room.desk, window))
        for name in ("move.next_image", "move.next_series", "move.next_stage", "see.preset_3"):
            command(name).handler(Invocation(room.desk, window))
        assert kinds(room) == [STACK] and room.state().display_set_id is None
