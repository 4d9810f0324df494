import datetime as dt
import random
import uuid

import pytest
from django.db import transaction

from booking import actions, errors, queries
from booking.calendar.offers import DayStatus, SlotStatus
from booking.models import Visit
from departments.actions.days import lay_out_horizon
from tests import factories
from tests.booking.conftest import NOW, TODAY, TOMORROW
from tests.factories import local
from tests.sizes import size

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FORTNIGHT = [TODAY + dt.timedelta(days=n) for n in range(15)]


@pytest.fixture
def offer(service, recipient):
    def offer(dates=(TOMORROW,), **kwargs):
        asked = {"service": service, "recipient": recipient, "now": NOW, **kwargs}
        return queries.offer(dates=dates, **asked)

    return offer


def status(offer, starts_at):
    found = [queries.slot_at(day, starts_at) for day in offer]
    return next((slot.status for slot in found if slot), None)


def test_free_and_busy(hours, book, offer):
    hours()
    book(local(TOMORROW, 10))

    (day,) = offer()

    assert day.status is DayStatus.OPEN
    assert [slot.starts_at for slot in day.slots if slot.status is SlotStatus.FREE] == [
        local(TOMORROW, *clock)
        for clock in [(8, 0), (8, 30), (11, 30), (12, 0), (12, 30), (13, 0), (13, 30), (14, 0),
                      (14, 30), (15, 0)]
    ]  # fmt: skip
    assert [slot.starts_at for slot in day.slots if slot.status is SlotStatus.BUSY] == [
        local(TOMORROW, 9), local(TOMORROW, 9, 30), local(TOMORROW, 10), local(TOMORROW, 10, 30),
        local(TOMORROW, 11),
    ]  # fmt: skip
    assert day.slots[0].ends_at == local(TOMORROW, 9)


def test_the_recipients_own_statuses_are_not_busy(hours, book, offer, recipient, department):
    hours(staff=2)
    book(local(TOMORROW, 10), recipient)
    recipient.grants.update(valid_until=TOMORROW)

    shown = offer([TODAY, TOMORROW, TOMORROW + dt.timedelta(days=1)])

    assert status(shown, local(TODAY, 9)) is SlotStatus.PAST
    assert status(shown, local(TODAY, 10, 30)) is SlotStatus.TOO_SOON
    assert status(shown, local(TODAY, 11)) is SlotStatus.FREE
    assert status(shown, local(TOMORROW, 9, 30)) is SlotStatus.OWN
    assert status(shown, local(TOMORROW, 9)) is SlotStatus.FREE
    assert status(shown, local(TOMORROW + dt.timedelta(days=1), 9)) is SlotStatus.NOT_GRANTED


def test_over_quota_until_the_week_ends(hours, book, offer, someone):
    hours()
    recipient = someone(amount=1)
    book(local(TOMORROW, 10), recipient)

    shown = offer([dt.date(2026, 11, 29), dt.date(2026, 11, 30)], recipient=recipient)

    assert status(shown, local(dt.date(2026, 11, 29), 10)) is SlotStatus.OVER_QUOTA
    assert status(shown, local(dt.date(2026, 11, 30), 10)) is SlotStatus.FREE


def test_days_that_cannot_be_booked_say_why(hours, offer, department, service):
    hours()
    factories.SpecialDayFactory(department=department, date=TOMORROW)
    dates = [
        TODAY - dt.timedelta(days=1),
        TODAY,
        TOMORROW,
        *FORTNIGHT[-1:],
        TODAY + dt.timedelta(15),
    ]

    assert [day.status for day in offer(dates)] == [
        DayStatus.PAST, DayStatus.OPEN, DayStatus.CLOSED, DayStatus.OPEN, DayStatus.BEYOND,
    ]  # fmt: skip
    service.is_active = False
    assert offer()[0].status is DayStatus.NOT_OPEN


def test_a_moving_booking_does_not_block_its_own_time(hours, book, offer, someone):
    hours()
    recipient = someone(amount=1)
    booking = book(local(TOMORROW, 10), recipient)

    (day,) = offer(recipient=recipient, moving=booking)

    own = [slot.starts_at for slot in day.slots if slot.status is not SlotStatus.FREE]
    assert own == [local(TOMORROW, 10)]  # the time that it has is no choice
    assert status([day], local(TOMORROW, 10)) is SlotStatus.OWN


def test_a_day_that_is_not_laid_out_is_offered_like_others(hours, offer, department):
    hours(staff=2, break_starts_at=dt.time(11), break_minutes=30)

    computed = offer(FORTNIGHT)
    lay_out_horizon(department)

    assert offer(FORTNIGHT) == computed


def test_fourteen_days_are_one_statement_when_cached(
    hours, book, offer, department, django_assert_num_queries
):
    hours(staff=3)
    lay_out_horizon(department)
    for date in FORTNIGHT[1:8]:
        book(local(date, 10))

    with django_assert_num_queries(3):  # one for the qualifications of services
        cold = offer(FORTNIGHT)
    with django_assert_num_queries(1):
        assert offer(FORTNIGHT) == cold
    book(local(TOMORROW, 10))
    with django_assert_num_queries(2):
        assert offer(FORTNIGHT) == cold  # two of three seats are taken


def test_cached_days_follow_each_change(hours, book, offer, recipient, department, service):
    hours()
    assert status(offer(), local(TOMORROW, 10)) is SlotStatus.FREE
    booking = book(local(TOMORROW, 10))
    assert status(offer(), local(TOMORROW, 10)) is SlotStatus.BUSY
    actions.cancel(booking=booking, by=recipient.user)
    assert status(offer(), local(TOMORROW, 10)) is SlotStatus.FREE
    service.minutes = 120
    assert status(offer(), local(TOMORROW, 14, 30)) is None


def test_the_nearest_free_times_come_in_order(hours, book, offer):
    hours()
    book(local(TOMORROW, 10))

    nearest = queries.nearest_free(offer(FORTNIGHT), local(TOMORROW, 11))

    assert [slot.starts_at for slot in nearest] == [
        local(TOMORROW, 11, 30), local(TOMORROW, 12), local(TOMORROW, 12, 30),
    ]  # fmt: skip


def test_balances_of_a_person(hours, book, recipient, department):
    hours()
    other = factories.ServiceFactory(department=department, name="Bath")
    factories.GrantFactory(recipient=recipient, service=other, amount=90, unit="minutes")
    book(local(TOMORROW, 10), recipient, service=other)

    bath, cleaning = queries.balances(recipient, TODAY)

    assert (bath.service.name, bath.unit, bath.granted, bath.used, bath.left) == (
        "Bath", "minutes", 90, 60, 30,
    )  # fmt: skip
    assert (cleaning.used, cleaning.left) == (0, 7)
    assert (bath.period_start, bath.period_end) == (dt.date(2026, 11, 23), dt.date(2026, 11, 29))
    assert queries.balance(recipient, other, TOMORROW) == bath


def test_what_a_person_has_booked(hours, book, recipient, clock):
    hours()
    past = book(local(TODAY, 11), recipient)
    gone = book(local(TODAY, 13), recipient)
    coming = book(local(TOMORROW, 10), recipient)
    actions.cancel(booking=gone, by=recipient.user)
    clock.move_to(local(TODAY, 16))
    now = local(TODAY, 16)

    assert queries.next_booking(recipient, now) == coming
    assert queries.coming(recipient, now) == [coming]
    assert queries.history(recipient, before=now, limit=9) == [gone, past]
    assert queries.own_bookings(recipient, TODAY, TODAY) == [past]


@pytest.mark.parametrize("seed", range(2))
def test_free_slots_can_be_booked_and_busy_ones_cannot(seed, department, someone, sound, clock):
    """Random whole days: every slot that is shown is booked, or refused."""
    rng = random.Random(seed)
    qualification = factories.QualificationFactory()
    services = [
        factories.ServiceFactory(department=department, minutes=minutes, carers=carers)
        for minutes, carers in [(30, 1), (45, 1), (90, 1), (60, 2)]
    ]
    for service in services[::2]:
        service.qualifications.add(qualification)
    day = factories.DayFactory(department=department, date=TOMORROW)
    for _ in range(4):
        starts = local(TOMORROW, rng.randint(7, 10), rng.choice([0, 30]))
        pause = starts + dt.timedelta(hours=rng.randint(1, 3))
        has_pause = rng.random() < 0.5
        factories.ShiftFactory(
            day=day,
            starts_at=starts,
            ends_at=starts + dt.timedelta(hours=rng.randint(4, 7)),
            break_starts_at=pause if has_pause else None,
            break_ends_at=pause + dt.timedelta(minutes=30) if has_pause else None,
            qualification_ids=[qualification.pk] if rng.random() < 0.6 else [],
        )
    nobody = {service: someone(service) for service in services}

    for _ in range(size(5, in_full=12)):
        service = rng.choice(services)
        (shown,) = queries.offer(
            service=service, recipient=nobody[service], dates=[TOMORROW], now=NOW
        )
        for slot in shown.slots:
            granted = _try(service, nobody[service], slot)
            assert granted is (slot.status is SlotStatus.FREE), (service, slot)
        free = [slot for slot in shown.slots if slot.status is SlotStatus.FREE]
        if free:
            _book(service, someone(service), rng.choice(free))
            sound()
    assert Visit.objects.count() > 5


def _book(service, recipient, slot):
    return actions.book(
        key=uuid.uuid4(),
        recipient=recipient,
        service=service,
        starts_at=slot.starts_at,
        by=recipient.user,
    )


def _try(service, recipient, slot):
    """Book the slot, and roll back."""
    try:
        with transaction.atomic():
            _book(service, recipient, slot)
            transaction.set_rollback(True)
    except errors.SlotTaken:
        return False
    return True
