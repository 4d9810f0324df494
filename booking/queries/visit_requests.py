"""Visits with whether the person chooses their time, and what is asked about them."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils import timezone

from booking.models import Booking, Recipient, VisitRequest
from booking.queries.own_choice import refusal_under
from departments.models import Department


def mark_choice(recipient: Recipient, bookings: Sequence[Booking]) -> None:
    """Set ``not_own`` and ``open_request`` of each of the recipient's bookings. Two statements;
    one when the person chooses all the times."""
    if not bookings:
        return
    grants = list(recipient.grants.all())
    for booking in bookings:
        booking.not_own = refusal_under(grants, booking) or ""
    others = {booking.pk: booking for booking in bookings if booking.not_own}
    if others:
        for asked in VisitRequest.objects.filter(booking__in=others, answered_at=None):
            others[asked.booking_id].open_request = asked


def last_request(booking: Booking) -> VisitRequest | None:
    return booking.requests.order_by("-made_at").first()


def open_requests(department: Department) -> QuerySet[VisitRequest]:
    """What staff have not answered, the soonest visit first. Not about visits that are over:
    there is nothing to answer."""
    return (
        VisitRequest.objects.filter(
            booking__service__department=department,
            booking__status=Booking.Status.BOOKED,
            booking__ends_at__gt=timezone.now(),
            answered_at=None,
        )
        .select_related("booking__recipient", "booking__service")
        .order_by("booking__starts_at", "pk")
    )
