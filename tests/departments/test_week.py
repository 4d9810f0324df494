"""The ordinary week as a picture, without a database."""

import datetime as dt
import uuid

import pytest

from departments import week
from departments.hours import Staffing, WeeklyHours

WEDNESDAY = dt.date(2026, 11, 25)


def row(opens, closes, staff=2, weekday=3, valid_from=dt.date(2026, 1, 5), **values):
    staffing = Staffing(dt.time(opens), dt.time(closes), staff, id=uuid.uuid4())
    return WeeklyHours(staffing, weekday, valid_from, **values)


def bars(*rows, on=WEDNESDAY, use=None, **values):
    found = week.week_of(rows, on=on, use=use or {}, **values)
    return [bar for day in found.days for bar in day.bars]


@pytest.mark.parametrize(
    ("rows", "first", "last"),
    [
        pytest.param([], 8, 16, id="nothing open"),
        pytest.param([row(7, 15), row(15, 22)], 7, 22, id="two shifts"),
        pytest.param([row(8, 14), row(22, 7)], 8, 31, id="a night goes on past 24"),
        pytest.param([row(0, 0)], 0, 24, id="round the clock"),
        pytest.param([row(0, 1), row(23, 22)], 0, 36, id="cut where the picture ends"),
    ],
)
def test_the_axis_is_as_long_as_the_hours_need(rows, first, last):
    axis = week.week_of(rows, on=WEDNESDAY, use={}).axis

    assert (axis.first_hour, axis.last_hour) == (first, last)


def test_a_night_belongs_to_the_day_on_which_it_starts():
    (bar,) = bars(row(22, 7))

    assert bar.classes == "at-2200 for-540"
    assert week.axis_around([bar.hours.staffing]).hours == [22, 23, 0, 1, 2, 3, 4, 5, 6]


def test_stripes_in_use_are_at_the_bottom():
    hours = row(7, 15, staff=5)

    (bar,) = bars(hours, use={hours.staffing.id: 3})

    assert [stripe.use for stripe in bar.stripes] == ["free"] * 2 + ["used"] * 3
    assert bar.height == 50


def test_a_removed_stripe_is_dashed_and_on_top():
    hours = row(15, 22, staff=2)
    key = hours.staffing.id

    (bar,) = bars(hours, use={key: 3}, staff_before={key: 3})

    assert [stripe.use for stripe in bar.stripes] == ["gone", "used", "used"]


def test_a_removed_row_has_only_dashed_stripes():
    (bar,) = bars(removed=[row(15, 22, staff=2)])

    assert [stripe.use for stripe in bar.stripes] == ["gone", "gone"]


def test_many_employees_share_the_height():
    (bar,) = bars(row(7, 15, staff=40))

    assert bar.height == week.TALLEST
    assert len(bar.stripes) == 40


def test_a_gap_between_bars_is_closed():
    day = week.week_of([row(8, 14), row(16, 21), row(13, 15)], on=WEDNESDAY, use={}).days[2]

    assert day.closed_between == [(dt.time(15), dt.time(16))]


@pytest.mark.parametrize(
    ("hours", "is_included"),
    [
        pytest.param(row(8, 16), True, id="in force"),
        pytest.param(row(8, 16, valid_until=dt.date(2026, 11, 24)), False, id="over"),
        pytest.param(row(8, 16, valid_until=WEDNESDAY), True, id="last day today"),
        pytest.param(row(8, 16, valid_from=dt.date(2026, 12, 1)), False, id="next week's"),
        pytest.param(
            row(8, 16, weekday=2, valid_from=dt.date(2026, 12, 1)), True, id="from Tuesday"
        ),
        pytest.param(
            row(8, 16, every_n_weeks=2, valid_from=dt.date(2026, 11, 18)),
            True,
            id="every second week, the other one",
        ),
    ],
)
def test_the_week_has_the_rows_of_the_coming_seven_days(hours, is_included):
    assert bool(bars(hours)) is is_included
