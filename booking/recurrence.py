"""The same wall-clock time on another day.

People mean "Tuesday at ten", whatever the clocks do meanwhile: the local time is kept, and
what is added is days, not hours. A time that the clocks skip becomes the first instant
after (``departments.hours.local_instant``).
"""

import datetime as dt

from departments.hours import local_instant

WEEK = dt.timedelta(days=7)


def same_time_on(date: dt.date, like: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The instant on ``date`` when the clocks show what they show at ``like``."""
    return local_instant(date, like.astimezone(zone).time(), zone)


def a_week_later(instant: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    return same_time_on(instant.astimezone(zone).date() + WEEK, instant, zone)
