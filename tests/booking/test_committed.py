"""A booking and its COMMIT are sent in one round trip: all of it is stored, or nothing."""

import contextlib
import uuid

import pytest
from django.db import connection, transaction

from booking import actions, errors
from booking.actions import bookings
from booking.models import Booking, BookingEvent, Visit
from booking.queries.day_seatings import seat_of
from booking.seating.day_seating import DaySeating
from database.transactions import Busy
from departments.actions.days import lay_out_horizon
from departments.models import Day
from departments.queries.days import shift_facts
from departments.signals import day_changed
from tests.booking.conftest import TOMORROW
from tests.factories import local

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]

TEN, TWO = local(TOMORROW, 10), local(TOMORROW, 14)


@pytest.fixture
def somebody_else():
    """A cursor on another connection, in another transaction."""
    other = connection.copy()
    with contextlib.closing(other), other.cursor() as cursor:
        cursor.execute("BEGIN")
        yield cursor


def visible_to(cursor):
    cursor.execute("SELECT count(*) FROM booking_booking")
    return cursor.fetchone()[0]


def written():
    return Booking.objects.count(), Visit.objects.count(), BookingEvent.objects.count()


def test_receivers_of_the_signal_find_the_booking(hours, book, department, somebody_else):
    hours()
    lay_out_horizon(department)
    heard = []

    def hear(day_id, **kwargs):
        heard.append((day_id, visible_to(somebody_else)))

    day_changed.connect(hear)
    try:
        booking = book(TEN)
    finally:
        day_changed.disconnect(hear)

    assert heard == [(booking.visits.get().day_id, 1)]


def test_in_the_callers_transaction_the_caller_commits(hours, book, somebody_else):
    hours()

    with transaction.atomic():
        booking = book(TEN)
        actions.move(booking=booking, starts_at=TWO, by=booking.recipient.user)
        assert visible_to(somebody_else) == 0
        transaction.set_rollback(True)

    assert written() == (0, 0, 0)


def test_a_move_leaves_the_old_day_and_takes_the_new_one_at_once(hours, book, department):
    hours()
    lay_out_horizon(department)
    booking = book(TEN)
    before = dict(Day.objects.values_list("date", "revision"))

    later = local(TOMORROW.replace(day=26), 10)
    actions.move(booking=booking, starts_at=later, by=booking.recipient.user)

    changed = {date for date, n in Day.objects.values_list("date", "revision") if n > before[date]}
    assert changed == {TOMORROW, TOMORROW.replace(day=26)}
    assert Visit.objects.get().starts_at == later


def test_a_violated_constraint_rolls_everything_back(hours, book, department, monkeypatch):
    hours()
    lay_out_horizon(department)
    book(TEN)
    day = Day.objects.get(date=TOMORROW)

    def blind(rows):
        return DaySeating([seat_of(fact) for _, fact in shift_facts([day.pk])], [])

    with monkeypatch.context() as patched:
        patched.setattr(bookings, "seating_of_rows", blind)
        with pytest.raises(errors.SlotTaken) as refused:
            book(TEN)

    assert len(refused.value.alternatives) == 3
    assert written() == (1, 1, 1)
    assert Day.objects.get(date=TOMORROW).revision == day.revision
    assert book(TWO).starts_at == TWO


def test_a_lock_timeout_while_writing_raises_busy(hours, book, someone, department, somebody_else):
    hours()
    lay_out_horizon(department)
    recipient, key = someone(), uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    somebody_else.execute("SELECT FROM booking_grant FOR UPDATE")

    with pytest.raises(Busy):
        book(TEN, recipient, key=key)
    assert written() == (0, 0, 0)

    somebody_else.execute("ROLLBACK")
    assert book(TEN, recipient, key=key).pk == key
    connection.close()
