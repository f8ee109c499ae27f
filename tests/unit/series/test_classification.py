"""Classes of series from their texts and tags (reading defaults 5.1, 5.2, 5.4)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from medai_desktop.series.classification import age_years, classify, is_sharp, normalised
from medai_desktop.series.display_sets import build_studies
from medai_desktop.source.instance import (
    InstanceHeader,
    PatientFacts,
    PixelFacts,
    PositionFacts,
    SeriesFacts,
    StudyFacts,
    TechniqueFacts,
)
from medai_desktop.volume import Acquisition, Contrast, MrClass, RadiographView, Region, Side


def made(
    description: str = "",
    modality: str = "MR",
    *,
    protocol: str = "",
    body_part: str = "",
    study: str = "",
    technique: TechniqueFacts | None = None,
    laterality: str = "",
    age: str = "",
) -> Acquisition:
    """Facts of a series with these texts."""
    return classify(
        InstanceHeader(
            Path("made.dcm"),
            "1.2.3",
            "",
            "1.2.840.10008.1.2.1",
            1,
            PatientFacts(age=age),
            StudyFacts("1.2", description=study),
            SeriesFacts(
                "1.2.3",
                1,
                modality,
                description,
                protocol,
                body_part,
                laterality=laterality,
            ),
            technique or TechniqueFacts(),
            PixelFacts(4, 4),
            PositionFacts(),
        )
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("t1_mprage-sag  p2", "T1 MPRAGE SAG P2"),
        ("横断位T1增强", "横断位 T1 增强"),
        ("T2*_GRE+C", "T2* GRE+C"),
        ("  a / b ", "A B"),
        ("", ""),
    ],
)
def test_texts_are_made_alike(written: str, expected: str) -> None:
    assert normalised(written) == expected


@pytest.mark.parametrize(
    ("body_part", "description", "study", "region"),
    [
        ("CHEST", "", "", Region.CHEST),
        ("", "Thorax 1.0 B70f", "", Region.CHEST),
        ("", "HRCT", "", Region.CHEST),
        ("", "", "CT HEAD WITHOUT CONTRAST", Region.HEAD),
        ("BRAIN", "Neck angio", "", Region.HEAD),
        ("", "C SPINE LAT", "", Region.SPINE),
        ("CSPINE", "", "", Region.SPINE),
        ("", "Lumbar spine", "CT abdomen", Region.SPINE),
        ("HAND", "Chest", "", Region.EXTREMITY),
        ("", "Left hip ap", "Pelvis", Region.EXTREMITY),
        ("", "", "头颅平扫", Region.HEAD),
        ("", "右腕正侧位", "", Region.EXTREMITY),
        ("", "手术后胸部", "", Region.CHEST),
        ("", "腹部增强", "", Region.ABDOMEN),
        ("", "骨盆正位", "", Region.PELVIS),
        ("NECK", "", "", Region.NECK),
        ("", "KUB", "", Region.ABDOMEN),
        ("", "AX T1", "", Region.UNKNOWN),
    ],
)
def test_regions(body_part: str, description: str, study: str, region: Region) -> None:
    assert made(description, "CT", body_part=body_part, study=study).region is region


@pytest.mark.parametrize(
    ("description", "protocol", "agent", "contrast"),
    [
        ("AX T1 +C", "", "", Contrast.YES),
        ("AX T1 NO GAD", "", "", Contrast.NO),
        ("AX T1 NO GAD", "", "GADAVIST", Contrast.NO),
        ("T1 no Gd", "", "", Contrast.NO),
        ("T1 non-gad", "", "", Contrast.NO),
        ("Thorax no CE", "", "", Contrast.NO),
        ("Head non enhanced", "", "", Contrast.NO),
        ("Head unenhanced", "", "", Contrast.NO),
        ("No enhancement", "", "", Contrast.NO),
        ("Abdomen no IV contrast", "", "", Contrast.NO),
        ("T1 pre-gad", "", "", Contrast.NO),
        ("T1 ohne KM", "", "", Contrast.NO),
        ("T1 gad: none", "", "", Contrast.NO),
        ("Contrast: NO", "", "", Contrast.NO),
        ("T1 GAD not given", "", "", Contrast.NO),
        ("CE - NO", "", "", Contrast.NO),
        ("T1 GAD NO FS", "", "", Contrast.YES),
        ("T1 enhanced", "", "", Contrast.YES),
        ("T1 CE", "", "", Contrast.YES),
        ("T1 无增强", "", "", Contrast.NO),
        ("头颅未增强", "", "", Contrast.NO),
        ("增强：无", "", "", Contrast.NO),
        ("AX T1 POST", "", "", Contrast.YES),
        ("AX T1 POST GAD", "", "", Contrast.YES),
        ("T1 C+ sag", "", "", Contrast.YES),
        ("post-op T1", "", "", Contrast.UNKNOWN),
        ("posterior fossa", "", "", Contrast.UNKNOWN),
        ("POST FOSSA T2", "", "", Contrast.UNKNOWN),
        ("AX T1 PRE", "", "GADAVIST", Contrast.NO),
        ("Head w/o", "", "ULTRAVIST", Contrast.NO),
        ("Head with and without", "", "", Contrast.UNKNOWN),
        ("W WO", "", "", Contrast.UNKNOWN),
        ("", "Thorax native", "", Contrast.NO),
        ("AX T1", "with contrast", "", Contrast.YES),
        ("平扫", "", "", Contrast.NO),
        ("横断位T1增强", "", "", Contrast.YES),
        ("平扫+增强", "", "", Contrast.UNKNOWN),
        ("AX T1", "", "GADAVIST", Contrast.YES),
        ("AX T1", "", "NONE", Contrast.UNKNOWN),
        ("AX T1", "", "无", Contrast.UNKNOWN),
        ("AX T1", "", "", Contrast.UNKNOWN),
    ],
)
def test_contrast(description: str, protocol: str, agent: str, contrast: Contrast) -> None:
    facts = made(description, protocol=protocol, technique=TechniqueFacts(contrast_agent=agent))
    assert facts.contrast is contrast


SPIN_ECHO = ("SE",)


@pytest.mark.parametrize(
    ("description", "technique", "expected"),
    [
        ("ADC map", {}, MrClass.ADC),
        ("dADC", {}, MrClass.ADC),
        ("eADC", {}, MrClass.EXPONENTIAL_ADC),
        ("exp ADC", {}, MrClass.EXPONENTIAL_ADC),
        ("", {"image_type": ("DERIVED", "PRIMARY", "ADC")}, MrClass.ADC),
        ("ep2d_diff_b1000", {}, MrClass.DWI),
        ("AX B1000", {}, MrClass.DWI),
        ("", {"b_value": 800.0}, MrClass.DWI),
        ("弥散", {}, MrClass.DWI),
        ("SWI_Images", {}, MrClass.SWI),
        ("Ax T2* GRE", {}, MrClass.T2_STAR),
        ("T2 STAR", {}, MrClass.T2_STAR),
        ("ax hemo", {}, MrClass.T2_STAR),
        ("DSC perfusion", {}, MrClass.PERFUSION),
        ("rCBV", {}, MrClass.PERFUSION),
        ("TOF 3D", {}, MrClass.ANGIOGRAPHY),
        ("Sag STIR", {}, MrClass.STIR),
        ("cor tirm", {"inversion_time_ms": 150.0}, MrClass.STIR),
        ("ax tirm dark fluid", {"inversion_time_ms": 2500.0, "echo_time_ms": 90.0}, MrClass.FLAIR),
        ("Ax T2 FLAIR", {}, MrClass.FLAIR),
        ("Ax T1 FLAIR", {}, MrClass.T1),
        ("水抑制", {}, MrClass.FLAIR),
        ("", {"inversion_time_ms": 2300.0, "echo_time_ms": 110.0}, MrClass.FLAIR),
        ("FLAIR", {"echo_time_ms": 10.0}, MrClass.UNKNOWN),
        ("SAG MPRAGE", {}, MrClass.T1),
        ("Sag BRAVO", {}, MrClass.T1),
        (
            "axial",
            {
                "scanning_sequence": SPIN_ECHO,
                "repetition_time_ms": 500.0,
                "echo_time_ms": 12.0,
            },
            MrClass.T1,
        ),
        ("Ax T2 TSE", {}, MrClass.T2),
        ("axial", {"repetition_time_ms": 4000.0, "echo_time_ms": 100.0}, MrClass.T2),
        ("Ax PD fs", {}, MrClass.PD),
        ("axial", {"repetition_time_ms": 2500.0, "echo_time_ms": 30.0}, MrClass.PD),
        ("localizer", {}, MrClass.UNKNOWN),
    ],
)
def test_mr_classes(description: str, technique: dict[str, object], expected: MrClass) -> None:
    facts = made(description, technique=TechniqueFacts(**technique))  # type: ignore[arg-type]
    assert facts.mr_class is expected
    assert made(description, "CT").mr_class is MrClass.UNKNOWN


@pytest.mark.parametrize(
    ("position", "code", "description", "view"),
    [
        ("PA", "", "", RadiographView.FRONTAL),
        ("LL", "", "", RadiographView.LATERAL),
        ("", "postero-anterior oblique", "", RadiographView.OBLIQUE),
        ("", "", "Scaphoid", RadiographView.SPECIAL),
        ("", "", "Wrist lat", RadiographView.LATERAL),
        ("", "", "右腕斜位", RadiographView.OBLIQUE),
        ("", "", "膝关节正位", RadiographView.FRONTAL),
        ("", "", "Skyline", RadiographView.SPECIAL),
        ("", "", "Hand", RadiographView.UNKNOWN),
    ],
)
def test_views(position: str, code: str, description: str, view: RadiographView) -> None:
    technique = TechniqueFacts(view_position=position, view_code_meaning=code)
    assert made(description, "DX", technique=technique).view is view


@pytest.mark.parametrize(
    ("laterality", "image", "description", "side"),
    [
        ("L", "", "", Side.LEFT),
        ("L", "R", "", Side.RIGHT),
        ("", "", "Hand PA right", Side.RIGHT),
        ("", "", "Knee LT", Side.LEFT),
        ("", "", "Both knees", Side.BOTH),
        ("", "", "左手正位", Side.LEFT),
        ("", "", "双膝", Side.BOTH),
        ("", "", "Left and right hand", Side.UNKNOWN),
        ("", "", "Hand", Side.UNKNOWN),
        ("", "", "L-SPINE LAT", Side.UNKNOWN),
        ("", "", "L SPINE AP", Side.UNKNOWN),
        ("", "", "LS SPINE L 5", Side.UNKNOWN),
        ("", "", "R/O FRACTURE WRIST PA", Side.UNKNOWN),
        ("", "", "HAND PA R/O FX", Side.UNKNOWN),
        ("", "", "R/O FX WRIST PA L", Side.LEFT),
        ("", "", "Foot r.o. fracture", Side.UNKNOWN),
        ("", "", "Knee R lat", Side.RIGHT),
        ("", "", "Chest left lateral", Side.UNKNOWN),
        ("", "", "Abdomen L lat decub", Side.UNKNOWN),
        ("", "", "Ribs right", Side.RIGHT),
        ("", "", "L/R hand", Side.UNKNOWN),
        ("R", "", "L-SPINE LAT", Side.RIGHT),
    ],
)
def test_sides_are_never_guessed(laterality: str, image: str, description: str, side: Side) -> None:
    technique = TechniqueFacts(image_laterality=image)
    assert made(description, "DX", technique=technique, laterality=laterality).side is side


@pytest.mark.parametrize(
    ("kernel", "maker", "sharp"),
    [
        ("B70f", "SIEMENS", True),
        ("Br59", "Siemens Healthineers", True),
        ("B31f", "SIEMENS", False),
        ("BONEPLUS", "GE MEDICAL SYSTEMS", True),
        ("LUNG", "GE MEDICAL SYSTEMS", True),
        ("STANDARD", "GE MEDICAL SYSTEMS", False),
        ("D", "Philips", True),
        ("YA", "Philips", True),
        ("B", "Philips", False),
        ("FC52", "TOSHIBA", True),
        ("FC08", "Canon Medical", False),
        ("", "SIEMENS", None),
    ],
)
def test_kernels(kernel: str, maker: str, sharp: bool | None) -> None:
    assert is_sharp(kernel, maker) is sharp


@pytest.mark.parametrize(
    ("written", "years"),
    [("060Y", 60.0), ("006M", 0.5), ("052W", 1.0), ("365D", 1.0), ("60", None), ("", None)],
)
def test_ages(written: str, years: float | None) -> None:
    found = age_years(written)
    assert found == (None if years is None else pytest.approx(years, abs=0.01))
    assert made(age=written).age_years == found


@pytest.mark.parametrize(
    ("age", "born", "studied", "years"),
    [
        ("", "2020-01-01", "2025-01-02", 5.0),
        ("", "2024-07-01", "2025-01-01", 0.5),
        ("060Y", "2020-01-01", "2025-01-02", 60.0),
        ("unknown", "1965-01-02", "2025-01-02", 60.0),
        ("", "2025-01-02", "2020-01-01", None),
        ("", "1700-01-01", "2020-01-01", None),
        ("", "", "2020-01-01", None),
        ("", "2020-01-01", "", None),
        ("", "in 1950", "2020-01-01", None),
    ],
)
def test_without_an_age_the_dates_tell_it(
    age: str, born: str, studied: str, years: float | None
) -> None:
    header = replace(
        turned_series(1)[0],
        patient=PatientFacts(age=age, birth_date=born),
        study=StudyFacts("1.2", date=studied),
    )
    found = classify(header).age_years
    assert found == (None if years is None else pytest.approx(years, abs=0.01))


@pytest.mark.parametrize(
    ("description", "image_type", "is_localizer", "is_derived"),
    [
        ("Scout", (), True, False),
        ("Topogram 0.6", (), True, False),
        ("3-pl Loc", (), True, False),
        ("定位像", (), True, False),
        ("AX T1", ("ORIGINAL", "PRIMARY", "LOCALIZER"), True, False),
        ("Allocation", (), False, False),
        ("Cor MPR", (), False, True),
        ("T1 MPR sag", (), False, False),
        ("MIP thick", (), False, True),
        ("Dose report", (), False, True),
        ("AX", ("DERIVED", "SECONDARY"), False, True),
        ("AX", ("ORIGINAL", "PRIMARY"), False, False),
    ],
)
def test_scouts_and_derived_series(
    description: str, image_type: tuple[str, ...], is_localizer: bool, is_derived: bool
) -> None:
    facts = made(description, technique=TechniqueFacts(image_type=image_type))
    assert (facts.is_localizer, facts.is_derived) == (is_localizer, is_derived)


def turned_series(per_plane: int) -> list[InstanceHeader]:
    """Three planes of one series that does not say that it is a scout."""
    headers = []
    axes = ((1, 0, 0, 0, 1, 0), (1, 0, 0, 0, 0, -1), (0, 1, 0, 0, 0, -1))
    for plane, orientation in enumerate(axes):
        normal = ((0, 0, 1), (0, 1, 0), (-1, 0, 0))[plane]
        for k in range(per_plane):
            x, y, z = (5.0 * k * part for part in normal)
            headers.append(
                InstanceHeader(
                    Path(f"{plane}-{k}.dcm"),
                    f"1.2.3.{plane}.{k}",
                    "",
                    "1.2.840.10008.1.2.1",
                    k,
                    PatientFacts(),
                    StudyFacts("1.2"),
                    SeriesFacts("1.2.3", 1, "MR", "AX COR SAG"),
                    TechniqueFacts(),
                    PixelFacts(4, 4),
                    PositionFacts((x, y, z), tuple(map(float, orientation)), (1.0, 1.0)),  # type: ignore[arg-type]
                )
            )
    return headers


@pytest.mark.parametrize(("per_plane", "is_scout"), [(1, True), (5, True), (6, False)])
def test_several_orientations_in_a_few_images_are_a_scout(per_plane: int, is_scout: bool) -> None:
    (study,) = build_studies(turned_series(per_plane)).studies
    assert len(study.display_sets) == 3
    assert {shown.acquisition.is_localizer for shown in study.display_sets} == {is_scout}
