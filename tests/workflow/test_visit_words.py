"""The filters of ``{% load visits %}``."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import translation

from booking.models import Grant, Visit
from departments.hours import Interval
from workflow.board import Card, Lane
from workflow.queries import Move, ShiftCandidate, VisitCandidate
from workflow.templatetags import visits as words

EIGHT = dt.datetime(2026, 11, 27, 7, tzinfo=dt.UTC)  # 8 o'clock in Norway
MORNING = Interval(EIGHT, EIGHT + dt.timedelta(hours=4))


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def lane(*cards, **values):
    return Lane(None, MORNING, None, "Nora Lind", cards=cards, **values)


def card(state="plan"):
    return Card(Visit(starts_at=EIGHT), state)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (lane(card()), "1 visit"),
        (lane(card("done"), card()), "1 of 2 visits"),
        (lane(card(), is_withdrawn=True), "away"),
    ],
)
def test_progress(found, expected):
    assert words.progress(found) == expected


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (VisitCandidate(lane(), MORNING), "Free 08:00–12:00."),
        (
            VisitCandidate(lane(), None, moves=(Move(card(), lane()),)),
            "The visit at 08:00 moves to Nora Lind.",
        ),
        (
            VisitCandidate(lane(person=object()), MORNING, times_met=2),
            "Free 08:00–12:00. Met 2 times in the last 28 days.",
        ),
        (
            VisitCandidate(lane(person=object()), MORNING),
            "Free 08:00–12:00. Has not met them lately.",
        ),
    ],
)
def test_reasons(candidate, expected):
    assert words.reasons(candidate) == expected


@pytest.mark.parametrize(
    ("candidate", "found", "expected"),
    [
        (ShiftCandidate(None, "works then"), lane(card()), "Works then"),
        (
            ShiftCandidate(None, unqualified_for=(card(),)),
            lane(card()),
            "Not qualified for 1 of the visits",
        ),
        (ShiftCandidate(None), lane(card()), "Free, and can take every visit"),
        (ShiftCandidate(None), lane(), "Free"),
    ],
)
def test_suitability(candidate, found, expected):
    assert words.suitability(candidate, found) == expected


@pytest.mark.parametrize(
    ("hours", "expected"), [((6, 9), "Away from Fri 14:00"), ((-20, -8), "Away until Thu 24:00")]
)
def test_an_absence_around_a_shift(hours, expected):
    start, end = (EIGHT + dt.timedelta(hours=hour) for hour in hours)

    assert words.away_around(Interval(start, end), lane()) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"), [(-1, "has begun"), (45, "in 45 min"), (12 * 60, "tomorrow")]
)
def test_time_until(minutes, expected, time_machine):
    time_machine.move_to(EIGHT)
    board = SimpleNamespace(date=dt.date(2026, 11, 28))

    assert words.time_until(SimpleNamespace(minutes_until=minutes, board=board)) == expected


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        (Grant(unit="visits", amount=3, period="week"), "2 of 3 missing"),
        (Grant(unit="minutes", amount=90, period="month"), "2 of 90 minutes missing this month"),
    ],
)
def test_missing(grant, expected):
    assert words.missing(SimpleNamespace(grant=grant, missing=2)) == expected
