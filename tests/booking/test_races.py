"""Several processes, each with its own connection, at the same instant."""

import contextlib
import datetime as dt
import multiprocessing
import random
import traceback
import uuid
from collections import Counter

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from booking import actions, errors
from booking.models import AgreedDate, Booking, BookingEvent, Recipient, Visit
from database.transactions import Busy
from departments.actions.days import lay_out_horizon, lock_days
from departments.models import Day, Service
from tests.factories import local

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def tomorrow():
    return timezone.localdate() + dt.timedelta(days=1)


def at_once(jobs):
    """Run every job in its own process, all started together; returns for each the outcome and the
    times offered instead."""
    connections.close_all()
    gate, answers = FORK.Barrier(len(jobs)), FORK.SimpleQueue()

    def run(job):
        try:
            Recipient.objects.exists()  # connected
            gate.wait(60)
            try:
                job()
                answers.put(("done", 0))
            except (errors.BookingError, Busy) as error:
                answers.put((type(error).__name__, len(getattr(error, "alternatives", ()))))
        except BaseException:
            answers.put((traceback.format_exc(), 0))
        finally:
            connections.close_all()

    processes = [FORK.Process(target=run, args=(job,)) for job in jobs]
    for process in processes:
        process.start()
    found = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    return found


def patient(job):
    """The job again and again while it is refused as ``Busy``, as on a loaded machine."""

    def until_it_is_done():
        while True:
            with contextlib.suppress(Busy):
                return job()

    return until_it_is_done


def booking_of(recipient, service, starts_at, key=None):
    recipient_id, service_id, key = recipient.pk, service.pk, key or uuid.uuid4()

    def job():
        recipient = Recipient.objects.select_related("user").get(pk=recipient_id)
        service = Service.objects.select_related("department").get(pk=service_id)
        actions.book(
            key=key, recipient=recipient, service=service, starts_at=starts_at, by=recipient.user
        )

    return job


@pytest.mark.parametrize("places", [1, 3])
def test_fifty_at_once_get_as_many_seats_as_there_are(places, hours, someone, service, department):
    """One more seat is kept for the agreed time of somebody who chooses it in the same instant."""
    hours(staff=places + 1)
    lay_out_horizon(department)
    date = timezone.localdate() + dt.timedelta(days=11)
    waiting = someone(is_essential=True)
    keep(waiting, date, dt.time(10))
    assert Booking.objects.get().status == Booking.Status.KEPT
    people = [waiting, *(someone() for _ in range(50))]

    found = at_once([booking_of(one, service, local(date, 10)) for one in people])

    assert Counter(word for word, _ in found) == {"done": places + 1, "SlotTaken": 50 - places}
    assert {number for word, number in found if word == "SlotTaken"} == {3}
    assert Visit.objects.count() == Booking.objects.confirmed().count() == places + 1
    assert Booking.objects.confirmed().filter(recipient=waiting).count() == 1
    assert AgreedDate.objects.get().state == AgreedDate.State.CHOSEN
    assert Day.objects.get(date=date).revision == 1 + 1 + places + 1


def keep(recipient, date, time):
    """Keep a seat for the recipient on the date."""
    actions.agree(
        key=uuid.uuid4(),
        grant=recipient.grants.get(),
        week=1,
        weekday=date.weekday(),
        time=time,
        agreed_on=date,
        agreed_with="the person",
        by=recipient.user,
    )
    AgreedDate.objects.exclude(date=date).delete()
    Booking.objects.exclude(agreed_date__date=date).delete()


def test_the_same_form_twice_at_once_is_one_booking(hours, someone, service, tomorrow):
    hours(staff=2)
    recipient, key = someone(), uuid.uuid4()

    found = at_once([booking_of(recipient, service, local(tomorrow, 10), key) for _ in range(8)])

    assert Counter(word for word, _ in found) == {"done": 8}
    assert Booking.objects.count() == Visit.objects.count() == BookingEvent.objects.count() == 1


def test_nobody_gets_more_than_their_grant_at_once(hours, someone, service, tomorrow):
    hours(staff=5)
    recipient = someone(amount=2, period="month")
    month_ahead = [local(tomorrow, clock) for clock in range(8, 16)]

    found = at_once([booking_of(recipient, service, start) for start in month_ahead])

    assert Counter(word for word, _ in found) == {"done": 2, "OverQuota": 6}


def test_booking_moving_and_cancelling_at_once_on_two_days(
    hours, someone, service, tomorrow, sound
):
    hours(staff=2)
    rng = random.Random(7)
    days = [tomorrow, tomorrow + dt.timedelta(days=1)]
    starts = [local(day, clock, minute) for day in days for clock in range(8, 15)
              for minute in (0, 30)]  # fmt: skip
    made = []
    while len(made) < 12:
        recipient = someone()
        try:
            made.append(
                actions.book(
                    key=uuid.uuid4(),
                    recipient=recipient,
                    service=service,
                    starts_at=rng.choice(starts),
                    by=recipient.user,
                )
            )
        except errors.SlotTaken:
            continue

    def moving(booking, starts_at):
        booking_id = booking.pk

        def job():
            booking = Booking.objects.select_related("service__department", "recipient__user").get(
                pk=booking_id
            )
            actions.move(booking=booking, starts_at=starts_at, by=booking.recipient.user)

        return job

    def cancelling(booking):
        booking_id = booking.pk

        def job():
            booking = Booking.objects.select_related("recipient__user").get(pk=booking_id)
            actions.cancel(booking=booking, by=booking.recipient.user)

        return job

    jobs = [moving(booking, rng.choice(starts)) for booking in made for _ in range(2)]
    jobs += [cancelling(booking) for booking in made[:4]]
    jobs += [booking_of(someone(), service, rng.choice(starts)) for _ in range(16)]
    rng.shuffle(jobs)

    found = at_once([patient(job) for job in jobs])

    assert {word for word, _ in found} <= {"done", "SlotTaken", "TooLate"}
    sound()
    confirmed = Booking.objects.confirmed()
    assert Visit.objects.count() == confirmed.count()
    assert {visit.booking_id: visit.starts_at for visit in Visit.objects.all()} == {
        booking.pk: booking.starts_at for booking in confirmed
    }
    assert not Visit.objects.filter(shift__isnull=True).exists()
    assert confirmed.filter(pk__in=[booking.pk for booking in made[:4]]).count() == 0


@contextlib.contextmanager
def somebody_holding(department, date):
    """Another process holds the Day's lock, and lock_timeout is short."""
    connections.close_all()
    is_locked, is_over = FORK.Event(), FORK.Event()

    def hold():
        with transaction.atomic():
            lock_days([(department.pk, date)])
            is_locked.set()
            is_over.wait(60)

    holder = FORK.Process(target=hold)
    holder.start()
    try:
        assert is_locked.wait(60)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        yield
    finally:
        connection.close()
        is_over.set()
        holder.join()


def test_waiting_for_a_day_is_bounded(hours, someone, service, department, tomorrow):
    hours()
    recipient = someone()
    lay_out_horizon(department)

    with somebody_holding(department, tomorrow), pytest.raises(Busy):
        booking_of(recipient, service, local(tomorrow, 10))()

    assert not Booking.objects.exists()


def test_waiting_for_a_slot_that_is_taken_raises_slot_taken(
    hours, someone, service, department, tomorrow
):
    hours()
    booking_of(someone(), service, local(tomorrow, 10))()
    recipient = someone()

    with somebody_holding(department, tomorrow), pytest.raises(errors.SlotTaken) as refused:
        booking_of(recipient, service, local(tomorrow, 10))()

    assert len(refused.value.alternatives) == 3
