"""Cover a whole day's visits as suggested, by one decision of a person, and undo that."""

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import record
from accounts.models import User
from booking.actions.bookings import book, cancel
from booking.actions.locks import lock_recipient, one_transaction
from booking.actions.seats import move_seats, record_given
from booking.models import Booking, BookingEvent, CoverageAct, PatternDate, SeriesDate
from booking.queries.coverage import Suggestion, suggestion_for
from booking.queries.coverage_acts import seats_before
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
        CoverageAct.objects.create(
            day=fresh,
            by=by,
            given=[
                {
                    "visit": str(one.visit.pk),
                    "before": str(one.visit.shift_id) if one.is_move else None,
                    "after": str(one.shift.pk),
                }
                for one in found.given
            ],
            lost=list(dict.fromkeys(visit.booking_id for visit in found.lost)),
        )
    return found


def undo_cover(*, act: CoverageAct, by: User) -> None:
    """Give the visits back to the carers who had them, or to nobody, and book those that were
    cancelled again, at the same time. Their recipients get a message, as about the
    cancellation. Undoing twice changes nothing.

    All or nothing: raises ``Stale`` when somebody has acted on it since
    (``queries.seats_before``), and a ``BookingError`` when a visit can't be booked again.
    """
    lost = Booking.objects.select_related("recipient__user", "service__department")
    bookings = list(lost.filter(pk__in=act.lost).order_by("recipient_id", "pk"))
    with one_transaction():
        for booking in bookings:  # before the Day
            lock_recipient(booking.recipient_id)
        (day,) = lock_days([(act.day.department_id, act.day.date)])
        fresh = CoverageAct.objects.get(pk=act.pk)
        if fresh.undone_at is not None:
            return
        seats = seats_before(fresh, timezone.now())
        if seats is None:
            raise Stale
        move_seats({id_: shift.pk if shift else None for id_, shift in seats.before.items()})
        for id_, shift in seats.before.items():
            record_given(day, seats.visits[id_], shift, by)
        bump_revision(day)
        for booking in bookings:
            _book_again(fresh, booking, by)
        fresh.undone_by, fresh.undone_at = by, timezone.now()
        fresh.save(update_fields=["undone_by", "undone_at"])


def _book_again(act: CoverageAct, booking: Booking, by: User) -> None:
    again = book(
        key=uuid.uuid5(act.pk, str(booking.pk)),
        recipient=booking.recipient,
        service=booking.service,
        starts_at=booking.starts_at,
        note=booking.note,
        by=by,
        via=BookingEvent.Via.PHONE,
        reason=_("It takes place after all."),
        as_staff=True,
    )
    for dates in (SeriesDate, PatternDate):
        dates._default_manager.filter(booking=booking).update(booking=again)


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
