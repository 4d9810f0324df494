"""The filters of ``{% load staffing %}``."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from departments.models import Employee
from departments.templatetags import staffing

TODAY = dt.date(2026, 11, 25)
BEFORE, AFTER = dt.date(2026, 1, 5), dt.date(2027, 3, 1)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "expected"),
    [
        (BEFORE, None, "now"),
        (TODAY, None, "now"),
        (BEFORE, AFTER, "until Mon 1 Mar"),
        (AFTER, None, "from Mon 1 Mar"),
        (AFTER, AFTER, "from Mon 1 Mar until Mon 1 Mar"),
    ],
)
def test_employment_dates(valid_from, valid_until, expected):
    employee = Employee(valid_from=valid_from, valid_until=valid_until)

    assert staffing.employment_dates(employee, TODAY) == expected


@pytest.mark.parametrize(("count", "expected"), [(1, "1 employee"), (3, "3 employees")])
def test_employees(count, expected):
    assert staffing.employees(count) == expected


@pytest.mark.parametrize(("weeks", "expected"), [(1, "every week"), (2, "every 2 weeks")])
def test_weekly(weeks, expected):
    assert staffing.weekly(weeks) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((1, 0), (2, 0), "Tuesday 1 December, all day"),
        ((1, 0), (4, 0), "Tuesday 1 December – Thursday 3 December"),
        ((1, 15), (1, 21), "Tuesday 1 December 15:00–21:00"),
        ((1, 15), (2, 0), "Tuesday 1 December 15:00, out the day"),
        ((1, 0), (3, 12), "Tuesday 1 December – Thursday 3 December 12:00"),
        ((1, 15), (4, 0), "Tuesday 1 December 15:00 – Thursday 3 December, out the day"),
    ],
)
def test_absence_period(start, end, expected):
    oslo = ZoneInfo("Europe/Oslo")
    first, last = (dt.datetime(2026, 12, day, hour, tzinfo=oslo) for day, hour in (start, end))

    assert staffing.absence_period(first, last) == expected
