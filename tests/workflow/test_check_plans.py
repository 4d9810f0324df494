"""The check finds each kind of fault. SQL makes the faults, since no action can."""

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.db import connection

from tests import factories
from workflow import actions

pytestmark = [pytest.mark.django_db, pytest.mark.spoilt]


def check_plans(**options):
    """(exit code, output lines) of the command."""
    out = io.StringIO()
    try:
        call_command("check_plans", stdout=out, **options)
    except SystemExit as end:
        return end.code, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def spoil(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0


@pytest.fixture
def shift(day):
    return factories.ShiftFactory(day=day)


@pytest.fixture
def other_shift(day):
    return factories.ShiftFactory(day=day)


@pytest.fixture
def visit(day, shift, visit_at):
    return visit_at(day, 9, shift)


@pytest.fixture
def unstaffed(day, visit_at):
    return visit_at(day, 10)


@pytest.fixture
def all_well(day, tomorrow, visit, other_shift, unstaffed, visit_at):
    """Two shifts, one visit on a list of each of two days, one visit unstaffed."""
    visit_at(tomorrow, 9, factories.ShiftFactory(day=tomorrow))
    actions.plan_stale_days()
    assert check_plans() == (0, ["visits 3, on one list 2, unstaffed 1, wrong 0"])


def test_it_passes_when_lists_and_visits_agree(all_well):
    pass


def test_an_empty_database_has_nothing_wrong(db):
    assert check_plans() == (0, ["visits 0, on one list 0, unstaffed 0, wrong 0"])


def test_it_finds_a_visit_on_no_list(all_well, visit):
    spoil("DELETE FROM workflow_workitem WHERE visit_id = %s", visit.pk)

    assert check_plans() == (
        1,
        ["1 on no list", "visits 3, on one list 1, unstaffed 1, wrong 1"],
    )


def test_it_finds_a_visit_on_another_shifts_list(all_well, visit, other_shift):
    spoil(
        "UPDATE workflow_workitem SET work_list_id ="
        " (SELECT id FROM workflow_worklist WHERE shift_id = %s) WHERE visit_id = %s",
        other_shift.pk,
        visit.pk,
    )

    assert check_plans() == (
        1,
        [
            "1 on another list than its shift's",
            "visits 3, on one list 1, unstaffed 1, wrong 1",
        ],
    )


def test_it_finds_a_visit_that_changed_its_seat_without_its_day(all_well, visit, other_shift):
    spoil("UPDATE booking_visit SET shift_id = %s WHERE id = %s", other_shift.pk, visit.pk)

    code, lines = check_plans()

    assert (code, lines[0]) == (1, "1 on another list than its shift's")


def test_it_finds_an_unstaffed_visit_on_a_list(all_well, visit):
    spoil("UPDATE booking_visit SET shift_id = NULL WHERE id = %s", visit.pk)

    assert check_plans() == (
        1,
        ["1 unstaffed, yet on a list", "visits 3, on one list 1, unstaffed 1, wrong 1"],
    )


@pytest.mark.parametrize("which", ["visit", "unstaffed"])
def test_it_finds_visits_of_a_cancelled_booking(all_well, which, request):
    booking = request.getfixturevalue(which).booking_id
    spoil("UPDATE booking_booking SET status = 'cancelled' WHERE id = %s", booking)

    code, lines = check_plans()

    assert (code, lines[0]) == (1, "1 of a cancelled booking")
    assert lines[-1].startswith("visits 2, ")


@pytest.mark.parametrize("carers", [2, 3])
def test_it_finds_a_booking_with_fewer_visits_than_carers(all_well, visit, carers):
    spoil("UPDATE booking_booking SET carers = %s WHERE id = %s", carers, visit.booking_id)

    code, lines = check_plans()

    assert (code, lines[0]) == (1, "1 booking with too few or too many visits")


def test_it_finds_a_booking_without_any_visit(all_well, visit):
    spoil("DELETE FROM workflow_workitem WHERE visit_id = %s", visit.pk)
    spoil("DELETE FROM booking_visit WHERE id = %s", visit.pk)

    code, lines = check_plans()

    assert (code, lines[0]) == (1, "1 booking with too few or too many visits")


def test_it_finds_a_booking_with_one_visit_too_many(all_well, visit, other_shift, change, day):
    factories.VisitFactory(day=day, shift=other_shift, booking=visit.booking)
    change(day)
    actions.plan_stale_days()

    assert check_plans() == (
        1,
        [
            "1 booking with too few or too many visits",
            "visits 4, on one list 3, unstaffed 1, wrong 1",
        ],
    )


def test_two_carers_are_two_visits(all_well, visit, other_shift, change, day):
    factories.VisitFactory(day=day, shift=other_shift, booking=visit.booking)
    spoil("UPDATE booking_booking SET carers = 2 WHERE id = %s", visit.booking_id)
    change(day)
    actions.plan_stale_days()

    assert check_plans() == (0, ["visits 4, on one list 3, unstaffed 1, wrong 0"])


def test_it_finds_a_day_without_a_plan(all_well, tomorrow):
    spoil(
        "DELETE FROM workflow_workitem WHERE work_list_id IN"
        " (SELECT id FROM workflow_worklist WHERE plan_id IN"
        "  (SELECT id FROM workflow_dayplan WHERE day_id = %s))",
        tomorrow.pk,
    )
    spoil(
        "DELETE FROM workflow_worklist WHERE plan_id IN"
        " (SELECT id FROM workflow_dayplan WHERE day_id = %s)",
        tomorrow.pk,
    )
    spoil("DELETE FROM workflow_dayplan WHERE day_id = %s", tomorrow.pk)

    assert check_plans() == (
        1,
        [
            "1 on no list",
            "1 shift without a list",
            "1 stale day",
            "visits 3, on one list 1, unstaffed 1, wrong 3",
        ],
    )


def test_it_finds_a_day_that_is_newer_than_its_plan(all_well, tomorrow):
    spoil("UPDATE departments_day SET revision = revision + 1 WHERE id = %s", tomorrow.pk)

    assert check_plans() == (
        1,
        ["1 stale day", "visits 3, on one list 2, unstaffed 1, wrong 1"],
    )


def test_it_finds_a_list_of_another_day_than_its_shift(all_well, tomorrow, other_shift):
    spoil(
        "UPDATE workflow_worklist SET plan_id ="
        " (SELECT id FROM workflow_dayplan WHERE day_id = %s) WHERE shift_id = %s",
        tomorrow.pk,
        other_shift.pk,
    )

    code, lines = check_plans()

    assert (code, lines[0]) == (1, "1 list of another day than its shift")


def test_it_finds_a_shift_without_a_list(all_well, other_shift):
    spoil("DELETE FROM workflow_worklist WHERE shift_id = %s", other_shift.pk)

    code, lines = check_plans()

    assert (code, lines[0]) == (1, "1 shift without a list")


def test_it_finds_a_visit_on_a_shift_of_another_day(all_well, visit, tomorrow):
    spoil("UPDATE departments_shift SET day_id = %s WHERE id = %s", tomorrow.pk, visit.shift_id)

    code, lines = check_plans()

    assert code == 1
    assert "1 on a shift of another day" in lines


def test_it_finds_a_visit_of_a_past_day_on_todays_list(all_well, visit, department):
    yesterday = factories.DayFactory(
        department=department, date=visit.day.date - dt.timedelta(days=1), laid_out_at=None
    )
    spoil("UPDATE booking_visit SET day_id = %s WHERE id = %s", yesterday.pk, visit.pk)

    code, lines = check_plans()

    assert (code, lines[0]) == (1, "1 of another day, on a list of these days")


def test_it_finds_a_list_out_of_order(all_well, visit, day, shift, visit_at, change):
    visit_at(day, 12, shift)
    change(day)
    actions.plan_stale_days()
    spoil(
        "UPDATE workflow_workitem SET position = 9 WHERE visit_id = %s",
        visit.pk,
    )

    code, lines = check_plans()

    assert (code, lines[0]) == (1, "1 list out of order")


def test_past_days_are_not_counted(all_well, time_machine):
    time_machine.shift(dt.timedelta(days=1))

    assert check_plans() == (0, ["visits 1, on one list 1, unstaffed 0, wrong 0"])


def test_waiting_ends_as_soon_as_nothing_is_stale(all_well, day, change, monkeypatch):
    change(day)
    monkeypatch.setattr("time.sleep", lambda seconds: actions.plan_stale_days())

    code, _ = check_plans(wait=30)

    assert code == 0


def test_waiting_without_a_worker_ends_with_a_stale_day(all_well, day, change):
    change(day)

    code, lines = check_plans(wait=0.01)

    assert (code, lines[0]) == (1, "1 stale day")
