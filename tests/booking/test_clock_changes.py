"""Europe/Oslo, where a day has 25 hours in October and 23 in March."""

import datetime as dt
import uuid
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine

from booking import actions, errors, queries
from booking.offers import SlotStatus
from departments.actions.days import lay_out_horizon
from tests import factories

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
HALF_HOUR = dt.timedelta(minutes=30)
CHANGES = [
    (dt.date(2026, 10, 25), 25),
    (dt.date(2027, 3, 28), 23),
    (dt.date(2027, 10, 31), 25),
]


@pytest.fixture
def night_and_day(department):
    """Somebody is on around the clock, two shifts of it."""
    for weekday in range(1, 8):
        for opens, closes in ((8, 22), (22, 8)):
            factories.OpeningHoursFactory(
                department=department,
                weekday=weekday,
                opens_at=dt.time(opens),
                closes_at=dt.time(closes),
            )
    department.travel_minutes = 0
    department.save()


def midnight(date):
    return dt.datetime.combine(date, dt.time(), OSLO)


@pytest.mark.parametrize(("date", "hours"), CHANGES)
@pytest.mark.usefixtures("night_and_day")
def test_all_that_is_shown_around_a_clock_change_can_be_booked(date, hours, service, recipient):
    service.minutes = 30
    service.save()
    recipient.grants.update(amount=1000)
    now = midnight(date - dt.timedelta(days=2)).astimezone(dt.UTC)
    with time_machine.travel(now, tick=False):
        offer = queries.offer(
            service=service,
            recipient=recipient,
            dates=[date + dt.timedelta(days=n) for n in (-1, 0, 1)],
            now=now,
        )
        for day in offer:
            starts = [slot.starts_at for slot in day.slots]
            assert all(after - start == HALF_HOUR for start, after in pairwise(starts))
            assert {start.astimezone(OSLO).date() for start in starts} == {day.date}
            assert all(slot.status is SlotStatus.FREE for slot in day.slots)
        assert [len(day.slots) for day in offer] == [48, 2 * hours, 48]

        for slot in offer[1].slots:
            booking = actions.book(
                key=uuid.uuid4(),
                recipient=recipient,
                service=service,
                starts_at=slot.starts_at,
                by=recipient.user,
            )
            assert booking.ends_at - booking.starts_at == HALF_HOUR
            assert booking.visits.get().shift is not None
        assert queries.balance(recipient, service, date).used == 2 * hours
        assert len(queries.own_bookings(recipient, date, date)) == 2 * hours


@pytest.mark.parametrize(("date", "hours"), CHANGES)
@pytest.mark.usefixtures("night_and_day")
def test_the_shortest_notice_counts_real_hours(date, hours, service, recipient, department):
    department.minimum_notice_minutes = 180
    department.save()
    with time_machine.travel(midnight(date - dt.timedelta(days=1)), tick=False):
        lay_out_horizon(department)
    now = (midnight(date) + dt.timedelta(minutes=30)).astimezone(dt.UTC)
    with time_machine.travel(now, tick=False):
        (day,) = queries.offer(service=service, recipient=recipient, dates=[date], now=now)

        first = next(slot for slot in day.slots if slot.status is SlotStatus.FREE)
        assert first.starts_at - now == dt.timedelta(hours=3)
        with pytest.raises(errors.TooLate):
            actions.book(
                key=uuid.uuid4(),
                recipient=recipient,
                service=service,
                starts_at=first.starts_at - HALF_HOUR,
                by=recipient.user,
            )


@pytest.mark.usefixtures("night_and_day")
def test_the_doubled_hour_is_two_times(service, recipient):
    date = dt.date(2026, 10, 25)
    now = midnight(date - dt.timedelta(days=1))
    with time_machine.travel(now, tick=False):
        for fold in (0, 1):
            twice = dt.datetime(2026, 10, 25, 2, 0, tzinfo=OSLO, fold=fold)
            actions.book(
                key=uuid.uuid4(),
                recipient=recipient,
                service=service,
                starts_at=twice,
                by=recipient.user,
            )
        assert recipient.bookings.count() == 2


@pytest.mark.usefixtures("night_and_day")
def test_the_quota_of_the_longest_week_ends_with_its_sunday(service, recipient):
    sunday = dt.date(2026, 10, 25)
    recipient.grants.update(amount=1)
    now = midnight(sunday - dt.timedelta(days=1))
    last = dt.datetime(2026, 10, 25, 23, 30, tzinfo=OSLO)
    with time_machine.travel(now, tick=False):
        for starts_at in (last, last + dt.timedelta(minutes=30)):
            service.minutes = 30
            actions.book(
                key=uuid.uuid4(),
                recipient=recipient,
                service=service,
                starts_at=starts_at,
                by=recipient.user,
            )
        assert queries.balance(recipient, service, sunday).left == 0
