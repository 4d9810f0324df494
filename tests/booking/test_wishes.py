"""Wishes for a free time: one message for each time that opens, at most three a day."""

import contextlib
import datetime as dt
import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection
from django.utils import translation

from accounts.models import Change, Message
from booking import actions, errors
from booking.actions import wishes
from booking.models import SlotWish
from booking.notices import wishes as wish_notices
from tests import factories
from tests.factories import local

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)  # a Tuesday, nine o'clock here
THURSDAY = dt.date(2026, 11, 26)
FRIDAY = dt.date(2026, 11, 27)


@pytest.fixture(autouse=True)
def clock(department):
    """Open 8 to 10: two visits a day with one carer."""
    for weekday in range(1, 8):
        factories.OpeningHoursFactory(
            department=department,
            weekday=weekday,
            closes_at=dt.time(10),
        )
    department.slot_minutes, department.travel_minutes = 60, 0
    department.save()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def book(service):
    def book(hour, date=THURSDAY, recipient=None):
        recipient = recipient or somebody(service)
        return actions.book(
            key=uuid.uuid4(),
            recipient=recipient,
            service=service,
            starts_at=local(date, hour).astimezone(dt.UTC),
            by=recipient.user,
        )

    return book


def somebody(service):
    recipient = factories.RecipientFactory(user=factories.UserFactory())
    factories.GrantFactory(recipient=recipient, service=service)
    return recipient


def cancel(booking):
    actions.cancel(booking=booking, by=booking.recipient.user)


@pytest.fixture
def taken(book):
    """All of Thursday is booked by others."""
    return [book(8), book(9)]


@pytest.fixture
def wish(taken, recipient, service):
    return wishes.wish(recipient=recipient, by=recipient.user, service=service, date=THURSDAY)


def told():
    return list(Message.objects.filter(kind="wish.opening").order_by("posted_at", "pk"))


# -- An opening is told, once -----------------------------------------------------------------


def test_an_opening_is_announced_once(wish, taken):
    assert wishes.look_for_openings() == 0
    cancel(taken[0])
    assert wishes.look_for_openings() == 1
    assert wishes.look_for_openings() == 0
    (message,) = told()
    assert dt.datetime.fromisoformat(message.facts["at"]) == local(THURSDAY, 8)
    assert message.expires_at == local(THURSDAY, 8)
    words = wish_notices.compose_opening(message)
    assert words.lines[0].startswith("A time has opened")
    assert words.path == f"/book/{wish.service_id}/{THURSDAY}/08.00/"


def test_a_time_that_was_free_all_along_is_no_opening(book, recipient, service):
    theirs = book(8)
    wishes.wish(recipient=recipient, by=recipient.user, service=service, date=THURSDAY)
    cancel(book(8, date=FRIDAY))
    assert wishes.look_for_openings() == 0
    cancel(theirs)
    wishes.look_for_openings()
    assert [dt.datetime.fromisoformat(m.facts["at"]) for m in told()] == [local(THURSDAY, 8)]


def test_what_opens_again_is_a_new_opening(wish, taken, book):
    cancel(taken[0])
    wishes.look_for_openings()
    theirs = book(8)
    wishes.look_for_openings()
    cancel(theirs)
    wishes.look_for_openings()
    assert len({message.key for message in told()}) == 2


def test_at_most_three_a_day_and_again_tomorrow(wish, taken, book, clock):
    theirs = taken[0]
    for _ in range(6):
        cancel(theirs)
        wishes.look_for_openings()
        theirs = book(8)
        wishes.look_for_openings()
    assert len({message.key for message in told()}) == 3
    clock.shift(dt.timedelta(days=1))
    wishes.look_for_openings()
    assert len({message.key for message in told()}) == 3
    cancel(theirs)
    wishes.look_for_openings()
    assert len({message.key for message in told()}) == 4


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_no_more(taken, recipient, service, book, monkeypatch):
    others = [book(8, date=FRIDAY), book(9, date=FRIDAY)]
    asked = [
        wishes.wish(recipient=recipient, by=recipient.user, service=service, date=date)
        for date in (THURSDAY, FRIDAY)
    ]
    for booking in (taken[0], others[0]):
        cancel(booking)
    monkeypatch.setattr(wishes, "MESSAGES_A_DAY", 1)
    count, both_have_counted = wishes._messages_today, threading.Barrier(2)

    def told_today(user, now):
        told = count(user, now)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_have_counted.wait(timeout=1)
        return told

    def look(wish):
        try:
            return wishes._check(wish.pk, NOW)
        finally:
            connection.close()

    monkeypatch.setattr(wishes, "_messages_today", told_today)
    with ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(look, asked)) == 1
    assert len(told()) == 1


def test_a_time_taken_meanwhile_is_not_sent(wish, taken, book):
    cancel(taken[0])
    wishes.look_for_openings()
    book(8)
    assert wish_notices.compose_opening(told()[0]) is None


def test_the_message_names_neither_service_nor_recipient(wish, taken, service):
    cancel(taken[0])
    wishes.look_for_openings()
    for language in ("nb", "nn", "en"):
        with translation.override(language):
            words = wish_notices.compose_opening(told()[0])
        said = " ".join([words.subject, *words.lines])
        assert service.name not in said
        assert service.department.name not in said


# -- First come, expiring ---------------------------------------------------------------------


def test_all_wishes_get_a_message_and_nothing_is_reserved(wish, taken, service, book):
    other = somebody(service)
    wishes.wish(recipient=other, by=other.user, service=service, date=THURSDAY)
    cancel(taken[0])
    assert wishes.look_for_openings() == 2
    book(8, recipient=other)
    wishes.look_for_openings()
    assert list(SlotWish.objects.all()) == [wish]


def test_a_fulfilled_wish_is_deleted(wish, taken, book, recipient):
    cancel(taken[0])
    book(8, recipient=recipient)
    wishes.look_for_openings()
    assert not SlotWish.objects.exists()
    assert told() == []


def test_a_wish_ends_with_its_day(wish, taken, clock):
    clock.move_to(NOW + dt.timedelta(days=3))
    wishes.look_for_openings()
    assert not SlotWish.objects.exists()


def test_no_message_for_a_time_over_the_grants_amount(wish, taken, book, recipient):
    recipient.grants.update(amount=1)
    book(8, date=FRIDAY, recipient=recipient)
    cancel(taken[0])
    wishes.look_for_openings()
    assert told() == []


def test_a_wish_that_fails_does_not_stop_the_others(wish, taken, service, monkeypatch):
    other = somebody(service)
    wishes.wish(recipient=other, service=service, date=THURSDAY, by=other.user)
    real = wishes._free

    def free(one, now):
        if one.pk == wish.pk:
            raise RuntimeError
        return real(one, now)

    monkeypatch.setattr(wishes, "_free", free)
    cancel(taken[0])
    assert wishes.look_for_openings() == 1
    assert [message.user for message in told()] == [other.user]


def test_one_can_wish_to_move_when_all_is_used(taken, book, recipient, service):
    recipient.grants.update(amount=1)
    visit = book(8, date=FRIDAY, recipient=recipient)
    wish = wishes.wish(
        recipient=recipient, by=recipient.user, service=service, date=THURSDAY, moving=visit
    )
    cancel(taken[0])
    wishes.look_for_openings()
    words = wish_notices.compose_opening(told()[0])
    assert words.path == f"/bookings/{visit.pk}/move/{THURSDAY}/08.00/"
    actions.move(booking=visit, starts_at=local(THURSDAY, 8), by=recipient.user)
    wishes.look_for_openings()
    assert not SlotWish.objects.filter(pk=wish.pk).exists()


def test_no_message_when_the_visit_can_no_longer_be_moved(
    taken, book, recipient, service, department, clock
):
    visit = book(8, date=FRIDAY, recipient=recipient)
    wishes.wish(
        recipient=recipient, by=recipient.user, service=service, date=THURSDAY, moving=visit
    )
    department.change_deadline_minutes = 24 * 60
    department.minimum_notice_minutes = department.cancel_deadline_minutes = 0
    department.save()
    cancel(taken[0])
    clock.move_to(local(THURSDAY, 7))
    assert wishes.look_for_openings() == 1
    assert wish_notices.compose_opening(told()[0]) is not None
    clock.move_to(local(THURSDAY, 8) + dt.timedelta(minutes=1))  # it goes out late
    cancel(taken[1])
    assert wish_notices.compose_opening(told()[0]) is None
    assert wishes.look_for_openings() == 0
    assert not SlotWish.objects.exists()


# -- Asking -----------------------------------------------------------------------------------


def test_wishing_twice_is_one_wish(wish, recipient, service):
    assert (
        wishes.wish(recipient=recipient, by=recipient.user, service=service, date=THURSDAY) == wish
    )


def test_who_wished_and_who_stopped_waiting_is_recorded(wish, recipient):
    actions.drop(wish=wish, by=recipient.user)
    actions.drop(wish=wish, by=recipient.user)

    found = Change.objects.filter(subject_id=recipient.pk, object_id=wish.pk)
    assert [(change.verb, change.actor, change.department_id) for change in found] == [
        ("drop", recipient.user, None),
        ("wish", recipient.user, None),
    ]


@pytest.mark.parametrize("days", [-1, 15])
def test_a_day_that_can_not_be_booked_is_refused(recipient, service, days):
    date = NOW.date() + dt.timedelta(days=days)
    with pytest.raises(errors.OutsideHorizon):
        wishes.wish(recipient=recipient, by=recipient.user, service=service, date=date)


def test_a_visit_that_cannot_be_moved_is_refused(book, recipient, service, department):
    visit = book(8, date=FRIDAY, recipient=recipient)
    department.change_deadline_minutes = 7 * 24 * 60
    department.save()
    visit.service.department.refresh_from_db()
    with pytest.raises(errors.TooLate):
        wishes.wish(
            recipient=recipient, by=recipient.user, service=service, date=THURSDAY, moving=visit
        )


def test_ten_days_at_once_are_enough(recipient, service):
    for days in range(10):
        date = NOW.date() + dt.timedelta(days=days)
        wishes.wish(recipient=recipient, by=recipient.user, service=service, date=date)
    with pytest.raises(errors.TooManyWishes):
        wishes.wish(
            recipient=recipient,
            by=recipient.user,
            service=service,
            date=NOW.date() + dt.timedelta(days=11),
        )


def test_checking_takes_two_statements_while_nothing_changes(wish, django_assert_num_queries):
    with django_assert_num_queries(2):
        wishes.look_for_openings()


# -- The pages --------------------------------------------------------------------------------


@pytest.fixture
def page(client, recipient):
    recipient.user.language = "en"
    recipient.user.save()
    client.force_login(recipient.user)
    return client


def test_a_full_day_offers_a_wish_that_can_be_removed(page, taken, service, recipient):
    times = page.get(f"/book/{service.pk}/{THURSDAY}/").text
    assert "Tell me if a time opens Thursday 26 November" in times
    sent = {"service": service.pk, "date": THURSDAY}
    listed = page.post("/wishes/make/", sent, follow=True).text
    assert "We tell you if a time opens Thursday 26 November." in listed
    (address,) = re.findall(r'action="(/wishes/[^"]+/remove/)"', listed)
    assert "You have not asked about any day." in page.post(address, follow=True).text
    assert page.post(address).status_code == 404


def test_a_wish_to_move_keeps_the_visit(page, taken, service, recipient, book):
    visit = book(8, date=FRIDAY, recipient=recipient)
    times = page.get(f"/bookings/{visit.pk}/move/{THURSDAY}/").text
    assert f'name="moving" value="{visit.pk}"' in times
    page.post("/wishes/make/", {"service": service.pk, "date": THURSDAY, "moving": visit.pk})
    assert SlotWish.objects.get().moving == visit


def test_a_page_says_that_the_visit_can_no_longer_be_moved(
    page, service, recipient, book, department
):
    visit = book(8, date=FRIDAY, recipient=recipient)
    department.change_deadline_minutes = 7 * 24 * 60
    department.save()
    sent = {"service": service.pk, "date": THURSDAY, "moving": visit.pk}
    answer = page.post("/wishes/make/", sent, follow=True)
    assert "It is too late to move this visit here" in answer.text
    assert not SlotWish.objects.exists()


def test_objects_of_others_are_not_found(page, wish, service, book, client):
    theirs = book(8, date=FRIDAY)
    sent = {"service": service.pk, "date": THURSDAY, "moving": theirs.pk}
    assert page.post("/wishes/make/", sent).status_code == 404
    client.force_login(theirs.recipient.user)
    assert client.post(f"/wishes/{wish.pk}/remove/").status_code == 404
    assert "Thursday" not in client.get("/wishes/").text


@pytest.mark.parametrize("date", ["", "x", "2026-11-23", "2027-11-23"])
def test_what_makes_no_sense_is_not_found(page, service, date):
    assert page.post("/wishes/make/", {"service": service.pk, "date": date}).status_code == 404


# -- For somebody else --------------------------------------------------------------------------


@pytest.fixture
def mandate(recipient):
    return factories.MandateFactory(recipient=recipient)


def test_a_guardian_gets_the_message_for_a_ward_without_log_in(taken, service, mandate):
    ward = factories.RecipientFactory(given_name="Jonas")
    factories.GrantFactory(recipient=ward, service=service)
    guardian = factories.MandateFactory(recipient=ward, guardian=True).holder
    wishes.wish(recipient=ward, service=service, date=THURSDAY, by=guardian)
    cancel(taken[0])
    assert wishes.look_for_openings() == 1
    (message,) = told()
    assert message.user == guardian
    words = wish_notices.compose_opening(message)
    assert words.lines[0].startswith("A time for Jonas has opened")
    assert words.path == "/"


def test_two_users_may_wish_for_the_same_day(wish, taken, recipient, mandate):
    wishes.wish(recipient=recipient, service=wish.service, date=THURSDAY, by=mandate.holder)
    cancel(taken[0])
    assert wishes.look_for_openings() == 2
    assert {message.user for message in told()} == {recipient.user, mandate.holder}


def test_no_message_after_the_mandate_has_ended(taken, recipient, service, mandate):
    wishes.wish(recipient=recipient, service=service, date=THURSDAY, by=mandate.holder)
    cancel(taken[0])
    wishes.look_for_openings()
    (message,) = told()
    actions.end_mandate(mandate=mandate, by=recipient.user)
    assert wish_notices.compose_opening(message) is None
    cancel(taken[1])
    assert wishes.look_for_openings() == 0
    assert not SlotWish.objects.exists()
