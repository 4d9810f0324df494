"""When a day's reports are due: at noon of the next working day.

A working day is not a Saturday, a Sunday or a public holiday.
"""

import datetime as dt

from django.utils import timezone

from departments.hours import DAY, local_instant
from departments.public_holidays import is_public_holiday

NOON = dt.time(12)
SATURDAY = 6


def is_working_day(date: dt.date) -> bool:
    return date.isoweekday() < SATURDAY and not is_public_holiday(date)


def closes_at(date: dt.date) -> dt.datetime:
    """When the day closes by itself."""
    closing = date + DAY
    while not is_working_day(closing):
        closing += DAY
    return local_instant(closing, NOON, timezone.get_default_timezone())


def last_date_due(now: dt.datetime) -> dt.date:
    """The latest date whose closing time has passed. All dates before it are due too."""
    date = timezone.localdate(now) - DAY
    while closes_at(date) > now:
        date -= DAY
    return date
