"""A day that is set closed offers nothing, whatever shifts it has."""

import datetime as dt
from dataclasses import replace
from functools import partial

import pytest

from booking import errors, queries
from booking.calendar.offers import DayStatus
from departments import actions as department_actions
from departments.actions.days import lay_out_horizon
from departments.hours import Interval, Staffing
from departments.models import Department, Shift
from departments.queries.hours import weekly_hours_of
from tests.booking.conftest import NOW, TODAY, TOMORROW
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY_AFTER = TOMORROW + dt.timedelta(days=1)


@pytest.fixture
def close(department, administrator):
    def close(date=TOMORROW, **kwargs):
        return department_actions.set_special_day(
            department=department, date=date, name="Planning", by=administrator, **kwargs
        )

    return close


@pytest.fixture
def status(service, recipient):
    def status(date):
        (day,) = queries.offer(service=service, recipient=recipient, dates=[date], now=NOW)
        return day.status

    return status


def name(department, care_worker, *dates):
    lay_out_horizon(department)
    for date in dates:
        shift = Shift.objects.filter(day__department=department, day__date=date)[0]
        department_actions.name_shift(shift=shift, person=care_worker, by=None)


def add_shift(department, date, start, end, by):
    department_actions.add_shift(
        department=department, date=date, period=Interval(start, end), by=by
    )


def test_the_visits_of_a_named_shift_are_in_the_preview(
    department, care_worker, hours, book, close, status
):
    hours()
    name(department, care_worker, TOMORROW)
    visit = book(local(TOMORROW, 10)).visits.get()

    impact = department_actions.preview(close)
    assert [one.visit_id for one in impact.reseated.unstaffed] == [visit.pk]
    assert [one.person for one in impact.named_removed] == [care_worker.full_name]
    assert status(TOMORROW) is DayStatus.OPEN

    close()

    visit.refresh_from_db()
    assert visit.shift is None
    assert status(TOMORROW) is DayStatus.CLOSED
    with pytest.raises(errors.NoSuchSlot):
        book(local(TOMORROW, 14))


@pytest.mark.parametrize("is_before", [True, False])
def test_a_shift_made_by_hand_is_not_offered(
    department, administrator, hours, book, close, status, is_before
):
    hours()
    extra = (department, TOMORROW, local(TOMORROW, 8), local(TOMORROW, 20), administrator)
    if is_before:
        add_shift(*extra)
    close()
    if not is_before:
        add_shift(*extra)

    assert Shift.objects.filter(day__date=TOMORROW, is_manual=True).exists()
    assert status(TOMORROW) is DayStatus.CLOSED
    with pytest.raises(errors.NoSuchSlot):
        book(local(TOMORROW, 18))


def test_a_shift_that_has_begun_is_not_offered(hours, book, close, status, department):
    hours()
    lay_out_horizon(department)
    assert status(TODAY) is DayStatus.OPEN

    close(TODAY)

    assert Shift.objects.filter(day__date=TODAY).exists()
    assert status(TODAY) is DayStatus.CLOSED
    with pytest.raises(errors.NoSuchSlot):
        book(local(TODAY, 14))


def test_nights_are_not_offered_across_a_closed_days_midnights(
    department, hours, book, close, service, recipient
):
    hours(opens_at=dt.time(20), closes_at=dt.time(6))
    close()

    before, closed, after = queries.offer(
        service=service, recipient=recipient, dates=[TODAY, TOMORROW, DAY_AFTER], now=NOW
    )

    assert closed.slots == ()
    assert before.slots[-1].starts_at == local(TODAY, 23, 30)
    assert after.slots[0].starts_at == local(DAY_AFTER, 20)
    for instant in (local(TOMORROW, 1), local(DAY_AFTER, 1)):
        with pytest.raises(errors.NoSuchSlot):
            book(instant)


def test_a_public_holiday_on_which_we_close(
    department, care_worker, administrator, hours, status, clock
):
    friday, christmas = dt.date(2026, 12, 18), dt.date(2026, 12, 25)
    clock.move_to(local(friday, 9))
    hours()
    name(department, care_worker, christmas, christmas - dt.timedelta(days=2))

    impact = department_actions.change_settings(
        department=department,
        values={"public_holidays": Department.PublicHolidays.CLOSED},
        by=administrator,
    )

    assert [one.date for one in impact.named_removed] == [christmas]
    assert not Shift.objects.filter(day__date=christmas).exists()


def test_a_day_that_opens_again_is_offered(department, administrator, hours, close, status):
    hours()
    close()

    department_actions.remove_special_day(department=department, date=TOMORROW, by=administrator)

    assert status(TOMORROW) is DayStatus.OPEN


def test_a_weekday_whose_last_hours_are_removed_offers_nothing(
    department, care_worker, hours, book, status
):
    rows = hours()
    name(department, care_worker, TOMORROW)
    remove = partial(
        department_actions.remove_opening_hours, row=rows[TOMORROW.weekday()], by=None
    )

    impact = department_actions.preview(remove)
    assert [one.date for one in impact.named_removed] == [TOMORROW]
    remove()

    assert status(TOMORROW) is DayStatus.CLOSED
    with pytest.raises(errors.NoSuchSlot):
        book(local(TOMORROW, 14))


def test_dropping_named_shifts_of_one_day_keeps_those_of_others(
    department, care_worker, hours, close
):
    rows = hours()
    name(department, care_worker, TOMORROW, DAY_AFTER)
    row = rows[DAY_AFTER.weekday()]
    later = replace(weekly_hours_of(row).staffing, opens_at=dt.time(17), closes_at=dt.time(18))
    department_actions.change_opening_hours(
        row=row, hours=replace(weekly_hours_of(row), staffing=later, valid_from=TODAY), by=None
    )
    assert Shift.objects.filter(day__date=DAY_AFTER, person=care_worker).exists()

    short = [Staffing(dt.time(17), dt.time(18), 1)]
    impact = close(hours=short)
    assert [one.date for one in impact.named_kept] == [TOMORROW]

    impact = close(hours=[Staffing(dt.time(17), dt.time(19), 1)], drop_named=True)
    assert [one.date for one in impact.named_removed] == [TOMORROW]
    assert Shift.objects.filter(day__date=DAY_AFTER, person=care_worker).exists()


def test_a_carer_who_is_away_does_not_close_the_day(hours, department, care_worker, status):
    hours()
    name(department, care_worker, TOMORROW)
    department_actions.report_absence(
        person=care_worker,
        department=department,
        kind="sick",
        period=Interval(local(TOMORROW, 0), local(DAY_AFTER, 0)),
        by=None,
    )

    assert status(TOMORROW) is DayStatus.NO_TIMES
