"""The pages of visits that repeat."""

import datetime as dt
import re
import uuid

import pytest

from booking import actions
from booking.models import BookingSeries, SeriesDate
from tests import factories
from tests.booking.pages.conftest import TOMORROW, at, text_of

NEXT_WEEK = TOMORROW + dt.timedelta(days=7)


@pytest.fixture
def visit(recipient, book):
    """Tomorrow, a Wednesday, at ten."""
    return book(recipient, at(10))


def repeat(page, visit):
    url = f"/bookings/{visit.pk}/repeat/"
    key = re.search(r'name="key" value="([^"]+)"', page.get(url).text)[1]
    return page.post(url, {"key": key}, follow=True)


@pytest.fixture
def series(page, visit):
    repeat(page, visit)
    return BookingSeries.objects.get()


def test_the_visits_page_offers_to_repeat_and_explains_it(page, visit):
    assert "Repeat every Wednesday" in text_of(page.get(f"/bookings/{visit.pk}/"))
    text = text_of(page.get(f"/bookings/{visit.pk}/repeat/"))
    assert "Every Wednesday at 10:00?" in text
    assert "No, only this once" in text
    assert not BookingSeries.objects.exists()


def test_the_series_page_shows_booked_and_coming_dates(page, visit):
    text = text_of(repeat(page, visit))
    assert "Every Wednesday at 10:00 Cleaning" in text
    assert "Wednesday 2 December at 10:00 Booked" in text
    assert "Wednesday 9 December Will be booked Wednesday 25 November." in text


def test_a_missed_date_comes_with_other_times(page, visit, stranger, book, service):
    book(stranger, at(10, date=NEXT_WEEK))
    response = repeat(page, visit)
    text = text_of(response)
    assert "Not booked. Nobody is free then. The nearest free times:" in text
    assert response.text.count(f'href="/book/{service.pk}/{NEXT_WEEK}/') == 3
    assert "Hemmelig" not in text


def test_a_booked_date_links_to_the_series(page, series):
    made = series.dates.get().booking
    text = text_of(page.get(f"/bookings/{made.pk}/"))
    assert "Repeats every Wednesday" in text


def test_a_date_can_be_skipped_and_taken_back(page, series):
    date = NEXT_WEEK + dt.timedelta(days=7)
    url = f"/repeating/{series.pk}/"
    text = text_of(page.post(f"{url}skip/", {"date": date}, follow=True))
    assert "Wednesday 9 December Skipped." in text
    page.post(f"{url}take-back/", {"date": date})
    assert not series.dates.filter(state=SeriesDate.State.SKIPPED).exists()


@pytest.mark.parametrize("date", ["", "x", "2026-12-08", "2036-12-03"])
def test_a_date_outside_the_series_is_not_found(page, series, date):
    assert page.post(f"/repeating/{series.pk}/skip/", {"date": date}).status_code == 404


@pytest.mark.parametrize(("choice", "left"), [("keep", 2), ("cancel", 1)])
def test_ending_keeps_or_cancels_the_visits(page, series, recipient, choice, left):
    url = f"/repeating/{series.pk}/end/"
    assert "Wednesday 2 December at 10:00" in text_of(page.get(url))
    text = text_of(page.post(url, {"visits": choice}, follow=True))
    assert "It does not repeat any longer." in text
    assert recipient.bookings.confirmed().count() == left
    assert "None of your visits repeats." in text_of(page.get("/repeating/"))


def test_a_series_ended_by_the_grant_is_explained(page, series):
    series.ended_at, series.why_ended = at(1), BookingSeries.Ended.NO_GRANT
    series.save()
    text = text_of(page.get(f"/repeating/{series.pk}/"))
    assert "Your grant has ended. Call 33 00 10 10" in text


def test_another_recipients_series_is_not_found(client, series, stranger):
    client.force_login(stranger.user)
    for path in ("", "end/"):
        assert client.get(f"/repeating/{series.pk}/{path}").status_code == 404
    for path in ("skip/", "take-back/", "end/"):
        sent = {"date": NEXT_WEEK + dt.timedelta(days=7)}
        assert client.post(f"/repeating/{series.pk}/{path}", sent).status_code == 404
    assert BookingSeries.objects.running().get() == series


def test_a_cancelled_or_past_visit_cannot_be_repeated(page, visit, clock):
    clock.move_to(at(12))
    url = f"/bookings/{visit.pk}/repeat/"
    assert page.get(url).url == f"/bookings/{visit.pk}/"


@pytest.mark.parametrize("key", ["", "x"])
def test_a_form_without_its_key_is_not_found(page, visit, key):
    assert page.post(f"/bookings/{visit.pk}/repeat/", {"key": key}).status_code == 404


def test_the_page_takes_a_fixed_number_of_statements(page, series, django_assert_max_num_queries):
    with django_assert_max_num_queries(26):
        page.get(f"/repeating/{series.pk}/")
    with django_assert_max_num_queries(8):
        page.get("/repeating/")


@pytest.fixture
def waiting(recipient, visit, page):
    """A series made by a helper whose mandate the recipient has ended."""
    mandate = factories.MandateFactory(recipient=recipient, holder_name="Carl Berg")
    series = actions.repeat(key=uuid.uuid4(), like=visit, by=mandate.holder, mandate=mandate)
    answer = page.post(f"/mandates/{mandate.pk}/end/", follow=True)
    assert "Something that repeats waits for your answer." in text_of(answer)
    assert "Waits for an answer" in text_of(answer)
    return series


def test_a_former_helpers_series_waits_for_an_answer(page, waiting):
    url = f"/repeating/{waiting.pk}/"
    text = text_of(page.get(url))
    assert "Shall it go on? Carl Berg asked for it, and can't book any more." in text
    assert "Will be booked" not in text
    answer = page.post(f"{url}go-on/", follow=True)
    assert "Shall it go on?" not in text_of(answer)
    assert "Will be booked" in text_of(answer)


def test_the_administrator_goes_on_or_ends_it_by_phone(
    client, waiting, recipient, department, administrator
):
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    of_recipient = f"/departments/{department.pk}/recipients/{recipient.pk}/"
    assert "Nothing more is booked until the person says so." in text_of(client.get(of_recipient))
    client.post(f"{of_recipient}series/{waiting.pk}/go-on/")
    waiting.refresh_from_db()
    assert (waiting.by, waiting.mandate) == (administrator, None)
    client.post(f"{of_recipient}series/{waiting.pk}/end/")
    waiting.refresh_from_db()
    assert waiting.ended_at
    assert client.post(f"{of_recipient}series/{waiting.pk}/end/").status_code == 410


def test_a_series_made_by_a_helper_depends_on_the_mandate(client, recipient, visit):
    mandate = factories.MandateFactory(recipient=recipient, holder__language="en")
    client.force_login(mandate.holder)
    client.post("/persons/choose/", {"person": recipient.pk})
    repeat(client, visit)
    assert BookingSeries.objects.get().mandate == mandate
