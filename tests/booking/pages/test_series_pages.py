"""The pages of visits that repeat: offered, never the way it must be."""

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


def test_the_proof_offers_to_repeat_and_a_page_says_what_that_means(page, visit):
    assert "Repeat every Wednesday" in text_of(page.get(f"/bookings/{visit.pk}/"))
    text = text_of(page.get(f"/bookings/{visit.pk}/repeat/"))
    assert "Every Wednesday at 10:00?" in text
    assert "No, only this once" in text
    assert not BookingSeries.objects.exists()


def test_repeating_shows_what_is_booked_and_what_is_to_come(page, visit):
    text = text_of(repeat(page, visit))
    assert "Every Wednesday at 10:00 Cleaning" in text
    assert "Wednesday 2 December at 10:00 Booked" in text
    assert "Wednesday 9 December Will be booked Wednesday 25 November." in text


def test_what_could_not_be_booked_comes_with_other_times(page, visit, stranger, book, service):
    book(stranger, at(10, date=NEXT_WEEK))
    response = repeat(page, visit)
    text = text_of(response)
    assert "Not booked. Nobody is free then. The nearest free times:" in text
    assert response.text.count(f'href="/book/{service.pk}/{NEXT_WEEK}/') == 3
    assert "Hemmelig" not in text


def test_a_booked_one_leads_to_the_series(page, series):
    made = series.dates.get().booking
    text = text_of(page.get(f"/bookings/{made.pk}/"))
    assert "Repeats every Wednesday" in text


def test_one_can_be_skipped_and_taken_back(page, series):
    date = NEXT_WEEK + dt.timedelta(days=7)
    url = f"/repeating/{series.pk}/"
    text = text_of(page.post(f"{url}skip/", {"date": date}, follow=True))
    assert "Wednesday 9 December Skipped." in text
    page.post(f"{url}take-back/", {"date": date})
    assert not series.dates.filter(state=SeriesDate.State.SKIPPED).exists()


@pytest.mark.parametrize("date", ["", "x", "2026-12-08", "2036-12-03"])
def test_what_is_no_date_of_it_is_not_found(page, series, date):
    assert page.post(f"/repeating/{series.pk}/skip/", {"date": date}).status_code == 404


@pytest.mark.parametrize(("choice", "left"), [("keep", 2), ("cancel", 1)])
def test_ending_asks_what_becomes_of_the_visits(page, series, recipient, choice, left):
    url = f"/repeating/{series.pk}/end/"
    assert "Wednesday 2 December at 10:00" in text_of(page.get(url))
    text = text_of(page.post(url, {"visits": choice}, follow=True))
    assert "It does not repeat any longer." in text
    assert recipient.bookings.confirmed().count() == left
    assert "None of your visits repeats." in text_of(page.get("/repeating/"))


def test_a_grant_that_ended_it_is_explained(page, series):
    series.ended_at, series.why_ended = at(1), BookingSeries.Ended.NO_GRANT
    series.save()
    text = text_of(page.get(f"/repeating/{series.pk}/"))
    assert "Your grant has ended. Call 33 00 10 10" in text


def test_nobody_else_finds_it(client, series, stranger):
    client.force_login(stranger.user)
    for path in ("", "end/"):
        assert client.get(f"/repeating/{series.pk}/{path}").status_code == 404
    for path in ("skip/", "take-back/", "end/"):
        sent = {"date": NEXT_WEEK + dt.timedelta(days=7)}
        assert client.post(f"/repeating/{series.pk}/{path}", sent).status_code == 404
    assert BookingSeries.objects.running().get() == series


def test_what_is_cancelled_or_over_is_not_repeated(page, visit, clock):
    clock.move_to(at(12))
    url = f"/bookings/{visit.pk}/repeat/"
    assert page.get(url).url == f"/bookings/{visit.pk}/"


@pytest.mark.parametrize("key", ["", "x"])
def test_a_form_without_its_key_is_not_found(page, visit, key):
    assert page.post(f"/bookings/{visit.pk}/repeat/", {"key": key}).status_code == 404


def test_the_page_asks_a_fixed_number_of_things(page, series, django_assert_max_num_queries):
    with django_assert_max_num_queries(26):
        page.get(f"/repeating/{series.pk}/")
    with django_assert_max_num_queries(8):
        page.get("/repeating/")


@pytest.fixture
def waiting(recipient, visit, page):
    """A helper repeats it, and the person ends the mandate."""
    mandate = factories.MandateFactory(recipient=recipient, holder_name="Carl Berg")
    series = actions.repeat(key=uuid.uuid4(), like=visit, by=mandate.holder, mandate=mandate)
    answer = page.post(f"/mandates/{mandate.pk}/end/", follow=True)
    assert "Something that repeats waits for your answer." in text_of(answer)
    assert "Waits for an answer" in text_of(answer)
    return series


def test_what_a_former_helper_made_asks_whether_it_goes_on(page, waiting):
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
    assert client.post(f"{of_recipient}series/{waiting.pk}/end/").status_code == 404


def test_a_series_made_while_acting_hangs_on_the_mandate(client, recipient, visit):
    mandate = factories.MandateFactory(recipient=recipient, holder__language="en")
    client.force_login(mandate.holder)
    client.post("/persons/choose/", {"person": recipient.pk})
    repeat(client, visit)
    assert BookingSeries.objects.get().mandate == mandate
