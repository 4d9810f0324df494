"""Series and wishes in the simple view, with one question on each page."""

import datetime as dt
import re

import pytest

from booking import actions
from booking.actions import wishes
from booking.models import BookingSeries, SeriesDate, SlotWish
from tests import factories
from tests.booking.pages.conftest import TODAY, TOMORROW, answers, at, follow, presses, text_of

NEXT_WEEK = TOMORROW + dt.timedelta(days=7)
TWO_WEEKS = TOMORROW + dt.timedelta(days=14)


@pytest.fixture
def visit(recipient, book):
    """Tomorrow, a Wednesday, at ten."""
    return book(recipient, at(10))


def say_yes(page, response, path, **more):
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.text))
    return page.post(path, form | more, follow=True)


def repeat(page, visit):
    path = f"/bookings/{visit.pk}/repeat/"
    return say_yes(page, page.get(path), path)


@pytest.fixture
def series(simple, visit):
    repeat(simple, visit)
    return BookingSeries.objects.get()


@pytest.fixture
def full(department, stranger, book):
    """Thursday, when one long visit takes all the time."""
    day = TODAY + dt.timedelta(days=2)
    long = factories.ServiceFactory(department=department, minutes=8 * 60)
    factories.GrantFactory(recipient=stranger, service=long)
    book(stranger, at(8, date=day), service=long)
    return day


# -- Repeating ------------------------------------------------------------------------


def test_the_visits_page_offers_to_repeat_and_yes_repeats(simple, visit):
    response = follow(simple, simple.get(f"/bookings/{visit.pk}/"), "Every Wednesday")
    assert "Every Wednesday at 10:00? Cleaning" in text_of(response)
    assert "We book each visit 14 days before" in text_of(response)
    assert presses(response) == ["Yes, every week"]
    made = say_yes(simple, response, f"/bookings/{visit.pk}/repeat/")
    assert "It repeats every Wednesday from now on." in text_of(made)
    assert BookingSeries.objects.count() == 1


def test_every_date_shows_its_state(simple, visit, series):
    actions.skip(series=series, date=TWO_WEEKS, by=series.by)
    said = [said for said, _href in answers(simple.get(f"/repeating/{series.pk}/"))]
    assert said[0].endswith("Wednesday 2 December at 10:00 Booked")
    assert said[1].endswith("Wednesday 9 December Skipped.")
    assert said[2].endswith("Wednesday 16 December Will be booked Wednesday 2 December.")
    assert said[-1] == "End it Book nothing more by itself"


def test_a_missed_date_has_a_page_with_other_times(simple, visit, stranger, book, service):
    book(stranger, at(10, date=NEXT_WEEK))
    made = repeat(simple, visit)
    assert "Not booked. Nobody is free then. Choose another time" in text_of(made)
    path = made.redirect_chain[-1][0]
    response = simple.get(path, {"date": NEXT_WEEK})
    assert "Wednesday 2 December: which time instead?" in text_of(response)
    times = [href for _said, href in answers(response) if href.startswith("/book/")]
    assert len(times) == 3
    assert simple.get(times[0]).status_code == 200
    assert "Tell me if a time opens" in presses(response)
    assert "Hemmelig" not in response.text


def test_a_date_is_skipped_after_confirmation_and_taken_back(simple, series):
    path = f"/repeating/{series.pk}/"
    response = follow(simple, simple.get(path), "Wednesday 9 December Will be")
    assert "Skip Wednesday 9 December?" in text_of(response)
    skipped = say_yes(simple, response, f"{path}skip/")
    assert "Wednesday 9 December is skipped." in text_of(skipped)
    assert series.dates.get(date=TWO_WEEKS).state == SeriesDate.State.SKIPPED
    response = follow(simple, skipped, "Wednesday 9 December Skipped")
    assert "Do you want Wednesday 9 December after all?" in text_of(response)
    back = say_yes(simple, response, f"{path}take-back/")
    assert "Wednesday 9 December is not skipped any longer." in text_of(back)
    assert not series.dates.filter(date=TWO_WEEKS).exists()


@pytest.mark.parametrize("date", ["", "x", "2026-12-08", "2036-12-03", "2026-12-02"])
def test_a_date_that_cannot_be_changed_shows_the_series(simple, series, date):
    """No date, a date on another weekday, one too far ahead, and one that is booked."""
    text = text_of(simple.get(f"/repeating/{series.pk}/", {"date": date}))
    assert "Press a day to change it." in text


def test_the_ordinary_view_ignores_the_date_in_the_url(page, series):
    page.post("/view/choose/", {"view": "ordinary"})
    text = text_of(page.get(f"/repeating/{series.pk}/", {"date": TWO_WEEKS}))
    assert "Wednesday 9 December Will be booked" in text
    assert "Good to know" in text


@pytest.mark.parametrize(("choice", "left"), [("keep", 2), ("cancel", 1)])
def test_ending_asks_what_to_do_with_the_visits(simple, series, recipient, choice, left):
    path = f"/repeating/{series.pk}/"
    response = follow(simple, simple.get(path), "End it")
    assert presses(response) == [
        "Yes, end it Keep the visits that are booked",
        "Yes, end it Cancel the visits that are booked too",
    ]
    ended = simple.post(f"{path}end/", {"visits": choice}, follow=True)
    assert "It does not repeat any longer." in text_of(ended)
    assert recipient.bookings.filter(status="booked").count() == left
    assert "It does not repeat any longer." in text_of(simple.get(path))
    assert not any("End it" in said for said, _href in answers(simple.get(path)))


def test_my_visits_links_to_series_only_when_there_are_some(simple, visit):
    assert not any("repeat" in said for said, _href in answers(simple.get("/bookings/")))
    repeat(simple, visit)
    response = follow(simple, simple.get("/bookings/"), "Visits that repeat")
    response = follow(simple, response, "Every Wednesday at 10:00")
    assert "Wednesday 2 December" in text_of(response)


def test_an_empty_list_of_series_is_explained(simple):
    assert "None of your visits repeats." in text_of(simple.get("/repeating/"))


def test_another_recipients_series_is_not_found(simple, series, client, stranger):
    client.force_login(stranger.user)
    client.post("/view/choose/", {"view": "simple"})
    for path in ("", "?date=2026-12-09", "end/"):
        assert client.get(f"/repeating/{series.pk}/{path}").status_code == 404


def test_a_helper_who_may_only_look_sees_dates_without_buttons(client, recipient, series):
    mandate = factories.MandateFactory(recipient=recipient, may="look", holder__language="en")
    client.force_login(mandate.holder)
    client.post("/persons/choose/", {"person": recipient.pk})
    client.post("/view/choose/", {"view": "simple"})
    response = client.get(f"/repeating/{series.pk}/", {"date": TWO_WEEKS})
    assert "Wednesday 9 December Will be booked" in text_of(response)
    assert [said for said, _href in answers(response) if "9 December" in said] == []
    assert presses(response) == []


# -- Wishes ----------------------------------------------------------------


def test_full_days_are_on_a_page_of_their_own(simple, service, full):
    response = simple.get("/calendar/")
    while not any("A day that is full" in said for said, _href in answers(response)):
        response = follow(simple, response, "More days")
    response = follow(simple, response, "A day that is full")
    assert "Which day do you want a time on?" in text_of(response)
    assert [said for said in presses(response) if "Thursday" in said]
    made = say_yes(simple, response, "/wishes/make/", date=full)
    assert "We tell you if a time opens Thursday 26 November." in text_of(made)
    assert SlotWish.objects.get().date == full


def test_without_full_days_there_is_no_link_to_them(simple, service):
    response = simple.get("/calendar/")
    while any(said == "More days" for said, _href in answers(response)):
        response = follow(simple, response, "More days")
    assert not any("full" in said for said, _href in answers(response))
    assert "No day is full right now." in text_of(simple.get("/calendar/", {"full": "1"}))


def test_a_move_can_wait_for_a_full_day(simple, recipient, book, full):
    visit = book(recipient, at(12))
    response = simple.get(f"/bookings/{visit.pk}/move/", {"full": "1"})
    say_yes(simple, response, "/wishes/make/", date=full)
    assert SlotWish.objects.get().moving == visit
    assert "Instead of Wednesday 25 November." in text_of(simple.get("/wishes/"))


def test_after_the_last_time_of_a_day_one_can_wait_for_more(simple, service):
    response = simple.get(f"/book/{service.pk}/{TOMORROW}/")
    while any(said == "More times" for said, _href in answers(response)):
        assert "Tell me" not in text_of(response)
        response = follow(simple, response, "More times")
    assert presses(response) == ["Tell me if more times open"]


def test_a_wish_is_removed_after_confirmation(simple, recipient, service, full):
    wish = wishes.wish(recipient=recipient, service=service, date=full, by=recipient.user)
    response = follow(simple, simple.get("/bookings/"), "Days you want a time on")
    response = follow(simple, response, "Thursday")
    assert "Stop waiting for Thursday 26 November?" in text_of(response)
    after = simple.post(f"/wishes/{wish.pk}/remove/", follow=True)
    assert "You do not wait for Thursday 26 November any longer." in text_of(after)
    assert "You have not asked about any day." in text_of(after)


@pytest.mark.parametrize("wish", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_wish_shows_the_list(simple, wish):
    assert "Days you want a time on" in text_of(simple.get("/wishes/", {"wish": wish}))


def test_an_eleventh_wish_is_refused(simple, recipient, service):
    for days in range(1, 11):
        date = TODAY + dt.timedelta(days=days)
        wishes.wish(recipient=recipient, service=service, date=date, by=recipient.user)
    asked = {"service": service.pk, "date": TODAY + dt.timedelta(days=11)}
    text = text_of(simple.post("/wishes/make/", asked, follow=True))
    assert "You have asked about 10 days already. Remove one first." in text
    assert "Press a day to stop waiting for it." in text


# -- The week and the rest of the pages ---------------------------------------------------


def test_the_week_shows_only_own_visits(simple, recipient, book, stranger):
    book(recipient, at(10))
    book(stranger, at(12))
    response = follow(simple, simple.get("/bookings/"), "My week")
    text = text_of(response)
    assert "Wednesday Wednesday 25 November At 10:00 Cleaning" in text.replace("  ", " ")
    assert "Busy" not in text
    assert "Wednesday 2 December" in text_of(follow(simple, response, "The week after"))


@pytest.mark.parametrize(
    "path",
    ["/settings/", "/settings/messages/", "/mandates/", "/looks/", "/settings/calendar/", "/me/",
     "/help/", "/privacy/", "/accessibility/", "/settings/keys/"],
)  # fmt: skip
def test_pages_without_a_simple_template_get_its_style(simple, path):
    response = simple.get(path)
    assert response.status_code == 200
    assert '<body class="simple">' in response.text
    assert "data-read-aloud" in response.text
    assert 'class="menu"' not in response.text
    assert re.search(r'<a class="ds-button"[^>]* href="/">', response.text)
    assert "Call" in text_of(response)


def test_a_helper_in_the_simple_view_can_switch_back(client, recipient):
    mandate = factories.MandateFactory(recipient=recipient, may="look", holder__language="en")
    client.force_login(mandate.holder)
    client.post("/persons/choose/", {"person": recipient.pk})
    client.post("/view/choose/", {"view": "simple"})
    assert 'value="ordinary"' in client.get("/bookings/").text
    client.post("/persons/choose/", {"person": ""})
    assert 'value="ordinary"' in client.get("/persons/").text
