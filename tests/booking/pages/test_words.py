"""Template tags that choose words."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from django.utils import translation

from accounts.models import User
from booking.models import Booking, BookingEvent, Grant, Mandate, SlotWish
from booking.queries import Balance
from booking.queries.actors import Actor
from booking.templatetags.balances import left_when
from booking.templatetags.calendar import soon_day
from booking.templatetags.grants import (
    amount_per_period,
    holder_may,
    short_amount,
    valid_from_until,
)
from booking.templatetags.history import ACCESS_WORDS, access_words, done_by
from booking.templatetags.whose import TEXTS
from booking.templatetags.wishes import wish_note
from tests.booking.pages.conftest import TODAY, at

CARL = User(given_name="Carl", family_name="Berg")
MOVED, CANCELLED = BookingEvent.Kind.MOVED, BookingEvent.Kind.CANCELLED


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("kind", "actor", "words"),
    [
        (MOVED, Actor.OWN, ""),
        (MOVED, Actor.HELPER, "Carl Berg moved it. Reason: He is away."),
        (MOVED, Actor.STAFF, "The municipality moved it. Reason: He is away."),
        (CANCELLED, Actor.OWN, "Nobody comes. You can book a new time whenever you like."),
        (CANCELLED, Actor.HELPER, "Carl Berg cancelled it. Reason: He is away."),
        (CANCELLED, Actor.STAFF, "The municipality cancelled it. Reason: He is away."),
    ],
)
def test_who_moved_or_cancelled_a_visit(kind, actor, words):
    event = BookingEvent(kind=kind, by=CARL, reason="He is away.")
    assert done_by({}, event, actor) == words


# Addressed to the person, not to whoever acts: one may book, move and think for another.
OF_THE_PERSON = re.compile(
    r"\b(your|my|mine|yours|you (have|keep|are granted|need|call it)|for you|(found|saw) you)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", TEXTS)
def test_texts_for_others_do_not_address_the_person(name):
    own, other = map(str, TEXTS[name])
    assert OF_THE_PERSON.search(other) is None
    assert set(re.findall(r"%\(\w+\)s", own)) == set(re.findall(r"%\(\w+\)s", other))


def test_the_access_log_does_not_address_a_guardian_as_the_person():
    guardian = {"whose": SimpleNamespace(mandate=Mandate())}
    for what in [*ACCESS_WORDS, "booking:times:opened", "api:bookings", "workflow:unknown"]:
        words = access_words(guardian, what)
        assert OF_THE_PERSON.search(words) is None, words
        assert not re.search(r"\byou\b", words), words
    assert access_words({}, "booking:visits") == "Saw your visits"


def test_pages_that_others_read_take_such_texts_from_one_place():
    """Pages about everybody, to print, or for the recipient alone may say it themselves."""
    own = {"help", "_footer", "privacy", "accessibility", "feeds", "mandates"}
    own |= {"letter", "_letter", "invitation_letter", "_my_week"}
    found = [
        f"{path.name}: {text}"
        for path in (settings.BASE_DIR / "templates" / "booking").rglob("*.html")
        if path.stem not in own
        for text in re.findall(
            r'translate[^%]*"([^"]*)"|%}([^%]*?){% endblocktrans', path.read_text()
        )
        for text in text
        if OF_THE_PERSON.search(text)
    ]
    assert sorted(found) == []


@pytest.mark.parametrize(
    ("date", "hour", "words"),
    [
        (24, 16, "today"),
        (24, 17, "this evening"),
        (25, 20, "tomorrow"),
        (30, 9, "Monday"),
        (31, 9, "Tue 1 Dec"),
    ],
)
def test_how_soon_a_free_time_is(clock, date, hour, words):
    assert soon_day(at(hour, date=TODAY + dt.timedelta(days=date - 24))) == words


def test_a_cancelled_visit_without_events_says_that_nobody_comes():
    assert done_by({}, None, Actor.OWN).startswith("Nobody comes.")


@pytest.mark.parametrize(
    ("amount", "unit", "words"),
    [
        (1, Grant.Unit.VISITS, "1 visit"),
        (3, Grant.Unit.VISITS, "3 visits"),
        (1, Grant.Unit.MINUTES, "1 minute"),
        (90, Grant.Unit.MINUTES, "90 minutes"),
    ],
)
def test_what_a_grant_gives(amount, unit, words):
    grant = Grant(amount=amount, unit=unit, period=Grant.Period.WEEK)
    assert amount_per_period(grant) == f"{words} {grant.get_period_display()}"


def test_a_list_says_in_brief_what_a_grant_gives():
    grant = Grant(amount=3, unit=Grant.Unit.VISITS, period=Grant.Period.WEEK)
    assert short_amount(grant) == f"3 {grant.get_period_display()}"
    grant.amount, grant.unit = 90, Grant.Unit.MINUTES
    assert short_amount(grant) == f"1 h 30 min {grant.get_period_display()}"


def test_when_a_grant_is_valid(clock):
    grant = Grant(valid_from=dt.date(2026, 11, 26))
    assert valid_from_until(grant) == "from Thursday 26 November"
    grant.valid_until = dt.date(2027, 1, 1)
    words = "from Thursday 26 November until and including Friday 1 January 2027"
    assert valid_from_until(grant) == words


@pytest.mark.parametrize(
    ("may", "is_told", "words"),
    [
        (Mandate.May.LOOK, False, "sees the visits"),
        (Mandate.May.BOOK, False, "sees, books, moves and cancels"),
        (Mandate.May.BOOK, True, "sees, books, moves and cancels, gets the messages"),
    ],
)
def test_what_the_holder_of_a_mandate_may(may, is_told, words):
    assert holder_may(Mandate(may=may, is_told=is_told)) == words


def test_a_wish_names_the_visit_that_moves_and_who_gets_the_message(clock):
    wish = SlotWish(by=CARL)
    assert wish_note(wish, CARL) == ""
    assert wish_note(wish, User()) == ". We tell Carl Berg."
    wish.moving = Booking(starts_at=at(10))
    assert wish_note(wish, CARL) == ". Instead of Wednesday 25 November."
    assert wish_note(wish, User()) == ". Instead of Wednesday 25 November. We tell Carl Berg."


@pytest.mark.parametrize(
    ("period_start", "expected"),
    [
        (dt.date(2026, 11, 23), "1 of 2 left until and including Sunday 6 December"),
        (
            dt.date(2026, 12, 7),
            "1 of 2 left from Monday 7 December until and including Sunday 20 December",
        ),
    ],
)
@time_machine.travel(dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC), tick=False)
def test_what_is_left_of_several_weeks(period_start, expected):
    grant = Grant(amount=2, unit="visits", period="week", weeks=2)
    balance = Balance(grant, 1, period_start, period_start + dt.timedelta(days=13))
    assert left_when(balance) == expected
    assert amount_per_period(grant) == "2 visits every 2 weeks"
