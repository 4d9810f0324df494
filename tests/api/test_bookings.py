"""Booking, moving and cancelling by the API, with the same rules as the pages."""

import datetime as dt
import json
import uuid

import pytest
from django.utils import timezone

from accounts.models import AccessLogEntry
from booking.actions import book
from booking.models import Booking, BookingEvent, Mandate, Recipient
from database.transactions import Busy
from departments.models import Employee
from tests import factories
from tests.api.conftest import LAST_DAY, TODAY, TOMORROW, Program, at
from tests.factories import local
from workflow.models import Report


def refused(answer, code, status=422):
    assert answer.status_code == status, answer.text
    assert answer.json()["code"] == code
    assert answer.json()["message"]
    return answer.json()


# -- GET services -----------------------------------------------------------------------


def test_services_are_what_can_be_booked_and_how_much_is_left(program, service, recipient, booked):
    booked(recipient, 10)
    assert program.get("services").json() == [
        {
            "id": str(service.pk),
            "name": "Cleaning",
            "minutes": 60,
            "kind_of_time": "free",
            "choice_from": None,
            "window_start": None,
            "window_end": None,
            "at_most_a_day": None,
            "days_between": None,
            "balance": {
                "unit": "visits",
                "granted": 7,
                "used": 1,
                "left": 6,
                "period_start": "2026-11-23",
                "period_end": "2026-11-29",
            },
        }
    ]


def test_services_that_can_not_be_booked_now_are_not_listed(program, recipient, service):
    past = factories.GrantFactory(recipient=recipient, valid_until=TODAY - dt.timedelta(days=1))
    closed = factories.GrantFactory(recipient=recipient, service__department__is_open=False)
    gone = factories.GrantFactory(recipient=recipient, service__is_active=False)
    found = {one["id"] for one in program.get("services").json()}
    assert found == {str(service.pk)}
    assert not found & {str(grant.service_id) for grant in (past, closed, gone)}


@pytest.mark.parametrize("path", ["services", "bookings"])
def test_unchanged_answers_are_not_sent_again(program, recipient, booked, path):
    tag = program.get(path).headers["ETag"]
    again = program.get(path, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    booked(recipient, 10)
    assert program.get(path, **{"If-None-Match": tag}).status_code == 200


# -- POST bookings ----------------------------------------------------------------------


def test_a_free_time_is_booked(program, service, recipient):
    answer = program.book(service, at(10))
    assert answer.status_code == 201
    booking = recipient.bookings.get()
    assert answer.json() == {
        "id": str(booking.pk),
        "service": str(service.pk),
        "start": "2026-11-25T10:00:00+01:00",
        "end": "2026-11-25T11:00:00+01:00",
        "status": "booked",
        "note": "",
        "counts": True,
    }
    assert booking.visits.get().shift is not None
    event = booking.events.get()
    assert (event.by, event.via) == (recipient.user, BookingEvent.Via.API)


def test_a_note_goes_with_the_booking(program, service, recipient):
    key, note = uuid.uuid4(), "Ring twice.\u202e"
    answer = program.book(service, at(10), key, note=note)
    assert answer.json()["note"] == recipient.bookings.get().note == "Ring twice."
    assert [one["note"] for one in program.get("bookings").json()] == ["Ring twice."]
    assert program.book(service, at(10), key, note=note).status_code == 200
    refused(program.book(service, at(10), key, note="Ring once."), "key_reused")
    refused(program.book(service, at(12), note="x" * 201), "invalid")


def test_the_same_key_again_finds_the_same_booking(program, service, recipient):
    key = uuid.uuid4()
    first, again = (program.book(service, at(10), key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert recipient.bookings.count() == 1


def test_the_same_instant_written_otherwise_is_the_same_request(program, service):
    key = uuid.uuid4()
    assert program.book(service, "2026-11-25T10:00:00+01:00", key).status_code == 201
    assert program.book(service, "2026-11-25T09:00:00Z", key).status_code == 200


def test_the_same_key_finds_it_also_when_the_grant_is_gone(program, service, recipient):
    key = uuid.uuid4()
    first = program.book(service, at(10), key)
    recipient.grants.all().delete()
    again = program.book(service, at(10), key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_only_the_request_that_made_it_gets_201(program, service, monkeypatch):
    """Two requests at once: the second looks for the key before the first has committed."""
    key, looked = uuid.uuid4(), []

    def first_another(**asked):
        monkeypatch.setattr("booking.api.routes.actions.book", book)
        looked.append(program.book(service, at(10), key))
        return book(**asked)

    monkeypatch.setattr("booking.api.routes.actions.book", first_another)
    second = program.book(service, at(10), key)
    assert (looked[0].status_code, second.status_code) == (201, 200)


def test_the_same_key_after_cancelling_returns_it_cancelled(program, service):
    key = uuid.uuid4()
    booking = program.book(service, at(10), key).json()["id"]
    program.delete(f"bookings/{booking}")
    again = program.book(service, at(10), key)
    assert (again.status_code, again.json()["status"]) == (200, "cancelled")


def test_the_same_key_with_another_request_is_refused(program, service, recipient):
    key = uuid.uuid4()
    program.book(service, at(10), key)
    refused(program.book(service, at(12), key), "key_reused")
    assert recipient.bookings.get().starts_at == local(TOMORROW, 10)


def test_a_key_belongs_to_its_owner(program, service, recipient, stranger):
    """Two programs may count their keys from one. Neither learns of the other's booking."""
    key, other = uuid.UUID(int=1), Program(stranger.user)
    theirs, mine = other.book(service, at(8), key), program.book(service, at(12), key)
    assert (theirs.status_code, mine.status_code) == (201, 201)
    assert theirs.json()["id"] != mine.json()["id"]
    assert program.book(service, at(12), key).json() == mine.json()
    refused(program.book(service, at(8), key), "key_reused")
    assert recipient.bookings.count() == stranger.bookings.count() == 1


def test_a_key_is_the_owners_whomever_they_book_for(service, recipient, stranger):
    helper = factories.MandateFactory(recipient=recipient).holder
    factories.MandateFactory(recipient=stranger, holder=helper)
    program, key = Program(helper), uuid.uuid4()
    program.book(service, at(8), key, recipient=str(recipient.pk))
    refused(program.book(service, at(12), key, recipient=str(stranger.pk)), "key_reused")
    assert not stranger.bookings.exists()


def test_the_id_of_somebody_elses_booking_as_a_key_reveals_nothing(
    program, service, stranger, booked
):
    theirs = booked(stranger, 10)
    assert program.book(service, at(12), theirs.pk).status_code == 201
    assert program.delete(f"bookings/{theirs.pk}").status_code == 404
    assert program.post(f"bookings/{theirs.pk}/move", {"start": at(12)}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.status == Booking.Status.BOOKED


@pytest.mark.parametrize("key", [None, "", "1", "not-a-uuid"])
def test_without_a_key_nothing_is_booked(program, service, key):
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {"service": str(service.pk), "start": at(10)}
    answer = refused(program.post("bookings", body, **headers), "invalid")
    assert [error["where"] for error in answer["errors"]] == ["header.Idempotency-Key"]
    assert not Booking.objects.exists()


def test_a_taken_time_comes_with_the_three_nearest_free_ones(program, service, stranger, booked):
    booked(stranger, 10)
    answer = refused(program.book(service, at(10)), "slot_taken", 409)
    assert answer.keys() == {"code", "message", "alternatives"}
    assert [slot["start"] for slot in answer["alternatives"]] == [at(8), at(8, 30), at(11, 30)]
    assert {slot["status"] for slot in answer["alternatives"]} == {"free"}
    for slot in answer["alternatives"][1:]:
        assert program.book(service, slot["start"]).status_code == 201


def test_over_the_grants_amount_returns_the_balance(program, service, recipient):
    recipient.grants.update(amount=1)
    program.book(service, at(8))
    answer = refused(program.book(service, at(12)), "over_quota")
    assert answer["balance"] | {"left": 0, "granted": 1, "used": 1} == answer["balance"]


def test_beyond_the_horizon_returns_the_last_day(program, service):
    answer = refused(
        program.book(service, at(10, date=LAST_DAY + dt.timedelta(days=1))), "outside_horizon"
    )
    assert answer["last_day"] == str(LAST_DAY)
    assert program.book(service, at(10, date=LAST_DAY)).status_code == 201


@pytest.mark.parametrize("hour", [8, 9, 10])
def test_gone_by_or_too_soon_is_too_late(program, service, hour):
    refused(program.book(service, at(hour, date=TODAY)), "too_late")


def test_without_a_grant_on_that_day_nothing_is_booked(program, service, recipient):
    recipient.grants.update(valid_until=TOMORROW)
    refused(program.book(service, at(10, date=TOMORROW + dt.timedelta(days=1))), "not_granted")


def test_a_service_that_was_never_granted_is_not_booked(program, department):
    refused(program.book(factories.ServiceFactory(department=department), at(10)), "not_granted")


def test_an_unknown_service_is_not_found(program, recipient):
    assert program.book(recipient, at(10)).status_code == 404


def test_two_visits_at_once_are_refused(program, service, recipient):
    program.book(service, at(10))
    refused(program.book(service, at(10, 30)), "overlaps_own")


@pytest.mark.parametrize("start", [at(10, 7), at(3), "2026-11-25T10:00:00.5+01:00"])
def test_a_time_when_no_visit_begins_is_refused(program, service, start):
    refused(program.book(service, start), "no_such_slot")


def test_a_department_that_takes_no_bookings_says_so(program, service, department):
    department.is_open = False
    department.save()
    refused(program.book(service, at(10)), "not_open")


@pytest.mark.parametrize(
    "start",
    ["", "2026-11-25T10:00:00", "2026-11-25", 1764061200, None, [], "2026-02-30T10:00:00Z",
     "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-25T10:00:00+99:00",
     "2026-11-25T24:00:00Z", "20261125T100000Z", "2026-11-25T10:00:00+01:00 ", "x" * 1000,
     "2026-11-25T10:00:00+01:00\x00"],
)  # fmt: skip
def test_an_invalid_time_is_refused_with_its_place(program, service, start):
    answer = refused(program.book(service, start), "invalid")
    assert [error["where"] for error in answer["errors"]] == ["body.asked.start"]


@pytest.mark.parametrize("start", ["1970-01-01T00:00:00-14:00", "2999-12-31T23:59:59+14:00"])
def test_a_time_long_ago_or_far_ahead_is_refused_like_any_other(program, service, start):
    assert program.book(service, start).json()["code"] in ("too_late", "outside_horizon")


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', "NaN", '{"service": 1}'])
def test_an_invalid_body_is_refused(program, body):
    answer = program.client.post(
        "/api/v1/bookings",
        body,
        content_type="application/json",
        headers={
            "Authorization": f"Bearer {program.secret}",
            "Idempotency-Key": str(uuid.uuid4()),
        },
    )
    refused(answer, "invalid")


def test_an_unknown_field_is_refused(program, service):
    answer = refused(program.book(service, at(10), surprise=1), "invalid")
    assert [error["where"] for error in answer["errors"]] == ["body.asked.surprise"]


def test_a_busy_day_is_503_with_retry_after(program, service, monkeypatch):
    def crowded(**kwargs):
        raise Busy

    monkeypatch.setattr("booking.api.routes.actions.book", crowded)
    answer = program.book(service, at(10))
    refused(answer, "busy", 503)
    assert int(answer.headers["Retry-After"]) > 0


# -- GET bookings, move, DELETE -----------------------------------------------------------


def test_bookings_are_the_recipients_coming_ones(
    program, service, recipient, stranger, booked, clock
):
    later, sooner = booked(recipient, 14), booked(recipient, 8)
    booked(stranger, 11)
    program.delete(f"bookings/{booked(recipient, 12, LAST_DAY).pk}")
    assert [one["id"] for one in program.get("bookings").json()] == [
        str(sooner.pk),
        str(later.pk),
    ]
    clock.move_to(local(TOMORROW, 9))
    assert [one["id"] for one in program.get("bookings").json()] == [str(later.pk)]


def test_a_visit_moves_and_keeps_its_id(program, recipient, booked):
    booking = booked(recipient, 10)
    answer = program.post(f"bookings/{booking.pk}/move", {"start": at(13)})
    assert answer.status_code == 200
    assert answer.json() | {"id": str(booking.pk), "start": at(13)} == answer.json()
    assert booking.events.last().via == BookingEvent.Via.API
    again = program.post(f"bookings/{booking.pk}/move", {"start": at(13)})
    assert again.json() == answer.json()


def test_a_move_that_fails_keeps_the_old_time(program, service, recipient, stranger, booked):
    booking = booked(recipient, 10)
    booked(stranger, 13)
    path = f"bookings/{booking.pk}/move"
    answer = refused(program.post(path, {"start": at(13)}), "slot_taken", 409)
    assert len(answer["alternatives"]) == 3
    refused(program.post(path, {"start": at(10, date=TODAY)}), "too_late")
    refused(program.post(path, {"start": "2026-11-25T13:00:00"}), "invalid")
    booking.refresh_from_db()
    assert booking.starts_at == local(TOMORROW, 10)


def test_a_cancelled_visit_is_returned_and_its_time_is_free(program, service, recipient, booked):
    booking = booked(recipient, 10)
    answer = program.delete(f"bookings/{booking.pk}")
    assert answer.status_code == 200
    assert answer.json()["status"] == "cancelled"
    assert program.delete(f"bookings/{booking.pk}").json() == answer.json()
    assert booking.events.last().via == BookingEvent.Via.API
    assert program.book(service, at(10)).status_code == 201


@pytest.mark.parametrize("body", [None, {}, {"reason": "On holiday"}])
@pytest.mark.parametrize("method", ["post", "delete"])
def test_a_visit_is_cancelled_by_post_or_delete(program, recipient, booked, method, body):
    booking = booked(recipient, 10)
    path = f"bookings/{booking.pk}/cancel" if method == "post" else f"bookings/{booking.pk}"
    answer = getattr(program, method)(path, body)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert booking.events.last().reason == (body or {}).get("reason", "")


def test_too_late_to_move_or_cancel(program, recipient, booked, clock):
    booking = booked(recipient, 10)
    clock.move_to(local(TOMORROW, 9))
    refused(program.delete(f"bookings/{booking.pk}"), "too_late")
    refused(program.post(f"bookings/{booking.pk}/move", {"start": at(13)}), "too_late")


def test_unknown_bookings_are_not_found(program):
    path = f"bookings/{uuid.uuid4()}"
    refused(program.delete(path), "not_found", 404)
    refused(program.post(f"{path}/cancel"), "not_found", 404)
    refused(program.post(f"{path}/move", {"start": at(13)}), "not_found", 404)


# -- For somebody else -------------------------------------------------------------------


@pytest.fixture
def staff(administrator):
    return Program(administrator)


def everything_for(program, recipient, service, booking):
    """The responses of every endpoint for one recipient's data."""
    named = f"recipient={recipient.pk}"
    dates = f"from={TOMORROW}&to={TOMORROW}"
    return [
        program.get(f"services?{named}"),
        program.get(f"slots?service={service.pk}&{dates}&{named}"),
        program.get(f"bookings?{named}"),
        program.book(service, at(14), recipient=str(recipient.pk)),
        program.post(f"bookings/{booking.pk}/move", {"start": at(12), "reason": "x"}),
        program.delete(f"bookings/{booking.pk}", {"reason": "x"}),
    ]


def test_an_administrator_of_the_grants_department_may_do_it_for_them(
    staff, recipient, service, booked
):
    answers = everything_for(staff, recipient, service, booked(recipient, 10))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 201, 200, 200]
    assert recipient.bookings.confirmed().get().events.get().by == staff.user


def test_the_access_log_has_actor_and_purpose(staff, recipient, service, booked):
    everything_for(staff, recipient, service, booked(recipient, 10))
    looks = AccessLogEntry.objects.filter(actor=staff.user, subject_id=recipient.pk)
    assert set(looks.values_list("what", "department_id")) == {
        (f"api:{what}", service.department_id)
        for what in ("services", "slots", "bookings", "book", "move", "cancel")
    }


def test_access_to_ones_own_data_is_not_logged(program, service, booked, recipient):
    everything_for(program, recipient, service, booked(recipient, 10))
    assert not AccessLogEntry.objects.exists()


def test_for_everybody_else_it_does_not_exist(
    recipient, service, booked, stranger, other_administrator, care_worker
):
    booking = booked(recipient, 10)
    former = factories.EmployeeFactory(
        department=service.department,
        role=Employee.Role.ADMINISTRATOR,
        valid_until=TODAY - dt.timedelta(days=1),
    ).person
    coordinator = factories.CoordinatorFactory().user
    for user in (stranger.user, other_administrator, care_worker, former, coordinator):
        for answer in everything_for(Program(user), recipient, service, booking):
            assert refused(answer, "not_found", 404) == {
                "code": "not_found",
                "message": answer.json()["message"],
            }
    assert not AccessLogEntry.objects.exists()
    booking.refresh_from_db()
    assert booking.starts_at == local(TOMORROW, 10)
    assert booking.status == Booking.Status.BOOKED


def test_an_administrator_sees_of_a_person_what_is_their_departments(
    staff, recipient, service, booked
):
    elsewhere = factories.GrantFactory(recipient=recipient).service
    day = factories.DayFactory(department=elsewhere.department, date=TOMORROW)
    theirs = factories.VisitFactory(
        day=day, booking__recipient=recipient, booking__service=elsewhere
    ).booking
    mine = booked(recipient, 13)
    named = f"recipient={recipient.pk}"
    assert [one["id"] for one in staff.get(f"services?{named}").json()] == [str(service.pk)]
    assert [one["id"] for one in staff.get(f"bookings?{named}").json()] == [str(mine.pk)]
    dates = f"from={TOMORROW}&to={TOMORROW}"
    for answer in (
        staff.get(f"slots?service={elsewhere.pk}&{dates}&{named}"),
        staff.book(elsewhere, at(14), recipient=str(recipient.pk)),
        staff.delete(f"bookings/{theirs.pk}", {"reason": "x"}),
        staff.post(f"bookings/{theirs.pk}/move", {"start": at(12), "reason": "x"}),
    ):
        refused(answer, "not_found", 404)


@pytest.mark.parametrize(
    ("may", "statuses"),
    [
        (Mandate.May.BOOK, [200, 200, 200, 201, 200, 200]),
        (Mandate.May.LOOK, [200, 200, 200, 404, 404, 404]),
    ],
)
def test_a_holder_may_do_what_the_mandate_allows(recipient, service, booked, may, statuses, clock):
    mandate = factories.MandateFactory(recipient=recipient, may=may)
    booking = booked(recipient, 10)
    answers = everything_for(Program(mandate.holder), recipient, service, booking)
    assert [answer.status_code for answer in answers] == statuses
    looks = AccessLogEntry.objects.filter(actor=mandate.holder, subject_id=recipient.pk)
    assert looks.count() == statuses.count(200) + statuses.count(201)
    mandate.valid_until = TODAY
    mandate.save()
    clock.shift(24 * 3600)
    answers = everything_for(Program(mandate.holder), recipient, service, booking)
    assert {answer.status_code for answer in answers} == {404}


def test_staff_must_give_a_reason(staff, recipient, booked):
    booking = booked(recipient, 10)
    path = f"bookings/{booking.pk}"
    refused(staff.post(f"{path}/move", {"start": at(12)}), "reason_required")
    refused(staff.delete(path), "reason_required")
    refused(staff.delete(path, {"reason": "  "}), "reason_required")
    assert staff.delete(path, {"reason": "Emil is ill"}).status_code == 200
    assert booking.events.last().reason == "Emil is ill"


@pytest.mark.parametrize("reason", ["x" * 201, 5])
def test_an_invalid_reason_is_refused_with_its_place(program, recipient, booked, reason):
    path = f"bookings/{booked(recipient, 10).pk}"
    refused(program.delete(path, {"reason": reason}), "invalid")
    refused(program.post(f"{path}/move", {"start": at(12), "reason": reason}), "invalid")


def test_a_reason_without_visible_text_is_none(staff, recipient, booked):
    visit = booked(recipient, 10)
    refused(staff.delete(f"bookings/{visit.pk}", {"reason": "\u200b\x00"}), "reason_required")


def test_staff_are_not_bound_by_the_recipients_deadlines(staff, recipient, service, booked, clock):
    visit = booked(recipient, 10)
    clock.move_to(local(TOMORROW, 10, 20))
    path = f"bookings/{visit.pk}"
    refused(Program(recipient.user).post(f"{path}/move", {"start": at(12)}), "too_late")
    refused(Program(recipient.user).delete(path), "too_late")

    moved = staff.post(f"{path}/move", {"start": at(11), "reason": "You called"})
    assert moved.status_code == 200
    clock.move_to(local(TOMORROW, 11, 20))
    Report.objects.create(
        visit=visit.visits.get(), outcome="done", by=staff.user, at=timezone.now()
    )
    refused(staff.delete(path, {"reason": "You called"}), "already_reported")


def test_staff_book_at_short_notice_with_a_reason(staff, recipient, service, clock):
    clock.move_to(local(TOMORROW, 9, 50))
    named = {"recipient": str(recipient.pk)}
    query = f"slots?service={service.pk}&from={TOMORROW}&to={TOMORROW}"
    refused(Program(recipient.user).book(service, at(10)), "too_late")
    refused(staff.book(service, at(10), **named), "reason_required")
    assert at(10) not in Program(recipient.user).get(query).text
    assert staff.get(f"{query}&recipient={recipient.pk}").json()["days"][0]["slots"]

    assert staff.book(service, at(10), **named, reason="You called").status_code == 201
    assert recipient.bookings.get().events.get().reason == "You called"


def test_an_administrators_key_without_a_recipient_is_for_their_own_visits(staff, service):
    assert staff.get("services").status_code == 404
    Recipient.objects.create(user=staff.user, given_name="Dina", family_name="Aas")
    assert staff.get("services").json() == []


def test_urls_hold_no_personal_data(program, service):
    """URLs hold no personal data: a reason is in the body, also of a DELETE."""
    paths = program.get("openapi.json").json()["paths"]
    cancel = paths["/api/v1/bookings/{booking}"]["delete"]
    assert [parameter["in"] for parameter in cancel["parameters"]] == ["path"]
    assert json.dumps(cancel["requestBody"]).count("CancelIn")
