"""What an administrator's page was about, and is not there any more (``departments.removals``)."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Change
from booking.models import BookingEvent, Grant
from departments.models import Department
from departments.removals import Removal


def find_removed(
    department: Department, arguments: Mapping[str, Any], ids: Collection[uuid.UUID]
) -> Removal | None:
    """A cancelled booking, or a recipient who was joined with another of the department's."""
    cancelled = (
        BookingEvent.objects.filter(
            kind=BookingEvent.Kind.CANCELLED,
            booking__in=ids,
            booking__service__department=department,
        )
        .select_related("by")
        .last()
    )
    if cancelled is not None:
        return Removal(
            cancelled.booking_id, cancelled.at, cancelled.by, _("The visit is cancelled")
        )
    joined = Change.objects.filter(verb="join_recipient", object_id__in=ids).first()
    if joined is None or joined.object_id is None:
        return None
    granted = Grant.objects.filter(service__department=department, recipient=joined.subject_id)
    if not granted.exists():
        return None
    return Removal(
        joined.object_id, joined.at, None, _("Two registrations of the same person became one")
    )
