"""What Celery runs. Each looks in the database for what is to be done."""

from celery import shared_task
from django.utils import timezone


@shared_task
def announce() -> None:
    from booking.actions.announcements import announce

    announce()


@shared_task
def remind() -> None:
    from booking.actions.announcements import remind

    remind(timezone.now())
