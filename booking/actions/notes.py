"""Change the note of a booked visit."""

from django.utils import timezone

from accounts.actions import record
from accounts.changes import CHANGED
from accounts.models import User
from booking import errors
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Booking
from database.versions import Stale


def change_note(*, booking: Booking, note: str, seen: str | None = None, by: User) -> None:
    """Change or remove the note, until the visit begins: the carer reads it on the list, and the
    plan of the day does not depend on it. Saving the same note again changes nothing.

    ``seen`` is the ``note_mark`` that the user's page showed. Raises ``Stale`` when the visit has
    another one now, and ``TooLate`` when the visit is cancelled or has begun.
    """
    with one_transaction():
        lock_recipient(booking.recipient_id)
        fresh = Booking.objects.select_related("service").get(pk=booking.pk)
        if fresh.status == Booking.Status.CANCELLED or fresh.starts_at <= timezone.now():
            raise errors.TooLate
        if fresh.note == note:
            return
        if seen is not None and fresh.note_mark != seen:
            raise Stale
        fresh.note = note
        fresh.save(update_fields=["note"])
        record(
            "change_note",
            by=by,
            department_id=fresh.service.department_id,
            subject_id=fresh.recipient_id,
            of=fresh,
            after={
                CHANGED: ["note"],
                "name": fresh.service.name,
                "starts_at": fresh.starts_at,
                "ends_at": fresh.ends_at,
            },
        )
