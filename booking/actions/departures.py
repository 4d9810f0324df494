"""A recipient has moved away or is dead: one member of staff reports it, another confirms it, and
everything stops."""

import uuid

from django.db.models import Q
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts import queries as accounts_queries
from accounts.models import Invitation, User
from booking import errors
from booking.actions.bookings import keep_again_on_commit
from booking.actions.locks import lock_recipient, one_transaction
from booking.actions.pauses import end_pause, stop_visits
from booking.models import Departure, Pause, Recipient
from booking.queries.pauses import paused_visits
from database.versions import Stale
from departments.models import Department, Employee


def report_departure(
    *, key: uuid.UUID, recipient: Recipient, why: str, department: Department, by: User
) -> Departure:
    """Report it; nothing changes before somebody else has confirmed it. ``key`` is the form's
    idempotency key. Returns the report that stands when there is one; raises ``KeyReused`` for
    another recipient's key."""
    with one_transaction():
        lock_recipient(recipient.pk)
        if made := Departure.objects.filter(pk=key).first():
            if made.recipient_id != recipient.pk:
                raise errors.KeyReused
            return made
        if standing := recipient.departures.filter(undone_at__isnull=True).first():
            return standing
        departure = Departure.objects.create(pk=key, recipient=recipient, why=why, reported_by=by)
        accounts_actions.record(
            "report_departure",
            by=by,
            department_id=department.pk,
            subject_id=recipient.pk,
            of=departure,
            after={"why": why},
        )
    return departure


def confirm_departure(*, departure: Departure, department: Department, by: User) -> None:
    """Cancel what is booked, end every log-in and mandate, and send nothing more. Confirming
    twice changes nothing. Raises ``OwnReport`` for whoever reported it, and ``Stale`` when the
    report is withdrawn."""
    with one_transaction():
        lock_recipient(departure.recipient_id)
        fresh = _fresh(departure)
        if fresh.undone_at:
            raise Stale
        if fresh.confirmed_at:
            return
        if fresh.reported_by_id == by.pk:
            raise errors.OwnReport
        recipient, now = fresh.recipient, timezone.now()
        today = timezone.localdate(now)
        Recipient.objects.filter(pk=recipient.pk).update(departed_at=now)
        accounts_actions.drop_messages_about(subject_id=recipient.pk)
        for invitation in Invitation.objects.open(now).filter(target_id=recipient.pk):
            accounts_actions.withdraw_invitation(invitation=invitation, by=by)
        if recipient.user and _ends_log_in(fresh, recipient.user):
            accounts_actions.close_log_in(user=recipient.user)
            fresh.has_closed_log_in = True
        recipient.pauses.standing(today).update(ended_at=now)
        pause = Pause.objects.create(
            pk=fresh.pk,
            recipient=recipient,
            first_day=today,
            set_visits=Pause.SetVisits.STOPPED,
            by=by,
            is_by_staff=True,
            confirmed_at=now,
        )
        visits = paused_visits(recipient, today, None, now)
        stop_visits(pause, [*visits.cancelled, *visits.standing], by)
        keep_again_on_commit(recipient.pk)
        fresh.confirmed_by, fresh.confirmed_at = by, now
        fresh.save(update_fields=["confirmed_by", "confirmed_at", "has_closed_log_in"])
        accounts_actions.record(
            "confirm_departure",
            by=by,
            department_id=department.pk,
            subject_id=recipient.pk,
            of=fresh,
            after={"why": fresh.why},
        )


def undo_departure(*, departure: Departure, department: Department, by: User) -> None:
    """Withdraw a report, or undo what was confirmed: the log-in and mandates apply again, and
    visits come back as at the end of a pause. Pauses that it ended, and that are not over, stand
    again. Raises ``TooLate`` after 30 days."""
    with one_transaction():
        lock_recipient(departure.recipient_id)
        fresh, now = _fresh(departure), timezone.now()
        if fresh.undone_at:
            return
        if not fresh.can_be_undone(now):
            raise errors.TooLate
        fresh.undone_at = now
        fresh.save(update_fields=["undone_at"])
        Recipient.objects.filter(pk=fresh.recipient_id).update(departed_at=None)
        if fresh.has_closed_log_in and fresh.recipient.user:
            accounts_actions.open_log_in(user=fresh.recipient.user)
        accounts_actions.record(
            "undo_departure",
            by=by,
            department_id=department.pk,
            subject_id=fresh.recipient_id,
            of=fresh,
            after={"why": fresh.why},
        )
    if pause := Pause.objects.filter(pk=departure.pk).first():
        last_day = Q(last_day__isnull=True) | Q(last_day__gte=timezone.localdate(now))
        reopens = fresh.recipient.pauses.filter(last_day, ended_at=fresh.confirmed_at)
        end_pause(pause=pause, by=by, as_staff=True, reopens=list(reopens))


def _fresh(departure: Departure) -> Departure:
    """The departure read again, after its recipient was locked."""
    return Departure.objects.select_related("recipient__user").get(pk=departure.pk)


def _ends_log_in(departure: Departure, user: User) -> bool:
    """Whoever has moved away may still work here, or act for somebody else."""
    if departure.why == Departure.Why.DEAD:
        return True
    return not (
        user.acts_for_others
        or accounts_queries.is_coordinator(user)
        or Employee.objects.filter(person=user).exists()
    )
