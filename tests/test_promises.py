"""The checker that looks at every test must itself see what is wrong."""

import datetime as dt

import pytest
from django.db import connection

from departments.models import TimeAway
from tests import factories
from tests.promises import broken_lists, broken_seats
from workflow.actions import make_plan

pytestmark = [pytest.mark.django_db, pytest.mark.spoilt]


@pytest.fixture
def shift(department):
    return factories.ShiftFactory(day__department=department)


@pytest.fixture
def visit(shift):
    visit = factories.VisitFactory(day=shift.day, shift=shift)
    make_plan(day_id=shift.day_id)
    assert not broken_seats()
    assert not broken_lists()
    return visit


def without_constraint():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE booking_visit DROP CONSTRAINT no_seat_taken_twice")


def test_it_sees_somebody_who_is_not_qualified(visit):
    visit.booking.service.qualifications.add(factories.QualificationFactory())

    assert broken_seats() == [f"{visit.pk}: not qualified"]


def test_it_sees_a_visit_on_a_shift_of_somebody_away(visit, shift):
    factories.take_away(shift)

    assert broken_seats() == [f"{visit.pk}: nobody there"]


def test_it_sees_a_visit_in_minutes_away(visit, shift):
    five_minutes = dt.timedelta(minutes=5)
    factories.take_away(shift, visit.starts_at + five_minutes, visit.starts_at + 2 * five_minutes)

    assert broken_seats() == [f"{visit.pk}: not free on {shift.pk}"]


def test_it_sees_times_away_that_the_shift_does_not_have(visit, shift):
    factories.take_away(shift, shift.ends_at - dt.timedelta(minutes=5))
    TimeAway.objects.all().delete()

    assert broken_seats() == [f"{shift.pk}: other times away than its rows"]


def test_it_sees_a_visit_outside_its_shift_or_in_its_break(visit, shift):
    shift.break_starts_at = visit.starts_at
    shift.break_ends_at = visit.starts_at + dt.timedelta(minutes=30)
    shift.save()

    assert broken_seats() == [f"{visit.pk}: not free on {shift.pk}"]


def test_it_sees_two_visits_at_once_where_no_constraint_does(visit, shift):
    without_constraint()
    factories.VisitFactory(day=shift.day, shift=shift, booking__starts_at=visit.starts_at)

    assert len(broken_seats()) == 1


def test_it_sees_too_little_time_to_travel(visit, shift):
    without_constraint()
    visit.occupied_until = visit.ends_at + dt.timedelta(minutes=20)
    visit.save()
    later = factories.VisitFactory(day=shift.day, shift=shift, booking__starts_at=visit.ends_at)

    assert broken_seats() == [f"{later.pk}: too little time to travel on {shift.pk}"]


def test_it_sees_a_visit_of_another_day(visit):
    visit.day = factories.DayFactory(
        department=visit.day.department, date=visit.day.date + dt.timedelta(days=1)
    )
    visit.save()

    assert broken_seats() == [f"{visit.pk}: on a shift of another day"]


def test_it_sees_a_list_without_a_visit_and_one_with_another(visit, shift):
    missing = factories.VisitFactory(day=shift.day, shift=shift, booking__starts_at=visit.ends_at)

    assert broken_lists() == [f"the list of shift {shift.pk} is not what its shift has"]
    missing.delete()
    assert broken_lists() == []
