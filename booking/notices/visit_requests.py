"""The message that a visit stands, after the person has asked about it. It does not name the
service."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.messages.notices import Notice, Topic, Words, register
from accounts.models import Message
from booking.models import Booking, VisitRequest
from booking.notices.audience import is_for_other, is_read_without_log_in, may_know, page_of, when
from departments.phones import phone_of

KEPT, KEPT_FOR_OTHERS = "visit_request.kept", "visit_request.kept_for_others"


def register_all() -> None:
    register(Notice(KEPT, Topic.BY_OTHERS, compose_kept))
    register(Notice(KEPT_FOR_OTHERS, Topic.FOR_OTHERS, compose_kept))


def compose_kept(message: Message) -> Words | None:
    """None when the visit is cancelled since, or has begun."""
    found = (
        VisitRequest.objects.select_related("booking__recipient", "booking__service__department")
        .filter(pk=str(message.about_id), answer=VisitRequest.Answer.KEPT)
        .first()
    )
    if found is None or not may_know(message, found.booking.recipient):
        return None
    booking = found.booking
    if booking.status == Booking.Status.CANCELLED or booking.starts_at <= timezone.now():
        return None
    text = (
        _("The visit of %(name)s %(when)s stands. We come.")
        if is_for_other(message, booking.recipient)
        else _("Your visit %(when)s stands. We come.")
    )
    lines = [text % {"name": booking.recipient.given_name, "when": when(booking.starts_at)}]
    # What staff wrote is read on the page: a message may be seen by others.
    if not is_read_without_log_in(message):
        lines.append(_("Log in to read our answer."))
    return Words(
        subject=_("The answer about your visit"),
        lines=tuple(lines),
        path=page_of(booking.recipient, message, reverse("booking:visit", args=[booking.pk])),
        phone=phone_of(booking.service.department),
    )
