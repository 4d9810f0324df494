"""Essential services left unbooked: who gets a message, when, and only once."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Message
from booking.actions.essential import alert_unbooked
from booking.models import Booking, BookingEvent, Grant
from booking.notices.essential import compose_unbooked
from booking.queries.essential import unbooked, unbooked_grants
from booking.queries.local_time import midnight
from booking.quota import period_under
from departments.actions.settings import change_settings
from departments.hours import DAY
from departments.models import Employee
from tests import factories
from tests.factories import local
from tests.sizes import size

TUESDAY = dt.date(2026, 11, 24)
FRIDAY = dt.date(2026, 11, 27)

pytestmark = pytest.mark.django_db


def essential(service, **values):
    return factories.GrantFactory(service=service, is_essential=True, **values)


def booked(grant, date, hour=10):
    return factories.BookingFactory(
        recipient=grant.recipient,
        service=grant.service,
        starts_at=local(date, hour),
    )


def missing(department, on=TUESDAY, most=9):
    return [one.missing for one in unbooked(department, on, most=most).shown]


def test_what_is_missing_in_the_week_and_how_many_days_remain(department, service):
    grant = essential(service, amount=3)
    booked(grant, TUESDAY)
    booked(grant, TUESDAY + dt.timedelta(days=7))  # another week's

    (one,) = unbooked(department, TUESDAY, most=9).shown

    assert (one.grant, one.missing, one.days_left) == (grant, 2, 6)


def test_periods_of_several_weeks_are_the_same_in_sql(department, service):
    for weeks in range(1, 5):
        for days in range(0, 35, 5):
            valid_from = TUESDAY - dt.timedelta(days=days)
            essential(service, weeks=weeks, valid_from=valid_from)
    grants = unbooked_grants(department, TUESDAY, granted_by=["week"])
    assert grants.count() == 28
    for grant in grants:
        first, last = period_under(grant, TUESDAY)
        assert (grant.since, grant.until) == (midnight(first), midnight(last + DAY))


def test_help_for_two_weeks_is_told_at_their_end_and_listed_once(department, service):
    grant = essential(service, weeks=2, amount=2, valid_from=TUESDAY)
    booked(grant, TUESDAY)
    sunday, monday = TUESDAY + dt.timedelta(days=5), TUESDAY + dt.timedelta(days=6)
    (one,) = unbooked(department, TUESDAY, most=9).shown
    assert (one.missing, one.days_left) == (1, 13)
    assert unbooked(department, TUESDAY, most=9, last=sunday).count == 0
    assert unbooked(department, monday, most=9, begins_then=True).count == 0
    assert unbooked(department, monday, most=9, last=sunday + dt.timedelta(days=7)).count == 1


@pytest.mark.parametrize(
    ("unit", "amount", "expected"),
    [("visits", 1, []), ("visits", 2, [1]), ("minutes", 60, []), ("minutes", 90, [30])],
)
def test_it_counts_in_the_grants_own_unit(department, service, unit, amount, expected):
    booked(essential(service, unit=unit, amount=amount), TUESDAY)
    assert missing(department) == expected


def test_a_month_lasts_to_its_end(department, service):
    grant = essential(service, amount=2, period=Grant.Period.MONTH)
    booked(grant, dt.date(2026, 11, 2))
    (one,) = unbooked(department, TUESDAY, most=9).shown
    assert (one.missing, one.days_left) == (1, 7)


def test_sunday_evening_belongs_to_its_week_and_monday_to_the_next(department, service):
    grant = essential(service, amount=1)
    booked(grant, dt.date(2026, 11, 30), hour=0)
    assert missing(department) == [1]
    booked(grant, dt.date(2026, 11, 29), hour=23)
    assert missing(department) == []


def test_a_cancelled_visit_and_a_grant_that_has_ended_do_not_count(department, service):
    grant = essential(service, amount=1)
    booked(grant, TUESDAY)
    Booking.objects.update(status=Booking.Status.CANCELLED)
    essential(service, valid_until=TUESDAY - dt.timedelta(days=1))
    factories.GrantFactory(service=service)  # not essential
    assert missing(department) == [1]


def test_many_people_are_one_statement_and_a_page_of_names(
    department, service, django_assert_num_queries
):
    many = size(1_000, in_full=10_000)
    people = factories.RecipientFactory.build_batch(many)
    type(people[0]).objects.bulk_create(people)
    Grant.objects.bulk_create(
        Grant(
            recipient=person,
            service=service,
            amount=1,
            valid_from=factories.LONG_AGO,
            is_essential=True,
        )
        for person in people
    )
    with django_assert_num_queries(1):
        found = unbooked(department, TUESDAY, most=8)
    assert (len(found.shown), found.count) == (8, many)


# -- Being told --------------------------------------------------------------------


def at_noon(date):
    return local(date, 12)


def told():
    return list(Message.objects.filter(kind="essential.unbooked").values_list("user", flat=True))


def test_administrators_get_one_message_near_the_end_of_the_week(
    department, other_administrator, administrator, service
):
    essential(service)
    alert_unbooked(at_noon(TUESDAY))
    assert told() == []
    for date in (FRIDAY, FRIDAY, FRIDAY + dt.timedelta(days=1)):
        alert_unbooked(at_noon(date))
    assert told() == [administrator.pk]
    alert_unbooked(at_noon(FRIDAY + dt.timedelta(days=7)))
    assert told() == [administrator.pk] * 2


@pytest.mark.parametrize("how", ["cancelled", "not charged"])
def test_a_visit_given_back_after_that_sends_another_message(
    department, administrator, service, how
):
    grant = essential(service, amount=1)
    essential(service)  # already in the first message
    visit = booked(grant, FRIDAY + dt.timedelta(days=1))
    with time_machine.travel(at_noon(FRIDAY), tick=False) as clock:
        alert_unbooked(at_noon(FRIDAY))
        clock.shift(3600)
        if how == "cancelled":
            Booking.objects.filter(pk=visit.pk).update(
                status=Booking.Status.CANCELLED, grant=grant
            )
            visit.events.create(kind=BookingEvent.Kind.CANCELLED)
        else:
            Booking.objects.filter(pk=visit.pk).update(uncharged_at=timezone.now(), grant=grant)
        clock.shift(3600)
        for _ in range(2):
            alert_unbooked(at_noon(FRIDAY))
            clock.shift(3600)
    assert told() == [administrator.pk] * 2


def test_each_department_sets_how_long_before(department, administrator, service):
    essential(service)
    change_settings(department=department, values={"week_warning_days": 6}, by=administrator)
    alert_unbooked(at_noon(TUESDAY))
    assert told() == [administrator.pk]


def test_a_month_has_a_separate_warning(department, administrator, service):
    essential(service, period=Grant.Period.MONTH)
    change_settings(department=department, values={"month_warning_days": 3}, by=administrator)
    for date in (TUESDAY, FRIDAY):
        alert_unbooked(at_noon(date))
    assert told() == []
    alert_unbooked(at_noon(dt.date(2026, 11, 28)))
    assert told() == [administrator.pk]


def test_no_message_when_all_is_booked_and_no_booking_is_made(department, administrator, service):
    grant = essential(service, amount=1)
    visit = booked(grant, FRIDAY)
    alert_unbooked(at_noon(FRIDAY))
    assert told() == []
    assert Booking.objects.get() == visit


def test_the_message_names_nobody_and_is_not_sent_when_all_is_booked(
    department, administrator, service, on_friday
):
    grant = essential(service, amount=1)
    alert_unbooked(at_noon(FRIDAY))
    message = Message.objects.get()
    words = compose_unbooked(message)
    assert "1 essential service is not booked" in words.lines[0]
    assert grant.recipient.family_name not in repr(words)

    Employee.objects.filter(person=administrator).update(valid_until=TUESDAY)
    assert compose_unbooked(message) is None
    Employee.objects.filter(person=administrator).update(valid_until=None)
    booked(grant, FRIDAY)
    assert compose_unbooked(message) is None


@pytest.fixture
def on_friday():
    with time_machine.travel(at_noon(FRIDAY), tick=False):
        yield
