"""Mandates of a recipient."""

import datetime as dt

from booking.models import Mandate, Recipient


def open_mandates(
    recipient: Recipient, today: dt.date, kind: Mandate.Kind | None = None
) -> list[Mandate]:
    """Mandates in force today or later."""
    found = recipient.mandates.filter(revoked_at=None).exclude(valid_until__lt=today)
    return list(found.filter(kind=kind) if kind else found)
