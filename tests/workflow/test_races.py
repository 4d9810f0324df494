"""Lists are made while others book, move and cancel on the same days."""

import datetime as dt
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from booking.actions import cancel as cancel_booking
from booking.errors import AlreadyReported
from booking.models import Booking, Visit
from departments import actions as department_actions
from departments.models import Day
from tests import factories
from workflow import actions, queries
from workflow.errors import NotYourVisit
from workflow.models import Report

pytestmark = pytest.mark.django_db(transaction=True)

HOURS = range(8, 16)
CHANGES = 25  # per booking thread


@pytest.fixture
def days(department):
    """Two days with three shifts each."""
    today = timezone.localdate()
    days = [
        factories.DayFactory(
            department=department, date=today + dt.timedelta(days=ahead), revision=1
        )
        for ahead in (1, 2)
    ]
    for day in days:
        factories.ShiftFactory.create_batch(3, day=day)
    return days


def change_something(days, service, dice):
    """Book, move or cancel at random."""
    with transaction.atomic():
        locked = department_actions.lock_days((day.department_id, day.date) for day in days)
        day = dice.choice(locked)
        if dice.random() < 0.3:
            factories.ShiftFactory(day=day)
        shift = day.shifts.order_by("?").first()
        starts_at = factories.local(day.date, dice.choice(HOURS))
        if Visit.objects.filter(shift=shift, starts_at=starts_at).exists():
            shift = None
        visits = list(Visit.objects.select_related("booking", "day"))
        kind = dice.choice(["book", "book", "move", "cancel"])
        changed = {day}
        if kind == "book" or not visits:
            booking = factories.BookingFactory(service=service, starts_at=starts_at)
        else:
            old = dice.choice(visits)
            changed.add(next(one for one in locked if one.pk == old.day_id))
            booking = old.booking
            old.delete()
            if kind == "cancel":
                booking.status = Booking.Status.CANCELLED
            booking.starts_at = starts_at
            booking.ends_at = starts_at + dt.timedelta(hours=1)
            booking.save()
        if booking.status == Booking.Status.BOOKED:
            factories.VisitFactory(day=day, shift=shift, booking=booking)
        for one in changed:
            department_actions.bump_revision(one)


def at_once(*jobs):
    """What each job returned. They run at once, each on its own connection."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(on_its_own_connection, jobs))


def on_its_own_connection(job):
    try:
        return job()
    finally:
        connection.close()


def test_lists_that_are_not_stale_are_right_while_people_book(days, service, caplog):
    all_booked = threading.Event()

    def book(seed):
        dice = random.Random(seed)
        for _ in range(CHANGES):
            change_something(days, service, dice)

    def plan_meanwhile():
        while not all_booked.is_set():
            actions.plan_stale_days()

    def check_meanwhile():
        while not all_booked.is_set():
            counts = queries.check_plans(timezone.localdate())
            assert counts.has_stale_days or counts.faults == {}

    with ThreadPoolExecutor() as pool:
        others = [
            pool.submit(on_its_own_connection, job)
            for job in (plan_meanwhile, plan_meanwhile, check_meanwhile)
        ]
        try:
            at_once(*(partial(book, seed) for seed in range(3)))
        finally:
            all_booked.set()
        for other in others:
            other.result()
    assert "failed" not in caplog.text

    actions.plan_stale_days()
    counts = queries.check_plans(timezone.localdate())
    assert counts.faults == {}
    assert counts.visits == Visit.objects.count() > 0
    assert counts.visits == counts.listed + counts.unstaffed
    assert Day.objects.get(pk=days[0].pk).revision > 20


def test_concurrent_settling_settles_once(days):
    settled = at_once(*[lambda: actions.settle(day_id=days[0].pk)] * 4)

    assert sorted(settled) == [False, False, False, True]
    assert Day.objects.get(pk=days[0].pk).revision == 2
    actions.plan_stale_days()
    assert queries.check_plans(timezone.localdate()).faults == {}


def test_two_workers_with_the_same_task_make_one_plan(days, service):
    dice = random.Random(1)
    for _ in range(10):
        change_something(days, service, dice)

    at_once(*[lambda: [actions.make_plan(day_id=day.pk) for day in days]] * 4)

    assert queries.check_plans(timezone.localdate()).faults == {}


@pytest.mark.parametrize("round_", range(6))
def test_a_visit_is_reported_or_cancelled_never_both(
    department, service, administrator, care_worker, round_
):
    """A carer reports while the administrator cancels after the deadline."""
    day = factories.DayFactory(department=department, date=timezone.localdate(), revision=1)
    now = timezone.now()
    shift = factories.ShiftFactory(
        day=day, person=care_worker, starts_at=now, ends_at=now + dt.timedelta(hours=3)
    )
    visit = factories.VisitFactory(
        day=day, shift=shift, booking__service=service, booking__starts_at=now
    )

    def report():
        try:
            return actions.report(visit=visit, outcome="done", by=care_worker)
        except NotYourVisit:
            return None

    def cancel():
        try:
            return cancel_booking(
                booking=visit.booking, by=administrator, as_staff=True, reason="You called."
            )
        except AlreadyReported:
            return None

    reported, cancelled = at_once(*random.sample([report, cancel], 2))

    assert (reported is None) is not (cancelled is None)
    booked = Booking.objects.get().status == Booking.Status.BOOKED
    assert Report.objects.exists() is booked
    assert Visit.objects.exists() is booked
