"""Why a mark may be rejected, in words (reading defaults 8)."""

from __future__ import annotations

from medai_desktop.review import RejectReason
from medai_desktop.text import Message, message

REASONS: dict[RejectReason, Message] = {
    RejectReason.VESSEL: message("commands.reason_vessel"),
    RejectReason.SCAR: message("commands.reason_scar"),
    RejectReason.ARTEFACT: message("commands.reason_artefact"),
    RejectReason.VARIANT: message("commands.reason_variant"),
    RejectReason.IMPLANT: message("commands.reason_implant"),
    RejectReason.KNOWN_BENIGN: message("commands.reason_known_benign"),
    RejectReason.DUPLICATE: message("commands.reason_duplicate"),
    RejectReason.OUTSIDE_ORGAN: message("commands.reason_outside_organ"),
}
"""Every reason, in the order of menus."""
