"""What Celery runs. Each looks in the database for what is due; none carries anything."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

KEPT = dt.timedelta(days=180)  # long enough to answer "why was I not told?"


@shared_task(time_limit=300)  # seconds; a run stops by itself long before
def send_messages() -> None:
    from accounts.actions import messages

    messages.send_due()


@shared_task
def tidy_messages() -> None:
    from accounts.actions import addresses, messages

    messages.end_overdue()
    messages.forget_old_messages(before=timezone.now() - KEPT)
    addresses.forget_old_changes(before=timezone.now() - KEPT)


@shared_task
def tidy_logins() -> None:
    """Log-ins that were not finished, attempts of yesterday, forms that nobody came back to."""
    from accounts import attempts, unsent
    from accounts.actions import login_codes

    login_codes.forget_old_codes()
    attempts.forget_old_attempts()
    unsent.forget_old()


@shared_task
def clear_sessions() -> None:
    from accounts.sessions import SessionStore

    SessionStore.clear_expired()
