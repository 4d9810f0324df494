"""What a booking reads and writes by hand-written SQL is what the rows say."""

import datetime as dt
import random
import uuid

import pytest
from django.utils import timezone

from booking.actions.booking_sql import known_of, seating_of_rows, seats_free
from booking.models import Grant
from booking.queries.day_seatings import day_seatings, needs_of
from booking.seating.values import Demand, Seated
from database.pipeline import run_pipeline
from departments.times_away import joined
from tests import factories
from tests.booking.conftest import NOW, TODAY, TOMORROW
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


# -- What is known of the person ----------------------------------------------------


@pytest.fixture
def known(recipient, service):
    def known(date=TOMORROW, hour=10, minute=0, key=None):
        starts_at = local(date, hour, minute)
        return known_of(recipient, service, key or uuid.uuid4(), starts_at, starts_at + HOUR, date)

    return known


def test_a_key_is_known_once_a_booking_has_it(known, service, someone):
    booking = factories.BookingFactory(recipient=someone(), service=service)
    assert known(key=booking.pk).is_made
    assert not known().is_made


def test_needs_are_the_services_own(known, service):
    own, other = factories.QualificationFactory(), factories.QualificationFactory()
    service.qualifications.add(own)
    factories.ServiceFactory(department=service.department).qualifications.add(other)
    assert known().needs == {own.pk}


@pytest.mark.parametrize(
    ("first", "last", "is_valid"),
    [
        (TOMORROW - 9 * DAY, None, True),
        (TOMORROW, None, True),
        (TOMORROW + DAY, None, False),
        (TOMORROW - 9 * DAY, TOMORROW, True),
        (TOMORROW, TOMORROW, True),
        (TOMORROW - 9 * DAY, TOMORROW - DAY, False),
    ],
)
def test_a_grant_holds_from_its_first_day_through_its_last(
    known, recipient, service, someone, first, last, is_valid
):
    recipient.grants.all().delete()
    someone()
    factories.GrantFactory(recipient=recipient)
    grant = factories.GrantFactory(
        recipient=recipient,
        service=service,
        amount=90,
        unit=Grant.Unit.MINUTES,
        period=Grant.Period.MONTH,
        valid_from=first,
        valid_until=last,
    )

    found = known().grants

    assert found == ([grant] if is_valid else [])
    for one in found:
        assert (one.amount, one.unit, one.period) == (90, "minutes", "month")
        assert (one.valid_from, one.valid_until) == (first, last)
        assert (one.recipient, one.service) == (recipient, service)


def test_own_bookings_are_the_confirmed_ones_of_every_period_and_spacing_around(
    known, recipient, service, someone
):
    def booking(starts_at, who=recipient, **values):
        return factories.BookingFactory(
            recipient=who, service=service, starts_at=starts_at, **values
        )

    # From the first of the month until the last of four weeks.
    first, after = local(dt.date(2026, 11, 1), 0), local(dt.date(2026, 12, 21), 0)
    other = factories.BookingFactory(recipient=recipient, starts_at=local(TODAY, 8))
    inside = [other, booking(first), booking(local(TOMORROW, 15)), booking(after - HOUR)]
    booking(first - HOUR)
    booking(after)
    booking(local(TOMORROW, 9), status="cancelled", cancelled_at=timezone.now())
    booking(local(TOMORROW, 9), who=someone())

    own = known().own

    assert {(one.id, one.service_id, one.starts, one.ends) for one in own} == {
        (
            one.pk,
            one.service_id,
            int(one.starts_at.timestamp()),
            int(one.ends_at.timestamp()),
        )
        for one in inside
    }


@pytest.mark.parametrize(
    ("hour", "minute", "has_night"),
    [(0, 0, True), (1, 0, True), (1, 30, False), (2, 0, False)],
)
def test_the_night_of_the_day_before_lasts_until_the_visit_ends(
    known, department, other_department, hour, minute, has_night
):
    """From 22 until 2 on the day before; elsewhere and on other days it is longer."""
    assert known(hour=hour, minute=minute).has_night is None
    for its_department, date, hours in (
        (department, TODAY, 4),
        (department, TODAY - DAY, 40),
        (department, TOMORROW, 8),
        (other_department, TODAY, 8),
    ):
        factories.ShiftFactory(
            day=factories.DayFactory(department=its_department, date=date),
            starts_at=local(date, 22),
            ends_at=local(date, 22) + hours * HOUR,
        )
    assert known(hour=hour, minute=minute).has_night is has_night


def test_a_night_that_begins_with_the_visit_is_in_time(known, department):
    day = factories.DayFactory(department=department, date=TODAY)
    factories.ShiftFactory(day=day, starts_at=local(TOMORROW, 0), ends_at=local(TOMORROW, 4))
    assert known(hour=0).has_night is True
    assert known(hour=0, minute=30).has_night is True
    assert known(date=TOMORROW + DAY, hour=0).has_night is None


def test_a_day_that_is_not_laid_out_has_no_night_yet(known, department):
    factories.DayFactory(department=department, date=TODAY, laid_out_at=None)
    assert known(hour=1).has_night is None
    factories.DayFactory(department=department, date=TOMORROW)
    assert known(date=TOMORROW + DAY, hour=1).has_night is False


# -- Who is directly free ---------------------------------------------------------------


def directly(department, date, demand, starts_at, key=None):
    question = seats_free(department, date, demand, starts_at, key or uuid.uuid4())
    (rows,) = run_pipeline(question)
    return rows, seating_of_rows(rows)


@pytest.mark.parametrize("seed", range(4))
def test_who_is_directly_free_is_who_the_whole_settled_day_says(seed, department, service):
    """The same seats too: the plainest carer with the tightest gap."""
    rng = random.Random(seed)
    skill = factories.QualificationFactory()
    service.qualifications.add(skill)
    day = factories.DayFactory(department=department, date=TOMORROW, settled_at=NOW)
    shifts = []
    for number in range(5):
        starts_at = local(TOMORROW, rng.randint(7, 9))
        pause = starts_at + rng.randint(1, 3) * HOUR if rng.random() < 0.5 else None
        shifts.append(
            factories.ShiftFactory(
                day=day,
                starts_at=starts_at,
                ends_at=starts_at + rng.randint(4, 6) * HOUR,
                break_starts_at=pause,
                break_ends_at=pause and pause + HOUR / 2,
                qualification_ids=[skill.pk] if rng.random() < 0.6 else [],
            )
        )
        away_from = starts_at + rng.randint(0, 6) * HOUR / 2
        if number == 4:
            factories.take_away(shifts[-1])
        elif number % 2 and away_from < shifts[-1].ends_at:
            away_until = min(away_from + rng.choice([1, 6, 18]) * HOUR / 12, shifts[-1].ends_at)
            factories.take_away(shifts[-1], away_from, away_until)
    moving = None
    for shift in shifts[:-1]:
        at = before = shift.starts_at + rng.randint(0, 3) * HOUR / 2
        travel = 0 * HOUR
        while at + HOUR / 2 <= shift.ends_at:
            pauses = [*([shift.pause] if shift.pause else []), *shift.times_off]
            pauses = [(one.start, one.end) for one in joined(pauses)]
            paused = sum(
                (max(min(back, at) - max(rest, before), 0 * HOUR) for rest, back in pauses),
                0 * HOUR,
            )
            is_at_work = all(at + HOUR / 2 <= rest or back <= at for rest, back in pauses)
            if is_at_work and at - before - paused >= travel:
                travel = rng.choice([0, 5, 15]) * HOUR / 60
                visit = factories.VisitFactory(
                    day=day,
                    shift=shift,
                    booking__starts_at=at,
                    booking__ends_at=at + HOUR / 2,
                    occupied_until=at + HOUR / 2 + travel,
                )
                moving = moving or visit.booking
                at = before = at + HOUR / 2
            at += rng.choice([1, 1, 2, 3, 4]) * HOUR / 2

    answers = set()
    for without in (None, moving):
        whole = day_seatings([day], needs_of(department), now=NOW, without=without)[day.pk]
        for minutes, travel, carers, needs in (
            (30, 0, 1, ()),
            (30, 15, 1, (skill.pk,)),
            (60, 15, 2, ()),
            (90, 5, 1, ()),
        ):
            demand = Demand(60 * minutes, 60 * travel, frozenset(needs), carers)
            for step in range(0, 20):
                starts_at = local(TOMORROW, 7) + step * HOUR / 2
                key = without and without.pk
                _, seating = directly(department, TOMORROW, demand, starts_at, key)
                start = int(starts_at.timestamp())
                found, expected = seating.seat(demand, start), whole.seat(demand, start)
                if isinstance(expected, Seated):
                    assert found == expected, starts_at
                else:
                    assert not isinstance(found, Seated), starts_at
                answers.add(type(expected))
    assert len(answers) == 2


def test_only_shifts_that_could_take_it_come_back(department, other_department):
    """Rows that can't take the visit would only cost their way from the database."""
    day = factories.DayFactory(department=department, date=TOMORROW)
    free = factories.ShiftFactory(
        day=day, starts_at=local(TOMORROW, 10), ends_at=local(TOMORROW, 11)
    )
    busy = [factories.ShiftFactory(day=day) for _ in range(4)]
    touching = factories.ShiftFactory(day=day)
    for shift, minutes in (
        (busy[0], -15),
        (busy[1], 0),
        (busy[2], 30),
        (busy[3], 65),
        (touching, -45),
        (touching, 75),
    ):
        starts_at = local(TOMORROW, 10) + minutes * HOUR / 60
        factories.VisitFactory(
            day=day,
            shift=shift,
            booking__starts_at=starts_at,
            booking__ends_at=starts_at + HOUR / 2,
            occupied_until=starts_at + 3 * HOUR / 4,
        )
    factories.take_away(factories.ShiftFactory(day=day))
    factories.ShiftFactory(day=day, starts_at=local(TOMORROW, 10, 1))
    factories.ShiftFactory(day=day, starts_at=local(TOMORROW, 8), ends_at=local(TOMORROW, 10, 59))
    for other_day in (
        factories.DayFactory(department=department, date=TODAY),
        factories.DayFactory(department=other_department, date=TOMORROW),
    ):
        factories.ShiftFactory(
            day=other_day, starts_at=local(TODAY, 8), ends_at=local(TOMORROW, 20)
        )

    rows, _ = directly(department, TOMORROW, Demand(3600, 900), local(TOMORROW, 10))

    assert {row[0] for row in rows} == {free.pk, touching.pk}
    (around,) = [row[7:] for row in rows if row[0] == touching.pk]
    ten = int(local(TOMORROW, 10).timestamp())
    assert around == (ten - 2700, ten - 900, ten, ten + 4500)
    (around,) = [row[7:] for row in rows if row[0] == free.pk]
    assert around == (None, None, None, None)


def test_the_visits_before_and_after_are_the_nearest(department):
    day = factories.DayFactory(department=department, date=TOMORROW)
    shift = factories.ShiftFactory(day=day)
    for hour in (8, 9, 12, 14):
        factories.VisitFactory(day=day, shift=shift, booking__starts_at=local(TOMORROW, hour))

    ((*_, before, its_end, until, after),), _ = directly(
        department, TOMORROW, Demand(3600), local(TOMORROW, 10)
    )

    assert before == int(local(TOMORROW, 9).timestamp())
    assert its_end == until == int(local(TOMORROW, 10).timestamp())
    assert after == int(local(TOMORROW, 12).timestamp())
