"""Stop sending on a channel after several failures in a row, and try again after a pause.

A wrong key or a mail server that is down would use up the attempts of every message that is
due. In a pause messages wait without an attempt; after it one of them shows whether the server
works again.
"""

import datetime as dt
import logging

from django.db import transaction
from django.utils import timezone

from accounts.models import Message, SendingPause

log = logging.getLogger(__name__)

IN_A_ROW = 3
FIRST_PAUSE = dt.timedelta(minutes=1)  # doubled after each further failure
LONGEST_PAUSE = dt.timedelta(minutes=15)


def paused_until(channel: str, now: dt.datetime) -> dt.datetime | None:
    """When the current pause of the channel ends."""
    return (
        SendingPause.objects.filter(channel=channel, until__gt=now)
        .values_list("until", flat=True)
        .first()
    )


def record_failure(channel: Message.Channel, reason: str) -> None:
    """Count a failure that says nothing about the address. ``reason`` goes to the log."""
    with transaction.atomic():
        SendingPause.objects.get_or_create(channel=channel)
        pause = SendingPause.objects.select_for_update().get(channel=channel)
        pause.failures = min(pause.failures + 1, 100)
        if pause.failures >= IN_A_ROW:
            length = min(FIRST_PAUSE * 2 ** (pause.failures - IN_A_ROW), LONGEST_PAUSE)
            pause.until = timezone.now() + length
            log.error(
                "No message goes out by %s for %d minutes: the last %d failed (%s). Check the"
                " settings of the server that should send them.",
                channel,
                length.total_seconds() // 60,
                pause.failures,
                reason,
            )
        pause.save()


def record_success(channel: Message.Channel) -> None:
    SendingPause.objects.filter(channel=channel, failures__gt=0).update(failures=0, until=None)
