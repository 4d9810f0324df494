"""Clock changes in Europe/Oslo: a day has 25 hours in October and 23 in March."""

import datetime as dt
import re
import uuid
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine

from booking import actions, errors, queries
from booking.calendar.offers import SlotStatus
from departments.actions.days import lay_out_horizon
from tests import factories
from tests.sizes import size

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
HALF_HOUR = dt.timedelta(minutes=30)
AROUND_THE_CHANGE = 10  # half hours from midnight, of which none is left out
CHANGES = [
    (dt.date(2026, 10, 25), 25),
    (dt.date(2027, 3, 28), 23),
    (dt.date(2027, 10, 31), 25),
]


@pytest.fixture
def night_and_day(department):
    """Somebody is at work around the clock, in two shifts."""
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
def test_every_free_slot_at_a_clock_change_can_be_booked(date, hours, service, recipient):
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


@pytest.mark.parametrize("notice", [60, 90, 120, 150, 180, 1440])
@pytest.mark.parametrize(("date", "hours"), CHANGES)
@pytest.mark.usefixtures("night_and_day")
def test_the_shortest_notice_counts_real_hours(
    date, hours, notice, service, recipient, department
):
    """At half past midnight the first bookable time is before, in and after the change."""
    department.minimum_notice_minutes = notice
    department.save()
    with time_machine.travel(midnight(date - dt.timedelta(days=1)), tick=False):
        lay_out_horizon(department)
    now = (midnight(date) + dt.timedelta(minutes=30)).astimezone(dt.UTC)
    with time_machine.travel(now, tick=False):
        dates = [date, date + dt.timedelta(days=1)]
        offer = queries.offer(service=service, recipient=recipient, dates=dates, now=now)

        free = [slot for day in offer for slot in day.slots if slot.status is SlotStatus.FREE]
        first = free[0]
        assert first.starts_at - now == dt.timedelta(minutes=notice)
        with pytest.raises(errors.TooLate):
            actions.book(
                key=uuid.uuid4(),
                recipient=recipient,
                service=service,
                starts_at=first.starts_at - HALF_HOUR,
                by=recipient.user,
            )
        actions.book(
            key=uuid.uuid4(),
            recipient=recipient,
            service=service,
            starts_at=first.starts_at,
            by=recipient.user,
        )


DOUBLED = [date for date, hours in CHANGES if hours == 25]
MISSING = [date for date, hours in CHANGES if hours == 23]


@pytest.mark.parametrize("date", DOUBLED)
@pytest.mark.usefixtures("night_and_day")
def test_the_repeated_hour_has_two_slots(date, service, recipient):
    service.minutes = 30
    service.save()
    with time_machine.travel(midnight(date - dt.timedelta(days=1)), tick=False):
        for fold in (0, 1):
            twice = dt.datetime.combine(date, dt.time(2, fold=fold), OSLO)
            booking = actions.book(
                key=uuid.uuid4(),
                recipient=recipient,
                service=service,
                starts_at=twice,
                by=recipient.user,
            )
            assert booking.starts_at == dt.datetime.combine(date, dt.time(fold), dt.UTC)
        assert recipient.bookings.count() == 2


@pytest.mark.parametrize("date", MISSING)
@pytest.mark.usefixtures("night_and_day")
def test_the_skipped_hour_has_no_slots(date, service, recipient):
    service.minutes = 30
    service.save()
    now = midnight(date - dt.timedelta(days=1)).astimezone(dt.UTC)
    with time_machine.travel(now, tick=False):
        (day,) = queries.offer(service=service, recipient=recipient, dates=[date], now=now)

    shown = [slot.starts_at.astimezone(OSLO).strftime("%H:%M") for slot in day.slots]
    assert shown[:6] == ["00:00", "00:30", "01:00", "01:30", "03:00", "03:30"]
    assert len(shown) == len(set(shown))


@pytest.mark.parametrize("date", MISSING)
def test_hours_that_begin_in_the_skipped_hour_begin_after_it(date, service, recipient, department):
    factories.OpeningHoursFactory(
        department=department, weekday=7, opens_at=dt.time(2, 30), closes_at=dt.time(5)
    )
    now = midnight(date - dt.timedelta(days=1)).astimezone(dt.UTC)
    with time_machine.travel(now, tick=False):
        (day,) = queries.offer(service=service, recipient=recipient, dates=[date], now=now)

    shown = [slot.starts_at.astimezone(OSLO).strftime("%H:%M") for slot in day.slots]
    assert shown == ["03:00", "03:30", "04:00"]


@pytest.mark.parametrize("date", DOUBLED)
def test_hours_over_the_repeated_hour_are_an_hour_longer(date, service, recipient, department):
    factories.OpeningHoursFactory(
        department=department, weekday=7, opens_at=dt.time(1), closes_at=dt.time(4)
    )
    now = midnight(date - dt.timedelta(days=1)).astimezone(dt.UTC)
    with time_machine.travel(now, tick=False):
        (day,) = queries.offer(service=service, recipient=recipient, dates=[date], now=now)

    assert day.slots[0].starts_at == dt.datetime.combine(date, dt.time(1), OSLO)
    assert day.slots[-1].ends_at == dt.datetime.combine(date, dt.time(4), OSLO)
    assert (
        len(day.slots) == 7
    )  # starts on the half hour, within four hours, for visits of one hour


@pytest.mark.parametrize(("date", "hours"), CHANGES)
@pytest.mark.usefixtures("night_and_day")
def test_each_time_on_the_page_links_to_itself(date, hours, service, recipient, client):
    """Also the two times that the clock shows alike."""
    service.minutes = 30
    service.save()
    recipient.grants.update(amount=1000)
    with time_machine.travel(midnight(date - dt.timedelta(days=1)), tick=False):
        client.force_login(recipient.user)
        page = client.get(f"/book/{service.pk}/{date}/").text
        links = re.findall(rf'href="(/book/{service.pk}/{date}/[^"/]+/)#question"', page)
        every = size(4, in_full=1)
        numbers = [n for n in range(len(links)) if n < AROUND_THE_CHANGE or n % every == 0]
        asked = [
            re.search(r'name="starts_at" value="([^"]+)"', client.get(links[n]).text)[1]
            for n in numbers
        ]

    assert len(set(links)) == 2 * hours
    first = midnight(date).astimezone(dt.UTC)
    assert [dt.datetime.fromisoformat(one) for one in asked] == [
        first + number * HALF_HOUR for number in numbers
    ]


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
