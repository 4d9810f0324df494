"""``Person`` reads in one statement what the tables hold."""

import datetime as dt

import pytest

from booking import actions, queries
from booking.models import Grant, Recipient
from tests import factories
from tests.booking.conftest import NOW, TODAY, TOMORROW
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_everything_is_read_in_one_statement(
    hours, book, recipient, service, department, django_assert_num_queries
):
    hours()
    book(local(TOMORROW, 10), recipient)
    with django_assert_num_queries(1):
        person = queries.Person.of_user(recipient.user_id, NOW)
        assert person.next_booking.service.department.name == department.name
        assert person.balances(TODAY)[0].used == 1
        assert [visit.service for visit in person.visits] == [service.name]


def test_models_are_those_of_the_tables(recipient, service):
    person = queries.Person.of(recipient, NOW)
    (grant,) = person.grants
    for read, row in [
        (person.recipient, Recipient.objects.get()),
        (grant, Grant.objects.get()),
        (grant.service, service),
        (grant.service.department, service.department),
    ]:
        row.refresh_from_db()
        assert type(read) is type(row)
        assert {f.attname: getattr(read, f.attname) for f in read._meta.concrete_fields} == {
            f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields
        }


def test_balances_are_those_of_each_grant_alone(hours, book, recipient, department):
    hours()
    bath = factories.ServiceFactory(department=department, name="Bath")
    factories.GrantFactory(recipient=recipient, service=bath, amount=90, unit="minutes")
    gone = factories.ServiceFactory(department=department, name="Gone")
    factories.GrantFactory(
        recipient=recipient, service=gone, valid_until=TODAY - dt.timedelta(days=1)
    )
    book(local(TOMORROW, 10), recipient, service=bath)
    assert queries.Person.of(recipient, NOW).balances(TODAY) == queries.balances(recipient, TODAY)


def test_the_next_booking_is_one_that_is_not_over_nor_cancelled(hours, book, recipient, clock):
    hours()
    first = book(local(TODAY, 11), recipient)
    second = book(local(TOMORROW, 10), recipient)
    third = book(local(TOMORROW, 13), recipient)
    assert queries.Person.of(recipient, NOW).next_booking == first
    clock.move_to(local(TODAY, 12))
    assert queries.Person.of(recipient, local(TODAY, 12)).next_booking == second
    actions.cancel(booking=second, by=recipient.user)
    found = queries.Person.of(recipient, local(TODAY, 12)).next_booking
    assert (found, found.note, found.carers) == (third, "", 1)


def test_a_recipient_without_grants_and_a_user_without_recipient():
    lonely = factories.RecipientFactory(user=factories.UserFactory())
    assert queries.Person.of_user(lonely.user_id, NOW).grants == []
    assert queries.Person.of(lonely, NOW).recipient == lonely
    assert queries.Person.of_user(factories.UserFactory().pk, NOW) is None
