import pytest

from departments import seats
from departments.seats import Reseated


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

    def booked_ahead(self, departments, now):
        return {}


@pytest.fixture
def fake_seats():
    before, fake = seats.registered(), FakeSeats()
    seats.register(fake)
    yield fake
    seats.register(before)
