"""Celery tasks. They take no arguments: each finds in the database what is due."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

RETENTION = dt.timedelta(days=180)  # long enough to answer "why did I get no message?"


@shared_task(time_limit=300)  # seconds; a run stops by itself long before
def send_messages() -> None:
    from accounts import actions

    actions.send_due()


@shared_task
def tidy_messages() -> None:
    from accounts import actions

    actions.end_overdue()
    actions.delete_old_messages(before=timezone.now() - RETENTION)
    actions.delete_old_changes(before=timezone.now() - RETENTION)


@shared_task
def tidy_logins() -> None:
    """Log-ins that were not finished, attempts of yesterday, forms that nobody came back to."""
    from accounts import attempts, unsent
    from accounts.actions import login_codes

    login_codes.delete_old_codes()
    attempts.delete_old_attempts()
    unsent.delete_old()


@shared_task
def clear_sessions() -> None:
    from accounts.sessions import SessionStore

    SessionStore.clear_expired()
