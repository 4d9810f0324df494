"""Visits that were not made because of us."""

from accounts.actions import record
from accounts.models import Change, User
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Booking
from booking.queries.unmade import NEEDS_NO_OTHER_TIME


def needs_no_other_time(*, booking: Booking, by: User) -> None:
    """Note that a visit that we could not make need not be booked again. The history of changes
    is the note; a new report after it lists the visit again. Noting it twice notes it once."""
    with one_transaction():
        lock_recipient(booking.recipient_id)
        fresh = Booking.objects.select_related("service").get(pk=booking.pk)
        noted = Change.objects.filter(verb=NEEDS_NO_OTHER_TIME, object_id=fresh.pk)
        if fresh.uncharged_at is None or noted.filter(at__gte=fresh.uncharged_at).exists():
            return
        record(
            "needs_no_other_time",
            by=by,
            department_id=fresh.service.department_id,
            subject_id=fresh.recipient_id,
            of=fresh,
            after={
                "name": fresh.service.name,
                "starts_at": fresh.starts_at,
                "ends_at": fresh.ends_at,
            },
        )
