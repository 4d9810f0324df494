"""The texts that say why a time can't be booked. They name nobody."""

import datetime as dt
import uuid

import pytest
from django.utils import translation

from booking.seating.values import Refused, Why
from booking.templatetags.refusals import in_words
from tests import factories
from tests.booking.conftest import TOMORROW
from tests.factories import local

QUARTER_PAST_TEN = int(dt.datetime(2026, 11, 25, 9, 15, tzinfo=dt.UTC).timestamp())
SKILLED = frozenset([uuid.UUID(int=1)])


def refused(why, staff, visits, *, carers=1, needs=frozenset()):
    return Refused(why, QUARTER_PAST_TEN, staff, visits, carers, needs)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            refused(Why.ALL_TAKEN, 3, 4, needs=SKILLED),
            "3 qualified carers are at work, all taken at 10:15.",
        ),
        (
            refused(Why.ALL_TAKEN, 1, 2),
            "1 carer is at work, and is taken at 10:15.",
        ),
        (
            refused(Why.ALL_TAKEN, 3, 4, carers=2),
            "It takes 2 carers at once. Of 3 at work, 1 can come at 10:15.",
        ),
        (refused(Why.ALL_TAKEN, 0, 1), "Nobody is at work after 10:15."),
        (refused(Why.NOBODY_ON, 0, 1), "Nobody is at work then."),
        (refused(Why.NOBODY_ON, 0, 1, needs=SKILLED), "Nobody who is qualified is at work then."),
        (
            refused(Why.NOBODY_ON, 1, 2, carers=2),
            "It takes 2 carers at once, and only 1 of those at work can give it.",
        ),
        (
            refused(Why.NO_WAY_FOUND, 2, 3),
            "2 carers are at work, none with room for the whole visit.",
        ),
        (
            refused(Why.NO_WAY_FOUND, 2, 4, carers=2),
            "It takes 2 carers at once, and fewer have room for the whole visit.",
        ),
    ],
)
def test_each_reason_has_its_text(reason, words):
    with translation.override("en"):
        assert in_words(reason) == words


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_recipients_do_not_read_how_many_are_at_work(hours, book, client, recipient, service):
    hours(staff=2)
    recipient.user.language = "en"
    recipient.user.save()
    for _ in range(2):
        book(local(TOMORROW, 10), stranger(service))
    client.force_login(recipient.user)

    for url in (f"/book/{service.pk}/{TOMORROW}/10.00/", f"/book/{service.pk}/{TOMORROW}/"):
        page = client.get(url)
        assert "at work" not in page.text
        assert "carer" not in page.text
        assert "Zacharias" not in page.text


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_the_administrator_reads_why_nobody_can_take_a_visit(
    client, administrator, department, service, book
):
    day = factories.DayFactory(department=department, date=TOMORROW)
    booking = book_and_lose_the_shift(day, book)
    factories.ShiftFactory(day=day, starts_at=local(TOMORROW, 11))
    client.force_login(administrator)
    visit = booking.visits.get()

    for path in (
        f"/departments/{department.pk}/today/",
        f"/departments/{department.pk}/days/{TOMORROW}/visits/{visit.pk}/",
    ):
        assert "Nobody is at work then." in client.get(path).text, path


def stranger(service):
    grant = factories.GrantFactory(service=service, recipient__given_name="Zacharias")
    grant.recipient.user = factories.UserFactory()
    grant.recipient.save()
    return grant.recipient


def book_and_lose_the_shift(day, book):
    shift = factories.ShiftFactory(day=day)
    booking = book(local(TOMORROW, 10))
    booking.visits.update(shift=None)
    shift.delete()
    return booking


def test_what_a_refusal_leaves_free_is_counted():
    assert refused(Why.ALL_TAKEN, 3, 4, carers=2).free == 1
    assert refused(Why.ALL_TAKEN, 3, 4).free == 0
