"""Windows: the resource against numbers typed here, which one opens, and what keys do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.source.instance import PixelFacts, TechniqueFacts
from medai_desktop.text import Catalogues, Language, Message
from medai_desktop.view.presets import WindowPresets, file_window
from medai_desktop.volume import IntensityUnit, Window, apply_window
from tests.unit.view.made_up import Made, display_set, film, volume_of

PRESETS = WindowPresets.load(find_locations().presets)
CATALOGUES = Catalogues(find_locations().translations)

# Reading defaults 1.1: key, id, English, Chinese, width, level.
CT = [
    (1, "soft", "Soft tissue", "软组织窗", 400, 40),
    (2, "lung", "Lung", "肺窗", 1500, -600),
    (3, "bone", "Bone", "骨窗", 2000, 400),
    (4, "brain", "Brain", "脑窗", 80, 40),
    (5, "mediastinum", "Mediastinum", "纵隔窗", 350, 50),
    (6, "liver", "Liver", "肝窗", 150, 45),
    (7, "subdural", "Subdural", "硬膜下窗", 200, 75),
    (8, "stroke", "Stroke", "卒中窗", 40, 40),
    (9, "angio", "CT angiography", "血管窗", 600, 200),
    (None, "pe", "Pulmonary embolism", "肺栓塞窗", 700, 100),
    (None, "spine-soft", "Spine soft tissue", "脊柱软组织窗", 300, 50),
    (None, "temporal", "Temporal bone", "颞骨窗", 3500, 700),
    (None, "sinus", "Sinus", "鼻窦窗", 3000, 400),
    (None, "neck", "Neck", "颈部窗", 350, 50),
    (None, "pelvis", "Pelvis", "盆腔窗", 450, 50),
    (None, "free-gas", "Free gas", "游离气体窗", 1500, -100),
    (None, "metal", "Metal", "金属窗", 6000, 1500),
]
CHEST = display_set(Made("Chest"))
WINDOWED = PixelFacts(64, 64, rescale_type="HU", windows=(Window(30, 330), Window(-500, 1400)))


@pytest.mark.parametrize(("key", "preset", "english", "chinese", "width", "level"), CT)
def test_ct_windows(
    key: int | None, preset: str, english: str, chinese: str, width: float, level: float
) -> None:
    assert PRESETS.window_for(preset, CHEST, None) == Window(level, width)
    title = PRESETS.title(preset)
    assert CATALOGUES.render(title, Language.ENGLISH) == english
    assert CATALOGUES.render(title, Language.CHINESE) == chinese
    if key is not None:
        assert PRESETS.key_preset(CHEST, key) == preset
    else:
        assert preset not in {PRESETS.key_preset(CHEST, k) for k in range(10)}


def test_there_are_no_other_ct_windows_and_zero_is_auto() -> None:
    assert PRESETS.choices(CHEST) == ("auto", *(row[1] for row in CT))
    assert PRESETS.key_preset(CHEST, 0) == "auto"


def test_the_liver_is_brighter_with_contrast() -> None:
    enhanced = display_set(Made("Liver portal venous +C", body_part="ABDOMEN"))
    assert PRESETS.window_for("liver", enhanced, None) == Window(90, 150)
    assert PRESETS.window_for("liver", CHEST, None) == Window(45, 150)


@pytest.mark.parametrize(
    ("made", "preset"),
    [
        (Made("Chest 5.0"), "mediastinum"),
        (Made("Thin lung 1.0"), "lung"),
        (Made("胸部 薄层 肺窗"), "lung"),
        (Made("HRCT"), "lung"),
        (Made("Chest", technique=TechniqueFacts(kernel="LUNG")), "lung"),
        (Made("Head", body_part="HEAD"), "brain"),
        (Made("Head", body_part="HEAD", technique=TechniqueFacts(kernel="BONE")), "bone"),
        (Made("CTA head", body_part="HEAD"), "angio"),
        (Made("Abdomen", body_part="ABDOMEN"), "soft"),
        (Made("Pelvis", body_part="PELVIS"), "soft"),
        (Made("Knee", body_part="KNEE", technique=TechniqueFacts(kernel="EDGE")), "bone"),
        (Made("Series", body_part=""), "auto"),
        (Made("T1", "MR", "HEAD"), "auto"),
    ],
    ids=lambda value: value.description if isinstance(value, Made) else str(value),
)
def test_the_region_chooses_where_nothing_else_does(made: Made, preset: str) -> None:
    assert PRESETS.opening_preset(display_set(made), "") == preset


@pytest.mark.parametrize(
    ("maker", "kernel", "is_sharp"),
    [
        ("SIEMENS", "B70f", True),
        ("Siemens Healthineers", "Br59d", True),
        ("SIEMENS", "B31f", False),
        ("SIEMENS", "Br54", False),
        ("GE MEDICAL SYSTEMS", "BONEPLUS", True),
        ("GE MEDICAL SYSTEMS", "STANDARD", False),
        ("Philips", "YB", True),
        ("Philips", "B", False),
        ("TOSHIBA", "FC52", True),
        ("Canon Medical", "FC30", True),
        ("TOSHIBA", "FC13", False),
        ("UIH", "B_SHARP_C", True),
        ("Unknown", "QQ", False),
    ],
)
def test_a_sharp_kernel_opens_the_lung(maker: str, kernel: str, is_sharp: bool) -> None:
    made = Made("Chest", technique=TechniqueFacts(kernel=kernel), series={"manufacturer": maker})
    assert PRESETS.opening_preset(display_set(made), "") == ("lung" if is_sharp else "mediastinum")


def test_slot_before_file_before_region() -> None:
    shown = display_set(Made("Chest", pixels=WINDOWED))
    assert PRESETS.opening(shown, None, "lung") == ("lung", Window(-600, 1500))
    assert PRESETS.opening(shown, None, "") == ("file", Window(30, 330))
    assert PRESETS.opening(CHEST, None, "") == ("mediastinum", Window(50, 350))


@pytest.mark.parametrize("broken", [Window(30, 0.5), Window(float("nan"), 300)])
def test_an_unusable_file_window_is_passed_over(broken: Window) -> None:
    pixels = replace(WINDOWED, windows=(broken,))
    assert PRESETS.opening_preset(display_set(Made("Chest", pixels=pixels)), "") == "mediastinum"
    pixels = replace(WINDOWED, windows=(broken, Window(-500, 1400)))
    shown = display_set(Made("Chest", pixels=pixels))
    assert PRESETS.opening(shown, None, "") == ("file", Window(-500, 1400))


def test_auto_needs_pixels_and_waits_for_them() -> None:
    shown = display_set(Made("Series", body_part=""))
    assert PRESETS.opening(shown, None, "") is None
    assert PRESETS.needs_pixels("auto", shown)
    assert not PRESETS.needs_pixels("lung", shown)


def test_auto_of_ct_spreads_the_body_of_the_middle_half() -> None:
    voxels = np.full((12, 64, 64), -1000, np.int16)
    body = np.linspace(-100, 300, 40 * 40).reshape(40, 40)
    voxels[:, 10:50, 10:50] = body
    voxels[:3] = 3000  # the outer quarters do not count
    voxels[9:] = 3000
    window = PRESETS.window_for("auto", CHEST, volume_of(CHEST, voxels))
    assert window is not None
    low, high = np.percentile(np.rint(body), (1, 99))
    assert (window.low, window.high) == pytest.approx((low, high), abs=1.0)
    whole = np.percentile(voxels, (1, 99))
    assert abs(window.low - whole[0]) > 100


# Reading defaults 1.3.
@pytest.mark.parametrize(
    ("description", "low", "high"),
    [
        ("Ax T1", 1, 99.5),
        ("Ax T1 +C", 1, 99.5),
        ("Ax PD", 1, 99.5),
        ("Ax T2", 1, 99.7),
        ("Ax FLAIR", 1, 99.7),
        ("Ax DWI b1000", 5, 99.8),
        ("Ax SWI", 0.5, 99.5),
        ("Ax T2*", 0.5, 99.5),
        ("3D TOF", 50, 99.95),
        ("Ax ADC", 1, 99),
    ],
)
def test_mr_opens_at_percentiles_of_the_foreground(
    description: str, low: float, high: float
) -> None:
    shown = display_set(Made(description, "MR", "HEAD"))
    random = np.random.default_rng(7)
    voxels = random.integers(0, 60, (12, 64, 64)).astype(np.uint16)
    tissue = random.integers(900, 1500, (12, 40, 40))
    voxels[:, 12:52, 12:52] = tissue
    opened = PRESETS.opening(shown, volume_of(shown, voxels), "")
    assert opened is not None and opened[0] == "auto"
    wanted = np.percentile(tissue[3:9], (low, high))
    assert (opened[1].low, opened[1].high) == pytest.approx(tuple(wanted), abs=1.0)
    other = np.percentile(tissue[3:9], (low + 3, high - 3))
    assert abs(opened[1].low - other[0]) > 3


def test_adc_with_a_unit_is_absolute() -> None:
    shown = display_set(Made("Ax ADC", "MR", "HEAD"))
    voxels = np.linspace(0, 2000, 12 * 64 * 64).reshape(12, 64, 64).astype(np.uint16)
    known = replace(shown, unit=IntensityUnit.DIFFUSION)
    window = PRESETS.window_for("auto", known, volume_of(known, voxels))
    assert window == Window.from_range(0, 3000)
    assert PRESETS.window_for("auto", shown, volume_of(shown, voxels)) != window


@pytest.mark.parametrize(
    "made", [Made("Sag T1 SUB", "MR", "HEAD"), Made("T2* phase", "MR", "HEAD")]
)
def test_subtractions_and_phases_are_symmetric(made: Made) -> None:
    shown = display_set(made)
    random = np.random.default_rng(3)
    voxels = random.normal(20, 300, (12, 64, 64)).astype(np.int16)
    window = PRESETS.window_for("auto", shown, volume_of(shown, voxels))
    assert window is not None
    assert window.low == -window.high
    assert window.high == pytest.approx(np.percentile(np.abs(voxels[3:9]), 99.5), abs=2)


def test_other_mr_never_begins_under_zero() -> None:
    shown = display_set(Made("unnamed", "MR", "HEAD"))
    voxels = np.full((12, 64, 64), -1000, np.int16)
    voxels[:, 8:56, 8:56] = np.linspace(-90, 150, 48 * 48).reshape(48, 48)
    window = PRESETS.window_for("auto", shown, volume_of(shown, voxels))
    assert window is not None and window.low == 0


def test_perfusion_maps_take_the_window_of_the_file() -> None:
    pixels = replace(WINDOWED, rescale_type="")
    shown = display_set(Made("rCBV", "MR", "HEAD", pixels=pixels))
    assert PRESETS.opening_preset(shown, "") == "file"
    assert PRESETS.opening_preset(display_set(Made("Ax T1", "MR", "HEAD", pixels=pixels)), "") == (
        "auto"
    )


def test_mr_keys() -> None:
    shown = display_set(Made("Ax T1", "MR", "HEAD", pixels=WINDOWED))
    keys = [PRESETS.key_preset(shown, key) for key in range(6)]
    assert keys == ["auto", "file", "auto", "narrow", "wide", "fluid"]
    voxels = np.linspace(0, 1000, 12 * 64 * 64).reshape(12, 64, 64).astype(np.uint16)
    volume = volume_of(shown, voxels)
    auto, narrow, wide, fluid = (
        PRESETS.window_for(preset, shown, volume) for preset in ("auto", "narrow", "wide", "fluid")
    )
    assert auto is not None and narrow is not None and wide is not None and fluid is not None
    assert (narrow.center, narrow.width) == pytest.approx((auto.center, auto.width * 0.6))
    assert (wide.center, wide.width) == pytest.approx((auto.center, auto.width * 1.6))
    assert (fluid.low, fluid.high) == pytest.approx((auto.high - 0.15 * auto.width, auto.high))


@pytest.mark.parametrize(
    ("made", "key", "said"),
    [
        (Made("Ax T1", "MR", "HEAD"), 6, "Key 6 has no preset for MR."),
        (Made("Ax T1", "MR", "HEAD"), 1, "The file carries no window."),
        (film("PA"), 9, "Key 9 has no preset for DX."),
        (
            replace(Made("US", "US", "", count=1), orientation=None),
            1,
            "Key 1 has no preset for US.",
        ),
        (
            Made("colour", pixels=PixelFacts(64, 64, samples_per_pixel=3)),
            2,
            "Colour images have no window.",
        ),
    ],
)
def test_a_key_without_effect_says_why(made: Made, key: int, said: str) -> None:
    chosen = PRESETS.key_preset(display_set(made), key)
    assert isinstance(chosen, Message)
    assert CATALOGUES.render(chosen, Language.ENGLISH) == said
    assert CATALOGUES.render(chosen, Language.CHINESE) != said


def test_colour_has_no_windows_and_palette_is_colour() -> None:
    for pixels in (
        PixelFacts(64, 64, samples_per_pixel=3, photometric_interpretation="RGB"),
        PixelFacts(64, 64, photometric_interpretation="PALETTE COLOR"),
    ):
        shown = display_set(Made("colour", pixels=pixels))
        assert PRESETS.choices(shown) == ()
        assert PRESETS.opening(shown, None, "lung") == ("file", Window(127.5, 255))


def test_each_slice_may_carry_its_own_window() -> None:
    shown = display_set(Made("Chest", pixels=WINDOWED, count=3))
    other = replace(shown.frames[2].instance, pixels=replace(WINDOWED, windows=(Window(7, 70),)))
    frames = (*shown.frames[:2], replace(shown.frames[2], instance=other))
    shown = replace(shown, frames=frames)
    assert [file_window(shown, k) for k in range(3)] == [
        Window(30, 330),
        Window(30, 330),
        Window(7, 70),
    ]


# Reading defaults 1.4.
def test_radiograph_keys_and_windows() -> None:
    windows = (Window(2000, 3000),)
    shown = display_set(film("PA", pixels=PixelFacts(64, 64, windows=windows)))
    keys = [PRESETS.key_preset(shown, key) for key in range(6)]
    assert keys == ["auto", "file", "auto", "dense-bone", "soft-tissue", "wide"]
    assert PRESETS.opening(shown, None, "") == ("file", windows[0])
    voxels = np.linspace(0, 4000, 64 * 64).reshape(1, 64, 64).astype(np.uint16)
    volume = volume_of(shown, voxels)
    auto = PRESETS.window_for("auto", shown, volume)
    bone = PRESETS.window_for("dense-bone", shown, volume)
    soft = PRESETS.window_for("soft-tissue", shown, volume)
    assert auto is not None and bone is not None and soft is not None
    assert (auto.low, auto.high) == pytest.approx(tuple(np.percentile(voxels, (0.5, 99.5))))
    assert (bone.low, bone.high) == pytest.approx((auto.low + 0.4 * auto.width, auto.high))
    assert (soft.low, soft.high) == pytest.approx((auto.low, auto.low + 0.6 * auto.width))


@pytest.mark.parametrize("preset", ["auto", "dense-bone", "soft-tissue", "wide"])
def test_an_inverted_film_looks_the_same_under_every_key(preset: str) -> None:
    """MONOCHROME1: bone is stored low, and shown bright all the same."""
    straight = display_set(film("PA"))
    twin = display_set(
        film("PA", pixels=PixelFacts(64, 64, photometric_interpretation="MONOCHROME1"))
    )
    voxels = np.random.default_rng(5).integers(300, 3800, (1, 64, 64)).astype(np.uint16)
    greys = []
    for shown, values in ((straight, voxels), (twin, 4095 - voxels)):
        volume = volume_of(shown, values)
        window = PRESETS.window_for(preset, shown, volume)
        assert window is not None
        greys.append(apply_window(values, window, inverted=volume.is_inverted).astype(int))
    assert np.abs(greys[0] - greys[1]).max() <= 1
    assert np.abs(greys[0] - (255 - greys[1])).max() > 100


def test_letters_and_border_do_not_set_the_window_of_a_film() -> None:
    shown = display_set(film("PA"))
    field = np.random.default_rng(1).integers(800, 3000, (44, 44))
    voxels = np.full((1, 64, 64), 40, np.uint16)
    voxels[0, 10:54, 10:54] = field
    voxels[0, 2:5, 2:9] = 4095
    window = PRESETS.window_for("auto", shown, volume_of(shown, voxels))
    assert window is not None
    wanted = np.percentile(field, (0.5, 99.5))
    assert (window.low, window.high) == pytest.approx(tuple(wanted), abs=1.0)
    assert window.low > np.percentile(voxels, 0.5) + 500


def test_padding_does_not_count() -> None:
    voxels = np.full((12, 64, 64), -2000, np.int16)
    voxels[:, 10:50, 10:50] = np.linspace(-100, 300, 1600).reshape(40, 40)
    bare = PRESETS.window_for("auto", CHEST, volume_of(CHEST, voxels))
    padded = PRESETS.window_for("auto", CHEST, volume_of(CHEST, voxels, (-2000.0, -2000.0)))
    assert bare is not None and padded is not None
    assert padded.low > -110
