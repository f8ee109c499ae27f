"""Objects that may carry pixels or frames, yet are no pictures of a patient."""

from __future__ import annotations

from medai_desktop.source.image_classes import IMAGE_CLASSES
from medai_desktop.source.instance import InstanceHeader
from medai_desktop.text import Message, message

BY_MODALITY: dict[str, Message] = {
    "SEG": message("series.kind_segmentation"),
    "SR": message("series.kind_report"),
    "PR": message("series.kind_presentation"),
    "KO": message("series.kind_key_images"),
    "ANN": message("series.kind_annotations"),
    "REG": message("series.kind_registration"),
    "FID": message("series.kind_registration"),
    "RWV": message("series.kind_value_map"),
    "RTSTRUCT": message("series.kind_contours"),
    "RTPLAN": message("series.kind_plan"),
    "RTRECORD": message("series.kind_plan"),
    "PLAN": message("series.kind_plan"),
    "RTDOSE": message("series.kind_dose"),
    "ECG": message("series.kind_waveform"),
    "EPS": message("series.kind_waveform"),
    "HD": message("series.kind_waveform"),
    "RESP": message("series.kind_waveform"),
    "AU": message("series.kind_waveform"),
    "DOC": message("series.kind_document"),
    "SM": message("series.kind_slide"),
}
BY_CLASS: dict[str, Message] = {
    "1.2.840.10008.5.1.4.1.1.66.4": message("series.kind_segmentation"),
    "1.2.840.10008.5.1.4.1.1.66.5": message("series.kind_segmentation"),
    "1.2.840.10008.5.1.4.1.1.66.7": message("series.kind_segmentation"),
    "1.2.840.10008.5.1.4.1.1.77.1.6": message("series.kind_slide"),
    "1.2.840.10008.5.1.4.1.1.481.2": message("series.kind_dose"),
}


def why_no_picture(header: InstanceHeader) -> Message | None:
    """Why an object is not shown as an image; None when it is one, or was one before its damage."""
    kind = BY_CLASS.get(header.sop_class_uid) or BY_MODALITY.get(header.series.modality.upper())
    name = header.path.name
    if kind is not None:
        return message("series.not_an_image", file=name, kind=kind)
    if header.pixels is None and header.sop_class_uid not in IMAGE_CLASSES:
        said = header.series.modality or "?"
        return message("series.no_image", file=name, modality=said)
    return None
