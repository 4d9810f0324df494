"""Letters: what is told on paper to those whom neither mail nor text reaches.

They wait in the outbox until the department has printed them. Changes nothing.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Min, Q, QuerySet
from django.utils import timezone, translation

from accounts.messages import notices
from accounts.messages.notices import Words
from accounts.models import DeadAddress, Message, User
from booking.models import Booking, BookingEvent, Mandate, Recipient
from departments.models import Department

POST_TAKES = dt.timedelta(days=4)


@dataclass(frozen=True)
class Letter:
    """All that waits to be told to one recipient. What has become ``needless`` meanwhile
    goes out of the pile without a word."""

    recipient: Recipient
    language: str
    told: list[tuple[Message, Words]]
    needless: list[Message]
    coming: list[Booking]


def waiting(department: Department) -> QuerySet[Message]:
    return Message.objects.filter(
        department_id=department.pk,
        channel=Message.Channel.LETTER,
        state=Message.State.WAITING,
        expires_at__gt=timezone.now(),
    )


def to_print(department: Department, recipients: QuerySet[Recipient]) -> list[Recipient]:
    """Those of the recipients to whom a letter waits, each with ``since`` when, and whether it
    ``is_urgent``: the post may come too late. That one first which has waited the longest."""
    # Who books for somebody without a log-in has mostly just talked with them.
    is_agreed = Q(kind__startswith=f"visit.{BookingEvent.Kind.BOOKED}")
    letters = (
        waiting(department)
        .filter(subject_id__isnull=False)
        .order_by()
        .values("subject_id")
        .annotate(since=Min("posted_at"), until=Min("expires_at", filter=~is_agreed))
    )
    soon = timezone.now() + POST_TAKES
    waits = {letter["subject_id"]: letter for letter in letters}
    found = list(recipients.filter(pk__in=list(waits)))
    for recipient in found:
        since, until = waits[recipient.pk]["since"], waits[recipient.pk]["until"]
        vars(recipient).update(since=since, is_urgent=until is not None and until < soon)
    return sorted(found, key=lambda recipient: waits[recipient.pk]["since"])


def unreachable(recipients: QuerySet[Recipient]) -> list[Recipient]:
    """Those whose address gave messages back, and who have no other since; their own, or that
    of somebody who is told for them."""
    dead = DeadAddress.objects.values("user")
    in_vain = {mandate.recipient_id for mandate in told_in_vain(recipients)}
    found = recipients.filter(Q(user__in=dead) | Q(pk__in=in_vain))
    return [
        recipient
        for recipient in found.select_related("user").prefetch_related(
            "user__dead_addresses__user"
        )
        if recipient.pk in in_vain or dead_channels(recipient.user)
    ]


def told_in_vain(recipients: QuerySet[Recipient]) -> list[Mandate]:
    """Under which somebody should get their messages, and nothing reaches them now."""
    told = Mandate.objects.in_force(timezone.localdate()).filter(
        is_told=True,
        recipient__in=recipients,
        holder__in=DeadAddress.objects.values("user"),
    )
    return [
        mandate
        for mandate in told.select_related("holder").prefetch_related(
            "holder__dead_addresses__user"
        )
        if dead_channels(mandate.holder)
    ]


def dead_channels(user: User | None) -> list[str]:
    """Over which channels nothing reaches the person now, in words."""
    if user is None:
        return []
    return [row.get_channel_display() for row in user.dead_addresses.all() if row.is_in_use]


def write(department: Department, recipient: Recipient) -> Letter:
    """In the recipient's language, as it is true now."""
    language = recipient.user.language if recipient.user else User.Language.BOKMAAL
    told, needless = [], []
    with translation.override(language):
        for message in waiting(department).filter(subject_id=recipient.pk):
            words = _words(message)
            if words is None:
                needless.append(message)
            else:
                told.append((message, words))
    coming = Booking.objects.upcoming(timezone.now()).filter(
        service__department=department, recipient=recipient
    )
    return Letter(recipient, language, told, needless, list(coming))


def _words(message: Message) -> Words | None:
    return notices.find(message.kind).compose(message) if notices.is_known(message.kind) else None
