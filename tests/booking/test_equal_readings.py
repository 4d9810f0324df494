"""The SQL of a booking reads what the plain queries read."""

import datetime as dt
import random
import uuid

import pytest

from booking.actions.booking_sql import known_of, seating_of_rows, seats_free
from booking.models import Grant
from booking.queries.day_seatings import day_seatings, demand_of, needs_of
from booking.queries.own_booking_rows import own_around
from booking.queries.person import Person
from booking.seating.values import Seated
from database.pipeline import run_pipeline
from departments.actions.days import lay_out_horizon
from departments.models import Day
from tests import factories
from tests.booking.conftest import NOW, TODAY, TOMORROW
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

HOUR = dt.timedelta(hours=1)


def known(recipient, service, key=None):
    starts_at = local(TOMORROW, 14)
    return known_of(recipient, service, key or uuid.uuid4(), starts_at, starts_at + HOUR, TOMORROW)


def test_own_bookings_are_the_same_for_every_reader(hours, book, recipient, service, department):
    hours(staff=2)
    nursing = factories.ServiceFactory(department=department, name="Nursing")
    factories.GrantFactory(recipient=recipient, service=nursing)
    expected = [
        (one.pk, one.service_id, int(one.starts_at.timestamp()), int(one.ends_at.timestamp()))
        for one in (
            book(local(TOMORROW, 10), recipient),
            book(local(TOMORROW, 12), recipient, service=nursing),
        )
    ]

    by_sql = known(recipient, service).own
    by_orm = own_around(recipient, TOMORROW, TOMORROW)
    by_page = Person.of(recipient, NOW)._own

    assert sorted(one[:4] for one in by_sql) == sorted(expected)
    assert sorted(one[:4] for one in by_orm) == sorted(expected)
    assert [one[:4] for one in by_page] == expected
    assert [one.service_name for one in by_page] == [service.name, "Nursing"]


def test_the_grant_is_the_one_that_is_valid_on_the_date(recipient, service):
    Grant.objects.update(weeks=2)
    (grant,) = known(recipient, service).grants
    row = Grant.objects.get(recipient=recipient)

    assert {f.attname: getattr(grant, f.attname) for f in Grant._meta.concrete_fields} == {
        f.attname: getattr(row, f.attname) for f in Grant._meta.concrete_fields
    }

    Grant.objects.update(valid_until=TODAY)
    assert known(recipient, service).grants == []


def test_a_key_is_known_when_a_booking_has_it(hours, book, recipient, service):
    hours()
    booking = book(local(TOMORROW, 10), recipient)

    assert known(recipient, service, booking.pk).is_made
    assert not known(recipient, service).is_made


def test_free_seats_are_those_of_the_whole_day_that_need_no_moves(
    hours, book, department, service
):
    """Random times of a crowded day, each against the seating of all its shifts."""
    rng = random.Random(7)
    hours(staff=3)
    lay_out_horizon(department)
    day = Day.objects.get(date=TOMORROW)
    for _ in range(12):
        at = local(TOMORROW, rng.randrange(8, 15), rng.choice([0, 30]))
        if is_free_without_moves(day, service, at):
            book(at)
    answers = set()
    for half_hour in range(15):
        at = local(TOMORROW, 8) + half_hour * HOUR / 2
        answers.add(is_free_without_moves(day, service, at))
    assert answers == {True, False}


def is_free_without_moves(day, service, at):
    """By the whole day's shifts, and checks that the statement says the same."""
    needs = needs_of(day.department)
    demand = demand_of(service, needs.get(service.pk, frozenset()), None)
    day.settled_at = NOW  # on a settled day no visit moves
    whole = day_seatings([day], needs, now=NOW)[day.pk].seat(demand, int(at.timestamp()))
    (rows,) = run_pipeline(seats_free(day.department, day.date, demand, at, uuid.uuid4()))
    direct = seating_of_rows(rows).seat(demand, int(at.timestamp()))
    assert isinstance(direct, Seated) == isinstance(whole, Seated)
    if isinstance(whole, Seated):
        assert direct.seats == whole.seats
    return isinstance(whole, Seated)
