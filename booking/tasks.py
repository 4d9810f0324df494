"""Celery tasks. Each finds its work in the database."""

from typing import Any

from celery import shared_task
from django.utils import timezone


@shared_task(time_limit=300)
def announce() -> None:
    from booking.actions.announcements import announce

    announce()


@shared_task(time_limit=300)
def remind() -> None:
    from booking.actions.announcements import remind

    remind(timezone.now())


@shared_task
def plan_patterns() -> None:
    """Every hour, before what others choose or repeat: set times are seated first."""
    from booking.actions.patterns import plan_all_patterns

    plan_all_patterns()


@shared_task(time_limit=300)
def plan_missing(day_id: int) -> None:
    """A notification task: it may be lost, since ``plan_patterns`` tries everything again."""
    from booking.actions.patterns import plan_missing

    plan_missing(day_id=day_id)


def request_missing(day_id: int, **kwargs: Any) -> None:
    """Receives ``day_to_plan``."""
    plan_missing.apply_async((day_id,), expires=60)


@shared_task
def book_series() -> None:
    """Every hour, after the days are laid out."""
    from booking.actions.series import book_all_series

    book_all_series()


@shared_task
def keep_agreed_times() -> None:
    """Every hour, before what repeats is booked: agreed times come first."""
    from booking.actions.agreed_times import keep_agreed_times

    keep_agreed_times()


@shared_task(time_limit=300)
def look_for_openings() -> None:
    from booking.actions.wishes import look_for_openings

    look_for_openings()


@shared_task
def alert_unbooked() -> None:
    from booking.actions.essential import alert_unbooked

    alert_unbooked(timezone.now())


@shared_task(time_limit=300)
def release_unseated() -> None:
    from booking.actions.charges import release_unseated

    release_unseated(timezone.now())


@shared_task
def count_slack() -> None:
    """Every hour, after the days are laid out."""
    from booking.actions.essential import count_slack

    count_slack(timezone.now())


@shared_task
def forget_past_plans() -> None:
    """Every hour."""
    from booking.actions.own_plans import forget_past_plans

    forget_past_plans(timezone.now())


@shared_task
def tell_of_ended_mandates() -> None:
    """Every hour."""
    from booking.actions.mandates import notify_of_expired_mandates

    notify_of_expired_mandates(timezone.localdate())
