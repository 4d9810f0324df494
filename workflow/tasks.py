"""What Celery runs. Losing any of it loses nothing: beat comes by again."""

import time
from collections import deque
from typing import Any

from celery import shared_task

# From one process. When more change than that, beat's next look at all of them is worth
# more than a message for each, and nobody's booking waits for messages.
RINGS_A_SECOND = 5
TIME_LIMIT = 120  # seconds

_rung = deque[float](maxlen=RINGS_A_SECOND)


@shared_task(time_limit=TIME_LIMIT)
def make_plan(day_id: int) -> None:
    from workflow import actions

    actions.make_plan(day_id=day_id)


@shared_task(time_limit=TIME_LIMIT)
def plan_stale_days() -> None:
    from workflow import actions

    actions.plan_stale_days()


@shared_task(time_limit=TIME_LIMIT)
def settle_due_days() -> None:
    from workflow import actions

    actions.settle_due_days()


def ring(day_id: int, **kwargs: Any) -> None:
    """Ask for the day's plan now rather than at beat's next round. Never fails.

    Called by ``day_changed`` after the commit, inside somebody's request.
    """
    now = time.monotonic()
    if len(_rung) == RINGS_A_SECOND and now - _rung[0] < 1:
        return
    _rung.append(now)
    make_plan.apply_async((day_id,), expires=60)
