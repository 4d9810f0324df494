"""Departures: the one that stands, and those that staff must confirm."""

from django.db.models import Exists, OuterRef

from booking.models import Booking, Departure, Grant, Pause, Recipient
from departments.models import Department


def departure_of(recipient: Recipient) -> Departure | None:
    """The one that is reported or confirmed, and not undone."""
    found = recipient.departures.filter(undone_at__isnull=True)
    return found.select_related("reported_by", "confirmed_by").first()


def departures_to_confirm(department: Department) -> list[Departure]:
    """Reported for the department's recipients and not confirmed, oldest first."""
    here = Grant.objects.filter(recipient=OuterRef("recipient"), service__department=department)
    return list(
        Departure.objects.filter(Exists(here), confirmed_at__isnull=True, undone_at__isnull=True)
        .select_related("recipient", "reported_by")
        .order_by("reported_at")
    )


def cancelled_by_departure(departure: Departure, department: Department) -> list[Booking]:
    """The department's visits that were booked when the departure was confirmed."""
    pause = Pause.objects.filter(pk=departure.pk).first()
    return list(
        Booking.objects.filter(
            pk__in=pause.cancelled if pause else [], service__department=department
        )
        .select_related("service")
        .order_by("starts_at")
    )
