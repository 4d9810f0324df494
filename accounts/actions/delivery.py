"""Send the messages of the outbox that are due, and record the result.

Messages are posted in the transaction of the change that they describe (``outbox.post``),
so each is sent exactly when the change was committed. Sending is at least once: if a worker
dies between handing a message over and recording it, another worker sends it again after
``LEASE``. The mail then has the same Message-ID, the text message the same reference, so
that a duplicate can be recognised.
"""

import datetime as dt
import logging
import re
from smtplib import SMTPRecipientsRefused

from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from accounts import queries
from accounts.actions.dead_addresses import mark_dead
from accounts.actions.sending_pauses import paused_until, record_failure, record_success
from accounts.messages import mails, notices, sms
from accounts.messages.channels import ContactChannels
from accounts.messages.notices import LETTER_ON_FAILURE, Words
from accounts.messages.quiet_hours import QuietHours
from accounts.messages.texts import text_of
from accounts.models import Message, MessageChoices, User

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=2)  # an attempt takes half of that at most: see the timeouts
ATTEMPTS = 8
FIRST_PAUSE = dt.timedelta(minutes=1)  # doubled after each attempt
LONGEST_PAUSE = dt.timedelta(hours=1)
BATCH = 200  # messages in one run of send_due
# SMTP replies that say that an address takes no mail: the code or, where the server gives one,
# the enhanced status (RFC 3463). Others, such as 5.7.1 for relaying, are about us.
NO_SUCH_ADDRESS = {550, 551, 553}
STATUS = re.compile(r"\b5\.(\d{1,3})\.(\d{1,3})\b")
ADDRESS, MAILBOX = "1", "2"  # subjects of a status
OF_SENDER = {"7", "8"}  # details of ADDRESS
PERMANENT = 500  # SMTP codes from here on

Channel, State, Why = Message.Channel, Message.State, Message.Why


def send_due() -> int:
    """Send the messages that are due, one at a time; return how many were sent.

    Any number of workers may run this at once. All e-mails of a run use one connection.
    """
    sent = 0
    with mails.connection() as connection:
        for _ in range(BATCH):
            message = claim()
            if message is None:
                break
            if message.state == State.SENDING:
                sent += deliver(message, connection)
    return sent


def claim() -> Message | None:
    """Take the message that has been due the longest, and decide its next state under lock.

    The state is SENDING if the message may be sent now. Otherwise it was postponed or ended.
    """
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
        elif not notices.is_known(message.kind):  # posted by a newer version
            _end(message, State.DEAD, Why.FAILED)
        elif message.attempts >= ATTEMPTS:  # the worker died during each of them
            _give_up(message, Why.FAILED)
        elif postponed := _postponed(message, now):
            _postpone(message, *postponed)
        else:
            message.state, message.due_at = State.SENDING, now + LEASE
            message.attempts += 1
            message.save(update_fields=["state", "due_at", "attempts"])
        return message


def deliver(message: Message, connection: BaseEmailBackend | None = None) -> bool:
    """Write the text of a claimed message and hand it over; return whether it was sent."""
    assert message.user_id is not None
    user = queries.user_with_choices(message.user_id)
    message.user = user
    notice = notices.find(message.kind)
    contact = ContactChannels.of(user, getattr(user, "message_choices", MessageChoices()))
    channel = Channel(message.channel)
    if notice.over is None and channel not in contact.channels(notice.topic):
        _end(message, State.NEEDLESS, Why.NOT_WANTED)
        return False
    own = to = contact.addresses.get(channel, "")
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
            _hand_over(message, words, to, connection)
    except Exception as error:  # any error: the next message must still be sent
        if connection:
            mails.reset(connection)
        _log(message, error)
        if not _is_permanent(error):
            if _is_of_server(error):
                record_failure(channel, _reason(error))
            _try_again(message)
            return False
        with transaction.atomic():
            if to == own:
                mark_dead(user=user, channel=channel, address=own)
            _give_up(message, Why.REFUSED)
        return False
    _end(message, State.SENT, "")
    record_success(channel)
    return True


def _postpone(message: Message, due_at: dt.datetime, why: Message.Why) -> None:
    message.state, message.due_at, message.why = State.WAITING, due_at, why
    message.save(update_fields=["state", "due_at", "why"])
    if due_at >= message.expires_at and _needs_letter(message):
        # It would expire while it waits. The department prints the letter, and may also call.
        _give_up(message, Why.TOO_LATE if why is Why.QUIET else why)


def _postponed(message: Message, now: dt.datetime) -> tuple[dt.datetime, Message.Why] | None:
    """Until when the message must wait, and why; None if it may be sent now."""
    end = QuietHours.configured().end_of(now)
    if end and not (notices.find(message.kind).may_disturb and message.expires_at <= end):
        return end, Why.QUIET
    if paused := paused_until(message.channel, now):
        return paused, Why.FAILED
    # Locking the user stops other workers from counting at the same time.
    assert message.user_id is not None
    User.objects.select_for_update(no_key=True).only("pk").get(pk=message.user_id)
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    sent_today = (
        Message.objects.filter(user=message.user_id, channel=message.channel)
        .filter(Q(state=State.SENT, ended_at__gte=today) | Q(state=State.SENDING))
        .exclude(pk=message.pk)
    )
    if sent_today.count() >= settings.MESSAGES_A_DAY[message.channel]:
        tomorrow = (today + dt.timedelta(days=1)).replace(hour=settings.QUIET_UNTIL)
        return tomorrow, Why.ENOUGH
    return None


def _hand_over(
    message: Message, words: Words, address: str, connection: BaseEmailBackend | None
) -> None:
    if message.channel == Channel.EMAIL:
        mails.send(address, words, reference=message.pk, connection=connection)
    else:
        sms.gateway().send(number=address, text=text_of(words), reference=str(message.pk))


def _is_permanent(error: Exception) -> bool:
    """Whether the address will never take messages. SMTP replies 4xx are temporary failures,
    such as greylisting or a full mailbox."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(_names_address(*reply) for reply in error.recipients.values())
    return isinstance(error, (AnymailRecipientsRefused, sms.NumberRefused))


def _names_address(code: int, text: bytes | str) -> bool:
    """Whether an SMTP reply says that the address does not exist, or takes no mail."""
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    status = STATUS.search(words)
    if status is None:
        return code in NO_SUCH_ADDRESS
    subject, detail = status.groups()
    return subject == MAILBOX or (subject == ADDRESS and detail not in OF_SENDER)


def _is_of_server(error: Exception) -> bool:
    """Whether the mail server or the gateway failed, whatever the address. Connections, time
    limits and ``SMTPException`` are ``OSError``."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _text in error.recipients.values())
    return isinstance(error, (OSError, AnymailRequestsAPIError, sms.GatewayFailed))


def _try_again(message: Message) -> None:
    pause = min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
    due_at = timezone.now() + pause
    if message.attempts >= ATTEMPTS or due_at >= message.expires_at:
        with transaction.atomic():
            _give_up(message, Why.FAILED)
        return
    _claimed(message).update(state=State.WAITING, due_at=due_at, why=Why.FAILED)


def _give_up(message: Message, why: Message.Why) -> None:
    """End the message as DEAD; post a letter in its place if its topic requires one."""
    _end(message, State.DEAD, why)
    if _needs_letter(message) and message.department_id:
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


def _needs_letter(message: Message) -> bool:
    return notices.find(message.kind).topic in LETTER_ON_FAILURE


def _end(message: Message, state: Message.State, why: str) -> None:
    message.state, message.why, message.ended_at = state, why, timezone.now()
    _claimed(message).update(state=state, why=why, ended_at=message.ended_at)


def _claimed(message: Message) -> QuerySet[Message]:
    """The row, unless another worker has claimed it since: that increases ``attempts``."""
    return Message.objects.filter(pk=message.pk, attempts=message.attempts)


def _log(message: Message, error: Exception) -> None:
    log.warning(
        "Message %s (%s by %s), attempt %s: %s",
        message.pk,
        message.kind,
        message.channel,
        message.attempts,
        _reason(error),
    )


def _reason(error: Exception) -> str:
    """The type, and the status code of a gateway: nothing else is certain to name nobody."""
    name = type(error).__name__
    return f"{name} {error}" if isinstance(error, sms.GatewayFailed) else name
