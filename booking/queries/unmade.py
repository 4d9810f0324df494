"""Visits that were not made because of us, until another time is booked."""

import datetime as dt

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Least

from accounts.models import Change
from booking import outcomes
from booking.models import Booking
from booking.outcomes import Outcome
from departments.models import Department

NEEDS_NO_OTHER_TIME = "needs_no_other_time"  # the verb in the history of changes
LOOK_BACK = dt.timedelta(days=7)


def to_book_again(department: Department, now: dt.datetime) -> list[Booking]:
    """The bookings of the last week that we could not carry out, or that nobody was to come
    for, earliest first. A later visit of the service that was booked since, for less than a
    week after it, takes its place: visits that repeat are booked longer ahead. *Since* is the
    start of the visit, or the report that was made before it. Staff may also have noted that no
    other time is needed."""
    again = Booking.objects.charged().filter(
        recipient=OuterRef("recipient"),
        service=OuterRef("service"),
        booked_at__gt=Least(OuterRef("starts_at"), OuterRef("uncharged_at")),
        starts_at__gt=OuterRef("starts_at"),
        starts_at__lt=OuterRef("starts_at") + LOOK_BACK,
    )
    noted = Change.objects.filter(
        verb=NEEDS_NO_OTHER_TIME, object_id=OuterRef("pk"), at__gte=OuterRef("uncharged_at")
    )
    found = list(
        Booking.objects.confirmed()
        .filter(
            ~Exists(again),
            ~Exists(noted),
            uncharged_at__gte=now - LOOK_BACK,
            service__department=department,
        )
        .select_related("recipient", "service")
        .order_by(F("starts_at"), "pk")
    )
    told = outcomes.registered().of([booking.pk for booking in found])
    return [booking for booking in found if told.get(booking.pk, Outcome.UNABLE) is Outcome.UNABLE]
