"""Moved away or dead: confirmed by a second member of staff, everything stops, for helpers too."""

import datetime as dt
import uuid

import pytest

from accounts.models import Message, User, UserSession
from accounts.roles import Role
from booking import actions, errors, queries
from booking.access.pages import mandates_held_by
from booking.actions.announcements import announce, remind
from booking.models import Booking, Departure
from database.versions import Stale
from departments.models import Employee
from serviceshop.roles import roles_of
from tests import factories
from tests.booking.conftest import TODAY, TOMORROW
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)


@pytest.fixture
def recipient(someone):
    return someone()


@pytest.fixture
def staff(department):
    return [
        factories.EmployeeFactory(department=department, role=Employee.Role.ADMINISTRATOR).person
        for _ in range(2)
    ]


@pytest.fixture
def report(recipient, department, staff):
    def report(why=Departure.Why.DEAD):
        return actions.report_departure(
            key=uuid.uuid4(), recipient=recipient, why=why, department=department, by=staff[0]
        )

    return report


@pytest.fixture
def confirmed(report, department, staff):
    def confirmed(why=Departure.Why.DEAD):
        departure = report(why)
        actions.confirm_departure(departure=departure, department=department, by=staff[1])
        departure.refresh_from_db()
        return departure

    return confirmed


def test_a_report_alone_stops_nothing(hours, book, recipient, department, report, staff):
    hours()
    visit = book(local(TOMORROW, 10), recipient)
    departure = report()
    with pytest.raises(errors.OwnReport):
        actions.confirm_departure(departure=departure, department=department, by=staff[0])
    assert report() == departure
    assert list(Booking.objects.confirmed()) == [visit]
    assert queries.departures_to_confirm(department) == [departure]
    actions.undo_departure(departure=departure, department=department, by=staff[0])
    assert queries.departures_to_confirm(department) == []
    with pytest.raises(Stale):
        actions.confirm_departure(departure=departure, department=department, by=staff[1])


def test_everything_stops(hours, book, recipient, department, confirmed, sound):
    hours(staff=2)
    visit = book(local(TOMORROW, 10), recipient)
    series = actions.repeat(key=uuid.uuid4(), like=visit, by=recipient.user)
    helper = factories.MandateFactory(recipient=recipient, is_told=True).holder
    announce()
    UserSession.objects.create(
        session_key="x", user=recipient.user, expire_date=dt.datetime.now(dt.UTC) + WEEK
    )

    departure = confirmed()

    assert not Booking.objects.confirmed().exists()
    assert {one.pk for one in queries.cancelled_by_departure(departure, department)} == {
        visit.pk,
        *series.dates.values_list("booking", flat=True),
    }
    assert not User.objects.get(pk=recipient.user.pk).is_active
    assert not UserSession.objects.filter(user=recipient.user).exists()
    assert mandates_held_by(helper) == []
    assert not Message.objects.filter(state=Message.State.WAITING).exists()
    announce()
    remind(dt.datetime.now(dt.UTC))
    actions.book_all_series()
    assert not Message.objects.filter(state=Message.State.WAITING).exists()
    assert not Booking.objects.confirmed().exists()
    pause = recipient.pauses.get()
    assert actions.end_pause(pause=pause, by=helper).back == []
    assert queries.pauses_to_see(department, dt.datetime.now(dt.UTC), TODAY + 3 * WEEK) == []
    sound()


def test_it_is_undone_within_thirty_days(
    clock, hours, book, recipient, department, confirmed, staff, sound
):
    hours(staff=2)
    series = actions.repeat(
        key=uuid.uuid4(), like=book(local(TOMORROW, 10), recipient), by=recipient.user
    )
    helper = factories.MandateFactory(recipient=recipient).holder
    departure = confirmed()

    actions.undo_departure(departure=departure, department=department, by=staff[0])

    assert User.objects.get(pk=recipient.user.pk).is_active
    assert len(mandates_held_by(helper)) == 1
    assert set(Booking.objects.confirmed().values_list("series_date__series", flat=True)) == {
        series.pk
    }
    assert recipient.user == queries.recipient_of_user(recipient.user.pk).user
    sound()


def test_a_pause_of_before_stands_again(
    clock, hours, book, recipient, department, confirmed, staff
):
    hours(staff=2)
    in_pause, after = (book(local(TODAY + n * DAY, 10), recipient) for n in (1, 3))
    before = actions.pause(
        key=uuid.uuid4(),
        recipient=recipient,
        first_day=TODAY,
        last_day=TODAY + 2 * DAY,
        by=recipient.user,
    )
    departure = confirmed()
    assert before not in recipient.pauses.standing(TODAY)

    actions.undo_departure(departure=departure, department=department, by=staff[0])

    (again,) = recipient.pauses.standing(TODAY)
    assert (again, again.cancelled) == (before, [in_pause.pk])
    assert recipient.pauses.get(pk=departure.pk).cancelled == [after.pk]
    assert not Message.objects.filter(kind__startswith="pause.ended").exists()


def test_after_thirty_days_it_stands(clock, recipient, department, confirmed, staff):
    departure = confirmed()
    clock.shift(dt.timedelta(days=31))
    with pytest.raises(errors.TooLate):
        actions.undo_departure(departure=departure, department=department, by=staff[0])
    assert queries.recipient_of_user(recipient.user.pk) is None


def test_an_employee_who_moves_away_still_logs_in(recipient, confirmed):
    factories.EmployeeFactory(person=recipient.user)
    confirmed(Departure.Why.MOVED)
    user = User.objects.get(pk=recipient.user.pk)
    assert user.is_active
    assert roles_of(user).to_choose == [Role.CARE_WORKER]  # nothing to choose at log-in
    assert queries.recipient_of_user(recipient.user.pk) is None
