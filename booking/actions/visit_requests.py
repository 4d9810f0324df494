"""Ask staff about a visit whose time is not the person's to change, and answer."""

from typing import Any

from django.utils import timezone

from accounts.actions import record
from accounts.models import User
from booking import errors
from booking.actions.announcements import notify
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Booking, VisitRequest
from booking.notices.visit_requests import KEPT, KEPT_FOR_OTHERS
from booking.queries.own_choice import refusal_of_booking


def ask_staff(*, booking: Booking, kind: str, by: User) -> VisitRequest | None:
    """Say that the person can't be there, or does not want the visit. The visit stands.

    There is one open request for a visit: asking again only changes its kind. None when the
    person can move and cancel the visit themselves. Raises ``TooLate`` when the visit is
    cancelled or has begun.
    """
    with one_transaction():
        lock_recipient(booking.recipient_id)
        fresh = Booking.objects.select_related("service").get(pk=booking.pk)
        if fresh.status == Booking.Status.CANCELLED or fresh.starts_at <= timezone.now():
            raise errors.TooLate
        if refusal_of_booking(fresh) is None:
            return None
        made, is_new = VisitRequest.objects.get_or_create(
            booking=fresh, answered_at=None, defaults={"kind": kind, "by": by}
        )
        if is_new or made.kind != kind:
            made.kind, made.by = kind, by
            made.save(update_fields=["kind", "by"])
            _record("ask_staff", made, by, kind=kind)
        return made


def keep_visit(*, request: VisitRequest, words: str, by: User) -> None:
    """Answer that the visit stands, in words to the person. Answering twice changes nothing."""
    with one_transaction():
        lock_recipient(request.booking.recipient_id)
        if not answer_open(request.booking, VisitRequest.Answer.KEPT, by=by, words=words):
            return
        booking = Booking.objects.select_related("service", "recipient").get(pk=request.booking_id)
        request.booking = booking
        _record("keep_visit", request, by)
        notify(
            booking.recipient,
            kind=KEPT,
            kind_for_others=KEPT_FOR_OTHERS,
            key=str(request.pk),
            department_id=booking.service.department_id,
            about_id=request.pk,
            expires_at=booking.starts_at,
        )


def answer_open(
    booking: Booking, answer: VisitRequest.Answer, *, by: User, words: str = ""
) -> bool:
    """Close the visit's open request; False when there is none. The caller has locked the
    recipient."""
    return bool(
        VisitRequest.objects.filter(booking=booking, answered_at=None).update(
            answer=answer, answered_by=by, answered_at=timezone.now(), words=words[:200]
        )
    )


def _record(verb: str, made: VisitRequest, by: User, **values: Any) -> None:
    booking = made.booking
    record(
        verb,
        by=by,
        department_id=booking.service.department_id,
        subject_id=booking.recipient_id,
        of=made,
        after={
            "name": booking.service.name,
            "starts_at": booking.starts_at,
            "ends_at": booking.ends_at,
            **values,
        },
    )
