"""The message that a visit does not count in the quota, or counts after all."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.messages.notices import Notice, Topic, Words, register
from accounts.models import Message
from booking.models import Booking
from booking.notices.audience import is_for_other, may_know, page_of, when
from departments.phones import phone_of

CHARGE = "visit.charge"
CHARGE_FOR_OTHERS = "visit.charge.other"


def register_all() -> None:
    register(Notice(CHARGE, Topic.BY_OTHERS, compose_charge))
    register(Notice(CHARGE_FOR_OTHERS, Topic.FOR_OTHERS, compose_charge))


def compose_charge(message: Message) -> Words | None:
    """None when it is no longer true, or when the addressee knows it."""
    assert message.about_id is not None
    counts = message.facts["counts"]
    booking = (
        Booking.objects.confirmed()
        .select_related("service__department", "recipient")
        .filter(pk=message.about_id, uncharged_at__isnull=counts)
        .first()
    )
    if booking is None or _known(message) == counts:
        return None
    recipient = booking.recipient
    if not may_know(message, recipient):
        return None
    values = {"when": when(booking.starts_at), "name": recipient.given_name}
    is_other = is_for_other(message, recipient)
    return Words(
        subject=_("The visit counts after all") if counts else _("A visit does not count"),
        lines=_lines_when_counted(is_other, values) if counts else _lines(is_other, values),
        path=page_of(recipient, message, reverse("booking:visit", args=[booking.pk])),
        phone=phone_of(booking.service.department),
    )


def _lines(is_other: bool, values: dict[str, str]) -> tuple[str, ...]:
    text = (
        _("The visit of %(name)s %(when)s was not made, and does not count.")
        if is_other
        else _("Your visit %(when)s was not made, and does not count.")
    )
    return (text % values, _("Another time can be booked instead."))


def _lines_when_counted(is_other: bool, values: dict[str, str]) -> tuple[str, ...]:
    text = (
        _("The visit of %(name)s %(when)s counts after all.")
        if is_other
        else _("Your visit %(when)s counts after all.")
    )
    return (text % values, _("We had recorded something that was not right."))


def _known(message: Message) -> bool:
    """Whether the booking counts by what the addressee has been sent."""
    last = (
        Message.objects.filter(
            kind=message.kind,
            user=message.user_id,
            about_id=message.about_id,
            state=Message.State.SENT,
        )
        .order_by("-ended_at")
        .first()
    )
    return last is None or last.facts["counts"]
