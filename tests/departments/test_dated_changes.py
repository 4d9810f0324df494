"""Changes of opening hours from a date on do not change past days."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.models import Change
from departments import actions, errors, hours, queries
from departments.models import OpeningHours, SpecialDay
from tests import factories

WEDNESDAY = dt.date(2026, 11, 25)
FRIDAY = dt.date(2026, 11, 27)
LONG_BEFORE = [FRIDAY - dt.timedelta(weeks=n) for n in range(1, 9)]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_wednesday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 25, 11, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def row(department):
    return factories.OpeningHoursFactory(department=department, weekday=5, staff=3)


def changed(row, valid_from, *, staffing=None, **values):
    """The row's hours from a date, with other values."""
    now = queries.weekly_hours_of(row)
    return replace(
        now, valid_from=valid_from, staffing=replace(now.staffing, **(staffing or {})), **values
    )


def staff_on(department, *dates):
    rules = queries.rules_of(department, dates)
    return [len(hours.lay_out(date, rules)) for date in dates]


def test_a_row_in_force_ends_the_day_before_and_a_new_row_starts(row, administrator):
    before = staff_on(row.department, *LONG_BEFORE)

    actions.change_opening_hours(
        row=row,
        hours=changed(row, dt.date(2026, 12, 4), staffing={"staff": 2}),
        by=administrator,
    )

    old, new = OpeningHours.objects.order_by("valid_from")
    assert (old.pk, old.staff, old.valid_until) == (row.pk, 3, dt.date(2026, 12, 3))
    assert (new.staff, new.valid_from, new.valid_until) == (2, dt.date(2026, 12, 4), None)
    assert staff_on(row.department, *LONG_BEFORE) == before == [3] * 8
    assert staff_on(row.department, FRIDAY, dt.date(2026, 12, 4)) == [3, 2]


def test_a_past_date_means_today(row, administrator):
    actions.change_opening_hours(
        row=row, hours=changed(row, dt.date(2026, 11, 2), staffing={"staff": 2}), by=administrator
    )

    assert staff_on(row.department, *LONG_BEFORE, FRIDAY) == [3] * 8 + [2]
    assert OpeningHours.objects.get(staff=2).valid_from == WEDNESDAY


def test_a_row_that_begins_today_or_later_is_changed_in_place(department, administrator):
    row = factories.OpeningHoursFactory(department=department, valid_from=FRIDAY)

    actions.change_opening_hours(
        row=row, hours=changed(row, FRIDAY, staffing={"staff": 4}), by=administrator
    )

    assert OpeningHours.objects.get().staff == 4


def test_another_last_day_makes_no_new_row(row, administrator):
    actions.change_opening_hours(
        row=row,
        hours=changed(row, FRIDAY, valid_until=dt.date(2027, 1, 29)),
        by=administrator,
    )

    assert OpeningHours.objects.get().valid_until == dt.date(2027, 1, 29)


def test_a_row_for_every_second_week_keeps_its_weeks(department, administrator):
    row = factories.OpeningHoursFactory(
        department=department, weekday=5, staff=3, every_n_weeks=2, valid_from=LONG_BEFORE[0]
    )
    turns = [FRIDAY + dt.timedelta(weeks=n) for n in range(4)]
    assert staff_on(department, *turns) == [0, 3, 0, 3]

    actions.change_opening_hours(
        row=row, hours=changed(row, FRIDAY, staffing={"staff": 2}), by=administrator
    )

    assert staff_on(department, *turns) == [0, 2, 0, 2]


def test_a_period_that_is_over_is_not_changed(department, administrator):
    row = factories.OpeningHoursFactory(department=department, valid_until=FRIDAY)

    with pytest.raises(errors.HoursAreOver):
        actions.change_opening_hours(
            row=row,
            hours=changed(row, dt.date(2026, 12, 7), staffing={"staff": 2}),
            by=administrator,
        )

    assert not Change.objects.exists()


def test_sending_the_form_twice_makes_one_change(row, administrator):
    once = changed(row, FRIDAY, staffing={"staff": 2, "id": uuid.uuid4()})

    actions.change_opening_hours(row=row, hours=once, by=administrator)
    actions.change_opening_hours(row=row, hours=once, by=administrator)

    assert OpeningHours.objects.count() == 2
    assert Change.objects.count() == 1


def test_sending_a_new_period_twice_makes_one_row(department, administrator):
    monday = hours.WeeklyHours(
        hours.Staffing(dt.time(8), dt.time(12), 1, id=uuid.uuid4()), 1, FRIDAY
    )

    for _ in range(2):
        actions.add_opening_hours(department=department, hours=monday, by=administrator)

    assert OpeningHours.objects.get().pk == monday.staffing.id


def test_removing_from_a_date_ends_the_row(row, administrator):
    actions.remove_opening_hours(row=row, from_date=dt.date(2026, 12, 4), by=administrator)

    assert staff_on(row.department, *LONG_BEFORE, FRIDAY) == [3] * 9
    assert staff_on(row.department, dt.date(2026, 12, 4)) == [0]


def test_removing_a_row_that_has_not_begun_leaves_nothing(department, administrator):
    row = factories.OpeningHoursFactory(department=department, valid_from=FRIDAY)

    actions.remove_opening_hours(row=row, from_date=FRIDAY, by=administrator)

    assert not OpeningHours.objects.exists()


def split(row, administrator):
    return actions.split_opening_hours(
        row=row,
        halves=(
            changed(row, FRIDAY, staffing={"closes_at": dt.time(12)}),
            changed(
                row,
                FRIDAY,
                staffing={"opens_at": dt.time(12), "staff": 1, "id": uuid.uuid4()},
            ),
        ),
        by=administrator,
    )


def test_splitting_makes_two_periods_of_one(row, administrator):
    split(row, administrator)

    assert staff_on(row.department, *LONG_BEFORE) == [3] * 8
    now = OpeningHours.objects.filter(valid_from=FRIDAY).order_by("opens_at")
    assert [(half.opens_at.hour, half.closes_at.hour, half.staff) for half in now] == [
        (8, 12, 3),
        (12, 16, 1),
    ]


class TestUndo:
    def snapshot(self):
        return list(OpeningHours.objects.order_by("pk").values()), [
            (day.date, day.name, [(row.pk, row.staff) for row in day.hours.all()])
            for day in SpecialDay.objects.order_by("date")
        ]

    def change(self):
        return Change.objects.latest("pk")

    @pytest.mark.parametrize(
        "action",
        [
            pytest.param(
                lambda row, by: actions.change_opening_hours(
                    row=row, hours=changed(row, FRIDAY, staffing={"staff": 2}), by=by
                ),
                id="change",
            ),
            pytest.param(
                lambda row, by: actions.remove_opening_hours(row=row, from_date=FRIDAY, by=by),
                id="remove",
            ),
            pytest.param(split, id="split"),
            pytest.param(
                lambda row, by: actions.add_opening_hours(
                    department=row.department,
                    hours=changed(row, FRIDAY, staffing={"id": None}),
                    by=by,
                ),
                id="add",
            ),
            pytest.param(
                lambda row, by: actions.set_special_day(
                    department=row.department, date=FRIDAY, name="Course", by=by
                ),
                id="set a special day",
            ),
        ],
    )
    def test_undo_restores_the_rows(self, row, administrator, action):
        before = self.snapshot()
        action(row, administrator)
        after = self.snapshot()
        assert after != before

        actions.undo_change(change=self.change(), by=administrator)
        assert self.snapshot() == before

        actions.undo_change(change=self.change(), by=administrator)
        assert self.snapshot() == after

    def test_undo_restores_a_special_day_with_its_hours(self, row, administrator):
        special = factories.SpecialDayFactory(department=row.department, date=FRIDAY)
        factories.SpecialHoursFactory(special_day=special, staff=2)
        before = self.snapshot()

        actions.remove_special_day(department=row.department, date=FRIDAY, by=administrator)
        actions.undo_change(change=self.change(), by=administrator)

        assert self.snapshot() == before

    def test_a_change_that_was_changed_again_cannot_be_undone(self, row, administrator):
        actions.change_opening_hours(
            row=row, hours=changed(row, FRIDAY, staffing={"staff": 2}), by=administrator
        )
        first = self.change()
        new = OpeningHours.objects.get(staff=2)
        actions.change_opening_hours(
            row=new, hours=changed(new, FRIDAY, staffing={"staff": 1}), by=administrator
        )

        with pytest.raises(errors.CannotBeUndone):
            actions.undo_change(change=first, by=administrator)
        assert queries.undoable_changes(row.department, [first, self.change()], WEDNESDAY) == {
            self.change().pk
        }

    def test_hours_that_a_day_has_used_cannot_be_undone(self, row, administrator, time_machine):
        actions.change_opening_hours(
            row=row, hours=changed(row, FRIDAY, staffing={"staff": 2}), by=administrator
        )
        time_machine.move_to(dt.datetime(2026, 11, 28, 11, tzinfo=dt.UTC), tick=False)

        with pytest.raises(errors.CannotBeUndone):
            actions.undo_change(change=self.change(), by=administrator)

    def test_a_preview_of_undo_changes_nothing(self, row, administrator):
        actions.remove_opening_hours(row=row, by=administrator)
        before = self.snapshot()

        actions.preview(actions.undo_change, change=self.change(), by=administrator)

        assert self.snapshot() == before

    def test_undoable_changes_use_the_same_queries_for_many_changes(
        self, department, row, administrator, django_assert_num_queries
    ):
        for staff in (2, 4, 5, 6):
            row = OpeningHours.objects.latest("valid_from")
            actions.change_opening_hours(
                row=row, hours=changed(row, FRIDAY, staffing={"staff": staff}), by=administrator
            )
        changes = list(Change.objects.all())
        with django_assert_num_queries(3):
            queries.undoable_changes(department, changes, timezone.localdate())
