"""Local dates as instants, in the municipality's time zone."""

import datetime as dt

from django.utils import timezone

from departments.hours import local_instant


def midnight(date: dt.date) -> dt.datetime:
    """The instant at which a local date begins."""
    return local_instant(date, dt.time(), timezone.get_default_timezone())


def local_date(epoch: int) -> dt.date:
    return dt.datetime.fromtimestamp(epoch, timezone.get_default_timezone()).date()
