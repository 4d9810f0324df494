"""From a change to the work list, with a Celery worker, beat and a broker."""

import datetime as dt
import time

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.messages.addresses import PHONE
from accounts.models import Message
from departments import actions as department_actions
from departments.models import Day
from tests import factories
from tests.workflow.worker import seconds_until
from workflow import queries, tasks
from workflow.models import WorkItem

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
        """Change a Day as booking does: lock, write, bump the revision, commit."""
        with transaction.atomic():
            (day,) = department_actions.lock_days([(tomorrow.department_id, tomorrow.date)])
            visit = factories.VisitFactory(
                day=day, shift=shift, booking__starts_at=factories.local(day.date, hour)
            )
            department_actions.bump_revision(day)
        return visit

    return at


def all_right():
    counts = queries.check_plans(timezone.localdate())
    return counts.visits > 0 and not counts.wrong


def test_a_booking_notifies_the_worker_that_makes_its_list(delivery, book, figure):
    """Without beat, which would find the day in its next round. The goal is five seconds."""
    delivery.start_worker(beat=False)

    took = []
    for hour in (8, 10, 12):
        visit = book(hour)
        took.append(seconds_until(lambda v=visit: WorkItem.objects.filter(visit=v).exists()))

    assert all_right()
    figure("Seconds from a booking to its list", round(min(took), 2))


def test_lists_are_made_as_soon_as_the_worker_runs(delivery, book):
    book(9)
    assert not all_right()

    delivery.start_worker()

    seconds_until(all_right)


def test_without_a_broker_booking_is_fast_and_lists_are_made_later(delivery, book, figure):
    delivery.start_worker()
    book(8)
    seconds_until(all_right)

    delivery.broker.stop()
    begun = time.monotonic()
    for hour in (9, 10, 11):
        book(hour)
    took = time.monotonic() - begun
    figure("Seconds for three bookings without a broker", round(took, 2))
    assert took < 20  # two, and plenty for a busy machine
    seconds_until(lambda: delivery.workers_say("Connection to broker lost"))
    assert not all_right()

    delivery.broker.restart()

    seconds_until(all_right)


def test_slow_mail_delays_no_plan(delivery, book):
    """A hundred mails are due, and each takes half a second."""
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
    seconds_until(lambda: Message.objects.filter(state=Message.State.SENT).exists())

    visit = book(9)

    seconds_until(lambda: WorkItem.objects.filter(visit=visit).exists())
    assert Message.objects.filter(state=Message.State.WAITING).exists()


def test_the_worker_settles_days_on_its_own(delivery, tomorrow, department):
    department.settling_time = dt.time(0)
    department.save()

    delivery.start_worker()
    tasks.settle_due_days.delay()

    seconds_until(lambda: Day.objects.get(pk=tomorrow.pk).settled_at is not None)
