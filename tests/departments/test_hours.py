import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from departments.hours import (
    DAY,
    WEEK,
    HolidayRule,
    Interval,
    Rules,
    Staffing,
    WeeklyHours,
    lay_out,
    local_instant,
    monday,
)
from departments.public_holidays import NAMES, is_public_holiday, public_holiday_names

OSLO = ZoneInfo("Europe/Oslo")
MONDAY = dt.date(2026, 11, 23)
FROM_MONDAY = dt.date(2020, 1, 6)


def utc(year, month, day, hour, minute=0):
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC)


def times(first, last, staff=1, **more):
    return Staffing(dt.time(*first), dt.time(*last), staff, **more)


def weekly(date, *rows, every_n_weeks=1, valid_from=FROM_MONDAY, valid_until=None):
    return Rules(
        OSLO,
        tuple(
            WeeklyHours(row, date.isoweekday(), valid_from, valid_until, every_n_weeks)
            for row in rows
        ),
    )


@pytest.mark.parametrize(
    ("date", "time", "instant"),
    [
        pytest.param((2026, 1, 15), (7, 0), utc(2026, 1, 15, 6), id="winter"),
        pytest.param((2026, 7, 15), (7, 0), utc(2026, 7, 15, 5), id="summer"),
        pytest.param((2026, 10, 25), (1, 59), utc(2026, 10, 24, 23, 59), id="before doubled"),
        pytest.param((2026, 10, 25), (2, 30), utc(2026, 10, 25, 0, 30), id="doubled: the first"),
        pytest.param((2026, 10, 25), (3, 0), utc(2026, 10, 25, 2), id="after the doubled hour"),
        pytest.param((2027, 3, 28), (1, 30), utc(2027, 3, 28, 0, 30), id="before the gap"),
        pytest.param((2027, 3, 28), (2, 0), utc(2027, 3, 28, 1), id="the gap begins"),
        pytest.param((2027, 3, 28), (2, 30), utc(2027, 3, 28, 1), id="missing: after the gap"),
        pytest.param((2027, 3, 28), (3, 0), utc(2027, 3, 28, 1), id="the gap ends"),
        pytest.param((2027, 10, 31), (2, 0), utc(2027, 10, 31, 0), id="doubled, next year"),
    ],
)
def test_a_local_time_becomes_one_instant(date, time, instant):
    found = local_instant(dt.date(*date), dt.time(*time), OSLO)

    assert found == instant
    assert found.utcoffset() == dt.timedelta(0)


@pytest.mark.parametrize(
    ("date", "first", "last", "hours"),
    [
        pytest.param(MONDAY, (8, 0), (16, 0), 8, id="an ordinary day"),
        pytest.param(MONDAY, (22, 0), (7, 0), 9, id="past midnight"),
        pytest.param(MONDAY, (8, 0), (8, 0), 24, id="around the clock"),
        pytest.param(MONDAY, (16, 0), (0, 0), 8, id="to midnight"),
        pytest.param(dt.date(2026, 10, 24), (22, 0), (7, 0), 10, id="the night that is longer"),
        pytest.param(dt.date(2027, 3, 27), (22, 0), (7, 0), 8, id="the night that is shorter"),
        pytest.param(dt.date(2027, 10, 31), (0, 0), (0, 0), 25, id="a day of 25 hours"),
        pytest.param(dt.date(2027, 3, 28), (0, 0), (0, 0), 23, id="a day of 23 hours"),
        pytest.param(dt.date(2026, 10, 25), (2, 30), (3, 0), 1.5, id="from a doubled time"),
        pytest.param(dt.date(2027, 3, 28), (2, 30), (4, 0), 1, id="from a missing time"),
    ],
)
def test_both_ends_of_a_shift_are_local_times(date, first, last, hours):
    rules = Rules(OSLO, special={date: (times(first, last),)})

    (draft,) = lay_out(date, rules)

    assert draft.period.duration == dt.timedelta(hours=hours)


def test_hours_within_a_skipped_hour_make_no_shift():
    date = dt.date(2027, 3, 28)

    skipped, later = times((2, 0), (3, 0)), times((8, 0), (16, 0))

    assert lay_out(date, Rules(OSLO, special={date: (skipped,)})) == []
    assert len(lay_out(date, Rules(OSLO, special={date: (skipped, later)}))) == 1


def test_rows_that_overlap_add_up():
    rules = weekly(MONDAY, times((14, 0), (22, 0), 2), times((7, 0), (15, 0), 4))

    drafts = lay_out(MONDAY, rules)

    assert [draft.period.start.astimezone(OSLO).hour for draft in drafts] == [7] * 4 + [14] * 2


def test_a_shift_has_its_rows_id_and_qualifications():
    row_id, qualification = uuid.uuid4(), uuid.uuid4()
    row = times((8, 0), (16, 0), qualification_ids=frozenset([qualification]), id=row_id)

    (draft,) = lay_out(MONDAY, weekly(MONDAY, row))

    assert draft.hours_id == row_id
    assert draft.qualification_ids == {qualification}
    assert not draft.is_special


@pytest.mark.parametrize(
    ("valid_from", "every", "date", "is_open"),
    [
        pytest.param((2026, 11, 23), 2, (2026, 11, 23), True, id="its first week"),
        pytest.param((2026, 11, 23), 2, (2026, 11, 30), False, id="the week between"),
        pytest.param((2026, 11, 23), 2, (2026, 12, 7), True, id="two weeks on"),
        pytest.param((2026, 11, 25), 2, (2026, 12, 7), True, id="counts from the week, not day"),
        pytest.param((2026, 11, 29), 2, (2026, 12, 7), True, id="Sunday is of the week before"),
        pytest.param((2026, 11, 25), 2, (2026, 11, 23), False, id="not before it applies"),
        pytest.param((2026, 11, 23), 3, (2027, 1, 4), True, id="across the new year"),
        pytest.param((2026, 11, 23), 3, (2026, 12, 28), False, id="not every week of a year"),
    ],
)
def test_every_nth_week_counts_from_the_week_it_applies_from(valid_from, every, date, is_open):
    rules = weekly(
        MONDAY, times((8, 0), (16, 0)), every_n_weeks=every, valid_from=dt.date(*valid_from)
    )

    assert bool(lay_out(dt.date(*date), rules)) is is_open


def test_a_row_applies_through_its_last_day():
    rules = weekly(MONDAY, times((8, 0), (16, 0)), valid_until=MONDAY)

    assert lay_out(MONDAY, rules)
    assert not lay_out(MONDAY + dt.timedelta(days=7), rules)


def test_a_row_applies_on_its_weekday_from_its_first_day():
    row = WeeklyHours(times((8, 0), (16, 0)), 1, valid_from=MONDAY)

    assert row.applies_on(MONDAY, 1)
    assert row.applies_on(MONDAY, 2) is False
    assert row.applies_on(MONDAY - dt.timedelta(days=7), 1) is False
    assert row.applies_on(MONDAY + dt.timedelta(days=7), 1)


@pytest.mark.parametrize(
    ("every", "date", "turn"),
    [
        pytest.param(1, (2026, 12, 3), (2026, 12, 3), id="every week is its turn"),
        pytest.param(2, (2026, 11, 25), (2026, 11, 25), id="in its week the day itself"),
        pytest.param(2, (2026, 12, 3), (2026, 12, 7), id="after it the next Monday"),
        pytest.param(3, (2026, 12, 3), (2026, 12, 14), id="two weeks on"),
        pytest.param(3, (2026, 12, 10), (2026, 12, 14), id="one week on"),
        pytest.param(5, (2026, 12, 3), (2026, 12, 28), id="four weeks on"),
        pytest.param(3, (2026, 11, 18), (2026, 11, 23), id="before its first week"),
    ],
)
def test_the_next_turn_of_a_row_is_the_date_or_the_monday_of_its_next_week(every, date, turn):
    row = WeeklyHours(times((8, 0), (16, 0)), 1, dt.date(2026, 11, 25), every_n_weeks=every)

    assert row.next_turn(dt.date(*date)) == dt.date(*turn)


def test_a_special_day_has_its_own_hours_and_no_others():
    rules = weekly(MONDAY, times((8, 0), (16, 0), 5))
    special = Rules(OSLO, rules.weekly, {MONDAY: (times((10, 0), (12, 0)),)})

    (draft,) = lay_out(MONDAY, special)

    assert draft.is_special
    assert draft.period.duration == dt.timedelta(hours=2)


def test_a_special_day_without_hours_is_closed():
    rules = weekly(MONDAY, times((8, 0), (16, 0)))

    assert lay_out(MONDAY, Rules(OSLO, rules.weekly, {MONDAY: ()})) == []


@pytest.mark.parametrize(
    ("rule", "hours"),
    [(HolidayRule.CLOSED, []), (HolidayRule.AS_SUNDAY, [10]), (HolidayRule.AS_USUAL, [8])],
)
def test_a_public_holiday_follows_the_departments_rule(rule, hours):
    christmas_day = dt.date(2026, 12, 25)  # a Friday
    rules = Rules(
        OSLO,
        (
            WeeklyHours(times((8, 0), (16, 0)), 5, FROM_MONDAY),
            WeeklyHours(times((10, 0), (14, 0)), 7, FROM_MONDAY),
        ),
        on_holidays=rule,
    )

    found = lay_out(christmas_day, rules)

    assert [draft.period.start.astimezone(OSLO).hour for draft in found] == hours


def test_a_special_day_takes_precedence_over_a_public_holiday():
    christmas_day = dt.date(2026, 12, 25)
    rules = Rules(
        OSLO,
        special={christmas_day: (times((9, 0), (11, 0)),)},
        on_holidays=HolidayRule.CLOSED,
    )

    assert len(lay_out(christmas_day, rules)) == 1


@pytest.mark.parametrize(
    ("first", "last", "pause", "expected"),
    [
        pytest.param((8, 0), (16, 0), (11, 30), utc(2026, 11, 23, 10, 30), id="at noon"),
        pytest.param((22, 0), (7, 0), (2, 0), utc(2026, 11, 24, 1), id="after midnight"),
        pytest.param((22, 0), (7, 0), (23, 0), utc(2026, 11, 23, 22), id="before midnight"),
        pytest.param((8, 0), (16, 0), (8, 0), utc(2026, 11, 23, 7), id="begins with the shift"),
        pytest.param((8, 0), (16, 0), (15, 30), utc(2026, 11, 23, 14, 30), id="ends with it"),
        pytest.param((8, 0), (16, 0), (15, 45), None, id="runs out of the shift"),
        pytest.param((8, 0), (16, 0), (6, 0), None, id="before the shift"),
    ],
)
def test_a_break_must_be_within_the_shift(first, last, pause, expected):
    row = times(first, last, break_starts_at=dt.time(*pause), break_minutes=30)

    (draft,) = lay_out(MONDAY, weekly(MONDAY, row))

    assert (draft.pause and draft.pause.start) == expected
    assert draft.pause is None or draft.pause.duration == dt.timedelta(minutes=30)


def test_without_a_time_or_a_length_there_is_no_break():
    rows = (
        times((8, 0), (16, 0), break_minutes=30),
        times((8, 0), (16, 0), break_starts_at=dt.time(11)),
    )

    assert [draft.pause for draft in lay_out(MONDAY, weekly(MONDAY, *rows))] == [None, None]


def test_a_special_day_is_not_the_week_of_another_day():
    special = Rules(OSLO, special={MONDAY: (times((10, 0), (12, 0)),)})

    assert lay_out(MONDAY + dt.timedelta(days=1), special) == []


def test_on_an_ordinary_day_the_rule_for_holidays_does_not_matter():
    for rule in HolidayRule:
        rules = Rules(OSLO, weekly(MONDAY, times((8, 0), (16, 0))).weekly, on_holidays=rule)
        assert len(lay_out(MONDAY, rules)) == 1


def test_holidays_are_run_as_sundays_unless_said_otherwise():
    christmas_day = dt.date(2026, 12, 25)
    sunday = WeeklyHours(times((10, 0), (14, 0)), 7, FROM_MONDAY)
    friday = WeeklyHours(times((8, 0), (16, 0)), 5, FROM_MONDAY)

    (draft,) = lay_out(christmas_day, Rules(OSLO, (friday, sunday)))

    assert draft.period.duration == dt.timedelta(hours=4)


def test_public_holidays_of_any_year_have_translatable_names():
    for year in (2026, 2035, 2060):
        holidays = [
            dt.date(year, 1, 1) + dt.timedelta(days=n)
            for n in range(365)
            if is_public_holiday(dt.date(year, 1, 1) + dt.timedelta(days=n))
        ]
        names = [name for date in holidays for name in public_holiday_names(date)]
        assert len(names) == len(NAMES) == 12
    with translation.override("en"):
        both = public_holiday_names(dt.date(2027, 5, 17))
        assert sorted(map(str, both)) == ["Constitution Day", "Whit Monday"]


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        pytest.param((8, 10), (10, 12), 0, id="touching"),
        pytest.param((8, 12), (9, 10), 1, id="nested"),
        pytest.param((8, 10), (9, 12), 1, id="crossing"),
        pytest.param((8, 9), (11, 12), 0, id="apart"),
    ],
)
def test_intervals_are_half_open(first, second, overlap):
    one, other = (
        Interval(utc(2026, 11, 23, start), utc(2026, 11, 23, end))
        for start, end in (first, second)
    )

    assert one.overlaps(other) is other.overlaps(one) is bool(overlap)
    assert one.overlap(other) == dt.timedelta(hours=overlap)


def test_an_interval_ends_after_it_starts():
    with pytest.raises(ValueError, match="after"):
        Interval(utc(2026, 11, 23, 8), utc(2026, 11, 23, 8))
    with pytest.raises(ValueError, match="after"):
        Interval(utc(2026, 11, 23, 8), utc(2026, 11, 23, 7))


@pytest.mark.parametrize(
    ("inner", "is_within"),
    [
        pytest.param((8, 12), True, id="itself"),
        pytest.param((8, 9), True, id="from its start"),
        pytest.param((11, 12), True, id="to its end"),
        pytest.param((7, 9), False, id="from before it"),
        pytest.param((11, 13), False, id="to after it"),
    ],
)
def test_an_interval_contains_what_lies_within_both_ends(inner, is_within):
    outer = Interval(utc(2026, 11, 23, 8), utc(2026, 11, 23, 12))
    start, end = inner

    assert outer.contains(Interval(utc(2026, 11, 23, start), utc(2026, 11, 23, end))) is is_within


def test_the_monday_of_a_week():
    week = [MONDAY + n * DAY for n in range(7)]

    assert {monday(date) for date in week} == {MONDAY}
    assert week[-1] == dt.date(2026, 11, 29)
    assert monday(MONDAY - DAY) == MONDAY - WEEK == dt.date(2026, 11, 16)
