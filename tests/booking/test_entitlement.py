"""What stands between a person and a visit, beside a free seat."""

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.utils import timezone

from booking.calendar.offers import SlotStatus
from booking.models import Grant
from booking.queries.entitlement import (
    Balance,
    Entitlement,
    balance_of,
    last_day,
)
from booking.queries.local_time import local_date
from booking.queries.own_booking_rows import OwnBooking, charged_span, own_around
from departments.models import Department, Service
from tests import factories
from tests.booking.conftest import NOW, TODAY, TOMORROW
from tests.factories import local

HOUR = 3600
SERVICE = Service(
    id=uuid.uuid4(), minutes=60, department=Department(minimum_notice_minutes=120, horizon_days=14)
)
BATH = uuid.uuid4()


def epoch(date, hour, minute=0):
    return int(local(date, hour, minute).timestamp())


def own(date, hour, hours=1, service=SERVICE.pk):
    starts = epoch(date, hour)
    return OwnBooking(uuid.uuid4(), service, starts, starts + hours * HOUR)


def grant(amount=2, unit="visits", period="week", first=TODAY, last=None):
    return Grant(
        service=SERVICE,
        amount=amount,
        unit=unit,
        period=period,
        valid_from=first,
        valid_until=last,
    )


def entitlement(*bookings, grants=(), moving=None):
    return Entitlement.known(SERVICE, grants, bookings, NOW, moving=moving)


def obstacle(person, date, hour, minute=0, *, minutes=60):
    starts = epoch(date, hour, minute)
    return person.obstacle(starts, starts + 60 * minutes, date)


# -- The clock: it is nine, two hours' notice -------------------------------------


@pytest.mark.parametrize(
    ("hour", "minute", "found"),
    [
        (8, 30, SlotStatus.PAST),
        (9, 0, SlotStatus.PAST),
        (9, 1, SlotStatus.TOO_SOON),
        (10, 59, SlotStatus.TOO_SOON),
        (11, 0, None),
    ],
)
def test_what_has_begun_is_past_and_notice_is_counted_from_now(hour, minute, found):
    assert obstacle(entitlement(grants=[grant()]), TODAY, hour, minute) is found


# -- Who chooses the time ------------------------------------------------------------


WINDOW = {"kind_of_time": "window", "window_start": dt.time(8), "window_end": dt.time(11)}


@pytest.mark.parametrize(
    ("terms", "hour", "minute", "found"),
    [
        ({"kind_of_time": "set"}, 10, 0, SlotStatus.SET),
        ({"choice_from": TOMORROW + dt.timedelta(1)}, 10, 0, SlotStatus.NOT_YOURS_YET),
        ({"choice_from": TOMORROW}, 10, 0, None),
        (WINDOW, 7, 55, SlotStatus.OUTSIDE_WINDOW),
        (WINDOW, 8, 0, None),
        (WINDOW, 10, 0, None),  # an hour's visit
        (WINDOW, 10, 5, SlotStatus.OUTSIDE_WINDOW),
        ({**WINDOW, "kind_of_time": "free"}, 12, 0, None),
        ({"at_most_a_day": 1}, 10, 0, SlotStatus.ENOUGH_THAT_DAY),
        ({"at_most_a_day": 2}, 10, 0, None),
        ({"days_between": 1}, 10, 0, SlotStatus.TOO_CLOSE),
    ],
)
def test_what_a_person_may_choose_and_staff_may_choose_all(terms, hour, minute, found):
    given = grant(amount=9)
    for name, value in terms.items():
        setattr(given, name, value)
    bookings = [own(TOMORROW, 14), own(TOMORROW, 16, service=BATH)]

    person = entitlement(*bookings, grants=[given])
    staff = Entitlement.known(SERVICE, [given], bookings, NOW, as_staff=True)

    assert obstacle(person, TOMORROW, hour, minute) is found
    assert obstacle(staff, TOMORROW, hour, minute) is None
    starts = epoch(TOMORROW, hour, minute)
    is_agreed = found in (None, SlotStatus.SET, SlotStatus.NOT_YOURS_YET)
    assert staff.breaks_agreement(starts, starts + HOUR, TOMORROW) is not is_agreed


@pytest.mark.parametrize(("days", "found"), [(1, SlotStatus.TOO_CLOSE), (2, None)])
def test_whole_days_lie_between_two_visits(days, found):
    given = grant(amount=9)
    given.days_between = 1
    person = entitlement(own(TOMORROW, 10), grants=[given])
    assert obstacle(person, TOMORROW + dt.timedelta(days), 10) is found


# -- The person's own visits -------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "minute", "found"),
    [
        (11, 0, None),
        (11, 1, SlotStatus.OWN),
        (12, 0, SlotStatus.OWN),
        (13, 59, SlotStatus.OWN),
        (14, 0, None),
    ],
)
def test_own_visits_may_touch_and_not_overlap(hour, minute, found):
    person = entitlement(own(TOMORROW, 12, 2, BATH), grants=[grant()])
    assert obstacle(person, TOMORROW, hour, minute) is found


def test_all_own_visits_of_a_period_in_order_whatever_order_they_came_in():
    bookings = [own(TOMORROW, hour) for hour in (16, 8, 12, 10, 14)]
    by_hour = sorted(bookings, key=lambda one: one.starts)

    person = entitlement(*bookings)

    assert list(person.own) == by_hour
    between = person.own_between(epoch(TOMORROW, 10, 30), epoch(TOMORROW, 14, 30), TOMORROW)
    assert list(between) == by_hour[1:4]
    assert [charge.date for charge in person.charges] == [TOMORROW] * 5


def test_the_visit_that_moves_is_not_in_its_own_way():
    moving, other = own(TOMORROW, 12), own(TOMORROW, 14)
    person = entitlement(
        moving,
        other,
        grants=[grant(amount=2)],
        moving=SimpleNamespace(pk=moving.id, starts_at=timezone.now()),
    )
    assert list(person.own) == [other]
    assert obstacle(person, TOMORROW, 12) is None
    assert obstacle(person, TOMORROW, 14) is SlotStatus.OWN


# -- Grants ----------------------------------------------------------------------------


def test_without_a_grant_on_the_day_nothing_is_given():
    person = entitlement(grants=[grant(first=TODAY, last=TODAY)])
    assert person.balance(TODAY).left == 2
    assert person.balance(TOMORROW) is None
    assert person.refusal(TOMORROW, HOUR) is SlotStatus.NOT_GRANTED
    assert person.grant(TOMORROW) is None


def test_each_date_has_the_grant_that_is_valid_then():
    first = grant(amount=1, first=TODAY, last=TODAY)
    second = grant(amount=2, first=TOMORROW)
    person = entitlement(grants=[first, second])
    assert person.grant(TODAY) is first
    assert person.grant(TOMORROW) is second
    assert person.balance(TOMORROW).granted == 2


def test_the_last_visit_of_a_quota_is_given_and_no_more():
    assert entitlement(own(TODAY, 12), grants=[grant(2)]).refusal(TOMORROW, HOUR) is None
    full = entitlement(own(TODAY, 12), own(TOMORROW, 8), grants=[grant(2)])
    assert full.refusal(TOMORROW, HOUR) is SlotStatus.OVER_QUOTA
    assert full.refusal(dt.date(2026, 11, 30), HOUR) is None


def test_minutes_are_given_to_the_last_one():
    assert entitlement(grants=[grant(120, "minutes")]).refusal(TOMORROW, 2 * HOUR) is None
    person = entitlement(own(TODAY, 12), grants=[grant(105, "minutes")])
    assert person.refusal(TOMORROW, 45 * 60) is None
    assert person.refusal(TOMORROW, 46 * 60) is SlotStatus.TOO_LITTLE_LEFT
    assert person.refusal(TOMORROW, 106 * 60) is SlotStatus.GRANT_TOO_SMALL


def test_other_services_are_not_charged():
    person = entitlement(own(TODAY, 12, service=BATH), grants=[grant(1)])
    assert person.refusal(TOMORROW, HOUR) is None


def test_each_week_has_its_balance():
    monday = dt.date(2026, 11, 30)
    person = entitlement(own(TODAY, 12), own(TOMORROW, 8), own(monday, 8), grants=[grant(5)])
    assert [person.balance(date).used for date in (TODAY, monday, TOMORROW)] == [2, 1, 2]
    assert person.balance(TODAY).period_start == dt.date(2026, 11, 23)
    assert person.balance(TODAY).period_end == dt.date(2026, 11, 29)
    assert person.balance(TODAY) is person.balance(TOMORROW)


def test_more_used_than_granted_leaves_nothing_and_not_less():
    balance = Balance(grant(amount=1), 3, TODAY, TOMORROW)
    assert (balance.granted, balance.used, balance.left) == (1, 3, 0)
    assert (balance.unit, balance.service) == ("visits", SERVICE)


def test_a_booking_is_charged_in_minutes_to_its_local_date():
    late = own(TOMORROW, 23, 2)
    assert late.charge.minutes == 120
    assert late.charge.date == TOMORROW
    assert (late.charge.booking_id, late.charge.service_id) == (late.id, SERVICE.pk)
    found = balance_of(grant(150, "minutes"), [late.charge], TOMORROW)
    assert (found.used, found.left) == (120, 30)


# -- Which dates are read ------------------------------------------------------------


def test_the_span_is_whole_weeks_and_months_around_the_days_before_and_after():
    since, until = charged_span(dt.date(2026, 11, 16), dt.date(2026, 11, 17))
    assert since == local(dt.date(2026, 10, 19), 0)  # the first of four weeks, the last of four
    assert until == local(dt.date(2026, 12, 14), 0)
    # The day before Monday is in last week, the day after Sunday in the next.
    since, until = charged_span(dt.date(2026, 6, 1), dt.date(2026, 5, 31))
    assert since == local(dt.date(2026, 5, 1), 0)
    assert until == local(dt.date(2026, 7, 1), 0)
    since, until = charged_span(dt.date(2026, 11, 2), dt.date(2026, 11, 29))
    assert since == local(dt.date(2026, 10, 5), 0)
    assert until == local(dt.date(2026, 12, 28), 0)


def test_the_last_day_is_so_many_days_ahead_of_the_local_date():
    late = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)  # half past midnight here
    assert last_day(SERVICE.department, NOW) == TODAY + dt.timedelta(days=14)
    assert last_day(SERVICE.department, late) == TOMORROW + dt.timedelta(days=14)


def test_a_date_is_local():
    assert local_date(epoch(TOMORROW, 0, 30)) == TOMORROW
    assert local_date(epoch(TOMORROW, 23, 30)) == TOMORROW


@pytest.mark.django_db
def test_grants_are_read_that_are_valid_on_one_of_the_dates(service, recipient, someone):
    recipient.grants.all().delete()
    someone()
    factories.GrantFactory(recipient=recipient)
    day = dt.timedelta(days=1)
    spans = {
        "ended before": (TODAY - 9 * day, TODAY - 2 * day),
        "until the first": (TODAY - day, TODAY),
        "from the last": (TOMORROW, TOMORROW),
        "begins after": (TOMORROW + day, None),
    }
    made = {
        name: factories.GrantFactory(
            recipient=recipient, service=service, valid_from=first, valid_until=last
        )
        for name, (first, last) in reversed(spans.items())
    }

    person = Entitlement.of(recipient, service, [TOMORROW, TODAY], NOW)

    assert list(person.grants) == [made["until the first"], made["from the last"]]
    assert all(grant.service is service for grant in person.grants)


@pytest.mark.django_db
def test_a_grant_without_an_end_is_read(service, recipient):
    person = Entitlement.of(recipient, service, [TOMORROW], NOW)
    assert list(person.grants) == list(recipient.grants.all())


@pytest.mark.django_db
def test_own_bookings_are_the_persons_confirmed_ones_of_the_span(service, recipient, someone):
    def booking(date, hour, minute=0, who=recipient, **values):
        return factories.BookingFactory(
            recipient=who, service=service, starts_at=local(date, hour, minute), **values
        )

    before, first = dt.date(2026, 10, 18), dt.date(2026, 10, 19)
    last, after = dt.date(2026, 12, 13), dt.date(2026, 12, 14)
    booking(before, 23)
    inside = [booking(first, 0), booking(last, 23)]
    booking(after, 0)
    booking(TODAY, 12, status="cancelled", cancelled_at=timezone.now())
    booking(TODAY, 12, who=someone())

    found = own_around(recipient, dt.date(2026, 11, 16), dt.date(2026, 11, 17))

    assert {one.id for one in found} == {one.pk for one in inside}
    one = next(one for one in found if one.id == inside[0].pk)
    assert (one.service_id, one.starts, one.ends) == (service.pk, epoch(first, 0), epoch(first, 1))
