"""The reason of a day and of all days, as pure functions."""

import datetime as dt

import pytest

from booking.calendar.offers import DayOffer, DayStatus
from booking.calendar.reasons import Kind, Obstacle, obstacle_of, reason_of_day
from booking.templatetags.calendar import REASONS as ROW_WORDS
from booking.templatetags.calendar import RUN_WORDS
from tests.booking.test_timetable import DAY, slots


def days(*drawings):
    """One letter for each half hour (``test_timetable``), or the status of a day without."""
    return [
        DayOffer(DAY + dt.timedelta(days=n), one)
        if isinstance(one, DayStatus)
        else DayOffer(DAY + dt.timedelta(days=n), DayStatus.OPEN, slots(one))
        for n, one in enumerate(drawings)
    ]


@pytest.mark.parametrize(
    ("drawing", "reason"),
    [
        ("bbfb", None),
        ("bb", Kind.BUSY),
        ("ss", Kind.TOO_SOON),
        ("ppss", Kind.TOO_SOON),
        ("qq", Kind.USED_UP),
        ("tt", Kind.TOO_LITTLE_LEFT),
        ("gg", Kind.GRANT_TOO_SMALL),
        ("ppgg", Kind.GRANT_TOO_SMALL),
        ("nn", Kind.NOT_GRANTED),
        (DayStatus.CLOSED, Kind.CLOSED),
        (DayStatus.NO_TIMES, Kind.NO_TIMES),
    ],
)
def test_the_reason_of_a_day(drawing, reason):
    (day,) = days(drawing)

    assert reason_of_day(day) is reason


@pytest.mark.parametrize(
    ("drawings", "obstacle"),
    [
        (["bb", "bf"], None),
        (["pp", "ss", "ss"], Obstacle.TOO_SOON),
        (["ss", "bb", "bb"], Obstacle.BUSY),
        (["pp", "qq", DayStatus.CLOSED], Obstacle.USED_UP),
        (["qq", "bb"], Obstacle.MIXED),
        (["nn", "bb"], Obstacle.MIXED),
        (["nn", "nn"], Obstacle.NOT_GRANTED),
        (["oo", "oo"], Obstacle.MIXED),
        (["gg", DayStatus.CLOSED], Obstacle.GRANT_TOO_SMALL),
        (["tt", "tt"], Obstacle.TOO_LITTLE_LEFT),
        (["tt", "qq"], Obstacle.MIXED),
        ([DayStatus.CLOSED, DayStatus.CLOSED], Obstacle.CLOSED),
        ([DayStatus.CLOSED, DayStatus.NO_TIMES], Obstacle.NO_TIMES),
        ([DayStatus.NOT_OPEN], Obstacle.NOT_OPEN),
    ],
)
def test_the_reason_of_all_days(drawings, obstacle):
    assert obstacle_of(days(*drawings)) is obstacle


def test_every_kind_has_words():
    assert set(Kind) == RUN_WORDS.keys() | {Kind.MINE}
    assert set(Kind) == ROW_WORDS.keys() | {Kind.FREE, Kind.NOT_YET}
