"""The filters of ``{% load staffing %}``."""

import datetime as dt

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
