"""My visits, the page of one, moving it and cancelling it."""

import datetime as dt
import html
import re

import pytest
from django.urls import reverse

from accounts.models import MessageChoices
from booking import actions
from booking.models import Booking
from booking.views.steps import receipt_url
from database.transactions import Busy
from tests import factories
from tests.booking.pages.conftest import CHOOSE, NOW, TODAY, TOMORROW, at, text_of


@pytest.fixture
def visit(recipient, book):
    """Aksel's cleaning tomorrow at ten."""
    return book(recipient, at(10))


def url(name, visit, *args):
    return reverse(f"booking:{name}", args=[visit.pk, *args])


def move_check_url(visit, time="14.00", date=TOMORROW):
    return f"/bookings/{visit.pk}/move/{date}/{time}/"


# -- Coming and past ----------------------------------------------------------


def test_coming_visits_can_be_moved_and_cancelled_from_the_list(page, visit):
    response = page.get("/bookings/")
    assert "Tomorrow at 10:00–11:00" in text_of(response)
    for name in ("visit", "move", "cancel"):
        assert url(name, visit) in response.content.decode()


def test_past_and_cancelled_visits_are_in_the_history(page, recipient, service, visit, user):
    actions.cancel(booking=visit, by=user)
    factories.BookingFactory(
        recipient=recipient, service=service, starts_at=NOW - dt.timedelta(days=3)
    )
    text = text_of(page.get("/bookings/"))
    assert "You have no visits booked." in text
    assert "Cancelled by you" in text
    assert (
        "Saturday 21 November at 09:00 Cleaning We have not registered yet what happened" in text
    )
    assert text.index("This week") < text.index("Cancelled by you") < text.index("Week 47")


def test_a_visit_cancelled_by_the_municipality_says_so_with_the_reason(page, visit, administrator):
    actions.cancel(booking=visit, by=administrator, reason="Illness with us.")
    for path in ("/bookings/", url("visit", visit)):
        text = text_of(page.get(path))
        assert "Illness with us." in text
        assert "municipality" in text
        assert administrator.given_name not in text


def test_history_is_paged(page, recipient, service, user):
    for days in range(1, 26):
        factories.BookingFactory(
            recipient=recipient, service=service, starts_at=NOW - dt.timedelta(days=days)
        )
    first = page.get("/bookings/").content.decode()
    older = re.search(r'href="(\?before=[^"]+)"', first)[1]
    second = page.get(f"/bookings/{older}").content.decode()
    assert first.count('<th scope="row">') == 20
    assert second.count('<th scope="row">') == 5
    assert 'href="?before=' not in second


def test_history_pages_are_complete_when_many_visits_begin_at_once(page, recipient, service, user):
    for _ in range(25):
        factories.BookingFactory(
            recipient=recipient, service=service, starts_at=NOW, status="cancelled"
        )
    first = page.get("/bookings/")
    older = html.unescape(re.search(r'href="(\?before=[^"]+)"', first.content.decode())[1])
    second = page.get(f"/bookings/{older}")
    shown = [[past.pk for past in answer.context["history"]] for answer in (first, second)]
    assert [len(ids) for ids in shown] == [20, 5]
    assert len({*shown[0], *shown[1]}) == 25


@pytest.mark.parametrize("before", ["nonsense", "2026-11-24", ""])
def test_an_invalid_query_shows_the_first_page(page, visit, before):
    response = page.get("/bookings/", {"before": before})
    assert "Coming visits" in text_of(response)


def test_the_lists_take_the_same_statements_however_long(
    page, recipient, service, book, django_assert_max_num_queries
):
    for days in range(1, 26):
        factories.BookingFactory(
            recipient=recipient, service=service, starts_at=NOW - dt.timedelta(days=days)
        )
    for hour in (8, 10, 12):
        book(recipient, at(hour))
    with django_assert_max_num_queries(11):
        page.get("/bookings/")


# -- One visit -----------------------------------------------------------------


def test_the_page_shows_what_when_and_the_deadline(page, visit):
    text = text_of(page.get(url("visit", visit)))
    assert "Wednesday 25 November at 10:00–11:00" in text
    assert "Left this week 6 of 7" in text
    assert "Until Wednesday 25 November at 08:00" in text


@pytest.mark.parametrize("view", ["ordinary", "simple"])
def test_the_receipt_is_shown_once_and_then_what_one_can_do(page, clock, visit, view):
    page.post(CHOOSE, {"view": view})
    is_booked = "The time is booked" if view == "ordinary" else "You have booked cleaning"
    receipt = text_of(page.get(receipt_url(visit.pk)))
    assert is_booked in receipt
    assert "We send you a receipt by e-mail. We remind you the day before." in receipt
    later = page.get(url("visit", visit))
    assert is_booked not in text_of(later)
    assert "We send you" not in text_of(later)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", later.text, re.DOTALL)[1]
    assert "10:00" in heading
    main = later.text[later.text.index("<main") :]
    links = re.findall(r'href="([^"#]+)#question"', main)
    assert links[:2] == [url("move", visit), url("cancel", visit)]
    clock.shift(dt.timedelta(minutes=11))
    assert is_booked not in text_of(page.get(receipt_url(visit.pk)))


def test_a_receipt_promises_only_messages_that_come(page, user, recipient, book, clock):
    clock.move_to(at(16, 30, date=TODAY))  # after the reminders of tomorrow's visits
    receipt = receipt_url(book(recipient, at(10)).pk)
    text = text_of(page.get(receipt))
    assert "We send you a receipt" in text
    assert "We remind you" not in text
    MessageChoices.objects.create(user=user, confirmation=[])
    assert "We send you a receipt" not in text_of(page.get(receipt))


def test_a_past_visit_cannot_be_changed(page, clock, visit):
    clock.move_to(at(12))
    response = page.get(url("visit", visit))
    assert "The visit is over" in text_of(response)
    assert url("move", visit) not in response.content.decode()


@pytest.mark.parametrize("name", ["visit", "move", "cancel"])
def test_another_recipients_visit_is_not_found(client, visit, stranger, name):
    client.force_login(stranger.user)
    assert client.get(url(name, visit)).status_code == 404
    client.logout()
    response = client.get(url(name, visit))
    assert response.headers["Location"].endswith(f"?next={url(name, visit)}")


def test_another_recipients_visit_cannot_be_moved_or_cancelled(client, visit, stranger):
    client.force_login(stranger.user)
    assert client.get(url("move_times", visit, TOMORROW)).status_code == 404
    assert client.get(move_check_url(visit)).status_code == 404
    sent = {"starts_at": at(14).isoformat()}
    assert client.post(url("move", visit), sent).status_code == 404
    assert client.post(url("cancel", visit)).status_code == 404
    visit.refresh_from_db()
    assert (visit.starts_at, visit.status) == (at(10), Booking.Status.BOOKED)


@pytest.mark.parametrize("name", ["visits", "visit"])
def test_post_is_not_allowed(page, visit, name):
    path = "/bookings/" if name == "visits" else url(name, visit)
    assert page.post(path).status_code == 405


# -- Moving ----------------------------------------------------------------------


def test_a_visit_is_moved_in_three_steps(page, visit):
    assert url("move_times", visit, TOMORROW) in page.get(url("move", visit)).content.decode()
    times = page.get(url("move_times", visit, TOMORROW))
    assert move_check_url(visit) in times.content.decode()
    check = text_of(page.get(move_check_url(visit)))
    assert "Wednesday 25 November at 14:00–15:00" in check
    assert "Instead of Wednesday 25 November, at 10:00–11:00" in check
    visit_page = page.post(url("move", visit), {"starts_at": at(14).isoformat()}, follow=True)
    assert "The visit is moved" in text_of(visit_page)
    assert "It was Wednesday 25 November at 10:00 before." in text_of(visit_page)
    visit.refresh_from_db()
    assert visit.starts_at == at(14)


def test_a_visit_can_move_to_a_time_it_overlaps_itself(page, visit):
    html = page.get(url("move_times", visit, TOMORROW)).content.decode()
    assert move_check_url(visit, "10.30") in html


def test_a_visit_can_move_within_a_used_up_week(page, grant, visit):
    grant.amount = 1
    grant.save()
    assert page.get(move_check_url(visit)).status_code == 200
    page.post(url("move", visit), {"starts_at": at(14).isoformat()})
    visit.refresh_from_db()
    assert visit.starts_at == at(14)


def test_moving_twice_moves_once(page, visit):
    for _ in range(2):
        response = page.post(url("move", visit), {"starts_at": at(14).isoformat()}, follow=True)
        assert "The visit is moved" in text_of(response)
    assert visit.events.filter(kind="moved").count() == 1


def test_the_old_time_is_kept_when_the_new_one_is_taken(page, visit, stranger, book):
    book(stranger, at(14))
    response = page.post(url("move", visit), {"starts_at": at(14).isoformat()})
    text = text_of(response)
    assert "The time is not free any longer" in text
    assert "You still have your old time." in text
    visit.refresh_from_db()
    assert visit.starts_at == at(10)
    offered = re.findall(r'name="starts_at" value="([^"]+)"', response.content.decode())
    page.post(url("move", visit), {"starts_at": offered[0]})
    visit.refresh_from_db()
    assert visit.starts_at == dt.datetime.fromisoformat(offered[0])


def test_too_late_to_move_is_explained_before_and_after_choosing(page, clock, visit):
    clock.move_to(at(9))
    for response in (
        page.get(url("move", visit)),
        page.post(url("move", visit), {"starts_at": at(14).isoformat()}),
    ):
        text = text_of(response)
        assert response.status_code == 200
        assert "It is too late to move this visit here" in text
        assert "Call 33 00 10 10" in text


@pytest.mark.parametrize("value", ["", "nonsense"])
def test_a_move_to_an_invalid_time_is_not_found(page, visit, value):
    assert page.post(url("move", visit), {"starts_at": value}).status_code == 404


def test_a_move_continues_at_the_check_page_after_log_in(client, visit):
    response = client.post(url("move", visit), {"starts_at": at(14).isoformat()})
    assert response.headers["Location"].endswith(f"?next={move_check_url(visit)}")


def test_a_busy_lock_is_a_503_when_moving(page, visit, monkeypatch):
    def busy(**asked):
        raise Busy

    monkeypatch.setattr(actions, "move", busy)
    response = page.post(url("move", visit), {"starts_at": at(14).isoformat()})
    assert response.status_code == 503
    assert "Many are booking right now" in text_of(response)


# -- Cancelling -------------------------------------------------------------------


def test_cancelling_asks_for_confirmation_and_offers_to_book_again(page, visit, service):
    assert "Cancel this visit?" in text_of(page.get(url("cancel", visit)))
    response = page.post(url("cancel", visit), follow=True)
    assert "The visit is cancelled" in text_of(response)
    assert f"/calendar/?service={service.pk}" in response.content.decode()
    visit.refresh_from_db()
    assert visit.status == Booking.Status.CANCELLED


def test_cancelling_twice_is_the_same_as_once(page, visit):
    for _ in range(2):
        response = page.post(url("cancel", visit), follow=True)
        assert "The visit is cancelled" in text_of(response)
    assert visit.events.filter(kind="cancelled").count() == 1


def test_a_late_cancellation_is_explained(page, clock, visit):
    clock.move_to(at(9))
    for response in (page.get(url("cancel", visit)), page.post(url("cancel", visit))):
        text = text_of(response)
        assert response.status_code == 200
        assert "It is too late to cancel here" in text
        assert "so that nobody comes in vain" in text
    visit.refresh_from_db()
    assert visit.status == Booking.Status.BOOKED


@pytest.mark.parametrize("name", ["move", "cancel"])
@pytest.mark.parametrize("state", ["cancelled", "over"])
def test_a_cancelled_or_past_visit_is_shown_instead(page, clock, user, visit, name, state):
    if state == "cancelled":
        actions.cancel(booking=visit, by=user)
    else:
        clock.move_to(at(12))
    for response in (
        page.get(url(name, visit)),
        page.post(url(name, visit), {"starts_at": at(14).isoformat()}),
    ):
        assert response.status_code == 302
        assert response.headers["Location"].partition("?")[0] == url("visit", visit)


def test_a_visit_today_is_listed(page, recipient, book):
    visit = book(recipient, at(15, date=TODAY))
    assert "Today at 15:00" in text_of(page.get("/calendar/"))
    assert page.get(url("move", visit)).status_code == 200
