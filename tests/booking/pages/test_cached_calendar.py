"""A calendar rendered from cached fragments equals one rendered with empty caches, and both
show what the offer says. Several recipients share times, services and names."""

import contextlib
import datetime as dt
import random
import re
import uuid

import pytest

from booking import actions, errors, queries
from booking.calendar.offers import SlotStatus
from departments.actions.days import lay_out_horizon
from tests import factories
from tests.booking.pages.conftest import TODAY
from tests.factories import local
from tests.kept import forget_all
from tests.sizes import size

pytestmark = pytest.mark.django_db

TURNS = size(3, in_full=8)  # between which something changes

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"| data-etag="[^"]*"')
DAY = re.compile(
    r'<a class="day" href="[^"]+/(\d{4}-\d\d-\d\d)/#question">.*?class="free-count">(\d+) free<',
    re.DOTALL,
)
OWN = re.compile(r'href="/bookings/([0-9a-f-]{36})/"')
FORTNIGHT = [TODAY + dt.timedelta(days=n) for n in range(15)]


def calendar(client, person, url):
    client.force_login(person.user)
    return TOKEN.sub("", client.get(url).content.decode())


@pytest.fixture
def people(service, department):
    """Three with the same name and grants, and one with another service and a smaller grant."""
    found = []
    bath = factories.ServiceFactory(department=department, name="Bath", minutes=90)
    for number in range(4):
        user = factories.UserFactory(given_name="Kari", language=("en", "nb")[number == 2])
        recipient = factories.RecipientFactory(user=user, given_name="Kari")
        if number == 3:
            factories.GrantFactory(recipient=recipient, service=bath, amount=2)
        factories.GrantFactory(recipient=recipient, service=service, amount=4 + number // 3)
        found.append(recipient)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_the_cached_calendar_equals_a_fresh_one_and_the_offer(
    client, people, service, department, opening_hours, clock, seed
):
    for hours in opening_hours:
        hours.staff = 2
        hours.save()
    factories.DayFactory(department=department, date=TODAY - dt.timedelta(days=1))
    lay_out_horizon(department)  # only days that are laid out are cached
    rng = random.Random(seed)
    urls = ["/calendar/", "/calendar/?week=2026-W49", "/calendar/week/"]
    for _turn in range(TURNS):
        for _ in range(3):
            person, date = rng.choice(people), rng.choice(FORTNIGHT[1:5])
            change(rng, person, service, date)
        if rng.random() < 0.3:
            clock.shift(dt.timedelta(minutes=rng.choice([20, 90])))
        cached = {
            (person.pk, url): calendar(client, person, url) for url in urls for person in people
        }
        for (id_, url), html in rng.sample(list(cached.items()), 5):
            person = next(one for one in people if one.pk == id_)
            forget_all()
            assert html == calendar(client, person, url)
            mine = {str(pk) for pk in person.bookings.values_list("pk", flat=True)}
            assert set(OWN.findall(html)) <= mine
        for person in people[:2]:
            html = calendar(client, person, f"/calendar/?service={service.pk}")
            assert dict(DAY.findall(html)) == free_days(person, service)


def change(rng, person, service, date):
    """Book an hour that others may book too, or cancel one."""
    booked = queries.coming(person, dt.datetime.now(dt.UTC))
    if booked and rng.random() < 0.3:
        actions.cancel(booking=rng.choice(booked), by=person.user)
        return
    starts_at = local(date, rng.choice([10, 12]))
    with contextlib.suppress(errors.BookingError):
        actions.book(
            key=uuid.uuid4(),
            recipient=person,
            service=service,
            starts_at=starts_at,
            by=person.user,
        )


def free_days(person, service):
    now = dt.datetime.now(dt.UTC)
    offer = queries.offer(service=service, recipient=person, dates=FORTNIGHT, now=now)
    counts = {
        str(day.date): sum(slot.status is SlotStatus.FREE for slot in day.slots) for day in offer
    }
    return {date: str(count) for date, count in counts.items() if count}
