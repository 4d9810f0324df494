import datetime as dt

import pytest

from booking import actions, errors
from booking.models import Booking, BookingEvent, Visit
from departments.models import Day
from tests import factories
from tests.booking.conftest import TODAY, TOMORROW
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DAY_AFTER = TOMORROW + dt.timedelta(days=1)


@pytest.fixture
def move(recipient):
    def move(booking, starts_at, reason=""):
        return actions.move(booking=booking, starts_at=starts_at, by=recipient.user, reason=reason)

    return move


@pytest.fixture
def booking(hours, book, recipient):
    hours()
    return book(local(TOMORROW, 10), recipient)


def revisions():
    return dict(Day.objects.values_list("date", "revision"))


@pytest.mark.parametrize(
    "starts_at", [local(TOMORROW, 10, 30), local(TOMORROW, 13), local(DAY_AFTER, 10)]
)
def test_the_visit_is_only_at_its_new_time(booking, move, starts_at, sound):
    moved = move(booking, starts_at, "Dentist")

    visit = Visit.objects.get()
    assert moved.starts_at == visit.starts_at == starts_at
    assert visit.day.date == starts_at.date()
    assert moved.sequence == 1
    event = BookingEvent.objects.get(kind="moved")
    assert (event.from_starts_at, event.to_starts_at) == (local(TOMORROW, 10), starts_at)
    assert event.reason == "Dentist"
    sound()


def test_both_days_revisions_rise(booking, move):
    before = revisions()
    move(booking, local(DAY_AFTER, 10))

    after = revisions()
    assert after[TOMORROW] == before[TOMORROW] + 1
    assert after[DAY_AFTER] == 2  # laid out, moved to


def test_a_move_that_fails_keeps_the_old_time(booking, book, move):
    book(local(TOMORROW, 13))
    before = list(Visit.objects.order_by("pk").values())

    with pytest.raises(errors.SlotTaken) as refused:
        move(booking, local(TOMORROW, 13))

    assert list(Visit.objects.order_by("pk").values()) == before
    assert refused.value.alternatives
    booking.refresh_from_db()
    assert (booking.starts_at, booking.sequence) == (local(TOMORROW, 10), 0)


def test_moving_to_where_it_is_changes_nothing(booking, move):
    before = revisions()
    move(booking, local(TOMORROW, 10))

    assert revisions() == before
    assert not BookingEvent.objects.filter(kind="moved").exists()


def test_its_own_time_and_quota_do_not_block_a_move(hours, book, someone, move):
    hours()
    booking = book(local(TOMORROW, 10), someone(amount=1))

    assert move(booking, local(TOMORROW, 10, 30)).starts_at == local(TOMORROW, 10, 30)
    assert move(booking, local(DAY_AFTER, 8)).starts_at == local(DAY_AFTER, 8)


def test_the_quota_of_another_week_counts(hours, book, someone, move):
    hours()
    recipient = someone(amount=1)
    book(local(dt.date(2026, 11, 30), 10), recipient)
    booking = book(local(TOMORROW, 10), recipient)

    with pytest.raises(errors.OverQuota):
        move(booking, local(dt.date(2026, 12, 1), 10))


def test_too_late_to_move(booking, clock, move):
    clock.move_to(local(TOMORROW, 8, 1))

    with pytest.raises(errors.TooLate):
        move(booking, local(TOMORROW, 14))


def test_a_cancelled_booking_does_not_move(booking, move, recipient):
    actions.cancel(booking=booking, by=recipient.user)

    with pytest.raises(errors.TooLate):
        move(booking, local(TOMORROW, 14))


def test_it_keeps_the_length_it_was_booked_with(booking, move, service):
    service.minutes = 30
    service.carers = 2
    service.save()

    moved = move(booking, local(TOMORROW, 13))

    assert moved.minutes == 60
    assert moved.visits.count() == 1


def test_moving_a_visit_of_two_moves_both(hours, book, department, someone, move, sound):
    hours(staff=2)
    lift = factories.ServiceFactory(department=department, carers=2)
    booking = book(local(TOMORROW, 10), someone(lift), service=lift)

    move(booking, local(DAY_AFTER, 10))

    assert {visit.starts_at for visit in Visit.objects.all()} == {local(DAY_AFTER, 10)}
    assert Visit.objects.count() == 2
    sound()


# -- Cancelling ----------------------------------------------------------------


def test_cancelling_frees_exactly_that_seat(booking, book, recipient, someone):
    other = book(local(TOMORROW, 13))
    before = revisions()[TOMORROW]

    cancelled = actions.cancel(
        booking=booking, by=recipient.user, via=BookingEvent.Via.API, reason="Away"
    )

    assert cancelled.status == Booking.Status.CANCELLED
    assert cancelled.sequence == 1
    assert [visit.booking for visit in Visit.objects.all()] == [other]
    assert revisions()[TOMORROW] == before + 1
    event = BookingEvent.objects.get(kind="cancelled")
    assert (event.via, event.reason) == ("api", "Away")
    assert book(local(TOMORROW, 10))


def test_cancelling_twice_changes_nothing_more(booking, recipient):
    actions.cancel(booking=booking, by=recipient.user)
    before = revisions()
    actions.cancel(booking=booking, by=recipient.user)

    assert revisions() == before
    assert BookingEvent.objects.filter(kind="cancelled").count() == 1


def test_too_late_to_cancel(booking, clock, recipient):
    clock.move_to(local(TOMORROW, 8, 1))

    with pytest.raises(errors.TooLate):
        actions.cancel(booking=booking, by=recipient.user)
    assert Visit.objects.count() == 1


def test_a_cancelled_booking_is_not_charged(hours, book, someone):
    hours()
    recipient = someone(amount=1)
    booking = book(local(TOMORROW, 10), recipient)
    actions.cancel(booking=booking, by=recipient.user)

    assert book(local(TODAY, 14), recipient)
