"""Celery tasks. Each finds its work in the database."""

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
def book_series() -> None:
    """Every hour, after the days are laid out."""
    from booking.actions.series import book_all_series

    book_all_series()


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
