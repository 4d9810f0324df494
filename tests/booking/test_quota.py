"""Which week or month a booking is charged to, and what it costs."""

import datetime as dt
import uuid
from dataclasses import dataclass

import pytest

from booking.outcomes import Outcome
from booking.quota import (
    Charge,
    cost,
    is_charged,
    per_year,
    period_of,
    period_under,
    used,
    whole_periods,
)

CLEANING, BATH = uuid.uuid4(), uuid.uuid4()


def charge(date, minutes=60, service=CLEANING):
    return Charge(uuid.uuid4(), service, date, minutes)


@pytest.mark.parametrize(
    ("date", "monday", "sunday"),
    [
        ((2026, 11, 23), (2026, 11, 23), (2026, 11, 29)),
        ((2026, 11, 26), (2026, 11, 23), (2026, 11, 29)),
        ((2026, 11, 29), (2026, 11, 23), (2026, 11, 29)),
        ((2026, 12, 31), (2026, 12, 28), (2027, 1, 3)),
    ],
)
def test_a_week_is_monday_to_sunday(date, monday, sunday):
    assert period_of("week", dt.date(*date)) == (dt.date(*monday), dt.date(*sunday))


@pytest.mark.parametrize(
    ("date", "last"),
    [
        ((2026, 11, 1), (2026, 11, 30)),
        ((2026, 12, 31), (2026, 12, 31)),
        ((2027, 2, 28), (2027, 2, 28)),
        ((2028, 2, 1), (2028, 2, 29)),
    ],
)
def test_a_month_is_its_first_to_its_last_day(date, last):
    assert period_of("month", dt.date(*date)) == (dt.date(*date[:2], 1), dt.date(*last))


@pytest.mark.parametrize(
    ("first", "last", "since", "until"),
    [
        # Four weeks with the date in the first and in the last of them.
        ((2026, 11, 17), (2026, 11, 18), (2026, 10, 26), (2026, 12, 13)),
        # The week of 1 December begins in November; that of 31 December ends in January.
        ((2026, 12, 1), (2026, 12, 31), (2026, 11, 9), (2027, 1, 24)),
        # Two days in two months.
        ((2026, 11, 30), (2026, 12, 1), (2026, 11, 1), (2026, 12, 31)),
    ],
)
def test_the_span_has_every_week_and_month_around_the_dates(first, last, since, until):
    found = whole_periods(dt.date(*first), dt.date(*last))
    assert found == (dt.date(*since), dt.date(*until))


def test_a_visit_costs_one_or_its_minutes():
    assert cost("visits", 45) == 1
    assert cost("minutes", 45) == 45


def test_what_is_used_is_the_services_own_from_the_first_to_the_last_day():
    first, last = period = (dt.date(2026, 11, 23), dt.date(2026, 11, 29))
    day = dt.timedelta(days=1)
    charges = [
        charge(first - day),
        charge(first, 30),
        charge(first, 20, service=BATH),
        charge(last, 45),
        charge(last + day),
    ]
    assert used(charges, CLEANING, "visits", period) == 2
    assert used(charges, CLEANING, "minutes", period) == 75
    assert used(charges, BATH, "minutes", period) == 20


@pytest.mark.parametrize(
    ("outcome", "always", "if_declined_counts", "if_no_contact_counts"),
    [
        (Outcome.DONE, True, True, True),
        (Outcome.PARTLY, True, True, True),
        (Outcome.DECLINED, False, True, False),
        (Outcome.NO_CONTACT, False, False, True),
        (Outcome.IN_HOSPITAL, False, False, False),
        (Outcome.UNABLE, False, False, False),
    ],
)
def test_a_visit_that_was_not_made_counts_only_by_a_setting(
    outcome, always, if_declined_counts, if_no_contact_counts
):
    def counts(declined=False, no_contact=False, kind="free"):
        return is_charged(
            outcome,
            had_seat=True,
            kind_of_time=kind,
            charges_declined=declined,
            charges_no_contact=no_contact,
        )

    assert counts() is always
    assert counts(declined=True) is if_declined_counts
    assert counts(no_contact=True) is if_no_contact_counts
    for kind in ("set", "window"):
        assert counts(no_contact=True, kind=kind) is always


def test_nothing_reported_counts_when_somebody_was_to_come():
    settings = {"kind_of_time": "set", "charges_declined": True, "charges_no_contact": True}
    for had_seat in (True, False):
        assert is_charged(None, had_seat=had_seat, **settings) is had_seat


@dataclass
class Terms:
    weeks: int
    valid_from: dt.date
    period: str = "week"


@pytest.mark.parametrize(
    ("weeks", "valid_from", "date", "first", "last"),
    [
        # From Thursday 10 December 2026: the first week is that of Monday 7 December.
        (2, (2026, 12, 10), (2026, 12, 10), (2026, 12, 7), (2026, 12, 20)),
        (2, (2026, 12, 10), (2026, 12, 20), (2026, 12, 7), (2026, 12, 20)),
        (2, (2026, 12, 10), (2026, 12, 21), (2026, 12, 21), (2027, 1, 3)),
        (3, (2026, 12, 10), (2027, 1, 1), (2026, 12, 28), (2027, 1, 17)),  # a year changes
        (4, (2026, 12, 10), (2026, 12, 1), (2026, 11, 9), (2026, 12, 6)),  # before it applies
        (2, (2027, 3, 15), (2027, 3, 28), (2027, 3, 15), (2027, 3, 28)),  # the clock changes
        (1, (2026, 12, 10), (2026, 12, 31), (2026, 12, 28), (2027, 1, 3)),
    ],
)
def test_periods_of_several_weeks_are_counted_from_the_first(weeks, valid_from, date, first, last):
    found = period_under(Terms(weeks, dt.date(*valid_from)), dt.date(*date))
    assert found == (dt.date(*first), dt.date(*last))


def test_grants_are_compared_by_the_year():
    every_second = per_year(1, "visits", "week", 2, 60)
    assert per_year(2, "visits", "month", 1, 60) < every_second
    assert every_second < per_year(3, "visits", "month", 1, 60)
    assert every_second == per_year(30, "minutes", "week", 1, 60)
