"""What Celery runs. Losing any of it loses nothing: beat comes by again."""

import logging
import time
from typing import Any

from celery import shared_task
from kombu.exceptions import KombuError
from kombu.pools import producers

log = logging.getLogger(__name__)

# A broker that does not answer may cost a request this much, and not every request.
BOUNDED = {
    "socket_connect_timeout": 0.3,
    "socket_timeout": 0.3,
    "max_retries": 0,
    "retry_on_timeout": False,
}
SILENCE = 5.0  # seconds without ringing after a ring that failed

_silent_until = 0.0


@shared_task
def make_plan(day_id: int) -> None:
    from workflow import actions

    actions.make_plan(day_id=day_id)


@shared_task
def plan_stale_days() -> None:
    from workflow import actions

    actions.plan_stale_days()


@shared_task
def settle_due_days() -> None:
    from workflow import actions

    actions.settle_due_days()


def ring(day_id: int, **kwargs: Any) -> None:
    """Ask for the day's plan now rather than at beat's next round. Never fails.

    Called by ``day_changed`` after the commit, inside somebody's request. A plain
    ``delay`` would wait for a broker that is away; this gives up at once, and keeps
    silent for a while so that the next requests need not find out again.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        broker = make_plan.app.connection_for_write(transport_options=BOUNDED)
        # Kombu keeps a pool for each such address: the connection itself is reused.
        with producers[broker].acquire(block=True, timeout=0.3) as producer:
            make_plan.apply_async((day_id,), producer=producer, retry=False, expires=60)
    except (KombuError, OSError) as error:
        _silent_until = time.monotonic() + SILENCE
        log.warning("the broker did not answer: %s", type(error).__name__)
