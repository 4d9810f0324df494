import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest

from booking.calendar import timetable
from booking.calendar.offers import DayOffer, DayStatus, Slot, SlotStatus
from booking.calendar.reasons import Kind
from booking.calendar.timetable import DayPart, OwnVisit

OSLO = ZoneInfo("Europe/Oslo")
STEP = dt.timedelta(minutes=30)
DAY = dt.date(2026, 11, 26)  # a Thursday
LETTERS = {
    "f": SlotStatus.FREE,
    "b": SlotStatus.BUSY,
    "o": SlotStatus.OWN,
    "p": SlotStatus.PAST,
    "s": SlotStatus.TOO_SOON,
    "q": SlotStatus.OVER_QUOTA,
    "n": SlotStatus.NOT_GRANTED,
    "t": SlotStatus.TOO_LITTLE_LEFT,
    "g": SlotStatus.GRANT_TOO_SMALL,
}


def at(hour, minute=0, date=DAY):
    return dt.datetime.combine(date, dt.time(hour, minute), tzinfo=OSLO).astimezone(dt.UTC)


def slots(drawing, first=8, minutes=45, date=DAY):
    """One letter for each half hour from ``first``: "ffb" is free, free, busy; "." is no start."""
    begin = at(first, date=date)
    return tuple(
        Slot(begin + n * STEP, begin + n * STEP + dt.timedelta(minutes=minutes), LETTERS[letter])
        for n, letter in enumerate(drawing)
        if letter != "."
    )


def offer(drawing, date=DAY, **kwargs):
    return DayOffer(date=date, status=DayStatus.OPEN, slots=slots(drawing, date=date, **kwargs))


def own(start, end, service="Shopping"):
    return OwnVisit(id=uuid.uuid4(), service=service, starts_at=start, ends_at=end)


def told(runs):
    """Runs as texts: "free 08:00-08:45"."""
    return [
        f"{run.kind} {run.starts_at.astimezone(OSLO):%H:%M}-{run.ends_at.astimezone(OSLO):%H:%M}"
        for run in runs
    ]


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        ("", []),
        ("fbbf", ["free 08:00-08:45", "busy 08:30-09:30", "free 09:30-10:15"]),
        ("bb", ["busy 08:00-09:15"]),
        ("bb....bb", ["busy 08:00-09:15", "busy 11:00-12:15"]),
        ("b.b", ["busy 08:00-09:45"]),
        ("f.f", ["free 08:00-08:45", "free 09:00-09:45"]),
        ("pps", ["over 08:00-09:00", "too-soon 09:00-09:45"]),
        ("foof", ["free 08:00-08:45", "free 09:30-10:15"]),
    ],
    ids=[
        "nothing",
        "alternating",
        "last",
        "closed at noon",
        "busy when shifts change",
        "free when shifts change",
        "over",
        "own",
    ],
)
def test_neighbouring_times_of_one_kind_are_one_run(drawing, expected):
    assert told(timetable.runs(slots(drawing), step=STEP)) == expected


def test_a_short_service_still_joins_on_the_grid():
    found = timetable.runs(slots("bbf", minutes=15), step=STEP)
    assert told(found) == ["busy 08:00-09:00", "free 09:00-09:15"]


def test_a_day_has_day_parts_with_each_free_time_alone():
    day = offer("ff" + "b" * 4 + "fb" + "b" * 2 + "f")
    parts = timetable.parts_of_day(day, [], step=STEP, timezone=OSLO)
    assert [(part.part, part.free) for part in parts] == [
        (DayPart.MORNING, 3),
        (DayPart.AFTERNOON, 1),
    ]
    assert told(parts[0].runs) == [
        "free 08:00-08:45",
        "free 08:30-09:15",
        "busy 09:15-11:00",
        "free 11:00-11:45",
        "busy 11:45-12:00",
    ]
    assert told(parts[1].runs) == ["busy 12:00-13:00", "free 13:00-13:45"]


@pytest.mark.parametrize(
    ("drawing", "minutes", "expected"),
    [
        ("fbf", 60, ["free 08:00-09:00", "free 09:00-10:00"]),
        ("fbb", 60, ["free 08:00-09:00", "busy 09:00-10:00"]),
        ("bfb", 30, ["busy 08:00-08:30", "free 08:30-09:00", "busy 09:00-09:30"]),
        ("fssb", 90, ["free 08:00-09:30", "busy 09:30-11:00"]),
    ],
)
def test_nothing_is_busy_while_a_free_visit_lasts(drawing, minutes, expected):
    day = offer(drawing, minutes=minutes)
    parts = timetable.parts_of_day(day, [], step=STEP, timezone=OSLO)
    assert told(run for part in parts for run in part.runs) == expected


def test_own_visits_replace_the_times_they_take():
    visit = own(at(9), at(10))
    (part,) = timetable.parts_of_day(offer("fooof"), [visit], step=STEP, timezone=OSLO)
    assert told(part.runs) == ["free 08:00-08:45", "mine 09:00-10:00", "free 10:00-10:45"]
    assert part.runs[1].visit is visit


def test_own_visits_are_shown_on_days_without_offer():
    visit = own(at(18), at(19))
    elsewhere = own(at(18) + dt.timedelta(days=1), at(19) + dt.timedelta(days=1))
    (part,) = timetable.parts_of_day(offer(""), [visit, elsewhere], step=STEP, timezone=OSLO)
    assert (part.part, told(part.runs)) == (DayPart.EVENING, ["mine 18:00-19:00"])


@pytest.mark.parametrize(
    ("drawing", "free", "parts", "is_all_day", "reason"),
    [
        ("fb" * 6, 6, (DayPart.MORNING, DayPart.AFTERNOON), True, None),
        ("b" * 8 + "ff", 2, (DayPart.AFTERNOON,), False, None),
        ("p" * 8 + "ff", 2, (DayPart.AFTERNOON,), False, None),
        ("bbbb", 0, (), False, Kind.BUSY),
        ("", 0, (), False, Kind.CLOSED),
        ("ppss", 0, (), False, Kind.TOO_SOON),
        ("pppp", 0, (), False, Kind.OVER),
        ("ppbq", 0, (), False, Kind.USED_UP),
        ("bbnn", 0, (), False, Kind.NOT_GRANTED),
        ("oo", 0, (), False, Kind.MINE),
        ("ttt", 0, (), False, Kind.TOO_LITTLE_LEFT),
        ("ggg", 0, (), False, Kind.GRANT_TOO_SMALL),
    ],
)
def test_a_row_counts_free_times_or_has_a_reason(drawing, free, parts, is_all_day, reason):
    assert timetable.row(offer(drawing), timezone=OSLO) == timetable.Row(
        DAY, free=free, parts=parts, is_all_day=is_all_day, reason=reason
    )


def test_rows_are_grouped_by_week_from_monday():
    rows = [timetable.Row(DAY + dt.timedelta(days=n)) for n in range(6)]
    assert [len(week) for week in timetable.by_week(rows)] == [4, 2]


def test_a_week_has_seven_columns_with_a_kind_for_empty_days():
    picture = timetable.week_picture(
        dt.date(2026, 11, 23),
        [
            offer("ffbb", date=dt.date(2026, 11, 25), minutes=30),
            offer("bbff", date=DAY, first=10, minutes=30),
            offer("", date=dt.date(2026, 11, 27)),
        ],
        [own(at(9), at(9, 45))],
        today=dt.date(2026, 11, 25),
        step=STEP,
        timezone=OSLO,
    )
    assert (picture.first_hour, picture.last_hour) == (8, 12)
    assert [told(column.runs) for column in picture.columns] == [
        ["over 08:00-12:00"],
        ["over 08:00-12:00"],
        ["free 08:00-09:00", "busy 09:00-10:00", "closed 10:00-12:00"],
        ["closed 08:00-09:00", "mine 09:00-09:45", "busy 10:00-11:00", "free 11:00-12:00"],
        ["closed 08:00-12:00"],
        ["not-yet 08:00-12:00"],
        ["not-yet 08:00-12:00"],
    ]


def test_an_own_visit_splits_the_run_around_it():
    picture = timetable.week_picture(
        dt.date(2026, 11, 23),
        [offer("pppp", minutes=30)],
        [own(at(8, 30), at(9))],
        today=DAY,
        step=STEP,
        timezone=OSLO,
    )
    assert told(picture.columns[3].runs) == [
        "over 08:00-08:30",
        "mine 08:30-09:00",
        "over 09:00-10:00",
    ]


def test_a_visit_over_midnight_ends_at_the_bottom_of_its_day():
    night = own(at(22), at(22) + dt.timedelta(hours=9))
    picture = timetable.week_picture(
        dt.date(2026, 11, 23), [], [night], today=DAY, step=STEP, timezone=OSLO
    )
    assert picture.last_hour == 24


@pytest.mark.parametrize("date", [dt.date(2026, 10, 25), dt.date(2027, 3, 28)])
def test_runs_are_joined_on_the_nights_when_clocks_change(date):
    (run,) = timetable.runs(slots("bbbbbbbb", first=1, date=date, minutes=30), step=STEP)
    assert run.ends_at - run.starts_at == dt.timedelta(hours=4)
