"""A time that the municipality sets is booked, moved and cancelled by staff alone."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Message
from booking import actions, errors, queries
from booking.models import Booking, BookingEvent, BookingSeries, SlotWish, VisitRequest
from tests import factories
from tests.api.conftest import Program
from tests.booking.pages.conftest import TOMORROW, at, text_of
from tests.booking.pages.test_order import check_url, form_on
from tests.factories import local

FUTURE = TOMORROW.replace(day=28)


@pytest.fixture(params=["set", "not yet"])
def theirs(request, grant):
    """A grant whose times the person does not choose tomorrow."""
    if request.param == "set":
        grant.kind_of_time = "set"
    else:
        grant.choice_from = FUTURE
    grant.save()
    return grant


@pytest.fixture
def visit(theirs, recipient, service, administrator):
    return actions.book(
        key=uuid.uuid4(),
        recipient=recipient,
        service=service,
        starts_at=at(10),
        by=administrator,
        via=BookingEvent.Via.PHONE,
        as_staff=True,
    )


@pytest.fixture(params=["ordinary", "simple", "guardian"])
def reader(request, client, user, recipient):
    if request.param == "guardian":
        user = factories.MandateFactory(recipient=recipient, guardian=True).holder
        user.language = "en"
        user.save()
    client.force_login(user)
    if request.param == "guardian":
        client.post(reverse("booking:choose_person"), {"person": str(recipient.pk)})
    elif request.param == "simple":
        client.post("/view/choose/", {"view": "simple"})
    return client


def refused(text):
    return "The municipality sets the times for" in text or "Staff choose the times for" in text


def test_no_page_books_moves_or_cancels_it(reader, recipient, service, visit):
    time = check_url(service, "12.00")
    own = reverse("booking:visit", args=[visit.pk])
    booking = {
        "service": str(service.pk),
        "recipient": str(recipient.pk),
        "starts_at": at(12).isoformat(),
        "key": str(uuid.uuid4()),
        "note": "",
    }
    moving = {"starts_at": at(12).isoformat(), "version": str(visit.sequence)}

    for answer in (
        reader.get(time),
        reader.post(reverse("booking:book"), booking),
        reader.get(f"{own}move/"),
        reader.post(f"{own}move/", moving),
        reader.get(f"{own}cancel/"),
        reader.post(f"{own}cancel/", {"version": str(visit.sequence)}),
    ):
        assert refused(text_of(answer)), answer.request["PATH_INFO"]
        assert "33 00 10 10" in text_of(answer)
    reader.post(f"{own}repeat/", {"key": str(uuid.uuid4())})
    wish = {"service": str(service.pk), "date": TOMORROW.isoformat(), "moving": ""}
    reader.post(reverse("booking:make_wish"), wish)

    shown = reader.get(own)
    assert "move/" not in shown.text
    assert "cancel/" not in shown.text
    assert Booking.objects.get().starts_at == at(10)
    assert Booking.objects.get().status == "booked"
    assert not BookingSeries.objects.exists()
    assert not SlotWish.objects.exists()


def test_no_program_of_the_person_books_moves_or_cancels_it(theirs, visit, recipient, service):
    code = "times_are_set" if theirs.kind_of_time == "set" else "not_yours_yet"
    program = Program(recipient.user)
    start = local(TOMORROW, 12).isoformat()
    key = {"Idempotency-Key": str(uuid.uuid4())}

    for answer in (
        program.post("bookings", {"service": str(service.pk), "start": start}, **key),
        program.post(f"bookings/{visit.pk}/move", {"start": start}),
        program.post(f"bookings/{visit.pk}/cancel", {}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    days = program.get(f"slots?service={service.pk}&from={TOMORROW}&to={TOMORROW}").json()
    assert days["days"][0]["slots"] == []


def test_staff_move_and_cancel_it_and_the_person_cannot_take_that_back(visit, administrator, page):
    moved = actions.move(
        booking=visit, starts_at=at(12), by=administrator, reason="", as_staff=True
    )
    assert moved.starts_at == at(12)
    actions.cancel(booking=visit, by=administrator, reason="In hospital", as_staff=True)
    shown = page.get(reverse("booking:visit", args=[visit.pk]))
    assert "Undo" not in text_of(shown)


def test_a_new_grant_decides_for_a_visit_that_was_booked_under_an_old_one(
    page, grant, recipient, service, book
):
    visit = book(recipient, at(10))
    grant.valid_until = timezone.localdate()
    grant.save()
    factories.GrantFactory(
        recipient=recipient, service=service, valid_from=TOMORROW, kind_of_time="set"
    )
    with pytest.raises(errors.TimesAreSet):
        actions.cancel(booking=visit, by=recipient.user)


def test_only_times_within_the_window_are_offered_and_staff_need_a_reason_for_others(
    page, grant, recipient, service, administrator
):
    grant.kind_of_time = "window"
    grant.window_start, grant.window_end = "08:00", "10:00"
    grant.at_most_a_day = 1
    grant.save()
    shown = text_of(page.get(reverse("booking:times", args=[service.pk, TOMORROW])))
    assert "09:00 to 10:00" in shown
    assert "09:30 to 10:30" not in shown
    url = check_url(service, "09.00")
    page.post(reverse("booking:book"), form_on(page.get(url)))
    assert Booking.objects.get().starts_at == at(9)
    asked = {"recipient": recipient, "service": service, "by": administrator, "as_staff": True}
    with pytest.raises(errors.ReasonMissing):
        actions.book(key=uuid.uuid4(), starts_at=at(12), **asked)
    actions.book(key=uuid.uuid4(), starts_at=at(12), reason="Called", **asked)


def test_the_person_tells_staff_and_the_visit_stands_until_they_answer(
    theirs, visit, reader, administrator, department, recipient
):
    own = reverse("booking:visit", args=[visit.pk])
    assert "I can't then" in text_of(reader.get(own))
    for kind in ("other_time", "unwanted", "unwanted"):
        answer = reader.post(f"{own}ask/", {"kind": kind}, follow=True)
        assert "The visit stands until we have answered" in text_of(answer)
    asked = VisitRequest.objects.get()
    assert (asked.kind, asked.answer) == ("unwanted", "")
    assert Booking.objects.get().status == "booked"
    assert "You have told us" in text_of(reader.get(own))
    assert reader.get(reverse("booking:visits")).status_code == 200

    reader.force_login(administrator)
    today = reverse("workflow:today", args=[department.pk])
    page = reverse("booking:phone_visit", args=[department.pk, recipient.pk, visit.pk])
    assert page in reader.get(today).text
    assert reader.post(f"{page}keep/", {"words": ""}).status_code == 200
    for _ in range(2):
        reader.post(f"{page}keep/", {"words": "We must come at ten."})

    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by) == ("kept", administrator)
    assert page not in reader.get(today).text
    told = Message.objects.filter(kind__startswith="visit_request.kept", user=recipient.user)
    assert told.exists()
    reader.force_login(recipient.user)
    assert "We must come at ten." in text_of(reader.get(own))


def test_moving_or_cancelling_answers_what_was_asked(theirs, visit, user, administrator):
    staff = {"booking": visit, "by": administrator, "as_staff": True, "reason": "Asked"}
    for act, answer in (
        (lambda: actions.move(**staff, starts_at=at(12)), "moved"),
        (lambda: actions.cancel(**staff), "cancelled"),
    ):
        actions.ask_staff(booking=visit, kind="unwanted", by=user)
        act()
        assert VisitRequest.objects.filter(answer=answer).count() == 1
    with pytest.raises(errors.TooLate):
        actions.ask_staff(booking=visit, kind="unwanted", by=user)


def test_what_was_asked_about_a_visit_that_is_over_is_no_longer_listed(
    theirs, visit, user, department, clock
):
    actions.ask_staff(booking=visit, kind="unwanted", by=user)
    assert queries.open_requests(department).exists()
    clock.move_to(at(12))
    assert not queries.open_requests(department).exists()


def test_nothing_is_asked_about_a_time_that_is_ones_own(page, recipient, book):
    visit = book(recipient, at(10))
    page.post(reverse("booking:ask_staff", args=[visit.pk]), {"kind": "unwanted"})
    assert not VisitRequest.objects.exists()
