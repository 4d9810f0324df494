"""The same wall-clock time on another day, also across clock changes."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from departments.hours import a_week_later

OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("2026-11-24 10:00", "2026-12-01 10:00"),  # no clock change between
        ("2026-10-20 10:00", "2026-10-27 10:00"),  # summer time ends
        ("2027-03-23 10:00", "2027-03-30 10:00"),  # summer time begins
        ("2026-12-29 10:00", "2027-01-05 10:00"),  # a new year
        ("2027-03-21 02:30", "2027-03-28 03:00"),  # skipped by the clocks: the first instant after
        ("2026-10-18 02:30", "2026-10-25 02:30"),  # comes twice: the first one
    ],
)
def test_a_week_later_the_local_time_is_the_same(first, later):
    start = dt.datetime.fromisoformat(first).replace(tzinfo=OSLO).astimezone(dt.UTC)
    found = a_week_later(start, OSLO).astimezone(OSLO)
    assert (found.isoformat(" ", "minutes")[:16], found.fold) == (later, 0)
