"""Celery tasks. A lost task does no harm: beat runs the periodic ones again."""

import time
from collections import deque
from typing import Any

from celery import shared_task

# Per process. Above this rate, beat's next run is cheaper than a message for each change.
MAX_REQUESTS_PER_SECOND = 5
TIME_LIMIT = 120  # seconds

_request_times = deque[float](maxlen=MAX_REQUESTS_PER_SECOND)


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


@shared_task(time_limit=TIME_LIMIT)
def close_due_days() -> None:
    from workflow import actions

    actions.close_due_days()


@shared_task(time_limit=TIME_LIMIT)
def send_alarms() -> None:
    from workflow import actions

    actions.send_alarms()


def request_plan(day_id: int, **kwargs: Any) -> None:
    """Request the day's plan before beat's next run. Receives ``day_changed``.

    A notification task: it may be lost or left out, since beat finds stale days in the
    database. It runs after commit, within a user's request, and never fails.
    """
    now = time.monotonic()
    if len(_request_times) == MAX_REQUESTS_PER_SECOND and now - _request_times[0] < 1:
        return
    _request_times.append(now)
    make_plan.apply_async((day_id,), expires=60)
