"""Small studies that look enough like a patient to be hung, windowed and told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tests.phantoms.dicom_writer import FileNames, SeriesTags, Value, write_series
from tests.phantoms.phantom import Phantom, inside_ball, inside_ellipsoid
from tests.phantoms.pixels import CT_12BIT, MR_12BIT, RADIOGRAPH_12BIT, PixelFormat
from tests.phantoms.series_geometry import Point, SeriesGeometry

NODULE_LPS_MM: Point = (75.0, -10.0, 20.0)
BLEED_LPS_MM: Point = (35.0, 20.0, 10.0)
MASS_LPS_MM: Point = (-30.0, -20.0, 12.0)


@dataclass(frozen=True, slots=True, eq=False)
class BrainStudy:
    """One MR study of a head: every series in one frame of reference.

    Attributes:
        folder: Holds the files of all series.
        series: T1, T1+C, FLAIR, DWI and ADC by these names.
    """

    folder: Path
    series: Mapping[str, Phantom]


def chest_ct(folder: Path, tags: SeriesTags | None = None, prefix: str = "CT") -> Phantom:
    """A chest with lungs, heart to the left, spine behind and a nodule in the left lung."""
    tags = tags or SeriesTags(key="chest_ct", study_key="chest_ct", body_part="CHEST")
    tags = replace(
        tags,
        study_description="CT Chest",
        series_description="Chest 5.0 B31f",
        more={**tags.more, "ConvolutionKernel": "B31f", "ReconstructionDiameter": 380.0},
    )
    geometry = SeriesGeometry.straight((10.0, 6.0, 6.0), (-189.0, -189.0, -115.0))
    places = geometry.grid_lps_mm((24, 64, 64))
    values = np.full(places.shape[:3], -1000.0)
    values[_column(places, (0.0, 0.0), (165.0, 110.0))] = -100.0
    values[_column(places, (0.0, 0.0), (150.0, 97.0))] = 45.0
    for side in (-1.0, 1.0):
        values[inside_ellipsoid(places, (side * 75.0, -5.0, 10.0), (55.0, 75.0, 115.0))] = -860.0
    values[inside_ellipsoid(places, (25.0, -30.0, -30.0), (50.0, 45.0, 55.0))] = 40.0
    values[_column(places, (0.0, 62.0), (20.0, 18.0))] = 350.0
    values[inside_ball(places, NODULE_LPS_MM, 14.0)] = 60.0
    return _written(
        "chest_ct", folder, values, geometry, tags, CT_12BIT, prefix, {"nodule": NODULE_LPS_MM}
    )


def head_ct(folder: Path) -> Phantom:
    """A head without contrast: skull, brain, ventricles and a bleed in the left half."""
    tags = SeriesTags(
        key="head_ct",
        study_key="head_ct",
        body_part="HEAD",
        study_description="CT Head without contrast",
        series_description="Head 5.0 H31s",
        more={"ConvolutionKernel": "H31s"},
    )
    geometry = SeriesGeometry.straight((6.0, 3.5, 3.5), (-110.0, -110.0, -60.0))
    places = geometry.grid_lps_mm((22, 64, 64))
    values = np.full(places.shape[:3], -1000.0)
    for radii, value in (((78, 98, 82), 30.0), ((73, 93, 77), 900.0), ((66, 86, 70), 35.0)):
        values[inside_ellipsoid(places, (0.0, 0.0, 0.0), _point(radii))] = value
    for side in (-1.0, 1.0):
        values[inside_ellipsoid(places, (side * 12.0, 0.0, 15.0), (7.0, 32.0, 12.0))] = 8.0
    values[inside_ball(places, BLEED_LPS_MM, 13.0)] = 72.0
    return _written(
        "head_ct",
        folder,
        values,
        geometry,
        tags,
        replace(CT_12BIT, window=(40.0, 80.0)),
        "CT",
        {"bleed": BLEED_LPS_MM},
    )


# Tissue values: scalp, skull, brain, fluid, mass, oedema about the mass.
_MR_SERIES: Mapping[str, tuple[tuple[int, ...], str, Mapping[str, Value]]] = {
    "T1": (
        (900, 60, 480, 150, 420, 380),
        "Ax T1",
        {"RepetitionTime": 500.0, "EchoTime": 10.0},
    ),
    "T1+C": (
        (900, 60, 480, 150, 950, 380),
        "Ax T1 +C",
        {"RepetitionTime": 500.0, "EchoTime": 10.0, "ContrastBolusAgent": "Gadolinium"},
    ),
    "FLAIR": (
        (500, 60, 420, 90, 600, 800),
        "Ax FLAIR",
        {
            "ScanningSequence": ["SE", "IR"],
            "RepetitionTime": 9000.0,
            "EchoTime": 120.0,
            "InversionTime": 2500.0,
        },
    ),
    "DWI": (
        (200, 40, 400, 100, 650, 450),
        "Ax DWI b1000",
        {"RepetitionTime": 5000.0, "EchoTime": 90.0, "DiffusionBValue": 1000.0},
    ),
    "ADC": (
        (300, 20, 800, 2800, 700, 1400),
        "Ax ADC",
        {"RepetitionTime": 5000.0, "EchoTime": 90.0},
    ),
}


def brain_mr(folder: Path) -> BrainStudy:
    """A head with an enhancing mass on the right: T1, T1+C, FLAIR, DWI and ADC."""
    geometry = SeriesGeometry.straight((6.0, 3.6, 3.6), (-113.4, -113.4, -50.0))
    places = geometry.grid_lps_mm((18, 64, 64))
    series = {}
    for number, (name, (tissues, description, more)) in enumerate(_MR_SERIES.items(), start=1):
        derived = ("DERIVED", "PRIMARY", "DIFFUSION", "ADC")
        tags = SeriesTags(
            modality="MR",
            key=name,
            study_key="brain_mr",
            body_part="HEAD",
            study_description="MR Brain with contrast",
            series_description=description,
            series_number=number,
            time=f"1015{number:02d}",
            image_type=derived if name == "ADC" else None,
            more=more,
        )
        series[name] = _written(
            f"brain_mr {name}",
            folder,
            _head(places, tissues),
            geometry,
            tags,
            MR_12BIT,
            f"MR{number}_",
            {"mass": MASS_LPS_MM},
        )
    return BrainStudy(folder, MappingProxyType(series))


def _head(places: NDArray[np.float64], tissues: tuple[int, ...]) -> NDArray[np.float64]:
    scalp, skull, brain, fluid, mass, oedema = (float(tissue) for tissue in tissues)
    values = np.full(places.shape[:3], 12.0)
    for radii, value in (((78, 98, 82), scalp), ((73, 93, 77), skull), ((66, 86, 70), brain)):
        values[inside_ellipsoid(places, (0.0, 0.0, 0.0), _point(radii))] = value
    for side in (-1.0, 1.0):
        values[inside_ellipsoid(places, (side * 12.0, 0.0, 15.0), (7.0, 32.0, 12.0))] = fluid
    values[inside_ball(places, MASS_LPS_MM, 22.0)] = oedema
    values[inside_ball(places, MASS_LPS_MM, 14.0)] = mass
    return values


def chest_radiograph(folder: Path) -> Phantom:
    """A CR of a chest, postero-anterior: two dark lungs, the heart to the patient's left."""
    x, y = _plane((250, 220), 1.6)
    values = np.full(x.shape, 2400.0)
    values[(x / 170) ** 2 + (y / 240) ** 2 > 1] = 300.0
    for side in (-1.0, 1.0):
        values[((x - side * 75) / 55) ** 2 + ((y + 10) / 120) ** 2 <= 1] = 900.0
    values[((x - 25) / 60) ** 2 + ((y - 60) / 50) ** 2 <= 1] = 2700.0
    values[np.abs(x) < 14] = 3000.0
    tags = SeriesTags(
        modality="CR",
        key="chest_radiograph",
        study_key="chest_radiograph",
        body_part="CHEST",
        study_description="Chest PA",
        series_description="Chest PA",
    )
    return _radiograph("chest_radiograph", folder, values, 1.6, tags, RADIOGRAPH_12BIT)


def hand_radiograph(folder: Path) -> Phantom:
    """A DX of a left hand: five bright fingers over a palm, thumb to the left of the picture."""
    return _radiograph(
        "hand_radiograph", folder, _hand(), 0.8, _hand_tags("hand_radiograph"), RADIOGRAPH_12BIT
    )


def monochrome1_radiograph(folder: Path) -> Phantom:
    """The same hand stored inverted: the largest value is black."""
    return _radiograph(
        "monochrome1_radiograph",
        folder,
        4095.0 - _hand(),
        0.8,
        _hand_tags("monochrome1_radiograph"),
        replace(RADIOGRAPH_12BIT, monochrome1=True),
    )


def _hand_tags(key: str) -> SeriesTags:
    return SeriesTags(
        modality="DX",
        key=key,
        study_key=key,
        body_part="HAND",
        study_description="Hand left",
        series_description="Hand PA left",
        more={"ImageLaterality": "L", "ViewPosition": "PA", "PatientOrientation": ["R", "F"]},
    )


def _hand() -> NDArray[np.float64]:
    x, y = _plane((300, 240), 0.8)
    values = np.full(x.shape, 200.0)
    values[(np.abs(x) < 34) & (y > 0) & (y < 110)] = 1400.0
    for finger in range(5):
        middle, top = -36.0 + 18.0 * finger, -90.0 + 14.0 * abs(finger - 2) + 40.0 * (finger == 0)
        values[(np.abs(x - middle) < 7.5) & (y > top) & (y < 20)] = 1400.0
        values[(np.abs(x - middle) < 3.5) & (y > top + 3) & (y < 70)] = 2900.0
    return values


def _plane(shape: tuple[int, int], spacing_mm: float) -> tuple[NDArray[np.float64], ...]:
    rows, columns = shape
    y, x = np.mgrid[:rows, :columns].astype(np.float64) * spacing_mm
    return x - x.mean(), y - y.mean()


def _radiograph(
    name: str,
    folder: Path,
    values: NDArray[np.float64],
    spacing_mm: float,
    tags: SeriesTags,
    pixels: PixelFormat,
) -> Phantom:
    geometry = replace(SeriesGeometry.straight((1.0, spacing_mm, spacing_mm)), has_position=False)
    phantom = _written(name, folder, values[np.newaxis], geometry, tags, pixels, "DX", {})
    return replace(phantom, verdict="no_geometry")


def two_patients(folder: Path) -> tuple[Phantom, Phantom]:
    """Two chests in one folder, of two people with different names and numbers."""
    first = SeriesTags(key="first", study_key="two_patients/1", patient_id="PHANTOM-A")
    second = SeriesTags(
        key="second",
        study_key="two_patients/2",
        patient_id="PHANTOM-B",
        patient_name="Li^Na=李^娜",
        birth_date="19711231",
        sex="F",
    )
    return chest_ct(folder, first, "A"), chest_ct(folder, second, "B")


def _written(
    name: str,
    folder: Path,
    values: NDArray[np.float64],
    geometry: SeriesGeometry,
    tags: SeriesTags,
    pixels: PixelFormat,
    prefix: str,
    landmarks: Mapping[str, Point],
) -> Phantom:
    paths = write_series(
        folder, values, geometry, tags=tags, pixels=pixels, names=FileNames(prefix=prefix)
    )
    marks = MappingProxyType(dict(landmarks))
    return Phantom(name, folder, tuple(paths), values, geometry, tags, "uniform", marks)


def _column(
    places: NDArray[np.float64], centre: tuple[float, float], radii: tuple[float, float]
) -> NDArray[np.bool_]:
    """Which places lie in an elliptic cylinder along z."""
    x, y = places[..., 0] - centre[0], places[..., 1] - centre[1]
    return np.asarray((x / radii[0]) ** 2 + (y / radii[1]) ** 2 <= 1.0)


def _point(numbers: tuple[int, int, int]) -> Point:
    return float(numbers[0]), float(numbers[1]), float(numbers[2])
