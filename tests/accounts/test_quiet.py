"""Quiet hours in local time."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from accounts.messages.quiet_hours import QuietHours

OSLO = ZoneInfo("Europe/Oslo")
NIGHT = QuietHours(dt.time(21), dt.time(7), OSLO)


def here(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=OSLO)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-11-24T20:59", None),
        ("2026-11-24T21:00", "2026-11-25T07:00"),
        ("2026-11-25T03:00", "2026-11-25T07:00"),
        ("2026-11-25T06:59", "2026-11-25T07:00"),
        ("2026-11-25T07:00", None),
        ("2026-10-24T22:00", "2026-10-25T07:00"),  # a night of 25 hours
        ("2027-03-27T22:00", "2027-03-28T07:00"),  # a night of 23 hours
    ],
)
def test_they_end_at_local_time(now, ends):
    assert NIGHT.end_of(here(now)) == (ends and here(ends))


def test_the_night_of_the_clock_change_is_an_hour_longer():
    began = here("2026-10-24T21:00").astimezone(dt.UTC)
    assert NIGHT.end_of(began) - began == dt.timedelta(hours=11)


def test_there_may_be_none_and_they_may_be_within_a_day():
    assert QuietHours(dt.time(0), dt.time(0), OSLO).end_of(here("2026-11-24T00:00")) is None
    rest = QuietHours(dt.time(12), dt.time(14), OSLO)
    assert rest.end_of(here("2026-11-24T13:00")) == here("2026-11-24T14:00")
    assert rest.end_of(here("2026-11-24T23:00")) is None


@pytest.mark.parametrize(
    ("visit", "reminded"),
    [
        ("2026-11-25T12:00", "2026-11-25T10:00"),
        ("2026-11-25T08:00", "2026-11-25T07:00"),  # when the quiet hours are over
        ("2026-11-25T07:00", "2026-11-24T20:45"),  # otherwise the evening before
        ("2026-11-25T06:00", "2026-11-24T20:45"),
        ("2026-11-24T23:30", "2026-11-24T20:45"),
        ("2026-10-25T07:30", "2026-10-25T07:00"),
    ],
)
def test_a_reminder_is_before_its_visit_and_outside_of_quiet_hours(visit, reminded):
    wanted = here(visit).astimezone(dt.UTC) - dt.timedelta(hours=2)
    assert NIGHT.reminder_at(wanted, here(visit)) == here(reminded)
