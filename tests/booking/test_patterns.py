"""Patterns: staff plan visits on the same weekdays and times, and no date is skipped silently.

The department is open 8 to 16 every day with one carer; today is Tuesday 24 November at nine.
"""

import datetime as dt
import uuid
from itertools import pairwise

import pytest
from django.utils import timezone, translation

from accounts.models import Change, Message
from booking import actions, errors, queries
from booking.actions.patterns import plan_all_patterns, plan_missing
from booking.models import Booking, BookingEvent, Pattern, PatternDate, PatternTime
from booking.notices.patterns import compose_planned
from database.versions import Stale
from departments.actions.days import lay_out_horizon
from departments.models import Day, KindOfTime
from tests import factories
from tests.booking.conftest import TODAY, TOMORROW
from tests.factories import local

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
MORNING, AFTERNOON = dt.time(8), dt.time(14)
LAST = TODAY + 15 * DAY  # the day after the horizon is planned too
Why = PatternDate.Why


# -- Dates ---------------------------------------------------------------------------------


def dates_of(first, last, **terms):
    terms = {"weekdays": EVERY_DAY, "times": [MORNING], "first_date": first, **terms}
    return [at.date for at in Pattern(**terms).times_between(first, last)]


def test_several_times_a_day_are_in_order():
    pattern = Pattern(weekdays=[2], times=[AFTERNOON, MORNING], first_date=TODAY)
    assert list(pattern.times_between(TODAY - WEEK, TODAY + 6 * DAY)) == [
        PatternTime(TODAY, MORNING),
        PatternTime(TODAY, AFTERNOON),
    ]


def test_every_second_week_goes_on_across_the_new_year():
    """2026 has 53 ISO weeks, so that counting even weeks would be wrong."""
    found = dates_of(dt.date(2026, 12, 15), dt.date(2027, 1, 31), weekdays=[1, 4], every_n_weeks=2)
    assert found == [
        dt.date(2026, 12, 17),
        dt.date(2026, 12, 28),
        dt.date(2026, 12, 31),
        dt.date(2027, 1, 11),
        dt.date(2027, 1, 14),
        dt.date(2027, 1, 25),
        dt.date(2027, 1, 28),
    ]


def test_it_begins_and_ends_on_its_dates():
    first = TODAY + DAY
    found = dates_of(TODAY, TODAY + WEEK, first_date=first, last_date=first + DAY)
    assert found == [first, first + DAY]
    assert dates_of(TODAY, TODAY + WEEK, first_date=first, last_date=TODAY) == []


@pytest.mark.parametrize("change", [dt.date(2026, 10, 25), dt.date(2027, 3, 28)])
def test_the_clock_on_the_wall_stays_across_a_clock_change(change):
    pattern = Pattern(weekdays=EVERY_DAY, times=[MORNING, dt.time(2, 30)], first_date=change - DAY)
    starts = [at.starts_at for at in pattern.times_between(change - DAY, change + DAY)]
    walls = [timezone.localtime(at).time() for at in starts]
    assert walls[1::2] == [MORNING] * 3
    assert walls[2] == (dt.time(3) if change.month == 3 else dt.time(2, 30))
    assert all(one < other for one, other in pairwise(starts))


# -- Planning --------------------------------------------------------------------------------


@pytest.fixture
def staff(department):
    return factories.EmployeeFactory(department=department, role="administrator").person


@pytest.fixture
def medicine(department):
    return factories.ServiceFactory(
        department=department, name="Medicine", minutes=30, kind_of_time=KindOfTime.SET
    )


@pytest.fixture
def recipient(someone, medicine):
    return someone(medicine, kind_of_time=KindOfTime.SET)


@pytest.fixture
def plan(recipient, medicine, staff):
    """``plan(weekdays=[1])``: every day at eight from tomorrow by default."""

    def plan(**terms):
        terms = {
            "key": uuid.uuid4(),
            "recipient": recipient,
            "service": medicine,
            "weekdays": EVERY_DAY,
            "times": [MORNING],
            "every_n_weeks": 1,
            "first_date": TOMORROW,
            "last_date": None,
            "by": staff,
            **terms,
        }
        return actions.plan_pattern(**terms)

    return plan


@pytest.fixture
def change(staff):
    def change(pattern, **terms):
        terms = {
            "key": uuid.uuid4(),
            "weekdays": pattern.weekdays,
            "times": pattern.times,
            "every_n_weeks": 1,
            "first_date": TOMORROW,
            "last_date": None,
            "by": staff,
            **terms,
        }
        return actions.change_pattern(pattern=pattern, **terms)

    return change


def standing(pattern):
    bookings = Booking.objects.confirmed().filter(recipient=pattern.recipient)
    return [timezone.localtime(one.starts_at).replace(tzinfo=None) for one in bookings]


def missing(pattern):
    return {one.date: one.why for one in PatternDate.objects.missing().filter(pattern=pattern)}


def close(department, date):
    day = factories.SpecialDayFactory(department=department, date=date)
    lay_out_horizon(department)
    return day


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_every_time_is_a_booking_until_the_day_after_the_horizon(plan, hours, staff, sound):
    hours(staff=1)
    pattern = plan(times=[MORNING, AFTERNOON])
    expected = [
        dt.datetime.combine(TODAY + n * DAY, time)
        for n in range(1, 16)
        for time in (MORNING, AFTERNOON)
    ]
    assert standing(pattern) == expected
    assert not missing(pattern)
    made = pattern.dates.first().booking
    event = made.events.get()
    assert (event.by, event.via) == (staff, BookingEvent.Via.PATTERN)
    assert event.announced_at, "the message of the pattern says it"
    assert made.visits.get().shift
    sound()


def test_planning_twice_or_every_hour_makes_nothing_twice(
    plan, hours, clock, django_assert_max_num_queries
):
    hours(staff=1)
    key = uuid.uuid4()
    pattern = plan(key=key)
    assert plan(key=key) == pattern
    with django_assert_max_num_queries(3):
        plan_all_patterns()
    assert len(standing(pattern)) == 15
    clock.shift(DAY)
    plan_all_patterns()
    assert standing(pattern)[-1].date() == LAST + DAY


def test_its_visits_are_seated_before_a_day_opens(plan, hours, book, clock, someone):
    hours(staff=1)
    pattern = plan()
    clock.shift(DAY)
    with pytest.raises(errors.SlotTaken):
        book(local(LAST, 8), someone())
    assert Booking.objects.get(pattern_date__pattern=pattern, pattern_date__date=LAST)


def test_without_a_seat_it_is_a_booking_that_nobody_has(plan, hours, book, someone):
    hours(staff=1)
    book(local(TOMORROW, 8), someone())
    pattern = plan(last_date=TOMORROW)
    booking = pattern.dates.get().booking
    assert booking.status == Booking.Status.BOOKED
    assert [visit.shift for visit in booking.visits.all()] == [None]
    assert not missing(pattern)


def test_without_a_qualified_carer_it_is_a_booking_too(plan, hours, medicine):
    hours(staff=1)
    medicine.qualifications.add(factories.QualificationFactory())
    pattern = plan(last_date=TOMORROW)
    assert pattern.dates.get().booking.visits.get().shift is None


def test_a_date_that_is_closed_stands_until_it_is_opened(plan, hours, department):
    hours(staff=1)
    special = close(department, TOMORROW + DAY)
    pattern = plan()
    assert missing(pattern) == {TOMORROW + DAY: Why.CLOSED}
    assert [one.date for one in queries.not_planned(department, TODAY)] == [TOMORROW + DAY]
    special.delete()
    lay_out_horizon(department)
    plan_missing(day_id=Day.objects.get(date=TOMORROW + DAY).pk)
    assert not missing(pattern)
    assert dt.datetime.combine(TOMORROW + DAY, MORNING) in standing(pattern)


def test_a_day_whose_shifts_change_is_tried_again_after_the_commit(
    plan, hours, department, monkeypatch, django_capture_on_commit_callbacks
):
    hours(staff=1)
    special = close(department, TOMORROW)
    plan(last_date=TOMORROW)
    tried = []
    monkeypatch.setattr(
        "booking.tasks.plan_missing.apply_async", lambda args, **kwargs: tried.append(args)
    )
    special.delete()
    with django_capture_on_commit_callbacks(execute=True):
        lay_out_horizon(department)
    assert tried == [(Day.objects.get(date=TOMORROW).pk,)]


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        ("own visit", Why.OWN),
        ("no grant", Why.NOT_GRANTED),
        ("all used", Why.ALL_USED),
        ("not open", Why.NOT_OPEN),
        ("night", Why.CLOSED),
    ],
)
def test_what_can_not_be_booked_stands_with_its_reason(
    plan, hours, book, service, department, recipient, medicine, cause, why
):
    """The preview says the same as what becomes of it."""
    hours(staff=2)
    grant = recipient.grants.get()
    times = [MORNING]
    if cause == "own visit":
        factories.GrantFactory(recipient=recipient, service=service)
        book(local(TOMORROW, 8), recipient)
    elif cause == "no grant":
        grant.valid_from = TOMORROW + DAY
        grant.save()
    elif cause == "all used":
        grant.amount = 1
        grant.save()
        times = [MORNING, AFTERNOON]
    elif cause == "not open":
        type(medicine).objects.filter(pk=medicine.pk).update(is_active=False)
        medicine.is_active = False
    else:
        times = [dt.time(22)]
    new = Pattern(
        recipient=recipient,
        service=medicine,
        weekdays=EVERY_DAY,
        times=times,
        first_date=TOMORROW,
        last_date=TOMORROW,
    )
    preview = queries.preview_of_pattern(new, timezone.now())
    pattern = plan(times=times, last_date=TOMORROW)
    assert missing(pattern) == {TOMORROW: why}
    assert [(at.date, one) for at, one in preview.missing] == [(TOMORROW, why)]
    assert len(preview.seated) == len(standing(pattern)) - (cause == "own visit")
    assert not preview.unseated


def test_it_is_tried_again_every_hour(plan, hours, book, recipient, service):
    hours(staff=2)
    factories.GrantFactory(recipient=recipient, service=service)
    own = book(local(TOMORROW, 8), recipient)
    pattern = plan()
    assert missing(pattern) == {TOMORROW: Why.OWN}
    actions.cancel(booking=own, by=recipient.user)
    plan_all_patterns()
    assert not missing(pattern)


def test_staff_may_leave_out_what_is_not_planned(plan, hours, book, recipient, service, staff):
    hours(staff=2)
    factories.GrantFactory(recipient=recipient, service=service)
    own = book(local(TOMORROW, 8), recipient)
    pattern = plan()
    row = pattern.dates.get(booking=None)
    actions.leave_out(pattern_date=row, by=staff)
    actions.leave_out(pattern_date=row, by=staff)
    actions.cancel(booking=own, by=recipient.user)
    plan_all_patterns()
    assert not missing(pattern)
    assert dt.datetime.combine(TOMORROW, MORNING) not in standing(pattern)
    actions.take_back_left_out(pattern_date=row, by=staff)
    assert dt.datetime.combine(TOMORROW, MORNING) in standing(pattern)
    assert Change.objects.filter(verb="leave_out").count() == 1


def test_a_visit_that_staff_cancel_is_not_planned_again(plan, hours, staff):
    hours(staff=1)
    pattern = plan(last_date=TOMORROW)
    actions.cancel(
        booking=pattern.dates.get().booking, by=staff, as_staff=True, reason="Not needed"
    )
    plan_all_patterns()
    assert standing(pattern) == []
    assert not missing(pattern)


def test_the_grant_ends_it_and_staff_plan_until_the_person_chooses(plan, hours, recipient):
    hours(staff=1)
    grant = recipient.grants.get()
    grant.valid_until = TOMORROW
    grant.save()
    later = factories.GrantFactory(
        recipient=recipient,
        service=grant.service,
        valid_from=TOMORROW + 3 * DAY,
        amount=100,
        choice_from=TOMORROW + 5 * DAY,
        kind_of_time=KindOfTime.FREE,
    )
    pattern = plan()
    gap = [TOMORROW + n * DAY for n in (1, 2)]
    assert missing(pattern) == dict.fromkeys(gap, Why.NOT_GRANTED)
    assert [at.date() for at in standing(pattern)] == [
        TOMORROW,
        *(TOMORROW + n * DAY for n in (3, 4)),
    ]
    later.delete()
    plan_all_patterns()
    assert not missing(pattern)


# -- Changing and ending -------------------------------------------------------------------------


def test_a_change_keeps_the_visits_at_the_same_times(plan, change, hours, sound):
    hours(staff=1)
    old = plan(times=[MORNING, AFTERNOON])
    kept = old.dates.get(date=TOMORROW + DAY, time=MORNING).booking
    wanted = Pattern(
        recipient=old.recipient,
        service=old.service,
        weekdays=EVERY_DAY,
        times=[MORNING, dt.time(10)],
        first_date=TOMORROW + DAY,
    )
    preview = queries.preview_of_pattern(wanted, timezone.now(), replaced=old)
    new = change(old, times=wanted.times, first_date=wanted.first_date, version=old.version)
    old.refresh_from_db()
    assert old.last_date == TOMORROW
    assert new.dates.get(date=TOMORROW + DAY, time=MORNING).booking == kept
    kept.refresh_from_db()
    assert kept.sequence == 0
    counts = [len(one) for one in (preview.kept, preview.cancelled, preview.seated)]
    assert counts == [14, 14, 14]
    assert {at.time() for at in standing(new) if at.date() > TOMORROW} == set(wanted.times)
    assert {at.time() for at in standing(new) if at.date() == TOMORROW} == {MORNING, AFTERNOON}
    with pytest.raises(Stale):
        change(old, version=1)
    sound()


def test_an_end_cancels_what_comes_after_it_and_can_be_undone(plan, hours, staff):
    hours(staff=1)
    pattern = plan()
    before = Message.objects.filter(kind__startswith="pattern.").count()
    actions.end_pattern(pattern=pattern, last_date=TOMORROW, by=staff, version=1)
    assert [at.date() for at in standing(pattern)] == [TOMORROW]
    assert not BookingEvent.objects.unannounced().exists(), "one message says it"
    assert Message.objects.filter(kind__startswith="pattern.").count() == before + 1
    with pytest.raises(Stale):
        actions.end_pattern(pattern=pattern, last_date=None, by=staff, version=1)
    actions.end_pattern(pattern=pattern, last_date=None, by=staff, version=2)
    assert len(standing(pattern)) == 15
    actions.end_pattern(pattern=pattern, last_date=TODAY, by=staff)
    assert standing(pattern) == []
    assert not pattern.dates.exists()


def test_the_message_says_the_times(plan, hours, recipient):
    hours(staff=1)
    plan(weekdays=[1, 4], times=[MORNING])
    with translation.override("en"):
        words = compose_planned(Message.objects.filter(kind="pattern.planned").get())
    assert "every Monday and Thursday 08:00 from Wednesday 25 November" in words.lines[0]


# -- Pauses --------------------------------------------------------------------------------------


@pytest.fixture
def paused(plan, hours, recipient, staff):
    """The set visits of tomorrow and the day after are stopped."""
    hours(staff=1)
    pattern = plan(last_date=TOMORROW + 2 * DAY)
    pause = actions.pause(
        key=uuid.uuid4(),
        recipient=recipient,
        first_day=TOMORROW,
        last_day=TOMORROW + DAY,
        by=staff,
        as_staff=True,
        stops_set_visits=True,
    )
    return pattern, pause


def test_visits_come_back_after_a_pause(paused, staff):
    pattern, pause = paused
    assert len(standing(pattern)) == 1
    plan_all_patterns()
    assert len(standing(pattern)) == 1
    assert not missing(pattern)
    resumed = actions.end_pause(pause=pause, by=staff, as_staff=True)
    assert len(resumed.back) == 2
    assert len(standing(pattern)) == 3
    assert {one.booking.status for one in pattern.dates.all()} == {Booking.Status.BOOKED}


def test_what_does_not_come_back_is_not_planned(paused, department, staff):
    pattern, pause = paused
    close(department, TOMORROW)
    resumed = actions.end_pause(pause=pause, by=staff, as_staff=True)
    assert len(resumed.back) == 1
    assert missing(pattern) == {TOMORROW: Why.CLOSED}


def test_new_dates_in_a_pause_stand_only_as_paused(plan, hours, recipient, staff):
    hours(staff=1)
    pause = actions.pause(
        key=uuid.uuid4(),
        recipient=recipient,
        first_day=TOMORROW,
        last_day=TOMORROW,
        by=staff,
        as_staff=True,
        stops_set_visits=True,
    )
    pattern = plan(last_date=TOMORROW)
    assert pattern.dates.get().why == Why.PAUSED
    assert not missing(pattern)
    actions.end_pause(pause=pause, by=staff, as_staff=True)
    assert len(standing(pattern)) == 1
