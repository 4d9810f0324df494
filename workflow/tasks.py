"""What Celery runs. Losing any of it loses nothing: beat comes by again."""

from typing import Any

from celery import shared_task


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

    Called by ``day_changed`` after the commit, inside somebody's request.
    """
    make_plan.apply_async((day_id,), expires=60)
