"""Choosing a time, checking it and booking it, in at most four steps from log-in."""

import datetime as dt
import html
import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from booking import actions, queries
from booking.models import Booking
from booking.views.steps import receipt_url
from database.transactions import Busy
from tests import factories
from tests.booking.pages.conftest import LAST_DAY, TODAY, TOMORROW, at, text_of
from tests.booking.refusals import REFUSALS_OF_BOOKING


def times_url(service, date=TOMORROW):
    return reverse("booking:times", args=[service.pk, date])


def check_url(service, time="10.00", date=TOMORROW):
    return f"/book/{service.pk}/{date}/{time}/"


def form_on(response, **changes):
    """The fields of the page's form, as a browser would send them."""
    fields = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode())
    )
    fields.pop("csrfmiddlewaretoken", None)
    fields.pop("next", None)
    return {"note": "", **fields, **changes}


# -- The times of a day -----------------------------------------------------


def test_a_free_time_is_a_link_with_day_time_and_free(page, service):
    response = page.get(times_url(service))
    assert f'href="{check_url(service)}#question"' in response.content.decode()
    assert "10:00 to 11:00 , Wednesday 25 November, free" in text_of(response)


def test_times_are_grouped_by_day_part_and_busy_times_joined(page, service, stranger, book):
    book(stranger, at(9))
    book(stranger, at(11))
    text = text_of(page.get(times_url(service)))
    assert "Morning Busy 08:00–12:00 , Wednesday 25 November Afternoon" in text
    assert "Busy 12:00–12:30 , Wednesday 25 November 12:30 to 13:30" in text


def test_own_visits_are_shown_among_the_times(page, recipient, service, book):
    book(recipient, at(10))
    text = text_of(page.get(times_url(service)))
    assert "Cleaning 10:00–11:00 · your visit" in text


def test_the_new_time_is_shown_among_the_weeks_visits(page, recipient, service, book):
    book(recipient, at(8))
    book(recipient, at(14))
    text = text_of(page.get(check_url(service)))
    week = text[text.index("Your visits this week") :]
    assert week.index("08:00–09:00") < week.index("10:00–11:00 Cleaning (new)")
    assert week.index("Cleaning (new)") < week.index("14:00–15:00")
    assert "moves" not in week


def test_previous_and_next_link_to_days_with_free_times(page, service, opening_hours):
    opening_hours[3].delete()  # no Thursdays
    html = page.get(times_url(service)).content.decode()
    assert times_url(service, TODAY) in html
    assert times_url(service, TOMORROW + dt.timedelta(days=2)) in html
    assert times_url(service, TOMORROW + dt.timedelta(days=1)) not in html


def test_a_closed_day_says_so_and_when_the_next_free_day_is(page, service, opening_hours):
    opening_hours[2].delete()  # no Wednesdays
    text = text_of(page.get(times_url(service)))
    assert "This day is not open for booking. The next free day is Thursday 26 November." in text


def test_a_used_up_day_says_what_was_granted(page, recipient, grant, service, book):
    grant.amount = 1
    grant.save()
    book(recipient, at(10))
    text = text_of(page.get(times_url(service, TOMORROW + dt.timedelta(days=1))))
    assert "You have used 1 of 1 this week." in text
    assert "The next free day is Monday 30 November." in text


@pytest.mark.parametrize(
    ("date", "heading"),
    [
        (LAST_DAY + dt.timedelta(days=1), "This day can't be booked yet"),
        (TODAY - dt.timedelta(days=1), "This day is over"),
    ],
)
@pytest.mark.parametrize("url", [times_url, lambda s, date: check_url(s, "10.00", date)])
def test_days_that_cannot_be_booked_are_explained(page, service, url, date, heading):
    response = page.get(url(service, date))
    assert response.status_code == 200
    assert heading in text_of(response)
    assert "until and including Tuesday 8 December" in text_of(response)


# -- The check page ------------------------------------------------------------


def test_the_check_page_shows_all_that_will_be_booked(page, service):
    text = text_of(page.get(check_url(service)))
    assert "Is this right?" in text
    assert "Wednesday 25 November at 10:00–11:00" in text
    assert "Cleaning, at your home" in text
    assert "Until Wednesday 25 November at 08:00" in text
    assert "you have 6 of 7 left this week" in text


@pytest.mark.parametrize("time", ["10.07", "07.00", "23.59", "25.00", "10.00+0900", "x"])
def test_a_time_that_is_never_offered_is_not_found(page, service, time):
    assert page.get(check_url(service, time)).status_code == 404


@pytest.mark.parametrize("date", ["2026-02-30", "tomorrow"])
def test_a_date_that_does_not_exist_is_not_found(page, service, date):
    assert page.get(check_url(service, date=date)).status_code == 404
    assert page.get(f"/book/{service.pk}/{date}/").status_code == 404


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31"])
def test_the_first_and_last_year_are_no_errors(page, service, date):
    assert page.get(f"/book/{service.pk}/{date}/").status_code == 404
    for time in ("00.00", "23.59"):
        assert page.get(check_url(service, time, date)).status_code in (200, 404)


def test_a_service_without_a_grant_is_not_found(page, department):
    other = factories.ServiceFactory(department=department)
    assert page.get(times_url(other)).status_code == 404
    assert page.get(check_url(other)).status_code == 404
    assert page.get(times_url(factories.ServiceFactory.build())).status_code == 404


# -- Booking -----------------------------------------------------------------


def test_four_steps_from_the_calendar_book_a_visit(page, service, recipient):
    assert times_url(service) in page.get("/calendar/").content.decode()
    assert check_url(service) in page.get(times_url(service)).content.decode()
    check = page.get(check_url(service))
    visit_page = page.post("/book/", form_on(check, note="Ring twice."), follow=True)
    booking = recipient.bookings.get()
    assert visit_page.redirect_chain == [(receipt_url(booking.pk), 302)]
    text = text_of(visit_page)
    assert "The time is booked" in text
    assert "Wednesday 25 November at 10:00–11:00" in text
    assert "Ring twice." in text
    assert "6 of 7" in text


def test_pressing_twice_books_once_and_shows_the_same_page(page, service, recipient):
    form = form_on(page.get(check_url(service)))
    first = page.post("/book/", form)
    second = page.post("/book/", form)
    assert first.headers["Location"] == second.headers["Location"]
    assert recipient.bookings.count() == 1


def test_a_form_sent_again_with_another_time_books_nothing(page, service, recipient):
    form = form_on(page.get(check_url(service)))
    page.post("/book/", form)
    response = page.post("/book/", {**form, "starts_at": at(14).isoformat()}, follow=True)
    assert "You used this form before." in text_of(response)
    assert recipient.bookings.count() == 1


def test_another_users_key_reveals_nothing(page, service, stranger, book):
    other = book(stranger, at(8))
    form = form_on(page.get(check_url(service)), key=str(other.pk))
    response = page.post("/book/", form)
    assert response.status_code == 302
    assert response.headers["Location"] == f"{check_url(service)}#question"


@pytest.mark.parametrize("written", ["25.11.2026 10:00", " 2026-11-25 10:00:00+01:00 "])
def test_a_refused_time_in_another_format_does_not_break_later_pages(
    page, service, stranger, book, written
):
    book(stranger, at(10))
    form = form_on(page.get(check_url(service, "11.00")), starts_at=written, note="Ring twice")
    page.post("/book/", form)
    again = page.get(check_url(service, "12.00"))
    assert again.status_code == 200
    assert "Ring twice" in again.content.decode()


def test_a_note_that_is_too_long_is_shown_again(page, service, recipient):
    note = "Ring twice. " * 20
    response = page.post("/book/", form_on(page.get(check_url(service)), note=note))
    assert response.status_code == 200
    assert "at most 200 characters" in text_of(response)
    assert note.strip() in text_of(response)
    assert not recipient.bookings.exists()


@pytest.mark.parametrize("field", ["key", "recipient", "service", "starts_at"])
@pytest.mark.parametrize("value", ["", "nonsense", "0001-01-01T00:00:00+14:00"])
def test_an_invalid_hidden_field_is_not_found(page, service, field, value):
    form = form_on(page.get(check_url(service)))
    assert page.post("/book/", {**form, field: value}).status_code == 404


def test_the_booking_url_only_accepts_post(page):
    response = page.get("/book/")
    assert response.status_code == 405
    assert "It only works when you press a button on one of our pages." in text_of(response)


def test_the_language_can_be_changed_on_a_refusal(page, service, stranger, book):
    form = form_on(page.get(check_url(service)))
    book(stranger, at(10))
    refused = page.post("/book/", form)
    assert "not free any longer" in text_of(refused)
    (way_back,) = set(re.findall(r'name="next" value="([^"]*)"', refused.text))
    changed = page.post("/language/choose/", {"language": "nn", "next": way_back}, follow=True)
    assert changed.status_code == 200


def test_a_user_without_a_grant_cannot_book(client, service, page):
    form = form_on(page.get(check_url(service)))
    other = factories.RecipientFactory(user=factories.UserFactory())
    client.force_login(other.user)
    assert client.post("/book/", {**form, "recipient": str(other.pk)}).status_code == 404
    assert not Booking.objects.exists()


def test_a_form_for_another_recipient_books_nothing(page, service, stranger):
    form = form_on(page.get(check_url(service)), recipient=str(stranger.pk))
    response = page.post("/book/", form)
    assert response.headers["Location"] == f"{check_url(service)}#question"
    assert not Booking.objects.exists()


# -- Drafts -----------------------------------------------------


def test_the_form_is_filled_in_again_after_log_in(page, client, user, service):
    form = form_on(page.get(check_url(service)), note="The key is under the mat.")
    del client.cookies[settings.SESSION_COOKIE_NAME]  # the session ends; other cookies stay
    response = client.post("/book/", form)
    assert response.status_code == 302
    assert response.headers["Location"].endswith(f"?next={check_url(service)}")
    assert "mat" not in response.headers["Location"]
    client.force_login(user)
    check = client.get(check_url(service))
    assert "The key is under the mat." in text_of(check)
    assert form_on(check)["key"] == form["key"]


def test_a_draft_is_not_shown_to_another_user(page, client, service, stranger):
    form = form_on(page.get(check_url(service)), note="The key is under the mat.")
    del client.cookies[settings.SESSION_COOKIE_NAME]  # the session ends; other cookies stay
    client.post("/book/", form)
    client.force_login(stranger.user)
    assert "under the mat" not in text_of(client.get(check_url(service)))


def test_a_taken_time_keeps_the_note_and_offers_three_times(
    page, service, recipient, stranger, book
):
    form = form_on(page.get(check_url(service)), note="Ring twice.")
    book(stranger, at(10))
    response = page.post("/book/", form)
    text = text_of(response)
    assert response.status_code == 200
    assert "The time is not free any longer" in text
    assert "Nothing is booked. You still have 7 of 7 left this week." in text
    assert "“Ring twice.”" in text
    offered = re.findall(r'name="starts_at" value="([^"]+)"', response.content.decode())
    assert len(offered) == 3
    assert "Zacharias" not in text

    again = page.post("/book/", {**form_on(response), "starts_at": offered[0]}, follow=True)
    assert "The time is booked" in text_of(again)
    assert "Ring twice." in text_of(again)
    assert recipient.bookings.get().starts_at == dt.datetime.fromisoformat(offered[0])


def test_the_nearest_times_are_searched_once(page, service, stranger, book, monkeypatch):
    form = form_on(page.get(check_url(service)))
    book(stranger, at(10))
    looked = []
    nearest = queries.nearest_free
    monkeypatch.setattr(queries, "nearest_free", lambda *args: looked.append(1) or nearest(*args))

    response = page.post("/book/", form)

    assert "The time is not free any longer" in text_of(response)
    assert len(looked) == 1


def test_the_note_is_kept_when_another_time_is_chosen(page, service, stranger, book):
    form = form_on(page.get(check_url(service)), note="Ring twice.")
    book(stranger, at(10))
    page.post("/book/", form)
    other = page.get(check_url(service, "14.00"))
    assert "Ring twice.</textarea>" in other.content.decode()
    assert form_on(other)["key"] != form["key"]


def test_a_note_is_not_filled_in_on_another_day(page, service, stranger, book):
    form = form_on(page.get(check_url(service)), note="Ring twice.")
    book(stranger, at(10))
    page.post("/book/", form)
    day_after = TOMORROW + dt.timedelta(days=1)
    other = page.get(f"/book/{service.pk}/{day_after}/10.00/")
    assert other.status_code == 200
    assert "Ring twice.</textarea>" not in other.text


def test_the_same_form_with_another_note_saves_nothing_and_keeps_the_words(
    page, service, recipient
):
    form = form_on(page.get(check_url(service)), note="Ring twice.")
    page.post("/book/", form)
    answer = page.post("/book/", {**form, "note": "Ring once."})
    assert answer.status_code == 409
    assert "Nothing is saved yet." in text_of(answer)
    assert "Ring once.</textarea>" in answer.text
    visit = recipient.bookings.get()
    assert visit.note == "Ring twice."
    page.post(f"/bookings/{visit.pk}/note/", form_on(answer, note="Ring once."))
    visit.refresh_from_db()
    assert visit.note == "Ring once."


def test_a_draft_is_gone_once_it_is_booked(page, service, stranger, book):
    form = form_on(page.get(check_url(service)), note="Ring twice.")
    book(stranger, at(10))
    page.post("/book/", form)
    page.post("/book/", form_on(page.get(check_url(service, "14.00")), note="Ring twice."))
    assert "Ring twice.</textarea>" not in page.get(check_url(service, "08.00")).content.decode()


# -- Refusals ---------------------------------------------------------


def test_a_time_that_overlaps_an_own_visit_names_the_visit(page, service, recipient, book):
    visit = book(recipient, at(10))
    response = page.get(check_url(service, "10.30"))
    assert "You already have a visit at that time" in text_of(response)
    assert "Cleaning, Wednesday 25 November, at 10:00–11:00" in text_of(response)
    assert f"/bookings/{visit.pk}/" in response.content.decode()
    assert 'class="pick" href=' in response.text  # other times are links, which need no form
    assert 'action="/book/"' not in response.text


def test_over_quota_says_why_and_when_more_is_free(page, service, recipient, grant, book):
    grant.amount = 1
    grant.save()
    book(recipient, at(10))
    text = text_of(page.get(check_url(service, "14.00")))
    assert "You have used all you have this week" in text
    assert "Cleaning: you have booked 1 of 1 this week." in text
    assert "From Monday 30 November you can book more." in text


def test_too_short_notice_says_how_long_before(page, service):
    text = text_of(page.get(check_url(service, "10.30", TODAY)))
    assert "It is too late to book this time" in text
    assert "You must book 2 hours before" in text


def test_a_day_after_the_grant_says_so(page, service, grant):
    grant.valid_until = TOMORROW
    grant.save()
    url = check_url(service, date=TOMORROW + dt.timedelta(days=1))
    assert "Your grant does not cover Thursday 26 November" in text_of(page.get(url))


def test_a_department_that_takes_no_bookings_says_whom_to_call(page, service, department):
    department.is_open = False
    department.save()
    text = text_of(page.get(check_url(service)))
    assert "You can't book cleaning here right now" in text
    assert "Call 33 00 10 10" in text


def test_a_time_outside_changed_hours_is_refused_as_taken(page, service, opening_hours):
    form = form_on(page.get(check_url(service, "15.00")))
    opening_hours[2].closes_at = dt.time(12)
    opening_hours[2].save()
    response = page.post("/book/", form)
    assert response.status_code == 200
    assert "The time is not free any longer" in text_of(response)


def test_a_busy_lock_is_a_503_that_can_be_retried(page, service, monkeypatch):
    def busy(**asked):
        raise Busy

    monkeypatch.setattr(actions, "book", busy)
    form = form_on(page.get(check_url(service)), note="Ring twice.")
    response = page.post("/book/", form)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "Many are booking right now" in text_of(response)
    again = form_on(response)
    assert (again["note"], again["key"]) == ("Ring twice.", form["key"])
    monkeypatch.undo()
    assert "The time is booked" in text_of(page.post("/book/", again, follow=True))


@pytest.mark.parametrize("error", [*REFUSALS_OF_BOOKING, Busy])
def test_every_refusal_has_a_page(page, service, monkeypatch, error):
    def refuse(**asked):
        raise error

    monkeypatch.setattr(actions, "book", refuse)
    response = page.post("/book/", form_on(page.get(check_url(service))))
    assert response.status_code in (200, 302, 503)


def test_both_occurrences_of_the_repeated_hour_can_be_chosen(page, clock, service, department):
    clock.move_to(dt.datetime(2026, 10, 20, 8, tzinfo=dt.UTC))
    sunday = dt.date(2026, 10, 25)
    factories.OpeningHoursFactory(
        department=department, weekday=7, opens_at=dt.time(0), closes_at=dt.time(6)
    )
    html = page.get(times_url(service, sunday)).content.decode()
    for offset in ("+0200", "+0100"):
        url = check_url(service, f"02.30{offset}", sunday)
        assert escape(url) in html
        assert page.get(url).status_code == 200
    assert "02:30 (summer time)" in html


def choose_on_form(page, shown, fields, language="nn"):
    """Press a language button of the page's footer, as a browser without scripts does."""
    (url,) = set(re.findall(r'form="typed" formnovalidate\s+formaction="([^"]*)"', shown.text))
    return page.post(html.unescape(url), {**fields, "language": language}, follow=True)


def note_on(response):
    (note,) = re.findall(r"<textarea[^>]*>\s*(.*?)</textarea>", response.text, re.DOTALL)
    return note


def test_a_note_survives_the_choice_of_a_language(page, service, recipient):
    shown = page.get(check_url(service))
    form = form_on(shown, note="Ring <first> & twice")
    again = choose_on_form(page, shown, form)
    assert again.redirect_chain == [(check_url(service), 302)]
    assert '<html lang="nn"' in again.text
    assert note_on(again) == "Ring &lt;first&gt; &amp; twice"
    assert f'value="{form["key"]}"' in again.text  # it is the same order
    assert not recipient.bookings.exists()
    assert note_on(page.get(check_url(service))) == ""  # it is shown once


def test_a_language_is_not_chosen_without_a_csrf_token(page, service):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = page.cookies
    shown = strict.get(check_url(service))
    form = form_on(shown, note="Ring twice")
    assert "csrfmiddlewaretoken" not in form
    assert choose_on_form(strict, shown, form).status_code == 403
    assert note_on(strict.get(check_url(service))) == ""


def test_a_stranger_s_fields_are_not_kept(client, db):
    client.post("/language/choose/?form=typed&next=/help/", {"language": "nn", "note": "x"})
    assert "typed" not in client.session
