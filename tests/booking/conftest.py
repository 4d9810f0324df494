"""A department that is open 8 to 16 every day, on a Tuesday at nine."""

import datetime as dt
import uuid

import pytest
import time_machine

from booking import actions
from tests import factories
from tests.promises import broken_seats

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
    """``someone()`` is a new recipient each time, with a large grant."""

    def someone(service=service, amount=100, **kwargs):
        recipient = factories.RecipientFactory(user=factories.UserFactory())
        factories.GrantFactory(recipient=recipient, service=service, amount=amount, **kwargs)
        return recipient

    return someone


@pytest.fixture
def book(service, someone):
    """``book(at)`` books with the action, for a new recipient by default."""

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
    """``sound()`` checks all seats during a test; they are checked after each test anyway."""

    def sound():
        assert not broken_seats()

    return sound
