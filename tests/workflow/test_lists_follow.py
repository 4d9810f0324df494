"""Work lists after changes by recipients and administrators."""

import datetime as dt
import random
import uuid

import pytest
from django.utils import timezone

from booking import actions as booking
from booking.errors import BookingError
from booking.models import Booking
from database.transactions import Busy
from departments import actions as department_actions
from departments.hours import Interval
from departments.models import Day, OpeningHours, Shift
from tests import factories
from workflow import actions, queries
from workflow.models import WorkItem

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 11, 30)
TUESDAY = dt.date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _hours(now, department):
    """Open every day, 08 to 16, with two staff; today is a Friday."""
    department.horizon_days = 5
    department.save()
    for weekday in range(1, 8):
        factories.OpeningHoursFactory(department=department, weekday=weekday, staff=2)


@pytest.fixture
def book(recipient, service):
    def at(date, hour, recipient=recipient):
        return booking.book(
            key=uuid.uuid4(),
            recipient=recipient,
            service=service,
            starts_at=factories.local(date, hour),
            by=recipient.user or factories.UserFactory(),
        )

    return at


def listed():
    """Make the lists and return {date: [hours in order]}."""
    actions.plan_stale_days()
    assert queries.check_plans(timezone.localdate()).faults == {}
    hours = {}
    for item in WorkItem.objects.select_related("visit", "work_list__plan__day").order_by(
        "work_list__plan__day__date", "work_list", "position"
    ):
        starts_at = timezone.localtime(item.visit.starts_at)
        hours.setdefault(item.work_list.plan.day.date, []).append(starts_at.hour)
    return hours


def test_a_booking_is_on_the_list_of_its_shift(book, recipient):
    made = book(MONDAY, 10)

    assert listed() == {MONDAY: [10]}
    visit = made.visits.get()
    assert visit.work_item.work_list.shift == visit.shift


def test_the_list_follows_a_move_within_the_day_and_to_another(book, recipient):
    made = book(MONDAY, 10)
    listed()

    booking.move(booking=made, starts_at=factories.local(MONDAY, 11), by=recipient.user)
    assert listed() == {MONDAY: [11]}

    booking.move(booking=made, starts_at=factories.local(TUESDAY, 9), by=recipient.user)
    assert listed() == {TUESDAY: [9]}


def test_a_cancelled_booking_leaves_the_list_at_once(book, recipient, department):
    OpeningHours.objects.filter(weekday=1).update(staff=1)
    first, _second = book(MONDAY, 9), book(MONDAY, 12)
    listed()

    booking.cancel(booking=first, by=recipient.user)

    assert WorkItem.objects.count() == 1
    assert listed() == {MONDAY: [12]}
    assert WorkItem.objects.get().position == 1


def test_a_visit_for_two_is_on_two_lists(book, service):
    service.carers = 2
    service.save()

    book(MONDAY, 10)

    assert listed() == {MONDAY: [10, 10]}
    assert WorkItem.objects.values("work_list").distinct().count() == 2


def test_visits_unstaffed_by_an_absence_are_on_no_list(
    book, department, care_worker, administrator
):
    book(MONDAY, 10)
    for shift in Shift.objects.filter(day__date=MONDAY):
        person = factories.EmployeeFactory(department=department).person
        department_actions.name_shift(shift=shift, person=person, by=administrator)
        away = Interval(shift.starts_at, shift.ends_at)
        department_actions.report_absence(
            person=person, department=department, kind="sick", period=away, by=administrator
        )

    assert listed() == {}
    assert queries.check_plans(timezone.localdate()).unstaffed == 1


@pytest.mark.parametrize("seed", range(2))
def test_after_random_changes_every_visit_is_on_one_list_or_unstaffed(
    seed, department, service, book, administrator
):
    dice = random.Random(seed)
    recipients = factories.RecipientFactory.create_batch(6)
    for recipient in recipients:
        factories.GrantFactory(recipient=recipient, service=service, amount=20)

    def book_something():
        book(dice.choice([MONDAY, TUESDAY]), dice.randrange(8, 16), dice.choice(recipients))

    def move_something():
        if bookings := list(Booking.objects.confirmed()):
            starts_at = factories.local(dice.choice([MONDAY, TUESDAY]), dice.randrange(8, 16))
            booking.move(booking=dice.choice(bookings), starts_at=starts_at, by=administrator)

    def cancel_something():
        if bookings := list(Booking.objects.confirmed()):
            booking.cancel(booking=dice.choice(bookings), by=administrator)

    def change_hours():
        OpeningHours.objects.filter(weekday=dice.choice([1, 2])).update(
            staff=dice.randrange(1, 4), closes_at=dt.time(dice.choice([12, 14, 16]))
        )
        department_actions.lay_out_again(department, by=administrator)

    def settle():
        if day := Day.objects.filter(date=dice.choice([MONDAY, TUESDAY])).first():
            actions.settle(day_id=day.pk)

    for _ in range(30):
        act = dice.choice(
            [*[book_something] * 5, move_something, move_something, cancel_something, change_hours]
            + [settle] * (dice.random() < 0.1)
        )
        try:
            act()
        except (BookingError, Busy):
            continue
        listed()

    assert Booking.objects.exists()
