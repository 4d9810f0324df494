"""The data of ``manage.py demo``: dated around today, and valid by the product's rules."""

import datetime as dt
import random
from collections import Counter
from itertools import pairwise

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from booking import queries
from booking.calendar.offers import SlotStatus
from booking.models import Booking, BookingEvent, Grant, PatternDate, Recipient, Visit
from departments.hours import Interval, monday
from departments.models import Department, Employee, Service, Shift
from serviceshop import demo
from serviceshop.demo import people, plan
from serviceshop.management.commands.demo import Command
from tests.sizes import size
from workflow.models import Report

HOURS = [dt.time(0, 30), dt.time(6), dt.time(12), dt.time(23, 30)]


# -- The plan of each day of a year -----------------------------------------------


def test_on_each_day_of_a_year_everybody_has_something_to_do():
    first = dt.date(2026, 11, 30)
    for number in range(0, 365, size(3, in_full=1)):
        today = first + dt.timedelta(days=number)
        try:
            planned = plan.make_plan(today)
            check_plan(planned, today)
            for time in HOURS:
                now = dt.datetime.combine(today, time, plan.ZONE)
                check_hour(planned, now)
        except (AssertionError, StopIteration) as error:
            raise AssertionError(f"on {today}") from error


def check_plan(planned, today):
    visits = [(shift, visit) for shift in planned.shifts for visit in shift.visits]
    assert max(shift.date for shift, _ in visits) <= today + dt.timedelta(days=14)
    a_day = Counter((shift.date, visit.grant) for shift, visit in visits)
    assert max(a_day.values()) == 1  # never two showers
    assert all(visit.grant.allows(visit.period) for _, visit in visits)
    a_week = Counter((shift.week, visit.grant) for shift, visit in visits)
    assert all(count <= grant.service.amount for (_, grant), count in a_week.items())
    for shift in planned.shifts:
        taken = sorted(visit.period for visit in shift.visits)
        for before, after in pairwise(taken):
            assert before.end + plan.TRAVEL <= after.start
        assert all(shift.period.contains(period) for period in taken)
    # Dina: visits that need another carer.
    assert planned.sick.person != people.EMIL
    assert planned.sick.visits
    assert planned.sick.date > today


def check_hour(planned, now):
    coming = [shift for shift in planned.shifts if shift.period.start > now]
    past = [shift for shift in planned.shifts if shift.period.end < now]
    for cast in (plan.AKSEL, plan.BERIT):  # and Carl, for Berit
        grants = [grant for grant in planned.grants if grant.recipient == cast]
        own = [visit for shift in coming for visit in shift.visits if visit.grant in grants]
        assert any(visit.is_of_cast for visit in own)
        assert sum(has_free_time(coming, grant, own, now) for grant in grants) >= 2
    emils = [shift for shift in coming if shift.person == people.EMIL and shift.visits]
    assert emils[0].date - now.date() <= dt.timedelta(days=6)  # Easter
    assert any(shift.visits for shift in past if shift.person == people.EMIL)
    # Frida: figures of the last weeks.
    assert sum(len(shift.visits) for shift in past) > 100


def has_free_time(coming, grant, own, now):
    """Whether the grant can be booked at two times at least."""
    earliest, last = now + dt.timedelta(hours=2), now.date() + dt.timedelta(days=14)
    used = Counter(monday(visit.period.start.date()) for visit in own if visit.grant is grant)
    free = 0
    for shift in coming:
        if (
            shift.department != grant.service.department
            or shift.date > last
            or used[shift.week] >= grant.service.amount
        ):
            continue
        at = shift.period.start
        while at < shift.period.end and free < 2:
            period = Interval(at, at + grant.service.length)
            if at >= earliest and shift.has_room(period):
                free += not any(period.overlaps(visit.period) for visit in own)
            at += plan.SLOT[shift.department]
        if free >= 2:
            return True
    return False


@pytest.mark.parametrize("time", HOURS)
def test_bookings_were_made_within_the_horizon(time):
    today = dt.date(2026, 11, 30)
    now = dt.datetime.combine(today, time, plan.ZONE)
    for shift in plan.make_plan(today).shifts:
        for visit in shift.visits:
            at = plan.booked_at(visit.period, now, random.Random(1))
            assert at <= now
            assert at < visit.period.start
            assert shift.date - at.astimezone(plan.ZONE).date() <= dt.timedelta(days=14)


# -- The rows ---------------------------------------------------------------------


@pytest.fixture(
    params=[
        "2026-11-25T12:00+01:00",
        "2026-11-28T23:30+01:00",  # Saturday
        "2027-03-20T00:30+01:00",  # the clocks change, and Easter comes
        "2027-05-17T06:00+02:00",  # a public holiday
    ]
)
def now(request, db):
    with time_machine.travel(request.param, tick=False):
        demo.load()
        yield timezone.now()


def test_it_follows_the_rules_at_any_time(now, capsys):
    check_age(capsys, timezone.localdate(now))
    check_rules(capsys)
    check_share_of_booked_time(now)
    check_the_cast(now)
    check_free_choices(now)


def check_age(capsys, today):
    command = Command()
    command._say_age(today + dt.timedelta(days=7))
    assert capsys.readouterr().out == ""
    command._say_age(today + dt.timedelta(days=8))
    assert "8 days old" in capsys.readouterr().out


def check_rules(capsys):
    call_command("check_plans")
    assert capsys.readouterr().out.strip().endswith("wrong 0")
    assert Department.objects.count() == 2
    assert Employee.objects.count() == 13
    assert Recipient.objects.count() == 40
    assert Recipient.objects.filter(has_confidential_address=True).count() == 1
    for person in people.CAST:
        assert User.objects.get(email=person.email).check_password("demo")
    assert User.objects.filter(email="recipient38@demo.example").exists()
    assert not User.objects.filter(email="recipient39@demo.example").exists()

    used = Counter(
        (booking.grant_id, timezone.localdate(booking.starts_at).isocalendar()[:2])
        for booking in Booking.objects.all()
    )
    staff = set(Employee.objects.values_list("person", flat=True))
    planned_by = BookingEvent.objects.filter(booking__grant__kind_of_time="set")
    assert set(planned_by.values_list("by", flat=True)) <= staff
    assert planned_by.exists()
    granted = dict(Grant.objects.values_list("pk", "amount"))
    assert all(count <= granted[grant] for (grant, _week), count in used.items())


def check_share_of_booked_time(now):
    shifts = list(Shift.objects.filter(starts_at__gt=now, is_withdrawn=False))
    visits = list(Visit.objects.filter(starts_at__gt=now))
    working = sum((shift.ends_at - shift.starts_at for shift in shifts), dt.timedelta())
    visiting = sum((visit.ends_at - visit.starts_at for visit in visits), dt.timedelta())
    assert 0.35 < visiting / working < 0.65


def check_the_cast(now):
    for person in (people.AKSEL, people.BERIT):
        assert Booking.objects.upcoming(now).filter(recipient__user__email=person.email).exists()
    emil = User.objects.get(email=people.EMIL.email)
    assert Visit.objects.filter(shift__person=emil, starts_at__gt=now).exists()
    assert Visit.objects.filter(shift__person=emil, ends_at__lt=now, report=None).count() == 1
    assert Report.objects.exists()
    assert Visit.objects.filter(starts_at__gt=now, shift__person=None).exists()  # for Dina
    assert not demo.is_empty()
    last = timezone.localdate(now) + dt.timedelta(days=14)
    chosen = Booking.objects.exclude(grant__kind_of_time="set")  # patterns reach a day further
    assert timezone.localdate(chosen.latest("starts_at").starts_at) <= last
    assert not PatternDate.objects.exclude(why__in=["", "closed"]).exists()
    assert not BookingEvent.objects.filter(at__gt=now).exists()


def check_free_choices(now):
    """What the pages offer: two services at least, each at two times or more."""
    dates = [timezone.localdate(now) + dt.timedelta(days=n) for n in range(15)]
    for person in (people.AKSEL, people.BERIT):
        recipient = Recipient.objects.get(user__email=person.email)
        free = [
            sum(
                slot.status is SlotStatus.FREE
                for day in queries.offer(
                    service=service, recipient=recipient, dates=dates, now=now
                )
                for slot in day.slots
            )
            for service in Service.objects.filter(pk__in=recipient.grants.values("service"))
        ]
        assert len(free) >= 2
        assert min(free) >= 2
