"""Each piece of speed machinery returns what its plain version returns."""

import datetime as dt
import json
import random
import re
import uuid

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.template.autoreload import reset_loaders
from django.test import Client

from accounts import actions as account_actions
from accounts.models import ApiToken
from accounts.rate import Rate
from benchmarks import plain
from benchmarks.pieces import PIECES
from booking import actions, errors
from booking.models import Grant
from departments.actions.days import lay_out_horizon
from departments.models import Employee
from tests import factories
from tests.factories import local
from tests.kept import forget_all
from tests.sizes import IN_FULL, part

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)  # nine o'clock here
TODAY = NOW.date()
PAGES = ["/calendar/", "/calendar/week/?week=2026-W49"]
# What differs between two renderings of the same page: the form's token, and the ETag, which
# is made from it.
ONCE = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|data-etag="[^"]*"')


@pytest.fixture(autouse=True)
def clock():
    cache.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


class World:
    """A department with qualifications and one that is open at night; recipients with many
    grants, few or none; an administrator, and a carer who is a recipient too."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        home, night = (
            factories.DepartmentFactory(name=name, minimum_notice_minutes=minutes)
            for name, minutes in (("Home care", 0), ("Night patrol", 180))
        )
        qualification = factories.QualificationFactory()
        for weekday in range(1, 8):
            factories.OpeningHoursFactory(department=home, weekday=weekday, staff=2)
            factories.OpeningHoursFactory(
                department=home,
                weekday=weekday,
                opens_at=dt.time(10),
                qualifications=[qualification],
            )
            factories.OpeningHoursFactory(
                department=night,
                weekday=weekday,
                opens_at=dt.time(20),
                closes_at=dt.time(4),
            )
        services = [
            factories.ServiceFactory(department=home, name="Cleaning", minutes=60),
            factories.ServiceFactory(
                department=home, name="Injection", minutes=30, qualifications=[qualification]
            ),
            factories.ServiceFactory(department=home, name="Lifting", minutes=45, carers=2),
            factories.ServiceFactory(department=night, name="Turning", minutes=30),
        ]
        lay_out_horizon(home)
        lay_out_horizon(night)
        self.recipients = []
        for number in range(4):  # the first has no grant
            user = factories.UserFactory(language=("en", "nb", "nn", "en")[number])
            recipient = factories.RecipientFactory(user=user)
            for service in services[: number + (number > 0)]:
                factories.GrantFactory(
                    recipient=recipient,
                    service=service,
                    amount=self.random.choice([1, 3, 400]),
                    unit=Grant.Unit.MINUTES if service.minutes == 45 else Grant.Unit.VISITS,
                    valid_until=self.random.choice([None, TODAY + dt.timedelta(days=5)]),
                )
            self.recipients.append(recipient)
        self.administrator = factories.EmployeeFactory(
            department=home, role=Employee.Role.ADMINISTRATOR
        ).person
        factories.EmployeeFactory(department=night, person=self.recipients[0].user)
        self.staff_pages = [f"/departments/{home.pk}/today/", f"/departments/{home.pk}/days/"]
        self.users = [*(one.user for one in self.recipients), self.administrator]
        self.sessions = {user.pk: _session(user) for user in self.users}
        self.keys = {
            user.pk: account_actions.create_token(
                name="Test", scopes=list(ApiToken.Scope), days=30, by=user
            )[1]
            for user in self.users
        }
        for _ in range(8):
            self.change()

    def request(self):
        """A random booking request. Some are refused."""
        recipient = self.random.choice(self.recipients[1:])
        service = self.random.choice([grant.service for grant in recipient.grants.all()])
        date = TODAY + dt.timedelta(days=self.random.randrange(7))
        starts_at = local(date, self.random.choice([0, 2, 9, 10, 11, 13, 15, 21, 23]))
        return uuid.uuid4(), recipient, service, starts_at

    def change(self):
        _book(*self.request())

    def pages(self):
        """Pages by user and URL, without CSRF tokens."""
        found = {}
        for user in self.users:
            client = Client()
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[user.pk]
            for url in self.staff_pages if user == self.administrator else PAGES:
                response = client.get(url)
                body = ONCE.sub("", response.content.decode())
                found[user.pk, url] = response.status_code, body
                if etag := response.headers.get("ETag"):
                    again = client.get(url, headers={"if-none-match": etag})
                    found[user.pk, url, "again"] = again.status_code
        return found

    def answers(self):
        """The API's answers by owner of the token and path."""
        last = TODAY + dt.timedelta(days=13)
        found = {}
        for user in self.users:
            grants = Grant.objects.filter(recipient__user=user)
            slots = [f"slots?service={one.service_id}&from={TODAY}&to={last}" for one in grants]
            for path in ("services", *slots):
                response = Client().get(
                    f"/api/v1/{path}", headers={"authorization": f"Bearer {self.keys[user.pk]}"}
                )
                found[user.pk, path] = response.status_code, json.loads(response.content)
        return found

    def bookings(self):
        """The outcomes of the same requests, one after the other; then all is rolled back."""
        outcomes = _outcomes(self.requests)
        assert 2 < sum(isinstance(outcome[0], type) for outcome in outcomes) < len(outcomes) - 2
        return outcomes


def _session(user):
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _book(key, recipient, service, starts_at):
    try:
        return actions.book(
            key=key, recipient=recipient, service=service, starts_at=starts_at, by=recipient.user
        )
    except errors.BookingError as error:
        return type(error), [slot.starts_at for slot in getattr(error, "alternatives", ())]


def _outcomes(requests):
    found = []
    with transaction.atomic():
        for request in requests:
            booked = _book(*request)
            if isinstance(booked, tuple):
                found.append(booked)
                continue
            again = _book(*request)
            moved = _move(booked)
            found.append((booked, again, moved, _rows(booked)))
        transaction.set_rollback(True)
    return found


def _move(booking):
    try:
        starts_at = booking.starts_at + dt.timedelta(hours=2)
        return actions.move(
            booking=booking, starts_at=starts_at, by=booking.recipient.user
        ).starts_at
    except errors.BookingError as error:
        return type(error)


def _rows(booking):
    visits = booking.visits.order_by("shift_id").values_list(
        "day__date", "day__revision", "shift_id", "starts_at", "ends_at", "occupied_until"
    )
    events = booking.events.order_by("at", "kind").values_list(
        "kind", "by_id", "via", "reason", "from_starts_at", "to_starts_at"
    )
    columns = {
        field.attname: getattr(booking, field.attname)
        for field in booking._meta.concrete_fields
        if field.attname != "created_at"
    }
    return columns, list(visits), list(events)


# Which pieces can change what is observed, by the figures that they serve.
SERVED = {"pages": "calendar-", "answers": "slots-", "bookings": "booking-"}


@pytest.mark.django_db
@pytest.mark.parametrize("observed", SERVED)
def test_each_piece_returns_what_its_plain_version_returns(observed):
    world = World(seed=observed)
    world.requests = [world.request() for _ in range(12)]
    observe = getattr(world, observed)
    forget_all()
    first, from_caches = observe(), observe()
    assert from_caches == first
    served = [
        piece
        for piece in part(PIECES).values()
        if any(figure.startswith(SERVED[observed]) for figure in piece.serves)
        and ":" not in piece.name  # a template's blocks are among all blocks
    ]
    assert served or not IN_FULL
    for piece in served:
        forget_all()
        with plain.in_place(piece.plain):
            reset_loaders()  # templates keep the tags that they were parsed with
            assert observe() == first, piece.name
    forget_all()


def test_as_many_requests_a_minute_are_let_through():
    def responses(name):
        rate = Rate(name)
        return [bool(rate.wait("who", 50)) for _ in range(60)]

    with plain.in_place(PIECES["counting-in-steps"].plain):
        counted_each = responses("plain")

    assert counted_each == [False] * 50 + [True] * 10
    assert responses("in-steps") == counted_each


def test_a_plain_version_is_gone_afterwards():
    for piece in PIECES.values():
        swaps = plain.swaps_of(piece.plain)
        before = [swap.before for swap in swaps]
        with plain.in_place(piece.plain):
            assert not swaps or [swap.before for swap in swaps] != before
        assert [swap.before for swap in swaps] == before
