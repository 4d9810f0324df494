"""What people are told when a time opens on a day they asked for."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Message
from accounts.notices import Notice, Topic, Words, register
from booking import queries
from booking.converters import Clock
from booking.models import SlotWish
from booking.notices import when
from booking.offers import SlotStatus

OPENING = "wish.opening"


def register_all() -> None:
    register(Notice(OPENING, Topic.NEWS, tell_opening))


def tell_opening(message: Message) -> Words | None:
    """That a time is free; None when somebody has it already, or nobody asks any longer."""
    assert message.about_id is not None
    wish = (
        SlotWish.objects.select_related("recipient", "service__department", "moving")
        .filter(pk=message.about_id)
        .first()
    )
    if wish is None:
        return None
    starts_at = dt.datetime.fromisoformat(message.facts["at"])
    (day,) = queries.offer(
        service=wish.service,
        recipient=wish.recipient,
        dates=[wish.date],
        now=timezone.now(),
        moving=wish.moving,
    )
    slot = queries.slot_at(day, starts_at)
    if slot is None or slot.status is not SlotStatus.FREE:
        return None
    return Words(
        subject=_("A time has opened"),
        lines=(
            _("A time has opened %(when)s.") % {"when": when(starts_at)},
            _("Whoever books first gets it."),
        ),
        path=_check_url(wish, starts_at),
    )


def _check_url(wish: SlotWish, starts_at: dt.datetime) -> str:
    date, clock = timezone.localdate(starts_at), Clock.of(starts_at)
    if wish.moving_id:
        return reverse("booking:move_check", args=[wish.moving_id, date, clock])
    return reverse("booking:check", args=[wish.service_id, date, clock])
