"""The outbox: post a message, send what is due, and note what came of it.

Whoever changes something posts in the same transaction, so a message is told exactly
when the change happened. Sending is at least once: a worker that dies between handing
a message over and noting it leaves the message to the next one, ``LEASE`` later. Mail
carries its own Message-ID and a text its reference, by which they can be known for the
same.
"""

import datetime as dt
import logging
from collections.abc import Collection, Mapping
from smtplib import SMTPRecipientsRefused
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from accounts.messages import mails, notices, sms
from accounts.messages.channels import ContactChannels
from accounts.messages.notices import NEVER_LOST, Words
from accounts.messages.quiet_hours import QuietHours
from accounts.models import DeadAddress, Message, User

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=2)  # an attempt lasts at most half of that: see the time-outs
ATTEMPTS = 8
FIRST_PAUSE = dt.timedelta(minutes=1)  # doubled each time, up to an hour
LONGEST_PAUSE = dt.timedelta(hours=1)
IN_ONE_GO = 200
FOR_GOOD = 500  # SMTP: from this code on it is refused for good

Channel, State, Why = Message.Channel, Message.State, Message.Why


# -- Posting --------------------------------------------------------------------


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
    """Put a message into the outbox, once for each channel the person wants it on.

    Call it in the transaction of what is told. ``kind`` is registered with
    ``accounts.messages.notices``; posting again under the same ``key`` to the same person does
    nothing. ``to`` is None for a recipient without a log-in (``subject_id``), who gets a
    letter that ``department_id`` prints. ``expires_at``: not sent from then on.
    ``facts`` are keys and instants for the words; never names, addresses or texts.
    """
    notice = notices.find(kind)
    channels = [notice.over] if notice.over else ContactChannels.of(to).channels(notice.topic)
    if department_id is None and Channel.LETTER in channels:
        channels = []
    rows = [
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
        for row in rows:
            row.state, row.why, row.ended_at = State.NEEDLESS, Why.NOT_WANTED, timezone.now()
    return Message.objects.bulk_create(rows, ignore_conflicts=True)


# -- Sending --------------------------------------------------------------------


def send_due() -> int:
    """Send what is due, one at a time; how many went out. Any number of workers may do
    so at once."""
    sent = 0
    for _ in range(IN_ONE_GO):
        message = claim()
        if message is None:
            break
        if message.state == State.SENDING:
            sent += deliver(message)
    return sent


def claim() -> Message | None:
    """Take the message that has been due the longest, and decide under lock what becomes
    of it now: SENDING when it may go out, otherwise put off or ended."""
    with transaction.atomic():
        now = timezone.now()
        message = (
            Message.objects.filter(
                state__in=[State.WAITING, State.SENDING],
                channel__in=[Channel.EMAIL, Channel.SMS],
                due_at__lte=now,
            )
            .select_for_update(skip_locked=True)
            .order_by("due_at")
            .first()
        )
        if message is None:
            return None
        if message.expires_at <= now:
            _end(message, State.NEEDLESS, message.why or Why.TOO_LATE)
        elif not notices.is_known(message.kind):  # posted by a version that knew more
            _end(message, State.DEAD, Why.FAILED)
        elif message.attempts >= ATTEMPTS:  # each of them died under way
            _give_up(message, Why.FAILED)
        elif put_off := _put_off(message, now):
            message.state = State.WAITING
            message.due_at, message.why = put_off
            message.save(update_fields=["state", "due_at", "why"])
            if message.due_at >= message.expires_at and _is_never_lost(message):
                # Waiting would be silence: whoever prints the letter may call as well.
                enough = message.why == Why.ENOUGH
                _give_up(message, Why.ENOUGH if enough else Why.TOO_LATE)
        else:
            message.state, message.due_at = State.SENDING, now + LEASE
            message.attempts += 1
            message.save(update_fields=["state", "due_at", "attempts"])
        return message


def deliver(message: Message) -> bool:
    """Find the words and hand them over; whether they went out. ``message`` is claimed."""
    user = message.user
    assert user is not None
    notice = notices.find(message.kind)
    reach = ContactChannels.of(user)
    channel = Channel(message.channel)
    if notice.over is None and channel not in reach.channels(notice.topic):
        _end(message, State.NEEDLESS, Why.NOT_WANTED)
        return False
    own = to = reach.addresses.get(channel, "")
    try:
        with translation.override(user.language):
            words = notice.compose(message)
            if words is None:
                _end(message, State.NEEDLESS, Why.NOT_TRUE)
                return False
            to = words.address or own
            if not to:
                _end(message, State.NEEDLESS, Why.NOT_WANTED)
                return False
            _hand_over(message, words, to)
    except Exception as error:  # whatever it is, the next message must go out
        _log(message, error)
        if not _is_final(error):
            _try_again(message)
            return False
        with transaction.atomic():
            if to == own:
                mark_dead(user=user, channel=channel, address=own)
            _give_up(message, Why.REFUSED)
        return False
    _end(message, State.SENT, "")
    return True


def mark_dead(*, user: User, channel: Message.Channel, address: str) -> None:
    """An address gave a message back for good: nothing more goes there."""
    DeadAddress.objects.update_or_create(user=user, channel=channel, defaults={"address": address})


def bounced(*, email: str) -> None:
    """The mail service says that a mail came back for good."""
    for user in User.objects.filter(email__iexact=email):
        mark_dead(user=user, channel=Channel.EMAIL, address=user.email)


def trust_again(*, user: User, by: User) -> None:
    """Somebody has made sure that the person's addresses work."""
    DeadAddress.objects.filter(user=user).delete()


def forget_old_messages(*, before: dt.datetime) -> int:
    """Delete what ended before then; how many."""
    return Message.objects.filter(ended_at__lt=before).delete()[0]


def end_overdue() -> int:
    """End what nobody has sent or printed in time; how many."""
    return (
        Message.objects.filter(state=State.WAITING, expires_at__lte=timezone.now())
        .exclude(channel__in=[Channel.EMAIL, Channel.SMS])
        .update(state=State.NEEDLESS, why=Why.TOO_LATE, ended_at=timezone.now())
    )


def printed(
    *, messages: Collection[Message], needless: Collection[Message] = (), by: User
) -> None:
    """The letters are on their way; those that were ``needless`` by then say so."""
    for state, rows in ((State.SENT, messages), (State.NEEDLESS, needless)):
        Message.objects.filter(
            pk__in=[row.pk for row in rows], channel=Channel.LETTER, state=State.WAITING
        ).update(
            state=state,
            why="" if state is State.SENT else Why.NOT_TRUE,
            ended_at=timezone.now(),
        )


# -- What becomes of it -----------------------------------------------------------


def quiet_hours() -> QuietHours:
    return QuietHours(
        dt.time(settings.QUIET_FROM), dt.time(settings.QUIET_UNTIL), ZoneInfo(settings.TIME_ZONE)
    )


def _put_off(message: Message, now: dt.datetime) -> tuple[dt.datetime, str] | None:
    """Until when, and why; None when it may go out now."""
    end = quiet_hours().end_of(now)
    if end and not (notices.find(message.kind).may_disturb and message.expires_at <= end):
        return end, Why.QUIET
    # With the person locked nobody else counts at the same time.
    assert message.user_id is not None
    User.objects.select_for_update(no_key=True).get(pk=message.user_id)
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    gone = (
        Message.objects.filter(user=message.user_id, channel=message.channel)
        .filter(Q(state=State.SENT, ended_at__gte=today) | Q(state=State.SENDING))
        .exclude(pk=message.pk)
    )
    if gone.count() >= settings.MESSAGES_A_DAY[message.channel]:
        tomorrow = (today + dt.timedelta(days=1)).replace(hour=settings.QUIET_UNTIL)
        return tomorrow, Why.ENOUGH
    return None


def _hand_over(message: Message, words: Words, address: str) -> None:
    if message.channel == Channel.EMAIL:
        mails.send(address, words, reference=message.pk)
    else:
        sms.gateway().send(number=address, text=" ".join(words.lines), reference=str(message.pk))


def _is_final(error: Exception) -> bool:
    """Whether the address takes nothing, now or later. A mail server that answers 4xx only
    puts us off: greylisting, a full box."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= FOR_GOOD for code, _said in error.recipients.values())
    return isinstance(error, (AnymailRecipientsRefused, sms.NumberRefused))


def _try_again(message: Message) -> None:
    pause = min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
    due_at = timezone.now() + pause
    if message.attempts >= ATTEMPTS or due_at >= message.expires_at:
        with transaction.atomic():
            _give_up(message, Why.FAILED)
        return
    _mine(message).update(state=State.WAITING, due_at=due_at, why=Why.FAILED)


def _give_up(message: Message, why: Message.Why) -> None:
    """It stays, with the reason. What must be told is told by letter, where one can be."""
    _end(message, State.DEAD, why)
    if _is_never_lost(message) and message.department_id:
        Message.objects.bulk_create(
            [
                Message(
                    kind=message.kind,
                    key=message.key,
                    user_id=message.user_id,
                    subject_id=message.subject_id,
                    department_id=message.department_id,
                    about_id=message.about_id,
                    facts=message.facts,
                    channel=Channel.LETTER,
                    due_at=timezone.now(),
                    expires_at=message.expires_at,
                )
            ],
            ignore_conflicts=True,
        )


def _is_never_lost(message: Message) -> bool:
    return notices.find(message.kind).topic in NEVER_LOST


def _end(message: Message, state: Message.State, why: str) -> None:
    message.state, message.why, message.ended_at = state, why, timezone.now()
    _mine(message).update(state=state, why=why, ended_at=message.ended_at)


def _mine(message: Message) -> QuerySet[Message]:
    """The row while it is this worker's: another one that took it over has counted on."""
    return Message.objects.filter(pk=message.pk, attempts=message.attempts)


def _log(message: Message, error: Exception) -> None:
    """Which, how and what kind of fault. An error's text may carry an address."""
    log.warning(
        "Message %s (%s by %s), attempt %s: %s",
        message.pk,
        message.kind,
        message.channel,
        message.attempts,
        type(error).__name__,
    )
