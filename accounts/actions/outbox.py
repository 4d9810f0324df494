"""Post messages into the outbox, and end those that nobody sends (see ``delivery``)."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actions.changes import record_all
from accounts.messages import notices
from accounts.messages.channels import ContactChannels
from accounts.models import Change, Message, User

Channel, State, Why = Message.Channel, Message.State, Message.Why


def post(
    *,
    kind: str,
    key: str,
    to: User | None,
    expires_at: dt.datetime,
    about_id: UUID | None = None,
    facts: Mapping[str, Any] | None = None,
    subject_id: UUID | None = None,
    department_id: UUID | None = None,
    due_at: dt.datetime | None = None,
) -> list[Message]:
    """Put a message into the outbox, once for each channel that the user has chosen.

    Call it in the transaction of the change that the message describes. ``kind`` is
    registered with ``accounts.messages.notices``. Posting again with the same ``key`` to the
    same person does nothing. ``to`` is None for a recipient without a log-in
    (``subject_id``), who gets a letter that ``department_id`` prints. The message is not
    sent after ``expires_at``. ``facts`` are keys and instants from which the text is made:
    never names, addresses or texts.
    """
    notice = notices.find(kind)
    channels = [notice.over] if notice.over else ContactChannels.of(to).channels(notice.topic)
    if department_id is None and Channel.LETTER in channels:
        channels = []
    messages = [
        Message(
            kind=kind,
            key=key,
            user=to,
            subject_id=subject_id,
            department_id=department_id,
            about_id=about_id,
            facts=dict(facts or {}),
            channel=channel,
            due_at=due_at or timezone.now(),
            expires_at=expires_at,
        )
        for channel in channels or [Channel.NONE]
    ]
    if not channels:
        for message in messages:
            message.state, message.why = State.NEEDLESS, Why.NOT_WANTED
            message.ended_at = timezone.now()
    return Message.objects.bulk_create(messages, ignore_conflicts=True)


def mark_printed(
    *, messages: Collection[Message], needless: Collection[Message] = (), by: User
) -> None:
    """Record that letters were printed; ``needless`` ones had become untrue by then."""
    waiting = Message.objects.filter(channel=Channel.LETTER, state=State.WAITING)
    printed = waiting.filter(pk__in=[letter.pk for letter in messages])
    with transaction.atomic():
        record_all(
            Change(
                actor=by,
                verb="mark_printed",
                department_id=department_id,
                subject_id=subject_id,
            )
            for department_id, subject_id in set(
                printed.values_list("department_id", "subject_id")
            )
        )
        now = timezone.now()
        printed.update(state=State.SENT, why="", ended_at=now)
        waiting.filter(pk__in=[letter.pk for letter in needless]).update(
            state=State.NEEDLESS, why=Why.NOT_TRUE, ended_at=now
        )


def drop_messages_about(*, subject_id: UUID) -> int:
    """End the messages about a recipient that wait to be sent or printed; return how many."""
    return Message.objects.filter(subject_id=subject_id, state=State.WAITING).update(
        state=State.NEEDLESS, why=Why.NOT_TRUE, ended_at=timezone.now()
    )


def end_overdue() -> int:
    """End expired letters that nobody printed; return how many. ``claim`` ends the others."""
    return (
        Message.objects.filter(state=State.WAITING, expires_at__lte=timezone.now())
        .exclude(channel__in=[Channel.EMAIL, Channel.SMS])
        .update(state=State.NEEDLESS, why=Why.TOO_LATE, ended_at=timezone.now())
    )


def delete_old_messages(*, before: dt.datetime) -> int:
    """Delete messages that ended before then; return how many."""
    return Message.objects.filter(ended_at__lt=before).delete()[0]
