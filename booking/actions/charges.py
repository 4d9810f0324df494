"""Decide whether a booking counts in the quota, from what became of the visit."""

import datetime as dt
import uuid
from collections.abc import Collection

from django.utils import timezone

from booking import outcomes, quota
from booking.actions.announcements import notify
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Booking, Visit
from booking.notices.charges import CHARGE, CHARGE_FOR_OTHERS
from booking.outcomes import Outcome
from booking.queries.grants import kind_of_booking

# The carer may correct a wrong press before anybody gets a message about it.
MESSAGE_AFTER = dt.timedelta(minutes=15)
MESSAGE_EXPIRES = dt.timedelta(days=7)
# Somebody who was sent at the last minute gets the time to record it.
RELEASE_AFTER = dt.timedelta(hours=1)
LOOK_BACK = dt.timedelta(days=3)


def charge(*, booking_id: uuid.UUID, outcome: Outcome | None) -> None:
    """Write whether the booking counts in the quota. When that changes, the recipient and their
    helpers get a message. The caller holds the recipient's lock, and has written what became of
    the visit in the same transaction.
    """
    booking = Booking.objects.select_related("grant", "service__department", "recipient").get(
        pk=booking_id
    )
    department = booking.service.department
    counts = quota.is_charged(
        outcome,
        had_seat=booking.visits.filter(shift__isnull=False).exists(),
        kind_of_time=kind_of_booking(booking),
        charges_declined=department.charges_declined,
        charges_no_contact=department.charges_no_contact,
    )
    if counts != (booking.uncharged_at is None):
        booking.uncharged_at = None if counts else timezone.now()
        booking.save(update_fields=["uncharged_at"])
        _tell(booking)


def release_unseated(now: dt.datetime) -> int:
    """Stop charging bookings that are over and that nobody was to come for; returns their number.
    What is reported later decides instead."""
    over = Visit.objects.filter(
        starts_at__gt=now - LOOK_BACK,
        ends_at__lte=now - RELEASE_AFTER,
        booking__uncharged_at__isnull=True,
    )
    ids = set(over.unstaffed().values_list("booking", flat=True))
    ids -= set(over.filter(booking__in=ids, shift__isnull=False).values_list("booking", flat=True))
    ids -= _reported(ids)
    for booking in Booking.objects.confirmed().filter(pk__in=ids):
        with one_transaction():
            lock_recipient(booking.recipient_id)
            if not _reported({booking.pk}):
                charge(booking_id=booking.pk, outcome=None)
    return len(ids)


def _reported(bookings: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of which a visit is reported, also when nobody may read of it yet."""
    visits = dict(Visit.objects.filter(booking__in=bookings).values_list("pk", "booking"))
    return {visits[visit] for visit in outcomes.registered().reported(visits.keys())}


def _tell(booking: Booking) -> None:
    """The message is not sent to somebody who has had the same one, or when the visit is
    corrected before ``MESSAGE_AFTER``."""
    now = timezone.now()
    counts = booking.uncharged_at is None
    notify(
        booking.recipient,
        kind=CHARGE,
        kind_for_others=CHARGE_FOR_OTHERS,
        department_id=booking.service.department_id,
        about_id=booking.pk,
        key=f"{booking.pk} {now.isoformat()}",
        facts={"counts": counts},
        due_at=now + MESSAGE_AFTER,
        expires_at=now + MESSAGE_EXPIRES,
    )
