"""From a change to the list, with a real worker, beat and broker."""

import datetime as dt
import time

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.messages.addresses import PHONE
from accounts.models import Message
from departments.actions.days import bump_revision, lock_days
from departments.models import Day
from tests import factories
from tests.workflow.worker import seconds_until
from workflow import tasks
from workflow.models import WorkItem
from workflow.queries.check import check_plans

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def tomorrow(department):
    return factories.DayFactory(
        department=department, date=timezone.localdate() + dt.timedelta(days=1), revision=1
    )


@pytest.fixture
def shift(tomorrow):
    return factories.ShiftFactory(day=tomorrow)


@pytest.fixture
def book(tomorrow, shift):
    def at(hour):
        """What booking does to a Day: lock, write, touch, commit."""
        with transaction.atomic():
            (day,) = lock_days([(tomorrow.department_id, tomorrow.date)])
            visit = factories.VisitFactory(
                day=day, shift=shift, booking__starts_at=factories.local(day.date, hour)
            )
            bump_revision(day)
        return visit

    return at


def all_right():
    counts = check_plans(timezone.localdate())
    return counts.visits > 0 and not counts.wrong


def test_a_booking_stands_on_its_list_within_five_seconds(delivery, book):
    delivery.start_worker()
    seconds_until(lambda: not check_plans(timezone.localdate()).wrong)  # the empty day

    rung = []
    for hour in (8, 10, 12):
        visit = book(hour)
        rung.append(
            seconds_until(lambda v=visit: WorkItem.objects.filter(visit=v).exists(), within=5)
        )

    assert all_right()
    assert min(rung) < 1  # the doorbell, not beat's round


def test_lists_are_made_as_soon_as_the_worker_runs(delivery, book):
    book(9)
    time.sleep(0.5)
    assert not all_right()

    delivery.start_worker()

    seconds_until(all_right, within=5)


def test_without_a_broker_booking_is_as_quick_and_the_lists_follow_when_it_is_back(delivery, book):
    delivery.start_worker()
    book(8)
    seconds_until(all_right)

    delivery.broker.stop()
    begun = time.monotonic()
    for hour in (9, 10, 11):
        book(hour)
    assert time.monotonic() - begun < 2
    time.sleep(2)  # beat and worker notice
    assert not all_right()

    delivery.broker.restart()

    seconds_until(all_right, within=20)


def test_slow_mail_delays_no_plan(delivery, book):
    """A hundred mails wait, and each takes half a second."""
    Message.objects.bulk_create(
        Message(
            kind=PHONE,
            key=f"slow {number}",
            user=factories.UserFactory(),
            channel=Message.Channel.EMAIL,
            due_at=timezone.now(),
            expires_at=timezone.now() + dt.timedelta(days=1),
        )
        for number in range(100)
    )
    delivery.start_worker(
        *("plans", "messages"),
        EMAIL_BACKEND="tests.slow_mail.EmailBackend",
        QUIET_FROM="0",
        QUIET_UNTIL="0",
    )
    seconds_until(lambda: Message.objects.filter(state=Message.State.SENT).exists(), within=30)

    visit = book(9)

    seconds_until(lambda: WorkItem.objects.filter(visit=visit).exists(), within=5)
    assert Message.objects.filter(state=Message.State.WAITING).exists()


def test_the_worker_settles_days_on_its_own(delivery, tomorrow, department):
    department.settling_time = dt.time(0)
    department.save()

    delivery.start_worker()
    tasks.settle_due_days.delay()

    seconds_until(lambda: Day.objects.get(pk=tomorrow.pk).settled_at is not None, within=5)
