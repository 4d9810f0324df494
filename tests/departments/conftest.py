import datetime as dt
import uuid

import pytest
from django.utils import timezone

from departments import seats
from departments.seats import AffectedVisit, Reseated


class FakeSeats:
    """A fake of booking's ``Seats``: given visits, and a list of reseated days."""

    def __init__(self):
        self.visits = {}
        self.reseated = []
        self.answer = Reseated()

    def visits_by_shift(self, day):
        return self.visits

    def reseat(self, day, *, by, leaving=(), returning=()):
        self.reseated.append(day.date)
        return self.answer

    def peak_use(self, department, dates):
        return {}

    def visit_counts(self, departments, now):
        return {}

    def grants_below(self, service_id, minutes, today):
        return 0

    def closed_to(self, user):
        return frozenset()


def affected(department, recipient="Ruth Skaar"):
    """A visit that a change moves or strips of its carer."""
    starts = timezone.now() + dt.timedelta(days=1)
    ids = [uuid.uuid4() for _ in range(3)]
    ends = starts + dt.timedelta(minutes=45)
    return AffectedVisit(*ids, recipient, "Evening care", starts, ends, department.pk)


@pytest.fixture
def fake_seats():
    before, fake = seats.registered(), FakeSeats()
    seats.register(fake)
    yield fake
    seats.register(before)
