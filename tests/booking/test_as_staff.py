"""Staff book, move and cancel after the recipients' deadlines, with a reason."""

import uuid

import pytest
from django.utils import timezone

from booking import actions, errors, queries
from booking.calendar.offers import SlotStatus
from booking.models import Booking, Visit
from departments.models import Department
from tests.booking.conftest import TOMORROW
from tests.factories import EmployeeFactory, local
from workflow.models import Report

pytestmark = pytest.mark.usefixtures("clock")

STAFF = {"as_staff": True, "reason": "You called."}
LATE = {"after the deadline": local(TOMORROW, 8, 1), "under way": local(TOMORROW, 10, 30),
        "over": local(TOMORROW, 11, 30)}  # fmt: skip


@pytest.fixture
def staff(department):
    return EmployeeFactory(department=department, role="administrator").person


@pytest.fixture
def booking(hours, book):
    """Tomorrow at ten; two hours' notice is needed to change it."""
    hours()
    return book(local(TOMORROW, 10))


@pytest.fixture(params=LATE, ids=str)
def late(request, booking, clock):
    clock.move_to(LATE[request.param])


def test_staff_cancel_until_it_is_reported(booking, late, staff):
    with pytest.raises(errors.TooLate):
        actions.cancel(booking=booking, by=booking.recipient.user, reason="I am ill")
    with pytest.raises(errors.ReasonMissing):
        actions.cancel(booking=booking, by=staff, as_staff=True, reason=" ")
    assert Visit.objects.count() == 1

    actions.cancel(booking=booking, by=staff, via="phone", **STAFF)

    assert not Visit.objects.exists()
    event = booking.events.last()
    assert (event.kind, event.by, event.via, event.reason) == (
        "cancelled",
        staff,
        "phone",
        "You called.",
    )


def test_staff_move_until_it_is_reported(booking, late, staff):
    with pytest.raises(errors.TooLate):
        actions.move(booking=booking, starts_at=local(TOMORROW, 14), by=booking.recipient.user)
    with pytest.raises(errors.ReasonMissing):
        actions.move(booking=booking, starts_at=local(TOMORROW, 14), by=staff, as_staff=True)

    moved = actions.move(
        booking=booking, starts_at=local(TOMORROW, 14), by=staff, via="phone", **STAFF
    )

    assert moved.starts_at == local(TOMORROW, 14)
    event = booking.events.last()
    assert (event.kind, event.via, event.reason) == ("moved", "phone", "You called.")


@pytest.mark.parametrize("who", ["staff", "recipient"])
@pytest.mark.parametrize("verb", ["cancel", "move"])
def test_nobody_changes_a_visit_that_is_reported(booking, clock, staff, verb, who):
    """A carer may report an hour before the visit, while the recipient may still cancel."""
    Department.objects.update(change_deadline_minutes=0, cancel_deadline_minutes=0)
    clock.move_to(local(TOMORROW, 9, 30))
    visit = Visit.objects.get()
    Report.objects.create(visit=visit, outcome="done", by=staff, at=timezone.now())
    arguments = {"booking": booking, "by": booking.recipient.user}
    if who == "staff":
        arguments |= {"by": staff, **STAFF}
    if verb == "move":
        arguments["starts_at"] = local(TOMORROW, 14)

    with pytest.raises(errors.AlreadyReported):
        getattr(actions, verb)(**arguments)

    assert Booking.objects.confirmed().get().starts_at == local(TOMORROW, 10)
    assert Visit.objects.get() == visit
    assert Report.objects.get().version == 1


def test_staff_book_at_short_notice(hours, service, someone, staff, clock):
    hours()
    recipient = someone()
    clock.move_to(local(TOMORROW, 9, 50))
    soon = {"recipient": recipient, "service": service, "starts_at": local(TOMORROW, 10)}

    with pytest.raises(errors.TooLate):
        actions.book(key=uuid.uuid4(), by=recipient.user, **soon)
    with pytest.raises(errors.ReasonMissing):
        actions.book(key=uuid.uuid4(), by=staff, as_staff=True, **soon)
    booked = actions.book(key=uuid.uuid4(), by=staff, via="phone", **soon, **STAFF)

    assert booked.events.get().reason == "You called."


def test_staff_do_not_book_the_past(hours, service, someone, staff, clock):
    hours()
    clock.move_to(local(TOMORROW, 10, 1))

    with pytest.raises(errors.TooLate):
        actions.book(
            key=uuid.uuid4(),
            recipient=someone(),
            service=service,
            starts_at=local(TOMORROW, 10),
            by=staff,
            **STAFF,
        )


def test_staff_are_offered_what_they_may_book(hours, service, someone, clock):
    hours()
    recipient = someone()
    clock.move_to(local(TOMORROW, 9, 50))
    free = {}
    for as_staff in (False, True):
        (day,) = queries.offer(
            service=service,
            recipient=recipient,
            dates=[TOMORROW],
            now=timezone.now(),
            as_staff=as_staff,
        )
        free[as_staff] = [slot.starts_at for slot in day.slots if slot.status is SlotStatus.FREE]

    assert free[True][0] == local(TOMORROW, 10)
    assert free[False][0] == local(TOMORROW, 12)
