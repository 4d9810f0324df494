"""Calls to recipients about essential help that is not booked."""

import datetime as dt

from django.utils import timezone

from accounts.actions import record
from accounts.models import Change, User
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Grant
from booking.models.calls import NOTE_CALL, Outcome
from departments.models import Department

SAME_CALL = dt.timedelta(minutes=2)  # a second press is the same call


def note_call(*, grant: Grant, outcome: Outcome, department: Department, by: User) -> None:
    """Note that somebody has called about the grant, and what came of it. The history of changes
    is the log. Pressing twice notes one call."""
    with one_transaction():
        lock_recipient(grant.recipient_id)
        last = (
            Change.objects.filter(verb=NOTE_CALL, object_id=grant.pk)
            .order_by("-at", "-id")
            .first()
        )
        is_same = last is not None and (last.actor_id, last.after["outcome"]) == (by.pk, outcome)
        if last is not None and is_same and timezone.now() - last.at < SAME_CALL:
            return
        record(
            "note_call",
            by=by,
            department_id=department.pk,
            subject_id=grant.recipient_id,
            of=grant,
            after={"outcome": outcome.value},
        )
