"""A department that is open 8 to 16 with one carer, on a Tuesday at nine, and API clients with
tokens."""

import datetime as dt
import json
import uuid

import pytest
import time_machine
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

from accounts import actions
from accounts.models import ApiToken
from booking.actions import book
from tests import factories
from tests.factories import local

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)  # nine o'clock here
TODAY = dt.date(2026, 11, 24)
TOMORROW = dt.date(2026, 11, 25)
LAST_DAY = dt.date(2026, 12, 8)


@pytest.fixture(autouse=True)
def clock():
    cache.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def opening_hours(department):
    return [
        factories.OpeningHoursFactory(department=department, weekday=weekday)
        for weekday in range(1, 8)
    ]


class Program:
    """An API client: it sends a token and no cookies."""

    def __init__(self, user, scopes=tuple(ApiToken.Scope), days=30):
        self.user = user
        self.token, self.secret = actions.create_token(
            name="Test", scopes=scopes, days=days, by=user
        )
        self.client = Client(raise_request_exception=False)

    def get(self, path, **headers):
        return self._send("get", path, headers=headers)

    def head(self, path, **headers):
        return self._send("head", path, headers=headers)

    def post(self, path, body=None, **headers):
        return self._send("post", path, json.dumps(body) if body is not None else "", headers)

    def delete(self, path, body=None, **headers):
        return self._send("delete", path, json.dumps(body) if body is not None else "", headers)

    def book(self, service, start, key=None, **more):
        body = {"service": str(service.pk), "start": start, **more}
        return self.post("bookings", body, **{"Idempotency-Key": str(key or uuid.uuid4())})

    def slots(self, service, first, last=None, **headers):
        path = f"slots?service={service.pk}&from={first}&to={last or first}"
        return self.get(path, **headers)

    def _send(self, method, path, body=None, headers=None):
        return getattr(self.client, method)(
            f"/api/v1/{path}",
            **({} if body is None else {"data": body, "content_type": "application/json"}),
            headers={"Authorization": f"Bearer {self.secret}", **(headers or {})},
        )


@pytest.fixture
def program(recipient):
    """The recipient's own client."""
    return Program(recipient.user)


@pytest.fixture
def stranger(service):
    recipient = factories.RecipientFactory(
        user=factories.UserFactory(), given_name="Zacharias", family_name="Hemmelig"
    )
    factories.GrantFactory(recipient=recipient, service=service)
    return recipient


@pytest.fixture
def booked(service):
    """``booked(recipient, hour)`` books with the action."""

    def booked(recipient, hour, date=TOMORROW):
        return book(
            key=uuid.uuid4(),
            recipient=recipient,
            service=service,
            starts_at=local(date, hour),
            by=recipient.user,
        )

    return booked


def at(hour, minute=0, date=TOMORROW):
    """A time as API clients write it."""
    return local(date, hour, minute).isoformat()


@pytest.fixture
def one_connection():
    """Handles requests as the server does, but keeps the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
