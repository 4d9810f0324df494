"""A department that is open 8 to 16 every day, on a Tuesday at nine."""

import datetime as dt
import itertools
import uuid

import pytest
import time_machine
from django.utils import timezone

from booking import actions
from booking.models import Visit
from tests import factories
from tests.booking.checker import faults

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)  # nine o'clock here
TODAY = dt.date(2026, 11, 24)
TOMORROW = dt.date(2026, 11, 25)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def hours(department):
    """``hours(staff=2)`` opens the department 8 to 16 every day."""

    def hours(staff=1, **kwargs):
        return [
            factories.OpeningHoursFactory(
                department=department, weekday=weekday, staff=staff, **kwargs
            )
            for weekday in range(1, 8)
        ]

    return hours


@pytest.fixture
def someone(service):
    """``someone()`` is a new recipient each time, with a grant of plenty."""

    def someone(service=service, amount=100, **kwargs):
        recipient = factories.RecipientFactory(user=factories.UserFactory())
        factories.GrantFactory(recipient=recipient, service=service, amount=amount, **kwargs)
        return recipient

    return someone


@pytest.fixture
def book(service, someone):
    """``book(at)`` through the verb, for somebody new unless told whom."""

    def book(starts_at, recipient=None, *, service=service, key=None, note=""):
        recipient = recipient or someone(service)
        return actions.book(
            key=key or uuid.uuid4(),
            recipient=recipient,
            service=service,
            starts_at=starts_at,
            note=note,
            by=recipient.user,
        )

    return book


@pytest.fixture
def sound():
    return check_seats


def check_seats(*, still_to_come=False):
    """Every seat of every day, with the independent checker."""
    visits = Visit.objects.select_related("shift", "booking__service").order_by("day")
    if still_to_come:  # what has begun stays on its list, whatever becomes of the shift
        visits = visits.filter(starts_at__gt=timezone.now())
    for _, group in itertools.groupby(visits, key=lambda visit: visit.day_id):
        its_visits = list(group)
        seats = {visit.shift_id: visit.shift for visit in its_visits if visit.shift}
        found = faults(
            [_Seat(shift) for shift in seats.values()],
            [_Visit(visit) for visit in its_visits],
            {visit.pk: visit.shift_id for visit in its_visits},
        )
        assert not found, found


class _Seat:
    def __init__(self, shift):
        self.id = shift.pk
        self.starts, self.ends = _seconds(shift.starts_at), _seconds(shift.ends_at)
        self.pause = shift.break_starts_at and (
            _seconds(shift.break_starts_at),
            _seconds(shift.break_ends_at),
        )
        self.skills = set(shift.qualification_ids)
        self.is_withdrawn = shift.withdrawn_by_id is not None


class _Visit:
    def __init__(self, visit):
        self.id = visit.pk
        self.starts, self.ends = _seconds(visit.starts_at), _seconds(visit.ends_at)
        self.occupied_until = _seconds(visit.occupied_until)
        self.needs = {one.pk for one in visit.booking.service.qualifications.all()}


def _seconds(instant):
    return int(instant.timestamp())
