"""Booking the same next week, undoing a cancellation, outcomes, and a used-up grant."""

import datetime as dt
import re

import pytest

from booking import actions, outcomes
from booking.models import Booking
from booking.outcomes import Outcome
from tests import factories
from tests.booking.pages.conftest import NOW, TOMORROW, at, text_of

NEXT_WEEK = TOMORROW + dt.timedelta(days=7)


@pytest.fixture
def visit(recipient, book):
    return book(recipient, at(10), note="Ring twice.")


def url(visit):
    return f"/bookings/{visit.pk}/"


def fields(response):
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', response.text))


# -- The same next week -------------------------------------------------------------------


def test_the_visits_page_offers_the_same_time_next_week(page, visit, service):
    response = page.get(url(visit))
    assert "Wednesday 2 December at 10:00 is free" in text_of(response)
    check = f"/book/{service.pk}/{NEXT_WEEK}/10.00/"
    assert f'href="{check}#question"' in response.text
    assert "Is this right?" in text_of(page.get(check))


def test_when_next_week_is_busy_the_page_links_to_the_nearest_times(
    page, visit, service, stranger, book
):
    book(stranger, at(10, date=NEXT_WEEK))
    assert "is busy. See the nearest times" in text_of(page.get(url(visit)))
    text = text_of(page.get(f"/book/{service.pk}/{NEXT_WEEK}/10.00/"))
    assert "The nearest free times" in text


def test_a_time_that_cannot_be_booked_next_week_is_not_offered(page, recipient, book, grant):
    late = book(recipient, at(10, date=dt.date(2026, 12, 3)))
    assert "the same next week" not in text_of(page.get(url(late)))
    soon = book(recipient, at(10))
    grant.valid_until = TOMORROW
    grant.save()
    assert "the same next week" not in text_of(page.get(url(soon)))


# -- Undo ---------------------------------------------------------------------------------


def test_a_cancellation_can_be_undone_with_the_note(page, visit, recipient, user):
    actions.cancel(booking=visit, by=user)
    cancelled = page.get(url(visit))
    form = fields(cancelled)
    booked = page.post("/book/", form, follow=True)
    assert "The visit is booked again" in text_of(booked)
    again = recipient.bookings.confirmed().get()
    assert (again.starts_at, again.note) == (visit.starts_at, "Ring twice.")
    page.post("/book/", form)
    assert recipient.bookings.confirmed().count() == 1


def test_undo_offers_alternatives_when_the_time_is_taken(
    page, visit, recipient, user, stranger, book
):
    actions.cancel(booking=visit, by=user)
    form = fields(page.get(url(visit)))
    book(stranger, at(10))
    refused = page.post("/book/", form)
    assert "The time is not free any longer" in text_of(refused)
    assert "The nearest free times" in text_of(refused)
    assert not recipient.bookings.confirmed().exists()


def test_a_cancellation_by_the_municipality_cannot_be_undone(page, visit, administrator):
    actions.cancel(booking=visit, by=administrator, reason="Illness with us.")
    assert "Undo" not in text_of(page.get(url(visit)))


def test_a_cancelled_visit_in_the_past_cannot_be_undone(page, visit, user, clock):
    actions.cancel(booking=visit, by=user)
    clock.move_to(at(11))
    assert "Undo" not in text_of(page.get(url(visit)))


@pytest.fixture
def undo(page, visit, user):
    """``undo()`` sends the form of the page as it was right after the cancellation."""
    actions.cancel(booking=visit, by=user)
    form = fields(page.get(url(visit)))

    def undo():
        page.post("/book/", form)
        return visit.recipient.bookings.get(pk=form["key"])

    return undo


def assert_links_to(page, visit, again):
    """The cancelled visit's page links to ``again`` and does not offer to undo."""
    response = page.get(url(visit))
    assert "The visit is cancelled" in text_of(response)
    assert "See the visit you booked again" in text_of(response)
    again.refresh_from_db()
    stands = again.status == "booked"
    assert ("It is booked again," in text_of(response)) is stands
    assert ("Nobody comes" in text_of(response)) is not stands
    assert f'href="{url(again)}"' in response.text
    assert 'name="key"' not in response.text


@pytest.mark.parametrize("view", ["full", "simple"])
def test_the_cancelled_visit_links_to_the_one_booked_again(page, visit, undo, view):
    page.post("/view/choose/", {"view": view})
    assert "See the visit you booked again" not in text_of(page.get(url(visit)))
    assert_links_to(page, visit, undo())


def test_the_link_survives_a_move_of_the_new_visit(page, visit, undo, user):
    again = actions.move(booking=undo(), starts_at=at(12), by=user)
    assert_links_to(page, visit, again)


def test_after_two_undos_the_link_goes_to_the_confirmed_visit(page, visit, undo, user):
    first = undo()
    actions.cancel(booking=first, by=user)
    assert_links_to(page, visit, first)  # which is cancelled too, and can be undone
    page.post("/book/", fields(page.get(url(first))))
    standing = visit.recipient.bookings.confirmed().get()
    assert_links_to(page, visit, standing)
    assert_links_to(page, first, standing)


def test_pressing_undo_twice_shows_the_visit_of_the_first_press(page, visit, undo, user):
    again = undo()
    assert undo() == again
    actions.move(booking=again, starts_at=at(12), by=user)
    assert undo().starts_at == at(12)
    assert visit.recipient.bookings.confirmed().count() == 1


def test_the_link_goes_to_a_new_booking_of_the_same_time(page, visit, recipient, undo, book):
    assert_links_to(page, visit, book(recipient, at(10)))


def test_another_service_at_that_time_is_not_linked(
    page, visit, recipient, department, undo, book
):
    other = factories.ServiceFactory(department=department)
    factories.GrantFactory(recipient=recipient, service=other)
    book(recipient, at(10), service=other)
    assert "See the visit you booked again" not in text_of(page.get(url(visit)))


def test_a_helper_who_may_only_look_sees_the_link(client, page, visit, recipient, undo):
    again = undo()
    mandate = factories.MandateFactory(recipient=recipient, may="look")
    mandate.holder.language = "en"
    mandate.holder.save()
    client.force_login(mandate.holder)
    client.post("/persons/choose/", {"person": recipient.pk})
    assert_links_to(client, visit, again)


# -- Outcomes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "words"),
    [(Outcome.PARTLY, "Partly done"), (Outcome.NO_CONTACT, "We got no contact")],
)
def test_history_and_visit_page_show_the_outcome(
    page, recipient, service, outcome, words, monkeypatch
):
    past = factories.BookingFactory(
        recipient=recipient, service=service, starts_at=NOW - dt.timedelta(days=3)
    )

    class Told:
        def of(self, bookings):
            return {past.pk: outcome} if past.pk in bookings else {}

    monkeypatch.setattr(outcomes, "_outcomes", Told())
    for path in ("/bookings/", url(past)):
        text = text_of(page.get(path))
        assert words in text
        assert "not registered" not in text


@pytest.mark.parametrize("view", ["ordinary", "simple"])
@pytest.mark.parametrize("ago", [dt.timedelta(hours=3), dt.timedelta(days=30)], ids=str)
def test_a_visit_without_a_report_is_said_to_have_none(page, recipient, service, ago, view):
    recipient.user.preferences["view"] = view
    recipient.user.save()
    past = factories.BookingFactory(recipient=recipient, service=service, starts_at=NOW - ago)

    older = f"/bookings/?before={(NOW + dt.timedelta(days=1)).strftime('%Y-%m-%dT%H:%MZ')}"
    for path in (older, url(past)):
        text = text_of(page.get(path))
        assert "We have not registered yet what happened" in text
        assert "Over" not in text


# -- Over quota -----------------------------------------------------------------------------------


def test_over_quota_lists_the_visits_that_can_be_moved(
    page, visit, service, grant, department, user
):
    grant.amount = 1
    grant.save()
    path = f"/book/{service.pk}/{TOMORROW}/13.00/"
    response = page.get(path)
    assert "Move one of these instead" in text_of(response)
    assert f'href="{url(visit)}move/"' in response.text
    assert "From Monday 30 November you can book more." in text_of(response)
    department.change_deadline_minutes = 2 * 24 * 60
    department.save()
    assert "Move one of these instead" not in text_of(page.get(path))


def test_the_visits_page_uses_a_fixed_number_of_statements(
    page, visit, django_assert_max_num_queries
):
    with django_assert_max_num_queries(19):
        page.get(url(visit))
    assert Booking.objects.count() == 1
