"""3D presets: the resource against numbers typed here, and which one opens."""

from __future__ import annotations

import numpy as np
import pytest

from medai_desktop.app.locations import find_locations
from medai_desktop.source.instance import TechniqueFacts
from medai_desktop.text import Catalogues, Language
from medai_desktop.view.presets import WindowPresets
from tests.unit.view.made_up import Made, display_set, volume_of

PRESETS = WindowPresets.load(find_locations().presets)
CATALOGUES = Catalogues(find_locations().translations)

# Reading defaults 3.
HU = {
    "ct-bone": "150:0 300:.35 700:.75 1500:.9",
    "ct-bone-skin": "-500:0 -300:.04 0:.02 200:0 300:.4 1000:.85",
    "ct-skin": "-600:0 -300:.25 0:.5 100:.6",
    "ct-muscle-bone": "-50:0 40:.15 100:.35 300:.7 1000:.9",
    "ct-lung": "-950:0 -850:.06 -600:.12 -400:.02 -200:0",
    "ct-airways": "-1050:0 -980:.35 -930:.3 -880:0",
    "ct-nodules-vessels": "-700:0 -500:.05 -200:.35 100:.7",
    "ct-angio": "120:0 180:.25 300:.7 500:.85",
    "ct-organs-contrast": "0:0 60:.08 130:.35 250:.7",
    "ct-metal": "1500:0 2000:.6 2500:.95",
}
PERCENTILES = {
    "mr-head": "20:0 40:.15 80:.4 99:.8",
    "mr-enhancing": "85:0 93:.3 98:.8",
    "mr-fluid": "88:0 95:.5 99:.85",
}
CT, MR = display_set(Made("Chest")), display_set(Made("T1", "MR", "HEAD"))


def points(written: str) -> tuple[tuple[float, float], ...]:
    pairs = (pair.split(":") for pair in written.split())
    return tuple((float(value), float(opacity)) for value, opacity in pairs)


@pytest.mark.parametrize("preset", HU)
def test_ct_presets(preset: str) -> None:
    volume = volume_of(CT, np.zeros((12, 64, 64), np.int16))
    assert PRESETS.points_3d(preset, volume) == points(HU[preset])
    assert not PRESETS.is_mip(preset)


@pytest.mark.parametrize("preset", PERCENTILES)
def test_mr_presets_follow_the_foreground(preset: str) -> None:
    voxels = np.zeros((12, 64, 64), np.uint16)
    tissue = np.random.default_rng(2).integers(900, 1500, (12, 44, 44))
    voxels[:, 10:54, 10:54] = tissue
    found = PRESETS.points_3d(preset, volume_of(MR, voxels))
    for (value, opacity), (percent, wanted) in zip(found, points(PERCENTILES[preset]), strict=True):
        assert opacity == wanted
        assert value == pytest.approx(np.percentile(tissue[3:9], percent), abs=1)


def test_there_are_no_others_and_two_are_projections() -> None:
    assert set(PRESETS.presets_3d(CT)) == {*HU, "ct-mip"}
    assert set(PRESETS.presets_3d(MR)) == {*PERCENTILES, "mr-mip"}
    assert PRESETS.is_mip("ct-mip") and PRESETS.is_mip("mr-mip")


def test_each_has_a_name_of_its_own_in_both_languages() -> None:
    for language in Language:
        names = [CATALOGUES.render(PRESETS.title(p), language) for p in PRESETS.presets_3d(CT)]
        assert len(set(names)) == len(names)
        window = CATALOGUES.render(PRESETS.title("custom"), language)
        assert window not in names


@pytest.mark.parametrize(
    ("made", "preset"),
    [
        (Made("Chest"), "ct-nodules-vessels"),
        (Made("CTA chest"), "ct-angio"),
        (Made("Spine", body_part="CSPINE"), "ct-bone"),
        (Made("Head", body_part="HEAD", technique=TechniqueFacts(kernel="BONE")), "ct-bone"),
        (Made("Abdomen", body_part="ABDOMEN"), "ct-muscle-bone"),
        (Made("Head", body_part="HEAD"), "ct-muscle-bone"),
        (Made("T1", "MR", "HEAD"), "mr-head"),
    ],
)
def test_which_opens(made: Made, preset: str) -> None:
    assert PRESETS.opening_3d(display_set(made)) == preset
