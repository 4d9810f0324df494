"""An administrator books, moves and cancels for Hans, who has no log-in."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLogEntry
from booking import actions
from booking.models import Booking
from tests import factories
from tests.booking.pages.conftest import LAST_DAY, TODAY, TOMORROW, at, text_of
from workflow.models import Report


@pytest.fixture
def hans(service):
    recipient = factories.RecipientFactory(given_name="Hans", family_name="Eide")
    factories.GrantFactory(recipient=recipient, service=service, amount=2)
    return recipient


@pytest.fixture
def dina(client, administrator, settings):
    settings.SESSION_COOKIE_AGE = 7 * 24 * 3600  # some tests move the clock by a day
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    return client


@pytest.fixture
def visit(hans, service, administrator):
    return actions.book(
        key=uuid.uuid4(), recipient=hans, service=service, starts_at=at(12), by=administrator
    )


def url(name, *things):
    return reverse(f"booking:{name}", args=[thing.pk for thing in things])


def order(starts_at, **values):
    asked = {"key": uuid.uuid4(), "starts_at": starts_at.isoformat(), "reason": "You called."}
    return asked | values


def test_the_recipients_page_links_to_services_and_coming_visits(
    dina, department, hans, service, visit
):
    page = dina.get(url("recipient", department, hans)).text
    assert url("phone", department, hans, service) in page
    assert url("phone_visit", department, hans, visit) in page
    assert url("recipient_week", department, hans) in page


def test_free_times_of_the_first_free_day_or_the_day_in_the_url(dina, department, hans, service):
    page = dina.get(url("phone", department, hans, service))
    assert page.context["date"] == TODAY
    page = dina.get(url("phone", department, hans, service), {"date": TOMORROW.isoformat()})
    assert next(slot.starts_at for slot in page.context["slots"]) == at(8)
    assert "2 of 2 left this week" in text_of(page)


def test_each_day_without_a_free_time_says_why(dina, department, hans, service, visit):
    hans.grants.update(amount=1)
    page = text_of(dina.get(url("phone", department, hans, service)))
    assert page.count("All used") == 6  # today and the rest of the week
    factories.SpecialDayFactory(department=department, date=LAST_DAY)
    page = text_of(dina.get(url("phone", department, hans, service)))
    assert page.count("Not open for booking") == 1


def test_the_recipients_page_marks_a_visit_that_has_nobody(dina, department, hans, visit):
    page = url("recipient", department, hans)
    assert "Nobody to go yet" not in text_of(dina.get(page))
    visit.visits.update(shift=None)
    assert "Cleaning Nobody to go yet" in text_of(dina.get(page))


def test_a_booking_by_phone_says_so_in_its_history(dina, department, hans, service, administrator):
    form = order(at(10), note="Ring twice.", reason="You called.")
    for _ in range(2):  # pressed twice
        answer = dina.post(url("book_by_phone", department, hans, service), form)

    receipt = text_of(dina.get(answer.url))
    assert "The visit is booked: Cleaning, Wednesday 25 November 10:00." in receipt
    visit = hans.bookings.get()
    assert (visit.starts_at, visit.note) == (at(10), "Ring twice.")
    event = visit.events.get()
    assert (event.by, event.via, event.reason) == (administrator, "phone", "You called.")
    assert AccessLogEntry.objects.filter(
        actor=administrator, subject_id=hans.pk, what="booking:book_by_phone"
    ).exists()


@pytest.mark.parametrize("differs", ["actor", "recipient", "department", "time"])
def test_a_form_key_finds_only_what_the_same_actor_made_in_the_same_department(
    differs, dina, department, other_department, hans, service, administrator
):
    """The phone's twin of ``tests/test_every_body.py``."""
    key, maker, whom, when = uuid.uuid4(), administrator, hans, at(10)
    if differs == "actor":
        maker = factories.EmployeeFactory(department=department, role="administrator").person
    elif differs == "recipient":
        whom = factories.RecipientFactory(given_name="Skjult")
        factories.GrantFactory(recipient=whom, service=service, amount=2)
    elif differs == "time":
        when = at(12)
    if differs == "department":
        theirs = factories.ServiceFactory(department=other_department)
        factories.BookingFactory(pk=key, recipient=hans, service=theirs, starts_at=when)
    else:
        actions.book(key=key, recipient=whom, service=service, starts_at=when, by=maker)
    before = list(Booking.objects.values())

    page = dina.post(
        url("book_by_phone", department, hans, service), order(at(10), key=key, note="Ring twice.")
    )

    assert list(Booking.objects.values()) == before
    assert "This form was used before, and nothing more is booked." in text_of(page)
    assert "Ring twice.</textarea>" in page.text
    assert page.context["form"]["key"].value() != key
    assert "Skjult" not in page.text


def test_the_same_rules_hold_on_the_phone(dina, department, hans, service, book):
    hans.grants.update(amount=1)
    send = url("book_by_phone", department, hans, service)
    dina.post(send, order(at(10)))
    refused = dina.post(send, order(at(14), note="Ring twice."))
    assert "The grant gives no more in that period." in text_of(refused)
    assert "Ring twice." in refused.text
    assert hans.bookings.count() == 1


def test_a_taken_time_comes_with_the_nearest_free_ones(
    dina, department, hans, service, stranger, book
):
    book(stranger, at(10))
    refused = dina.post(
        url("book_by_phone", department, hans, service), order(at(10), note="Ring twice.")
    )
    assert "The time was taken meanwhile." in text_of(refused)
    assert len(refused.context["alternatives"]) == 3
    assert "Ring twice." in refused.text
    assert "Zacharias" not in refused.text


def test_a_missing_time_is_an_error(dina, department, hans, service):
    page = dina.post(
        url("book_by_phone", department, hans, service), {"key": uuid.uuid4(), "note": "Ring."}
    )
    assert "Choose a time." in text_of(page)
    assert "Ring." in page.text
    assert not Booking.objects.exists()


def test_booking_takes_a_reason(dina, department, hans, service):
    form = order(at(10), reason=" ", note="Ring twice.")
    refused = dina.post(url("book_by_phone", department, hans, service), form)
    assert "reason" in refused.context["form"].errors
    assert "Ring twice." in refused.text
    assert not hans.bookings.exists()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"why": "relative", "reason": ""}, "Your relative called and asked."),
        ({"why": "called", "reason": "The doctor asked."}, "The doctor asked."),
    ],
)
def test_a_usual_reason_takes_one_press_and_own_words_count_more(
    dina, department, hans, service, given, reason
):
    send = url("book_by_phone", department, hans, service)
    assert dina.get(url("phone", department, hans, service)).context["form"]["why"].value()
    refused = dina.post(send, {**given, "key": uuid.uuid4()})
    assert refused.context["form"]["why"].value() == given["why"]
    dina.post(send, order(at(10), **given))
    assert hans.bookings.get().events.get().reason == reason


def test_moving_takes_a_reason(dina, department, hans, visit, administrator):
    send = url("move_by_phone", department, hans, visit)
    refused = dina.post(send, {"starts_at": at(14).isoformat(), "reason": " "})
    assert "reason" in refused.context["form"].errors
    visit.refresh_from_db()
    assert visit.starts_at == at(12)

    dina.post(send, {"starts_at": at(14).isoformat(), "reason": "You called."})
    visit.refresh_from_db()
    assert visit.starts_at == at(14)
    event = visit.events.last()
    assert (event.kind, event.by, event.via, event.reason) == (
        "moved",
        administrator,
        "phone",
        "You called.",
    )


def test_cancelling_takes_a_reason(dina, department, hans, visit):
    send = url("cancel_by_phone", department, hans, visit)
    refused = dina.post(send, {"reason": ""})
    assert "reason" in refused.context["cancel_form"].errors
    assert Booking.objects.confirmed().filter(pk=visit.pk).exists()

    dina.post(send, {"reason": "You called."})
    assert not Booking.objects.confirmed().exists()
    assert visit.events.last().reason == "You called."


def test_other_departments_services_are_not_found(dina, department, hans, other_department):
    elsewhere = factories.ServiceFactory(department=other_department, name="Respite")
    factories.GrantFactory(recipient=hans, service=elsewhere)
    theirs = factories.BookingFactory(recipient=hans, service=elsewhere)

    assert "Respite" not in dina.get(url("recipient", department, hans)).text
    assert "Respite" not in dina.get(url("recipient_week", department, hans)).text
    for name, thing in (
        ("phone", elsewhere),
        ("book_by_phone", elsewhere),
        ("phone_visit", theirs),
        ("move_by_phone", theirs),
        ("cancel_by_phone", theirs),
    ):
        method = dina.get if name in ("phone", "phone_visit") else dina.post
        assert method(url(name, department, hans, thing)).status_code == 404, name


def test_the_week_on_paper_has_each_day_and_its_visits(dina, department, hans, visit):
    page = text_of(dina.get(url("recipient_week", department, hans)))
    assert "Wednesday 25 November 12:00–13:00 Cleaning" in page
    assert "Call 33 00 10 10" in page
    assert "The municipality sets this time" not in page
    hans.grants.update(kind_of_time="set")
    page = text_of(dina.get(url("recipient_week", department, hans)))
    assert "12:00–13:00 Cleaning (The municipality sets this time)" in page
    after = dina.get(url("recipient_week", department, hans), {"week": "2026-12-01"})
    assert "Cleaning" not in text_of(after)


def test_the_page_takes_the_same_statements_however_many_free_times(
    dina, department, hans, service, django_assert_max_num_queries
):
    dina.get(url("phone", department, hans, service))
    with django_assert_max_num_queries(16):
        dina.get(url("phone", department, hans, service))


# -- After the recipient's deadline ------------------------------------------


@pytest.fixture(params=[at(11), at(12, 20), at(15)], ids=["late", "under way", "over"])
def late(request, visit, clock):
    clock.move_to(request.param)


def test_staff_move_and_cancel_after_the_deadline(dina, department, hans, visit, late):
    page = dina.get(url("phone_visit", department, hans, visit))
    assert 'name="starts_at"' in page.text
    later = page.context["slots"][-1].starts_at

    moved = dina.post(
        url("move_by_phone", department, hans, visit),
        {"starts_at": later.isoformat(), "reason": "You called."},
    )
    assert moved.status_code == 302
    visit.refresh_from_db()
    assert visit.starts_at == later

    dina.post(url("cancel_by_phone", department, hans, visit), {"reason": "You called."})
    assert not Booking.objects.confirmed().exists()


def test_a_visit_that_is_told_is_not_changed(dina, department, hans, visit, administrator, clock):
    clock.move_to(at(12, 20))
    Report.objects.create(
        visit=visit.visits.get(), outcome="done", by=administrator, at=timezone.now()
    )

    page = text_of(dina.get(url("phone_visit", department, hans, visit)))
    assert "It can't be moved or cancelled any more." in page
    assert "New time" not in page
    for name, form in (
        ("move_by_phone", {"starts_at": at(15).isoformat(), "reason": "You called."}),
        ("cancel_by_phone", {"reason": "You called."}),
    ):
        refused = dina.post(url(name, department, hans, visit), form)
        assert "It can't be moved or cancelled any more." in text_of(refused)
    assert Booking.objects.confirmed().get().starts_at == at(12)


def test_staff_book_at_short_notice(dina, department, hans, service, clock):
    clock.move_to(at(9, 50))
    page = dina.get(url("phone", department, hans, service))
    assert at(10) in [slot.starts_at for slot in page.context["slots"]]

    dina.post(url("book_by_phone", department, hans, service), order(at(10)))

    assert hans.bookings.get().starts_at == at(10)


# -- Who gets a message ------------------------------------------------------------

LETTER = "Hans gets a letter about this. It waits under “Letters” to be printed."


def test_each_page_says_who_gets_a_message_before_and_after(
    dina, department, hans, service, visit
):
    book, change = (
        url("phone", department, hans, service),
        url("phone_visit", department, hans, visit),
    )
    assert text_of(dina.get(book)).count(LETTER) == 1
    assert text_of(dina.get(change)).count(LETTER) == 2
    for name, things, values in (
        ("book_by_phone", (hans, service), order(at(14))),
        ("move_by_phone", (hans, visit), order(at(10))),
        ("cancel_by_phone", (hans, visit), {"reason": "You called."}),
    ):
        answer = dina.post(url(name, department, *things), values, follow=True)
        assert f"{LETTER}" in text_of(answer), name


def test_the_recipients_page_says_who_hears_that_a_series_ends(dina, department, hans, service):
    page = url("recipient", department, hans)
    assert LETTER not in text_of(dina.get(page))
    series = factories.BookingSeriesFactory(
        recipient=hans, service=service, by=factories.UserFactory()
    )
    assert LETTER in text_of(dina.get(page))
    ended = dina.post(url("end_series_by_phone", department, hans, series), follow=True)
    assert f"It does not repeat any longer. {LETTER}" in text_of(ended)


def test_a_visit_that_has_begun_is_cancelled_without_a_message(
    dina, department, hans, visit, clock
):
    clock.move_to(visit.starts_at)
    page = text_of(dina.get(url("phone_visit", department, hans, visit)))
    says = "Hans gets no message about this. Call 900 00 000."
    assert (page.count(says), page.count(LETTER)) == (1, 1)
    form = {"reason": "You called."}
    answer = dina.post(url("cancel_by_phone", department, hans, visit), form, follow=True)
    assert says in text_of(answer)
