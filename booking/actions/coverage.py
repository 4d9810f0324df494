"""Cover a whole day's visits as suggested, by one decision of a person."""

from django.utils import timezone

from accounts.actions import record
from accounts.models import User
from booking.actions.bookings import cancel
from booking.actions.locks import lock_recipient, one_transaction
from booking.actions.seats import move_seats, record_given
from booking.models import Booking, BookingEvent
from booking.queries.coverage import Suggestion, suggestion_for
from database.versions import Stale
from departments.actions.days import bump_revision, lock_days
from departments.models import Day


def cover_day(*, day: Day, by: User, seen: str, reason: str) -> Suggestion:
    """Do what the suggestion for the day says: give visits to carers, and cancel the free ones
    that it names, with the ``reason`` that their recipients read. They are told, and may book
    the time again.

    ``seen`` is the digest of the suggestion on the user's page. Raises ``Stale`` when there is
    another by now, and what ``cancel`` raises.
    """
    recipients = {one.booking.recipient_id for one in suggestion_for(day, timezone.now()).lost}
    with one_transaction():
        for recipient_id in sorted(recipients):  # before the Day
            lock_recipient(recipient_id)
        (fresh,) = lock_days([(day.department_id, day.date)])
        found = suggestion_for(fresh, timezone.now())
        if found.digest != seen or {one.booking.recipient_id for one in found.lost} != recipients:
            raise Stale
        for visit in found.lost:
            _give_up(visit.booking, by, reason)
        move_seats({one.visit.pk: one.shift.pk for one in found.given})
        for one in found.given:
            record_given(fresh, one.visit, one.shift, by)
        if found.given:
            bump_revision(fresh)
    return found


def _give_up(booking: Booking, by: User, reason: str) -> None:
    if Booking.objects.filter(pk=booking.pk, status=Booking.Status.CANCELLED).exists():
        return  # by another carer's visit of the same booking
    cancel(booking=booking, by=by, via=BookingEvent.Via.PHONE, reason=reason, as_staff=True)
    record(
        "give_up_visit",
        by=by,
        department_id=booking.service.department_id,
        subject_id=booking.recipient_id,
        of=booking,
        after={
            "name": booking.service.name,
            "starts_at": booking.starts_at,
            "ends_at": booking.ends_at,
        },
    )
