"""The simple view: switching to it, one question on each page, the same actions and offer."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from booking import actions
from tests import factories
from tests.booking.pages.conftest import (
    CHOOSE,
    NOW,
    TODAY,
    TOMORROW,
    answers,
    at,
    follow,
    text_of,
)


@pytest.fixture
def shopping(recipient, department):
    service = factories.ServiceFactory(department=department, name="Shopping", symbol="basket")
    factories.GrantFactory(recipient=recipient, service=service, amount=2)
    return service


# -- Choosing the view --------------------------------------------------------------


def test_the_choice_is_stored_and_returns_to_the_same_page(page, user):
    user.preferences = {"sms": "off"}
    user.save()
    assert page.post(CHOOSE, {"view": "simple", "next": "/bookings/"}).url == "/bookings/"
    user.refresh_from_db()
    assert user.has_simple_view
    assert user.preferences["sms"] == "off"
    page.post(CHOOSE, {"view": "ordinary"})
    user.refresh_from_db()
    assert not user.has_simple_view


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.test/", "//elsewhere.test", ""])
def test_it_does_not_redirect_to_other_sites(page, elsewhere):
    assert page.post(CHOOSE, {"view": "simple", "next": elsewhere}).url == "/"


def test_get_does_not_change_the_view(page, user):
    assert page.get(CHOOSE, {"view": "simple"}).status_code == 405
    user.refresh_from_db()
    assert not user.has_simple_view


def test_every_page_can_switch_to_the_other_view(simple, recipient, book):
    visit = book(recipient, at(10))
    paths = [
        "/calendar/",
        "/bookings/",
        f"/bookings/{visit.pk}/",
        f"/bookings/{visit.pk}/move/",
        f"/bookings/{visit.pk}/cancel/",
        "/help/",
    ]
    for path in paths:
        text = simple.get(path).text
        assert re.search(r'value="ordinary"><svg.*</svg>Ordinary view</button>', text), path
        assert f'<input type="hidden" name="next" value="{path}">' in text
    simple.post(CHOOSE, {"view": "ordinary"})
    for path in paths:
        assert 'value="simple">Simple view' in simple.get(path).text, path
    # In the header, and on a phone beside the greeting only.
    assert simple.get("/calendar/").text.count('value="simple"') == 2


def test_choices_and_help_are_those_of_the_view(simple):
    assert "Keys for programs" not in text_of(simple.get("/settings/"))
    assert "We ask one question on each page." in text_of(simple.get("/help/"))
    simple.post(CHOOSE, {"view": "ordinary"})
    assert "Keys for programs" in text_of(simple.get("/settings/"))
    assert "Look it over and press “Book”." in text_of(simple.get("/help/"))


def test_staff_have_no_simple_view_to_choose(client, administrator):
    client.force_login(administrator)
    assert "/view/choose/" not in client.get("/me/").text


# -- Booking ---------------------------------------------------------------------------


def test_booking_is_four_questions(simple, recipient, service, shopping):
    response = simple.get("/calendar/")
    assert "Question 1 of 4 Read aloud Stop What do you want to book?" in text_of(response)
    response = follow(simple, response, "Cleaning")
    assert "Question 2 of 4 Which day? You have chosen Cleaning" in text_of(response)
    assert [said.split(",")[0] for said, _href in answers(response)] == [
        "Tue 24 Nov Today Tuesday ",
        "Wed 25 Nov Tomorrow Wednesday ",
        "Thu 26 Nov Thursday in 2 days ",
        "More days",
    ]
    response = follow(simple, response, "Tomorrow")
    assert "Question 3 of 4 Tomorrow: which time?" in text_of(response)
    assert [said for said, _href in answers(response)] == [
        "At 09:00 in the morning",
        "At 11:30 in the morning",
        "At 14:00 in the afternoon",
        "More times",
    ]
    response = follow(simple, response, "At 11:30")
    assert "Question 4 of 4 Is this right?" in text_of(response)
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', response.text))
    booked = simple.post("/book/", form, follow=True)
    assert "Done Read aloud Stop You have booked cleaning" in text_of(booked)
    assert recipient.bookings.get().starts_at == at(11, 30)
    simple.post("/book/", form)
    assert recipient.bookings.count() == 1


def test_with_one_service_the_first_question_is_left_out(simple):
    text = text_of(simple.get("/calendar/"))
    assert "Question 1 of 3 Read aloud Stop Which day?" in text


def test_more_days_and_more_times_reach_the_whole_offer(simple, service, recipient):
    response = simple.get("/calendar/")
    days, times = set(), set()
    while True:
        days |= {href for _said, href in answers(response) if "/book/" in href}
        if not any(said == "More days" for said, _href in answers(response)):
            break
        response = follow(simple, response, "More days")
    response = simple.get(reverse("booking:times", args=[service.pk, TOMORROW]))
    while True:
        times |= {href for _said, href in answers(response) if "." in href}
        if not any(said == "More times" for said, _href in answers(response)):
            break
        response = follow(simple, response, "More times")
    simple.post(CHOOSE, {"view": "ordinary"})
    day_list = simple.get("/calendar/").text
    time_list = simple.get(reverse("booking:times", args=[service.pk, TOMORROW])).text
    assert days == set(re.findall(r'class="day" href="([^"]+)"', day_list))
    assert times == set(re.findall(r'class="time free" href="([^"]+)"', time_list))


@pytest.mark.parametrize("page_number", ["0", "-1", "x", "²", "99999999999", "900"])
def test_an_invalid_page_number_shows_the_first_page(simple, service, page_number):
    assert simple.get("/calendar/", {"page": page_number}).status_code == 200
    url = reverse("booking:times", args=[service.pk, TOMORROW])
    assert simple.get(url, {"page": page_number}).status_code == 200


def test_a_note_typed_in_the_ordinary_view_is_kept(simple, recipient, service, stranger, book):
    path = f"/book/{service.pk}/{TOMORROW}/10.00/"
    simple.post(CHOOSE, {"view": "ordinary"})
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', simple.get(path).text))
    book(stranger, at(10))
    simple.post("/book/", form | {"note": "Ring twice."})
    simple.post(CHOOSE, {"view": "simple"})
    later = path.replace("10.00", "12.00")
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', simple.get(later).text))
    simple.post("/book/", form)
    assert recipient.bookings.get().note == "Ring twice."


def test_a_taken_time_offers_the_nearest_ones(simple, recipient, service, stranger, book):
    path = f"/book/{service.pk}/{TOMORROW}/10.00/"
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', simple.get(path).text))
    book(stranger, at(10))
    refused = simple.post("/book/", form)
    assert "The time is not free any longer" in text_of(refused)
    assert 'class="big"' in refused.text
    assert "Hemmelig" not in refused.text
    instead = re.findall(r'name="starts_at" value="([^"]+)"', refused.text)
    assert len(instead) == 3
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', refused.text))
    simple.post("/book/", again | {"starts_at": instead[0]})
    assert recipient.bookings.count() == 1


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/book/{service}/2026-11-24/09.00/", "It is too late to book this time"),
        ("/book/{service}/2026-12-24/10.00/", "This day can't be booked yet"),
    ],
)
def test_a_refusal_has_a_large_heading(simple, service, path, said):
    response = simple.get(path.format(service=service.pk))
    assert re.search(rf'<h1 class="ask">\s*{re.escape(said)}', response.text)


def test_all_used_says_when_there_is_more(simple, recipient, service, grant, book):
    grant.amount = 1
    grant.save()
    book(recipient, at(10))
    response = simple.get(f"/book/{service.pk}/{TOMORROW}/13.00/")
    assert "You have used all you have this week" in text_of(response)
    assert any("Monday in 6 days" in said for said, _href in answers(response))


# -- The visits ------------------------------------------------------------------------


def test_moving_is_three_questions(simple, recipient, book):
    visit = book(recipient, at(10))
    response = simple.get("/bookings/")
    response = follow(simple, response, "Tomorrow at 10:00")
    response = follow(simple, response, "Another time")
    assert "Question 1 of 3 Which day suits you better?" in text_of(response)
    response = follow(simple, response, "Thursday")
    response = follow(simple, response, "At 14:00")
    assert "You keep it until you press “Yes”." in text_of(response)
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', response.text))
    moved = simple.post(f"/bookings/{visit.pk}/move/", form, follow=True)
    assert "The visit is moved" in text_of(moved)
    visit.refresh_from_db()
    assert visit.starts_at == at(14, date=TODAY + dt.timedelta(days=2))


def test_cancelling_asks_once(simple, recipient, book):
    visit = book(recipient, at(10))
    response = follow(simple, simple.get(f"/bookings/{visit.pk}/"), "Cancel the visit")
    assert "Cancel this visit?" in text_of(response)
    cancelled = simple.post(f"/bookings/{visit.pk}/cancel/", follow=True)
    assert "The visit is cancelled" in text_of(cancelled)


def test_earlier_visits_show_their_outcome(simple, recipient, service):
    factories.BookingFactory(
        recipient=recipient, service=service, starts_at=NOW - dt.timedelta(days=3)
    )
    response = follow(simple, simple.get("/bookings/"), "Earlier visits")
    assert "Cleaning Saturday 21 November at 09:00 We have not registered" in text_of(response)


def test_a_cancellation_by_the_municipality_shows_the_reason(
    simple, recipient, book, administrator
):
    visit = book(recipient, at(10))
    actions.cancel(booking=visit, by=administrator, reason="Illness with us.")
    assert "Illness with us." in text_of(simple.get(f"/bookings/{visit.pk}/"))


def test_another_recipients_visit_is_not_found(simple, stranger, book):
    visit = book(stranger, at(10))
    for path in ("", "move/", "cancel/"):
        assert simple.get(f"/bookings/{visit.pk}/{path}").status_code == 404


def test_no_grant_is_explained(simple, recipient):
    recipient.grants.all().delete()
    assert "You have no service to book yet" in text_of(simple.get("/calendar/"))


# -- Statements -----------------------------------------------------------------------


def test_each_question_takes_a_fixed_number_of_statements(
    simple, recipient, service, shopping, book, django_assert_max_num_queries
):
    visit = book(recipient, at(10))
    for path, most in [
        ("/calendar/", 10),
        (f"/calendar/?service={service.pk}", 18),
        (f"/book/{service.pk}/{TOMORROW}/", 20),
        (f"/book/{service.pk}/{TOMORROW}/13.00/", 18),
        (f"/bookings/{visit.pk}/", 18),
        ("/bookings/", 11),
    ]:
        with django_assert_max_num_queries(most):
            assert simple.get(path).status_code == 200, path
