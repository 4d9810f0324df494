"""Letters for recipients whom neither e-mail nor text messages reach.

They wait in the outbox until the department has printed them.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
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
    """All messages that wait to be printed for one recipient. ``needless`` are those that no
    longer apply: they are removed without being printed. ``coming`` are the visits that no
    message is about."""

    recipient: Recipient
    language: str
    told: list[tuple[Message, Words]]
    needless: list[Message]
    coming: list[Booking]
    tells_of_visits: bool


def waiting(department: Department) -> QuerySet[Message]:
    return Message.objects.filter(
        department_id=department.pk,
        channel=Message.Channel.LETTER,
        state=Message.State.WAITING,
        expires_at__gt=timezone.now(),
    )


def waiting_of(department: Department, message_ids: Collection[str]) -> set[uuid.UUID | None]:
    """The recipients of those of the waiting letters whose ids are given."""
    rows = waiting(department).values_list("pk", "subject_id")
    return {subject_id for pk, subject_id in rows if str(pk) in message_ids}


def to_print(department: Department, recipients: QuerySet[Recipient]) -> list[Recipient]:
    """The recipients with waiting letters, longest waiting first. Each gets ``since``, when its
    first letter was posted, and ``is_urgent``: the post may deliver it too late."""
    # A booking for a recipient without a log-in was mostly agreed with them by phone.
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
    """The recipients whose messages bounced, and who have given no other address since: their
    own messages, or those to a holder of a mandate who gets them."""
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
    """The mandates whose holders should get the messages, but whom none reaches now."""
    mandates = Mandate.objects.in_force(timezone.localdate()).filter(
        is_told=True,
        recipient__in=recipients,
        holder__in=DeadAddress.objects.values("user"),
    )
    return [
        mandate
        for mandate in mandates.select_related("holder").prefetch_related(
            "holder__dead_addresses__user"
        )
        if dead_channels(mandate.holder)
    ]


def dead_channels(user: User | None) -> list[str]:
    """The names of the channels on which no message reaches the user now."""
    if user is None:
        return []
    return [row.get_channel_display() for row in user.dead_addresses.all() if row.is_in_use]


def write(department: Department, recipient: Recipient) -> Letter:
    """The letter in the recipient's language, as of now."""
    language = recipient.user.language if recipient.user else settings.LANGUAGE_CODE
    told, needless = [], []
    with translation.override(language):
        for message in waiting(department).filter(subject_id=recipient.pk):
            words = _words(message)
            if words is None:
                needless.append(message)
            else:
                told.append((message, words))
    upcoming = list(
        Booking.objects.upcoming(timezone.now()).filter(
            service__department=department, recipient=recipient
        )
    )
    about = {message.about_id for message, _ in told}
    coming = [booking for booking in upcoming if booking.pk not in about]
    return Letter(recipient, language, told, needless, coming, len(coming) < len(upcoming))


def _words(message: Message) -> Words | None:
    return notices.find(message.kind).compose(message) if notices.is_known(message.kind) else None
