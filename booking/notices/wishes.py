"""The message about a time that has opened on a day that a wish is for."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.messages.notices import Notice, Topic, Words, register
from accounts.models import Message
from booking import queries
from booking.calendar.offers import SlotStatus
from booking.converters import TimeUrls
from booking.models import SlotWish
from booking.notices.audience import is_for_other, page_of, when
from booking.queries.wishes import can_be_moved, may_book_for
from departments.phones import phone_of

OPENING = "wish.opening"


def register_all() -> None:
    register(Notice(OPENING, Topic.NEWS, compose_opening))


def compose_opening(message: Message) -> Words | None:
    """A time is free. None when it is taken by now, or when the wish is gone or of no use."""
    assert message.about_id is not None
    wish = (
        SlotWish.objects.select_related(
            "recipient", "service__department", "moving__service__department", "by"
        )
        .filter(pk=message.about_id)
        .first()
    )
    now = timezone.now()
    if wish is None or not may_book_for(wish.by, wish.recipient):
        return None
    if wish.moving is not None and not can_be_moved(wish.moving, now):
        return None
    starts_at = dt.datetime.fromisoformat(message.facts["at"])
    (day,) = queries.offer(
        service=wish.service,
        recipient=wish.recipient,
        dates=[wish.date],
        now=now,
        moving=wish.moving,
    )
    slot = queries.slot_at(day, starts_at)
    if slot is None or slot.status is not SlotStatus.FREE:
        return None
    text = (
        _("A time for %(name)s has opened %(when)s.")
        if is_for_other(message, wish.recipient)
        else _("A time has opened %(when)s.")
    )
    urls = TimeUrls(wish.service_id, wish.moving_id)
    return Words(
        subject=_("A time has opened"),
        lines=(
            text % {"when": when(starts_at), "name": wish.recipient.given_name},
            _("Whoever books first gets it."),
        ),
        path=page_of(wish.recipient, message, urls.check(starts_at)),
        phone=phone_of(wish.service.department),
    )
