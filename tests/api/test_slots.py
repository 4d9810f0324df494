"""``GET slots``: start, end and status, and no free slot that can't be booked."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from booking import queries
from booking.api.schemas import DayOut, SlotOut, SlotsOut
from booking.calendar.offers import SlotStatus
from departments.actions.days import lay_out_horizon
from departments.models import Day
from tests import factories
from tests.api.conftest import LAST_DAY, NOW, TODAY, TOMORROW, Program, at
from tests.factories import local


@pytest.fixture
def day(service, program):
    """``day(date)``: its slots by start, as the recipient's client reads them."""

    def day(date=TOMORROW, **headers):
        (found,) = program.slots(service, date, **headers).json()["days"]
        assert found["date"] == str(date)
        return {slot["start"]: slot["status"] for slot in found["slots"]}

    return day


def test_a_slot_is_its_start_its_end_and_its_status(program, service):
    answer = program.slots(service, TOMORROW).json()
    assert answer.keys() == {"days"}
    (day,) = answer["days"]
    assert day["slots"][0] == {
        "start": "2026-11-25T08:00:00+01:00",
        "end": "2026-11-25T09:00:00+01:00",
        "status": "free",
    }


def test_the_whole_horizon_is_listed_day_by_day(program, service):
    days = program.slots(service, TODAY, LAST_DAY).json()["days"]
    assert [day["date"] for day in days] == [str(TODAY + dt.timedelta(days=n)) for n in range(15)]
    assert all(day["slots"] for day in days)


def test_others_make_a_time_busy_and_are_not_named(day, program, service, stranger, booked):
    booked(stranger, 10)
    assert day()[at(10)] == "busy"
    text = program.slots(service, TOMORROW).text
    assert not any(word in text for word in ("Zacharias", "Hemmelig", str(stranger.pk)))


def test_a_recipients_own_visit_is_left_out_and_not_busy(day, recipient, booked):
    booked(recipient, 10)
    found = day()
    for hour, minute in ((9, 30), (10, 0), (10, 30)):
        assert at(hour, minute) not in found
    assert found[at(8)] == "free"


def test_past_and_too_early_slots_are_left_out(day):
    # nine o'clock and two hours' notice
    assert min(day(TODAY)) == at(11, date=TODAY)


def test_days_over_the_grants_amount_are_empty(day, recipient, booked):
    recipient.grants.update(amount=1)
    booked(recipient, 10)
    assert day() == {}
    assert day(TODAY + dt.timedelta(days=7))


def test_days_without_a_grant_are_empty(day, recipient):
    recipient.grants.update(valid_until=TOMORROW)
    assert day()
    assert day(TOMORROW + dt.timedelta(days=1)) == {}


def test_a_department_that_takes_no_bookings_shows_nothing(day, department):
    department.is_open = False
    department.save()
    assert day() == {}


def test_a_day_gone_by_shows_nothing(day):
    assert day(TODAY - dt.timedelta(days=1)) == {}


def test_the_slots_are_those_of_the_pages_query(program, service, recipient, stranger, booked):
    booked(recipient, 10)
    booked(stranger, 13)
    recipient.grants.update(amount=3)
    dates = [TODAY + dt.timedelta(days=n) for n in range(15)]
    offer = queries.offer(service=service, recipient=recipient, dates=dates, now=NOW)
    told = (SlotStatus.FREE, SlotStatus.BUSY)
    expected = SlotsOut(
        days=[
            DayOut(
                date=day.date,
                slots=[SlotOut.of(slot) for slot in day.slots if slot.status in told],
            )
            for day in offer
        ]
    )
    answer = program.slots(service, TODAY, LAST_DAY)
    assert answer.json() == expected.model_dump(mode="json")
    SlotsOut.model_validate_json(answer.content)


def test_every_free_slot_can_be_booked(program, service, recipient, stranger, booked):
    booked(stranger, 10)
    recipient.grants.update(amount=100)
    free = [start for start, is_free in _starts(program, service, TOMORROW) if is_free]
    assert free
    while free:
        assert program.book(service, free[0]).status_code == 201
        free = [start for start, is_free in _starts(program, service, TOMORROW) if is_free]


def _starts(program, service, date):
    (day,) = program.slots(service, date).json()["days"]
    return [(slot["start"], slot["status"] == "free") for slot in day["slots"]]


# -- Ranges that are refused ------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (TODAY, LAST_DAY + dt.timedelta(days=1), "outside_horizon"),
        (dt.date(9999, 12, 31), dt.date(9999, 12, 31), "outside_horizon"),
        (LAST_DAY - dt.timedelta(days=31), LAST_DAY, "range_too_long"),
        (dt.date(1, 1, 1), TODAY, "range_too_long"),
        (TOMORROW, TODAY, "invalid"),
    ],
)
def test_a_range_that_is_refused_says_why(program, service, first, last, code):
    answer = program.slots(service, first.isoformat(), last.isoformat())
    assert answer.status_code == 422
    assert answer.json()["code"] == code


def test_a_range_beyond_the_horizon_returns_the_last_day(program, service):
    answer = program.slots(service, TODAY, "2026-12-31")
    assert answer.json()["last_day"] == str(LAST_DAY)


def test_thirty_one_days_are_allowed(program, service, department):
    department.horizon_days = 30
    department.save()
    answer = program.slots(service, TODAY, TODAY + dt.timedelta(days=30))
    assert len(answer.json()["days"]) == 31
    assert program.slots(service, "0001-01-01").json()["days"][0]["slots"] == []


@pytest.mark.parametrize(
    "odd", ["", "0", "1764028800", "2026-13-01", "2026-02-30", "2026-11-25T00:00", "٢٠٢٦-١١-٢٥"]
)
def test_an_invalid_date_is_refused_with_its_place(program, service, odd):
    answer = program.get(f"slots?service={service.pk}&from={odd}&to=2026-11-25")
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    assert [error["where"] for error in answer.json()["errors"]] == ["query.from"]


def test_an_unknown_service_is_not_found(program, recipient):
    program_of = recipient  # any UUID that names no service
    assert program.slots(program_of, TOMORROW).status_code == 404


def test_a_service_never_granted_is_refused(program, department):
    other = factories.ServiceFactory(department=department)
    answer = program.slots(other, TOMORROW)
    assert answer.status_code == 422
    assert answer.json()["code"] == "not_granted"


# -- For somebody else ---------------------------------------------------------------


def test_an_administrator_sees_the_times_of_the_departments_recipients(
    administrator, service, recipient, booked
):
    booked(recipient, 10)
    answer = Program(administrator).get(
        f"slots?service={service.pk}&from={TOMORROW}&to={TOMORROW}&recipient={recipient.pk}"
    )
    starts = [slot["start"] for slot in answer.json()["days"][0]["slots"]]
    assert at(8) in starts
    assert at(10) not in starts


# -- Unchanged is 304 -------------------------------------------------------------------


def is_unchanged(program, service, tag):
    answer = program.slots(service, TODAY, LAST_DAY, **{"If-None-Match": tag})
    assert answer.status_code in (200, 304)
    assert answer.headers["ETag"] == tag or answer.status_code == 200
    return answer.status_code == 304


@pytest.fixture
def tag(program, service):
    return program.slots(service, TODAY, LAST_DAY).headers["ETag"]


def test_unchanged_slots_are_not_sent_again(program, service, tag, clock):
    assert is_unchanged(program, service, tag)
    clock.shift(1)
    tag = program.slots(service, TODAY, LAST_DAY).headers["ETag"]
    clock.shift(298)  # the version's clock has steps of five minutes
    assert is_unchanged(program, service, tag)


def test_any_booking_changes_the_tag(program, service, stranger, booked, tag):
    booked(stranger, 10)
    assert not is_unchanged(program, service, tag)


def test_the_recipients_booking_elsewhere_changes_the_tag(program, service, recipient, tag):
    elsewhere = factories.ServiceFactory()
    factories.GrantFactory(recipient=recipient, service=elsewhere)
    day = factories.DayFactory(department=elsewhere.department, date=TOMORROW)
    factories.ShiftFactory(day=day)
    assert program.book(elsewhere, at(10)).status_code == 201
    assert not is_unchanged(program, service, tag)


def test_a_changed_rule_changes_the_tag(program, service, department, tag):
    department.configuration_revision += 1
    department.save()
    assert not is_unchanged(program, service, tag)


def test_the_clock_changes_the_tag_when_a_time_becomes_too_soon(
    program, service, department, clock
):
    department.minimum_notice_minutes = 121
    department.save()
    clock.move_to(local(TODAY, 8, 58))
    tag = program.slots(service, TODAY, LAST_DAY).headers["ETag"]
    clock.move_to(local(TODAY, 8, 59))  # two hours and a minute before eleven
    assert is_unchanged(program, service, tag)
    clock.shift(1)
    assert not is_unchanged(program, service, tag)


def test_tags_differ_by_recipient_range_and_service(program, service, stranger, tag):
    other = factories.ServiceFactory(department=service.department)
    factories.GrantFactory(recipient=program.user.recipient, service=other)
    tags = {
        tag,
        program.slots(service, TOMORROW, LAST_DAY).headers["ETag"],
        program.slots(service, TODAY, TOMORROW).headers["ETag"],
        program.slots(other, TODAY, LAST_DAY).headers["ETag"],
        Program(stranger.user).slots(service, TODAY, LAST_DAY).headers["ETag"],
    }
    assert len(tags) == 5


# -- When the clocks change -------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "hours"),
    [(dt.date(2026, 10, 25), 25), (dt.date(2027, 3, 28), 23), (dt.date(2027, 10, 31), 25)],
)
def test_a_day_with_a_clock_change_names_each_hour_once_with_its_offset(
    department, service, recipient, date, hours
):
    department.opening_hours.all().delete()
    for weekday in range(1, 8):
        for opens, closes in ((8, 22), (22, 8)):
            factories.OpeningHoursFactory(
                department=department, weekday=weekday,
                opens_at=dt.time(opens), closes_at=dt.time(closes),
            )  # fmt: skip
    department.travel_minutes = 0
    department.save()
    service.minutes = 30
    service.save()
    recipient.grants.update(amount=1000)
    midnight = dt.datetime.combine(date, dt.time(), ZoneInfo("Europe/Oslo"))
    with time_machine.travel(midnight - dt.timedelta(days=2), tick=False):
        program = Program(recipient.user)
        slots = program.slots(service, date).json()["days"][0]["slots"]
        assert len({slot["start"] for slot in slots}) == len(slots) == 2 * hours
        starts = [dt.datetime.fromisoformat(slot["start"]) for slot in slots]
        ends = [dt.datetime.fromisoformat(slot["end"]) for slot in slots]
        assert starts == sorted(starts)
        assert all(
            end - start == dt.timedelta(minutes=30)
            for start, end in zip(starts, ends, strict=True)
        )
        assert {start.date() for start in starts} == {date}
        around = [slot["start"] for slot in slots if "T02:30" in slot["start"]]
        assert len(around) == hours - 23
        for start in [*around, slots[-1]["start"]]:
            answer = program.book(service, start)
            assert answer.status_code == 201
            assert answer.json()["start"] == start


# -- What it costs ----------------------------------------------------------------------


def test_the_number_of_statements_is_fixed(
    program, service, department, django_assert_num_queries
):
    lay_out_horizon(department)
    assert Day.objects.count() > 10
    program.slots(service, TODAY, LAST_DAY)
    with django_assert_num_queries(2):
        program.slots(service, TODAY, LAST_DAY)
    with django_assert_num_queries(2):
        program.slots(service, TODAY)
    tag = program.slots(service, TODAY).headers["ETag"]
    with django_assert_num_queries(2):
        program.slots(service, TODAY, **{"If-None-Match": tag})
