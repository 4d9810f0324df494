"""Laying out a day again after its hours have changed."""

import datetime as dt

import pytest

from accounts.models import Change
from departments import actions, queries
from departments.hours import Interval, Staffing, WeeklyHours
from departments.models import Day, OpeningHours, Shift
from tests import factories

FRIDAY = dt.date(2026, 11, 27)
MONDAY = dt.date(2026, 11, 30)
CHRISTMAS_DAY = dt.date(2026, 12, 25)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_friday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 27, 11, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def row(department):
    return factories.OpeningHoursFactory(department=department, weekday=1, staff=3)


def changed(row, **values):
    """The row's hours with other staffing."""
    hours = queries.weekly_hours_of(row)
    staffing = {**hours.staffing.__dict__, **values}
    return WeeklyHours(Staffing(**staffing), hours.weekday, hours.valid_from)


def shifts(date=MONDAY):
    return Shift.objects.filter(day__date=date)


def test_adding_hours_makes_shifts_within_the_horizon(department, administrator):
    hours = WeeklyHours(Staffing(dt.time(8), dt.time(16), 2), 1, MONDAY)

    impact = actions.add_opening_hours(department=department, hours=hours, by=administrator)

    assert impact.added == 4  # two Mondays
    assert shifts().count() == 2
    department.refresh_from_db()
    assert department.configuration_revision == 2
    change = Change.objects.get()
    assert change.actor == administrator
    assert [row["staff"] for row in change.after["rows"]] == [2]


def test_shifts_follow_changed_hours_in_place(row, administrator):
    day = actions.ensure_laid_out(row.department, MONDAY)
    before = set(shifts().values_list("pk", flat=True))

    actions.change_opening_hours(
        row=row, hours=changed(row, closes_at=dt.time(17)), by=administrator
    )

    assert set(shifts().values_list("pk", flat=True)) == before
    assert {shift.ends_at for shift in shifts()} == {factories.local(MONDAY, 17)}
    day.refresh_from_db()
    assert day.revision == 2


def test_saving_the_same_hours_changes_nothing(row, administrator):
    actions.ensure_laid_out(row.department, MONDAY)

    actions.change_opening_hours(row=row, hours=changed(row), by=administrator)

    assert not Change.objects.exists()
    assert Day.objects.get().revision == 1


def test_unnamed_shifts_are_removed_first(row, care_worker, administrator, fake_seats):
    actions.ensure_laid_out(row.department, MONDAY)
    actions.name_shift(shift=shifts()[1], person=care_worker, by=administrator)

    impact = actions.change_opening_hours(row=row, hours=changed(row, staff=1), by=administrator)

    assert shifts().get().person == care_worker
    assert impact.named_kept == impact.named_removed == []


def test_a_named_shift_is_removed_only_with_drop_named(
    row, care_worker, administrator, fake_seats
):
    """On a weekday that stays open."""
    factories.OpeningHoursFactory(
        department=row.department, weekday=row.weekday, opens_at=dt.time(20), closes_at=dt.time(22)
    )
    actions.ensure_laid_out(row.department, MONDAY)
    actions.name_shift(shift=shifts()[0], person=care_worker, by=administrator)

    preview = actions.preview(
        actions.remove_opening_hours, row=row, by=administrator, drop_named=True
    )
    assert [named.person for named in preview.named_removed] == ["Emil Haugen"]
    assert shifts().count() == 4

    impact = actions.remove_opening_hours(row=row, by=administrator)
    assert [named.date for named in impact.named_kept] == [MONDAY]
    assert shifts().get(person__isnull=False).person == care_worker


def test_the_last_hours_of_a_weekday_take_its_named_shifts_along(
    row, care_worker, administrator, fake_seats
):
    actions.ensure_laid_out(row.department, MONDAY)
    actions.name_shift(shift=shifts()[0], person=care_worker, by=administrator)

    impact = actions.remove_opening_hours(row=row, by=administrator)

    assert [named.person for named in impact.named_removed] == ["Emil Haugen"]
    assert not shifts().exists()


def test_a_preview_changes_nothing(row, administrator, django_capture_on_commit_callbacks):
    actions.ensure_laid_out(row.department, MONDAY)
    before = list(Shift.objects.values()), list(Day.objects.values())

    with django_capture_on_commit_callbacks() as callbacks:
        impact = actions.preview(
            actions.change_opening_hours,
            row=row,
            hours=changed(row, staff=1),
            by=administrator,
        )

    assert impact.removed == 2
    assert callbacks == []
    assert (list(Shift.objects.values()), list(Day.objects.values())) == before
    assert OpeningHours.objects.get().staff == 3
    assert not Change.objects.exists()


def test_manual_shifts_are_kept(row, administrator):
    actions.ensure_laid_out(row.department, MONDAY)
    by_hand = factories.ShiftFactory(day=Day.objects.get(), is_manual=True)

    actions.remove_opening_hours(row=row, by=administrator)

    assert shifts().get() == by_hand


def test_a_withdrawn_shift_is_counted_and_not_created_again(row, care_worker, administrator):
    actions.ensure_laid_out(row.department, MONDAY)
    shifts().filter(pk=shifts()[0].pk).update(person=care_worker)
    absence = factories.take_away(shifts().get(person=care_worker))

    actions.change_opening_hours(row=row, hours=changed(row, staff=2), by=administrator)

    assert shifts().count() == 2
    assert shifts().get(is_withdrawn=True).times_away.get().absence == absence


def test_a_shift_partly_away_is_counted_and_keeps_its_minutes(row, care_worker, administrator):
    actions.ensure_laid_out(row.department, MONDAY)
    shifts().filter(pk=shifts()[0].pk).update(person=care_worker)
    ten, eleven = factories.local(MONDAY, 10), factories.local(MONDAY, 11)
    factories.take_away(shifts().get(person=care_worker), ten, eleven)

    actions.change_opening_hours(
        row=row, hours=changed(row, staff=2, closes_at=dt.time(18)), by=administrator
    )

    assert shifts().count() == 2
    shift = shifts().get(person=care_worker)
    assert shift.ends_at == factories.local(MONDAY, 18)
    assert (shift.away, shift.is_withdrawn) == ([ten, eleven], False)


def test_a_shift_that_shrinks_into_its_minutes_away_is_withdrawn(row, care_worker, administrator):
    actions.ensure_laid_out(row.department, MONDAY)
    shifts().filter(pk=shifts()[0].pk).update(person=care_worker)
    shift = shifts().get(person=care_worker)
    factories.take_away(shift, shift.starts_at, factories.local(MONDAY, 12))

    actions.change_opening_hours(
        row=row, hours=changed(row, closes_at=dt.time(12)), by=administrator
    )

    assert shifts().get(person=care_worker).is_withdrawn


def test_a_shift_moved_into_its_persons_absence_loses_those_minutes(
    row, care_worker, administrator
):
    actions.ensure_laid_out(row.department, MONDAY)
    shifts().filter(pk=shifts()[0].pk).update(person=care_worker)
    absence = factories.AbsenceFactory(
        person=care_worker,
        starts_at=factories.local(MONDAY, 17),
        ends_at=factories.local(MONDAY, 20),
    )

    actions.change_opening_hours(
        row=row, hours=changed(row, closes_at=dt.time(18)), by=administrator
    )

    away = shifts().get(person=care_worker).times_away.get()
    assert away.absence == absence
    assert away.period == Interval(factories.local(MONDAY, 17), factories.local(MONDAY, 18))


def test_a_shift_moved_onto_its_persons_other_shift_loses_the_name(
    row, other_department, care_worker, administrator
):
    actions.ensure_laid_out(row.department, MONDAY)
    shifts().filter(pk=shifts()[0].pk).update(person=care_worker)
    elsewhere = factories.ShiftFactory(
        day__department=other_department,
        day__date=MONDAY,
        person=care_worker,
        starts_at=factories.local(MONDAY, 17),
    )

    impact = actions.change_opening_hours(
        row=row, hours=changed(row, closes_at=dt.time(18)), by=administrator
    )

    assert [named.person for named in impact.unnamed] == ["Emil Haugen"]
    assert Shift.objects.get(person=care_worker) == elsewhere
    assert shifts().filter(day__department=row.department).count() == 3


def test_shifts_that_have_begun_do_not_change(department, administrator):
    row = factories.OpeningHoursFactory(department=department, weekday=5, staff=2)
    actions.ensure_laid_out(department, FRIDAY)

    actions.change_opening_hours(
        row=row, hours=changed(row, staff=3, closes_at=dt.time(14)), by=administrator
    )
    assert sorted(shift.ends_at for shift in shifts(FRIDAY)) == [
        factories.local(FRIDAY, hour) for hour in (14, 16, 16)
    ]

    actions.remove_opening_hours(row=row, by=administrator, drop_named=True)
    assert shifts(FRIDAY).count() == 3


def test_visits_are_reseated_when_a_laid_out_day_changes(row, administrator, fake_seats):
    actions.ensure_laid_out(row.department, MONDAY)
    assert fake_seats.reseated == []

    actions.change_opening_hours(row=row, hours=changed(row, staff=2), by=administrator)

    assert fake_seats.reseated == [MONDAY]


def test_the_shift_with_most_visits_is_kept(row, administrator, fake_seats):
    actions.ensure_laid_out(row.department, MONDAY)
    busy = shifts()[2]
    ten = factories.local(MONDAY, 10)
    fake_seats.visits = {busy.pk: [Interval(ten, ten + dt.timedelta(hours=1))]}

    actions.change_opening_hours(row=row, hours=changed(row, staff=1), by=administrator)

    assert shifts().get() == busy


def test_a_special_day_replaces_the_weeks_hours_until_removed(row, administrator):
    actions.ensure_laid_out(row.department, MONDAY)

    actions.set_special_day(
        department=row.department, date=MONDAY, name="Planning day", by=administrator
    )
    assert not shifts().exists()

    actions.set_special_day(
        department=row.department,
        date=MONDAY,
        name="Planning day",
        hours=[Staffing(dt.time(12), dt.time(15), 1)],
        by=administrator,
    )
    assert shifts().get().starts_at == factories.local(MONDAY, 12)
    assert shifts().get().special_hours is not None

    actions.remove_special_day(department=row.department, date=MONDAY, by=administrator)
    assert shifts().count() == 3
    assert set(Change.objects.values_list("verb", flat=True)) == {
        "set_special_day",
        "remove_special_day",
    }


def test_days_laid_out_beyond_the_horizon_change_too(row, administrator):
    far = MONDAY + dt.timedelta(weeks=9)
    actions.ensure_laid_out(row.department, far)

    actions.change_opening_hours(row=row, hours=changed(row, staff=1), by=administrator)

    assert shifts(far).count() == 1


def test_a_changed_holiday_rule_lays_holidays_out_again(department, administrator, time_machine):
    time_machine.move_to(dt.datetime(2026, 12, 20, 12, tzinfo=dt.UTC), tick=False)
    factories.OpeningHoursFactory(department=department, weekday=5)
    actions.ensure_laid_out(department, CHRISTMAS_DAY)
    assert not shifts(CHRISTMAS_DAY).exists()

    actions.change_settings(
        department=department, values={"public_holidays": "usual"}, by=administrator
    )

    assert shifts(CHRISTMAS_DAY).count() == 1
    change = Change.objects.get()
    assert (change.before, change.after) == (
        {"public_holidays": "sunday"},
        {"public_holidays": "usual"},
    )


def test_other_departments_days_do_not_change(row, other_department, administrator):
    factories.OpeningHoursFactory(department=other_department, weekday=1)
    other = actions.ensure_laid_out(other_department, MONDAY)

    actions.remove_opening_hours(row=row, by=administrator)

    other.refresh_from_db()
    assert other.revision == 1
    assert shifts().filter(day=other).count() == 1
