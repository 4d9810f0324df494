"""What absences take out of a shift, and shifts that an older release had withdrawn."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from departments.hours import Interval
from departments.times_away import joined, shares_of
from tests import factories

MONDAY = dt.date(2026, 11, 30)
ONE, TWO, THREE = (uuid.UUID(int=number) for number in (1, 2, 3))


def at(hour, minute=0):
    return factories.local(MONDAY, hour, minute)


def hours(start, end):
    return Interval(at(start), at(end))


@pytest.mark.parametrize(
    ("absences", "shares"),
    [
        ([], {}),
        ([(ONE, hours(9, 10))], {ONE: hours(9, 10)}),
        ([(ONE, hours(6, 20))], {ONE: hours(8, 16)}),
        ([(ONE, hours(6, 8)), (TWO, hours(16, 17))], {}),
        ([(ONE, hours(9, 11)), (TWO, hours(10, 12))], {ONE: hours(9, 11), TWO: hours(11, 12)}),
        ([(ONE, hours(9, 12)), (TWO, hours(10, 11))], {ONE: hours(9, 12)}),
        ([(TWO, hours(9, 10)), (ONE, hours(9, 12))], {TWO: hours(9, 10), ONE: hours(10, 12)}),
        (
            [(ONE, hours(7, 9)), (TWO, hours(8, 9)), (THREE, hours(15, 20))],
            {ONE: hours(8, 9), THREE: hours(15, 16)},
        ),
    ],
)
def test_each_minute_away_belongs_to_one_absence(absences, shares):
    assert shares_of(absences, hours(8, 16)) == shares
    assert shares_of(absences[::-1], hours(8, 16)) == shares


@pytest.mark.parametrize(
    ("periods", "found"),
    [
        ([], []),
        ([hours(9, 10), hours(10, 11)], [hours(9, 11)]),
        ([hours(12, 13), hours(9, 10)], [hours(9, 10), hours(12, 13)]),
        ([hours(9, 12), hours(10, 11)], [hours(9, 12)]),
    ],
)
def test_periods_that_touch_are_joined(periods, found):
    assert joined(periods) == found


@pytest.mark.spoilt
@pytest.mark.django_db(transaction=True)
def test_withdrawn_shifts_of_the_release_before_are_away_in_their_minutes():
    before = [("departments", "0002_when_to_warn_of_essential_services")]
    after = MigrationExecutor(connection).loader.graph.leaf_nodes()
    MigrationExecutor(connection).migrate(before)
    try:
        apps = MigrationExecutor(connection).loader.project_state(before).apps
        model = {
            name: apps.get_model("departments", name)
            for name in ("Department", "Day", "Shift", "Absence")
        }
        person, other = factories.UserFactory().pk, factories.UserFactory().pk
        department = model["Department"].objects.create(name="Home care North")
        day = model["Day"].objects.create(department=department, date=MONDAY)

        def absence(who, start, end):
            return model["Absence"].objects.create(
                person_id=who, starts_at=at(start), ends_at=at(end)
            )

        def shift(who, start, end, withdrawn_by=None):
            return (
                model["Shift"]
                .objects.create(
                    day=day,
                    starts_at=at(start),
                    ends_at=at(end),
                    person_id=who,
                    withdrawn_by=withdrawn_by,
                )
                .pk
            )

        morning = absence(person, 6, 9)
        partly = shift(person, 7, 11, morning)
        noon = absence(person, 12, 20)
        whole = shift(person, 12, 16, noon)
        elsewhere = absence(other, 8, 9)
        replaced = shift(other, 7, 12, elsewhere)  # and works from 10 instead
        instead = shift(other, 10, 15)
        unnamed = shift(None, 8, 16, morning)
    finally:
        MigrationExecutor(connection).migrate(after)

    from departments.models import Shift, TimeAway

    def found(id_):
        shift = Shift.objects.get(pk=id_)
        return shift.away, shift.is_withdrawn

    assert found(partly) == ([at(7), at(9)], False)
    assert found(whole) == ([at(12), at(16)], True)
    assert found(replaced) == ([at(7), at(12)], True)
    assert found(instead) == ([], False)
    assert found(unnamed) == ([at(8), at(16)], True)
    assert TimeAway.objects.get(shift=partly).absence_id == morning.pk
    assert TimeAway.objects.count() == 4
