"""Calendar files and calendar feeds."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from icalendar import Calendar

from accounts.models import AccessLogEntry, MessageChoices
from booking import actions
from booking.actions.feeds import make_feed, revoke_feed
from booking.models import CalendarFeed
from tests import factories
from tests.booking.pages.conftest import NOW, at
from tests.reauthentication import logged_in_again
from tests.strict_calendar import faults_of

pytestmark = pytest.mark.django_db

PAGE = "/settings/calendar/"


@pytest.fixture
def booked(book, recipient):
    return book(recipient, at(10), note="The key is under the mat")


@pytest.fixture
def address(recipient, user):
    _, secret = make_feed(recipient=recipient, by=user)
    return reverse("booking:feed", args=[secret])


def read(client, address, **headers):
    response = client.get(address, headers=headers)
    assert response.status_code == 200, response.status_code
    assert faults_of(response.content) == []
    return Calendar.from_ical(response.content)


def events(client, address):
    return read(client, address).walk("VEVENT")


def test_the_visits_page_links_to_a_calendar_file(page, booked):
    url = reverse("booking:visit_file", args=[booked.pk])
    assert url in page.get(reverse("booking:visit", args=[booked.pk])).content.decode()
    response = page.get(url)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    assert event["UID"] == str(booked.pk)
    assert event.decoded("DTSTART") == at(10)


def test_the_file_of_a_cancelled_visit_removes_it(page, booked, user):
    actions.cancel(booking=booked, by=user)
    calendar = Calendar.from_ical(
        page.get(reverse("booking:visit_file", args=[booked.pk])).content
    )
    assert calendar["METHOD"] == "CANCEL"
    assert calendar.walk("VEVENT")[0]["SEQUENCE"] == 1


def test_the_file_of_somebody_elses_visit_is_not_found(page, book, stranger):
    theirs = book(stranger, at(10))
    assert page.get(reverse("booking:visit_file", args=[theirs.pk])).status_code == 404


def test_the_feed_url_is_shown_once_and_works_without_log_in(page, client, booked, settings):
    settings.SITE_URL = "https://shop.example"
    made = logged_in_again(page).post(f"{PAGE}make/", {"key": uuid.uuid4()})
    address = made.context["address"]
    assert address.startswith("https://shop.example/calendar-feed/")
    assert address.replace("https", "webcal") in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert address not in page.get(PAGE).content.decode()

    client.logout()
    secret = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert not CalendarFeed.objects.filter(secret_hash__contains=secret).exists()
    (event,) = events(client, address.removeprefix("https://shop.example"))
    assert event["UID"] == str(booked.pk)


def test_the_organizer_is_the_bare_address_of_the_sender(client, booked, address, settings):
    settings.DEFAULT_FROM_EMAIL = "Fjordvik kommune <post@example.test>"
    assert "mailto:post@example.test\r\n" in client.get(address).text.replace("\r\n ", "")


def test_the_feed_names_no_service_unless_the_user_wants_it(
    client, booked, address, user, service
):
    content = client.get(address).content.decode()
    for secret in (service.name, service.department.name, "Aksel", "mat", "Storgata"):
        assert secret not in content
    MessageChoices.objects.create(user=user, names_service=True)
    (event,) = events(client, address)
    assert event["SUMMARY"] == service.name
    assert service.department.name in event["DESCRIPTION"]
    assert "mat" not in event.to_ical().decode()
    booked.recipient.grants.update(kind_of_time="set")
    (event,) = events(client, address)
    assert event["DESCRIPTION"].endswith(
        ("The municipality sets this time", "Kommunen setter denne tiden")
    )


def test_the_senders_name_in_the_settings_is_not_part_of_its_address(
    client, booked, address, settings
):
    settings.DEFAULT_FROM_EMAIL = "Service Shop <shop@example.test>"
    (event,) = events(client, address)
    assert event["ORGANIZER"] == "mailto:shop@example.test"
    assert event["ORGANIZER"].params["CN"] == settings.MUNICIPALITY


def test_a_feed_without_visits_is_a_valid_file_and_stays_the_same(client, address, clock):
    first = client.get(address)
    assert faults_of(first.content) == []
    clock.shift(dt.timedelta(days=3))
    assert client.get(address)["ETag"] == first["ETag"]


def test_the_feed_has_no_visits_of_others(client, book, stranger, booked, address):
    book(stranger, at(13))
    assert [event["UID"] for event in events(client, address)] == [str(booked.pk)]


def test_the_feed_shows_moved_and_recently_cancelled_visits(client, booked, address, user, clock):
    actions.move(booking=booked, starts_at=at(12), by=user)
    (event,) = events(client, address)
    assert (event["SEQUENCE"], event.decoded("DTSTART")) == (1, at(12))

    actions.cancel(booking=booked, by=user)
    (event,) = events(client, address)
    assert (event["SEQUENCE"], event["STATUS"]) == (2, "CANCELLED")
    clock.shift(dt.timedelta(days=31))
    assert events(client, address) == []


def test_an_unchanged_feed_is_a_304_and_can_be_cached(client, booked, address, user):
    first = client.get(address)
    assert first["Cache-Control"] == "private, max-age=900"
    assert first["X-Robots-Tag"] == "noindex"
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    actions.cancel(booking=booked, by=user)
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_each_read_is_in_the_access_log(page, address, user, recipient, clock):
    for _ in range(2):
        page.get(address)
    (look,) = AccessLogEntry.objects.filter(what="booking:feed")
    assert (look.actor, look.subject_id) == (user, recipient.pk)
    assert CalendarFeed.objects.get().read_at == NOW
    assert "Last read today at\N{NO-BREAK SPACE}09:00" in page.get(PAGE).content.decode()
    clock.shift(dt.timedelta(hours=1))
    page.get(address)
    assert AccessLogEntry.objects.filter(what="booking:feed").count() == 2


def test_a_closed_feed_is_not_found(page, client, recipient, address):
    feed = CalendarFeed.objects.get()
    for _ in range(2):
        assert page.post(f"{PAGE}{feed.pk}/revoke/").status_code == 302
    client.logout()
    assert client.get(address).status_code == 404
    assert client.get("/calendar-feed/guess.ics").status_code == 404


def test_the_feed_of_an_inactive_user_is_not_found(client, address, user):
    user.is_active = False
    user.save()
    assert client.get(address).status_code == 404


def test_a_feed_ends_when_its_maker_is_no_longer_the_recipient(client, recipient, address):
    recipient.user = factories.UserFactory()
    recipient.save()
    assert client.get(address).status_code == 404


def test_another_recipients_feed_cannot_be_closed(page, stranger):
    feed, _ = make_feed(recipient=stranger, by=stranger.user)
    assert page.post(f"{PAGE}{feed.pk}/revoke/").status_code == 404
    assert page.post(f"{PAGE}{uuid.uuid4()}/revoke/").status_code == 404
    feed.refresh_from_db()
    assert feed.revoked_at is None


@pytest.mark.parametrize("count", [1, 4])
def test_a_feed_takes_the_same_statements_however_many_visits(
    client, book, recipient, address, count, django_assert_num_queries
):
    for hour in range(8, 8 + 2 * count, 2):
        book(recipient, at(hour))
    client.get(address)
    with django_assert_num_queries(5):  # feed, access log, read_at, choices, visits
        client.get(address)


def test_a_secret_address_takes_a_log_in_again(page, recipient):
    form = {"key": uuid.uuid4()}
    assert page.post(f"{PAGE}make/", form).url == "/settings/log-in-again/"
    assert not recipient.feeds.exists()


def test_the_same_form_sent_again_makes_one_feed(page, recipient):
    form = {"key": page.get(PAGE).context["form"]["key"].value()}
    made = logged_in_again(page).post(f"{PAGE}make/", form)
    again = page.post(f"{PAGE}make/", form, follow=True)
    assert made.context["address"]
    assert not again.context["address"]
    assert "You have made this address already" in again.text
    assert recipient.feeds.count() == 1


@pytest.mark.parametrize("key", ["", "no key"])
def test_a_form_without_a_key_makes_none(page, recipient, key):
    assert logged_in_again(page).post(f"{PAGE}make/", {"key": key}).url == PAGE
    assert not recipient.feeds.exists()


def test_feeds_of_the_same_minute_have_labels_that_are_never_used_again(
    page, recipient, user, clock
):
    first, _ = make_feed(recipient=recipient, by=user)
    clock.shift(1)
    make_feed(recipient=recipient, by=user)
    assert page.get(PAGE).text.count("Address 1.") == page.get(PAGE).text.count("Address 2.") == 1
    revoke_feed(feed=first, by=user)
    clock.shift(1)
    make_feed(recipient=recipient, by=user)
    shown = page.get(PAGE).text
    assert [f"Address {n}." in shown for n in (1, 2, 3)] == [False, True, True]
