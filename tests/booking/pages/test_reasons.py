"""People read why they can't book, in their own words and truly."""

import datetime as dt

import pytest

from booking.models import Booking
from departments.models import Department, Service
from tests import factories
from tests.booking.pages.conftest import LAST_DAY, TODAY, TOMORROW, at, text_of

CALENDAR = "/calendar/"
NEXT_WEEK = TOMORROW + dt.timedelta(days=7)


def long_notice(recipient, service):
    Department.objects.update(minimum_notice_minutes=15 * 24 * 60)


def small_grant(recipient, service):
    Service.objects.update(minutes=45)
    recipient.grants.update(amount=30, unit="minutes")


def nobody_qualified(recipient, service):
    service.qualifications.add(factories.QualificationFactory())


def longer_than_the_day(recipient, service):
    Service.objects.update(minutes=600)


def no_hours(recipient, service):
    service.department.opening_hours.all().delete()


def grant_of_today(recipient, service):
    recipient.grants.update(valid_until=TODAY)
    Department.objects.update(minimum_notice_minutes=12 * 60)


@pytest.mark.parametrize("view", ["page", "simple"])
@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (long_notice, "It is too late to book the times we have opened You must book 15 days"),
        (small_grant, "You are granted 30 minutes, and one visit takes 45 minutes."),
        (nobody_qualified, "There are no times for cleaning in this period"),
        (longer_than_the_day, "There are no times for cleaning in this period"),
        (no_hours, "Not open for booking in this period"),
        (grant_of_today, "Your grant does not cover these days."),
    ],
)
def test_the_calendar_says_why_no_day_can_be_booked(
    request, view, recipient, service, prepare, words
):
    page = request.getfixturevalue(view)
    prepare(recipient, service)

    text = text_of(page.get(CALENDAR))

    assert words in text
    for untrue in ("are busy", "You have used", "closed", "carer", "at work"):
        assert untrue not in text


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (small_grant, "You are granted 30 minutes, and one visit takes 45 minutes."),
        (nobody_qualified, "There are no times for cleaning this day."),
        (no_hours, "This day is not open for booking."),
    ],
)
def test_the_page_of_a_day_says_why(page, recipient, service, prepare, words):
    prepare(recipient, service)

    assert words in text_of(page.get(f"/book/{service.pk}/{TOMORROW}/"))


def test_what_is_left_may_be_less_than_a_visit(page, recipient, service, book):
    recipient.grants.update(amount=90, unit="minutes")
    book(recipient, at(10))

    text = text_of(page.get(f"/book/{service.pk}/{TOMORROW + dt.timedelta(days=1)}/"))
    assert "You have 30 minutes of" in text
    assert "left this week, and one visit takes 1 hour." in text
    text = text_of(page.get(f"/book/{service.pk}/{TOMORROW + dt.timedelta(days=1)}/10.00/"))
    assert "You have too little left for one visit" in text
    assert "You have used all" not in text


def test_other_reasons_on_other_days_are_shown_by_day(page, recipient, service, book, stranger):
    """Used up this week, and no grant after it."""
    recipient.grants.update(amount=1, valid_until=dt.date(2026, 11, 29))
    book(recipient, at(10))

    text = text_of(page.get(CALENDAR))

    assert "There is nothing that you can book until and including Tuesday 8 December" in text
    assert "You have used 1 of 1 this week." in text
    assert "No grant" in text


# -- One's own present time -------------------------------------------------------------------


def test_moving_does_not_offer_the_time_that_the_visit_has(page, recipient, book):
    visit = book(recipient, at(10))
    base = f"/bookings/{visit.pk}/move/{TOMORROW}/"

    times = page.get(base).text
    assert f"{base}09.30/" in times
    assert f"{base}10.00/" not in times
    assert page.get(f"{base}10.00/").url == f"/bookings/{visit.pk}/"


@pytest.mark.parametrize("view", ["page", "simple"])
def test_going_back_after_booking_shows_the_visit(request, view, recipient, service, book):
    page = request.getfixturevalue(view)
    visit = book(recipient, at(10))

    assert page.get(f"/book/{service.pk}/{TOMORROW}/10.00/").url == f"/bookings/{visit.pk}/"


@pytest.mark.parametrize("view", ["page", "simple"])
def test_beside_an_own_visit_nothing_is_booked_by_one_press(
    request, view, recipient, service, book
):
    page = request.getfixturevalue(view)
    book(recipient, at(10))

    refused = page.get(f"/book/{service.pk}/{TOMORROW}/10.30/")

    assert "You already have a visit at that time" in text_of(refused)
    assert refused.text.count(f'href="/book/{service.pk}/{TOMORROW}/') >= 3
    assert '<button class="pick"' not in refused.text
    assert 'name="starts_at"' not in refused.text.split("<main")[1]


# -- Repeating ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hindrance", "why"),
    [
        ("taken", "Nobody is free then."),
        ("own", "You have another visit then."),
        ("ends", "Your grant does not cover that day."),
        ("none", ""),
    ],
)
def test_repeating_says_whether_the_first_date_can_be_had(
    page, recipient, service, book, stranger, hindrance, why
):
    visit = book(recipient, at(10))
    other = factories.ServiceFactory(department=service.department, name="Shower")
    factories.GrantFactory(recipient=recipient, service=other)
    if hindrance == "taken":
        book(stranger, at(10, date=NEXT_WEEK))
    elif hindrance == "own":
        book(recipient, at(10, 30, date=NEXT_WEEK), service=other)
    elif hindrance == "ends":
        recipient.grants.filter(service=service).update(valid_until=TOMORROW)
    url = f"/bookings/{visit.pk}/repeat/"

    asked = page.get(url)
    key = str(asked.context["form"]["key"].value())
    told = text_of(page.post(url, {"key": key}, follow=True))

    assert why in text_of(asked)
    assert ("can't be booked" in text_of(asked)) is bool(why)
    assert ("It repeats every Wednesday from now on." in told) is not why
    if hindrance == "ends":
        assert "It does not repeat: your grant covers no date after this." in told
    elif why:
        assert f"Wednesday 2 December could not be booked. {why}" in told
    assert Booking.objects.filter(starts_at__date__gt=LAST_DAY).count() == 0
