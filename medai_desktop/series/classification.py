"""Classes of series from their header (reading defaults 5.1, 5.2, 5.4)."""

from __future__ import annotations

import re
from datetime import date

from medai_desktop.source.instance import InstanceHeader
from medai_desktop.volume import (
    Acquisition,
    Contrast,
    MrClass,
    RadiographView,
    Region,
    Side,
)

_REGIONS: tuple[tuple[Region, str], ...] = (
    (Region.SPINE, r"SPINE|\b[CLT] ?SP\b|LUMB|SACR|CERVIC|DORSAL|脊|颈椎|胸椎|腰椎"),
    (
        Region.EXTREMITY,
        r"EXTREM|\bLIMB|\bLEGS?\b|LOWER ?LEG|UPPER ?ARM|\bARMS?\b|THIGH|\bCALF\b|THUMB|PATELL|"
        r"SCAPUL|四肢|[上下]肢|[大小]腿|指|趾|髌|WRIST|FINGER|\bHAND|FOREARM|ELBOW|HUMER|SHOULDER|"
        r"CLAV|\bHIPS?\b|FEMUR|FEMOR|KNEE|\bTIB|\bFIB|ANKLE|FOOT\b|\bFEET|\bTOE|CALCAN|腕|"
        r"手(?!术)|前臂|肘|肱|肩|锁骨|髋|股骨|膝|胫|腓|踝|足",
    ),
    (Region.CHEST, r"CHEST|THORAX|\bLUNG|HRCT|\bRIBS?\b|胸|肺|肋"),
    (Region.HEAD, r"\bHEAD|BRAIN|SKULL|CRANI|头|颅|脑"),
    (Region.NECK, r"NECK|颈"),
    (Region.ABDOMEN, r"ABD|KIDNEY|LIVER|RENAL|\bKUB\b|腹|肝"),
    (Region.PELVIS, r"PELV|骨盆|盆腔"),
)
_CONTRAST_BOTH = r"\bW ?(AND )?W ?O\b|\bWITH (AND )?WITHOUT|平扫 ?\+? ?增强"
_AGENT = r"(GAD|GD\b|CE\b|CE ?MR|ENH|CON(?!V)|KM\b|CM\b|DYE|INJ)"
_CONTRAST_NO = (
    rf"\b(NO|NOT|NON|PRE|OHNE|SANS|SENZA|SIN) ?(THE |ANY )?(IV )?{_AGENT}|\bPRE\b|\bW ?O\b|WITHOUT|"
    rf"\b{_AGENT}\w* (NO|NOT|NONE|NIL|REFUSED|DECLINED)\b(?! ?(FS|FAT|SAT|SUPP|MT))|"
    r"\bUN ?ENH|\bNCCT\b|\bPLAIN\b|\bNATIV|平扫|"
    r"[无未非不](做|行|用|打|注射)?(增强|对比剂|造影剂)|(增强|对比剂|造影剂) ?[无未否]"
)
_CONTRAST_YES = (
    r"\+ ?C\b|\bC ?\+|\bPOST\b(?! ?(OP|FOSSA|SURG|TREAT|RT|PROC))|\bT1 ?C\b|\bCE ?MRA|\bGAD|\bGD\b|"
    r"\bCE\b|CONTRAST|\bENH|\bCTA\b|\bKM\b|增强"
)
_LOCALIZER = r"\b(LOC|LOCALI[SZ]ER|SCOUT|SURVEY|TOPO\w*|PILOT)\b|定位"
_DERIVED = r"\b((?<!T1 )MPR|MIP|VRT?|SUMMARY|DOSE|SCREEN ?SAVE)\b"
_SPECIAL = r"SCAPH|NAVIC|SKYLINE|MORTISE|\bAXIAL|轴位"
_OBLIQUE = r"\bOBL|\bOB\b|斜位|斜"
_LATERAL = r"\bLAT|\bLL\b|\bRL\b|侧位|侧"
_FRONTAL = r"\b(PA|AP|DP)\b|FRONTAL|正位|正"
_NO_SIDE = (
    r"\bR [OT]\b|\bPOST ?(OP )?RT\b|\b([CTLS] )+(SPINE|SPN?)\b|\bL ?S\b|\bL \d|"
    r"\b(R|RT|RIGHT|L|LT|LEFT) (LAT\w* )?DECUB\w*|"
    r"\b(R|RT|RIGHT|L|LT|LEFT) (ANT|POST)\w* OBL\w*|[左右][前后]斜"
)
"""Not the side of what is shown: rule out, radiotherapy, part of the spine, how one lies."""
OLDEST_YEARS = 120.0
RADIOGRAPHS = frozenset({"CR", "DX", "RG", "RF", "XA", "PX", "IO"})


def normalised(*parts: str) -> str:
    """Upper case; all but letters, digits, ``+`` and ``*`` to one blank; Chinese set apart."""
    text = " ".join(parts).upper()
    text = re.sub(r"([㐀-鿿])(?=[A-Z0-9])|([A-Z0-9])(?=[㐀-鿿])", r"\g<0> ", text)
    return re.sub(r"(?:[^\w+*]|_)+", " ", text).strip()


def description(header: InstanceHeader) -> str:
    """SeriesDescription and ProtocolName, normalised."""
    return normalised(header.series.description, header.series.protocol_name)


def classify(header: InstanceHeader) -> Acquisition:
    """The facts of an acquisition from one of its headers."""
    modality = header.series.modality
    technique = header.technique
    desc = description(header)
    return Acquisition(
        modality=modality,
        region=region(header),
        contrast=contrast(header),
        mr_class=mr_class(header) if modality == "MR" else MrClass.UNKNOWN,
        view=view(header) if modality in RADIOGRAPHS else RadiographView.UNKNOWN,
        side=side(header),
        kernel=technique.kernel,
        is_sharp_kernel=is_sharp(technique.kernel, header.series.manufacturer),
        is_localizer="LOCALIZER" in technique.image_type or bool(re.search(_LOCALIZER, desc)),
        is_derived=technique.image_type[:1] == ("DERIVED",) or bool(re.search(_DERIVED, desc)),
        field_strength_t=technique.field_strength_t,
        age_years=age_on_study_day(header),
    )


def region(header: InstanceHeader) -> Region:
    """Part of the body; the first field with a hit decides."""
    series = header.series
    for field in (
        normalised(series.body_part),
        description(header),
        normalised(header.study.description, series.requested_procedure),
    ):
        for found, pattern in _REGIONS:
            if re.search(pattern, field):
                return found
    return Region.UNKNOWN


def contrast(header: InstanceHeader) -> Contrast:
    """Whether contrast agent was given; the description beats the tag."""
    for field in (normalised(header.series.description), normalised(header.series.protocol_name)):
        if not field or re.search(_CONTRAST_BOTH, field):
            continue
        if re.search(_CONTRAST_NO, field):
            return Contrast.NO
        if re.search(_CONTRAST_YES, field):
            return Contrast.YES
    agent = header.technique.contrast_agent.upper()
    if agent and agent not in {"NONE", "NO", "N/A", "0", "无"}:
        return Contrast.YES
    return Contrast.UNKNOWN


def mr_class(header: InstanceHeader) -> MrClass:  # noqa: C901, PLR0911 - a table of rules in order
    """Weighting of an MR series: the first rule that fits."""
    desc, technique = description(header), header.technique
    tr, te = technique.repetition_time_ms, technique.echo_time_ms
    ti = technique.inversion_time_ms

    def says(pattern: str) -> bool:
        return re.search(pattern, desc) is not None

    exponential = r"\bE(XP\w*)? ?ADC"
    if says(exponential):
        return MrClass.EXPONENTIAL_ADC
    if "ADC" in technique.image_type or says(r"\bD?ADC\b"):
        return MrClass.ADC
    if (technique.b_value or 0) > 0 or says(
        r"\bDWI|\bDIFF|\bTRACE|\bB ?(8|9|10|12|15)00\b|弥散|扩散"
    ):
        return MrClass.DWI
    if says(r"\bSWI|\bSWAN\b|VEN ?BOLD|\bFSBB\b|磁敏感"):
        return MrClass.SWI
    if says(r"\bT2 ?(\*|STAR)|\bHEMO"):
        return MrClass.T2_STAR
    if says(r"\b(PWI|DSC|DCE|PERF|ASL|R?CBF|R?CBV|MTT|TTP)"):
        return MrClass.PERFUSION
    if says(r"\bTOF|\bMRA\b|\bMRV\b|ANGIO"):
        return MrClass.ANGIOGRAPHY
    if says(r"\bSTIR\b") or (says(r"\bTIRM\b") and ti is not None and ti < 300):
        return MrClass.STIR
    if _is_flair(desc, te, ti):
        return MrClass.FLAIR
    if says(r"\bT1|MPRAGE|MP2RAGE|SPGR|BRAVO|VIBE|\bTFE\b|LAVA|THRIVE") or (
        "SE" in technique.scanning_sequence
        and tr is not None
        and te is not None
        and tr <= 1000
        and te <= 30
    ):
        return MrClass.T1
    if says(r"\bT2|HASTE|SSFSE|\bCISS\b|FIESTA") or _times(tr, te, 2000, low_te=70):
        return MrClass.T2
    if says(r"\bPD") or _times(tr, te, 1500, high_te=50):
        return MrClass.PD
    return MrClass.UNKNOWN


def view(header: InstanceHeader) -> RadiographView:
    """View of a radiograph: ViewPosition, view code, then the description."""
    technique = header.technique
    for field in (
        normalised(technique.view_position),
        normalised(technique.view_code_meaning),
        description(header),
    ):
        for found, pattern in (
            (RadiographView.SPECIAL, _SPECIAL),
            (RadiographView.OBLIQUE, _OBLIQUE),
            (RadiographView.LATERAL, _LATERAL),
            (RadiographView.FRONTAL, _FRONTAL),
        ):
            if field and re.search(pattern, field):
                return found
    return RadiographView.UNKNOWN


def side(header: InstanceHeader) -> Side:
    """Side of the body; never guessed."""
    known = {"R": Side.RIGHT, "L": Side.LEFT, "B": Side.BOTH}
    for written in (header.technique.image_laterality, header.series.laterality):
        if written.upper() in known:
            return known[written.upper()]
    desc = re.sub(_NO_SIDE, " ", description(header))
    if not _has_sides(header, desc):
        return Side.UNKNOWN
    if re.search(r"\b(BOTH|BIL\w*)\b|双", desc):
        return Side.BOTH
    right = re.search(r"\b(R|RT|RIGHT)\b|右", desc) is not None
    left = re.search(r"\b(L|LT|LEFT)\b|左", desc) is not None
    if right != left:
        return Side.RIGHT if right else Side.LEFT
    return Side.UNKNOWN


def _has_sides(header: InstanceHeader, desc: str) -> bool:
    """Whether a side in a description is one of the body: of spine and chest it is a view's."""
    part = region(header)
    if part is Region.SPINE:
        return False
    return part is not Region.CHEST or re.search(r"\bRIBS?\b|肋", desc) is not None


def is_sharp(kernel: str, manufacturer: str) -> bool | None:
    """Whether a CT kernel is sharp; None when the header has no kernel (reading defaults 1.2)."""
    if not kernel:
        return None
    maker, name = manufacturer.upper(), kernel.upper()
    siemens = re.match(r"^[A-Z][a-z]?(\d\d)", kernel)
    if "SIEMENS" in maker and siemens:
        return int(siemens.group(1)) >= 55
    if re.search(r"LUNG|BONE|EDGE|ULTRA|SHARP", name):
        return True
    if "PHILIPS" in maker:
        return re.match(r"^(L|D|E|Y[A-E])$", name) is not None
    return re.search(r"FC(3\d|5\d|8\d)", name) is not None


def age_years(written: str) -> float | None:
    """Age of an AS value such as 060Y; None when it is none."""
    found = re.fullmatch(r"(\d{1,3})([DWMY])", written.strip().upper())
    if found is None:
        return None
    per_year = {"D": 365.25, "W": 52.18, "M": 12.0, "Y": 1.0}
    return int(found.group(1)) / per_year[found.group(2)]


def age_on_study_day(header: InstanceHeader) -> float | None:
    """Age as written; else from birth date and study date; None when neither tells."""
    written = age_years(header.patient.age)
    if written is not None:
        return written
    try:
        born = date.fromisoformat(header.patient.birth_date)
        days = (date.fromisoformat(header.study.date) - born).days
    except ValueError:
        return None
    years = days / 365.25
    return years if 0 <= years <= OLDEST_YEARS else None


def _is_flair(desc: str, te: float | None, ti: float | None) -> bool:
    named = re.search(r"FLAIR|\bTIRM\b|DARK ?FL|水抑制", desc) and not re.search(r"\bT1", desc)
    if named and not (te is not None and te < 50):
        return True
    return ti is not None and 1500 <= ti <= 3200 and te is not None and te >= 70


def _times(
    tr: float | None, te: float | None, least_tr: float, low_te: float = 0, high_te: float = 1e9
) -> bool:
    return tr is not None and te is not None and tr >= least_tr and low_te <= te <= high_te
