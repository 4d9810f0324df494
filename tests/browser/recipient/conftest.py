"""A fortnight with bookings, for browser tests of a recipient's pages."""

import datetime as dt
import uuid

import pytest
import time_machine

from booking import actions
from tests import factories
from tests.browser.recipient.ways import WAYS
from tests.factories import local

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)  # a Tuesday, nine o'clock here
TODAY = NOW.date()


@pytest.fixture
def clock():
    with time_machine.travel(NOW) as traveller:
        yield traveller


@pytest.fixture(params=WAYS)
def way(request, open_page):
    """Runs the test three times: with the keyboard only, without JavaScript, and on a phone."""
    return WAYS[request.param](open_page)


@pytest.fixture
def mandate(shop):
    """Carl is Aksel's guardian, and may see what Aksel does otherwise."""
    return factories.MandateFactory(
        recipient=shop.aksel,
        holder__given_name="Carl",
        holder__family_name="Berg",
        holder__language="en",
        guardian=True,
        sees_plans=True,
    )


@pytest.fixture
def simple(shop):
    """The shop, and Aksel has chosen the simple view."""
    shop.aksel.user.preferences = {"view": "simple"}
    shop.aksel.user.save()
    return shop


@pytest.fixture
def shop(clock, transactional_db, settings):
    """A fortnight with own visits, others' visits and a closed Sunday, in a municipality that
    sends text messages."""
    settings.SMS_GATEWAY = "tests.sms.Gateway"
    department = factories.DepartmentFactory(name="Home care North", phone="33 00 10 10")
    for weekday in range(1, 7):
        hours = {1: (8, 20), 6: (10, 16)}.get(weekday, (8, 20))
        factories.OpeningHoursFactory(
            department=department,
            weekday=weekday,
            opens_at=dt.time(hours[0]),
            closes_at=dt.time(hours[1]),
            staff=2 if weekday % 2 else 1,
        )
    return Shop(department)


class Shop:
    def __init__(self, department):
        self.department = department
        self.shower = factories.ServiceFactory(
            department=department, name="Shower", symbol="shower", minutes=45
        )
        self.shopping = factories.ServiceFactory(
            department=department, name="Shopping", symbol="basket", minutes=60
        )
        self.cleaning = factories.ServiceFactory(
            department=department, name="Cleaning", symbol="bucket", minutes=90
        )
        self.aksel = self.recipient("Aksel", "Lund")
        for service, amount in ((self.shower, 3), (self.shopping, 2), (self.cleaning, 1)):
            factories.GrantFactory(recipient=self.aksel, service=service, amount=amount)
        self.next_visit = self.book(self.aksel, self.cleaning, 1, 10)
        self.book(self.aksel, self.shopping, 2, 13)
        self.fill()

    def recipient(self, given_name, family_name):
        user = factories.UserFactory(
            email=f"{given_name}@example.test".lower(),
            given_name=given_name,
            family_name=family_name,
            language="en",
        )
        return factories.RecipientFactory(
            user=user, given_name=given_name, family_name=family_name
        )

    def fill(self):
        """Others' visits: many tomorrow and the day after, all of Friday."""
        taken = {0: (12, 13, 15, 17), 1: (12, 12, 15, 15), 2: (9, 10, 15, 17), 6: (8, 9, 12)}
        for day, hours in taken.items():
            for hour in hours:
                self.somebody_books(day, hour)
        for hour in range(8, 20):
            for _ in range(2):
                self.somebody_books(3, hour)

    def somebody_books(self, day, hour):
        other = factories.RecipientFactory(given_name="Zacharias", family_name="Hemmelig")
        service = factories.ServiceFactory(department=self.department, minutes=45)
        factories.GrantFactory(recipient=other, service=service)
        return self.book(other, service, day, hour)

    def book(self, recipient, service, day, hour, minute=0):
        return actions.book(
            key=uuid.uuid4(),
            recipient=recipient,
            service=service,
            starts_at=local(TODAY + dt.timedelta(days=day), hour, minute).astimezone(dt.UTC),
            note="",
            by=recipient.user or self.aksel.user,
        )
