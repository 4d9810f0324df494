"""A pause cancels what the recipient chooses, leaves what the municipality sets, and ends."""

import datetime as dt
import uuid

import pytest

from accounts.models import Message
from booking import actions, errors, queries
from booking.models import Booking, Grant, Pause, SeriesDate
from booking.queries.essential import unbooked
from database.versions import Stale
from departments.models import Employee, KindOfTime
from tests import factories
from tests.booking.conftest import TODAY, TOMORROW
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
FRIDAY = TODAY + 3 * DAY


@pytest.fixture
def recipient(someone):
    return someone()


@pytest.fixture
def medicine(department, recipient):
    """A service at times that the municipality sets."""
    service = factories.ServiceFactory(department=department, name="Medicine", minutes=30)
    factories.GrantFactory(
        recipient=recipient, service=service, kind_of_time=KindOfTime.SET, amount=100
    )
    return service


@pytest.fixture
def pause(recipient):
    """``pause()`` is made by the recipient, from tomorrow until Friday."""

    def pause(first_day=TOMORROW, last_day=FRIDAY, **kwargs):
        kwargs = {"key": uuid.uuid4(), "by": recipient.user, "recipient": recipient, **kwargs}
        return actions.pause(first_day=first_day, last_day=last_day, **kwargs)

    return pause


def standing(recipient):
    return list(Booking.objects.confirmed().filter(recipient=recipient))


def test_only_visits_in_the_pause_are_cancelled_and_free_their_seats(
    hours, book, recipient, pause, someone, sound
):
    hours(staff=1)
    today, inside, after = (
        book(local(day, 14), recipient) for day in (TODAY, TOMORROW, FRIDAY + DAY)
    )

    made = pause()

    assert standing(recipient) == [today, after]
    assert made.cancelled == [inside.pk]
    event = inside.events.get(kind="cancelled")
    assert (event.by, event.via) == (recipient.user, "pause")
    assert event.announced_at, "the message of the pause says it"
    assert book(local(TOMORROW, 14), someone())
    sound()


def test_a_pause_from_today_does_not_keep_the_deadline(hours, book, recipient, pause):
    hours()
    soon = book(local(TODAY, 12), recipient)
    soon.service.department.cancel_deadline_minutes = 24 * 60
    soon.service.department.save()

    assert pause(TODAY, None).cancelled == [soon.pk]


def test_nothing_is_booked_in_a_pause_but_what_is_set(hours, book, recipient, medicine, pause):
    hours(staff=2)
    pause()
    for at in (TOMORROW, FRIDAY):
        with pytest.raises(errors.Paused):
            book(local(at, 10), recipient)
    assert book(local(FRIDAY + DAY, 10), recipient)
    administrator = factories.UserFactory()
    assert actions.book(
        key=uuid.uuid4(),
        recipient=recipient,
        service=medicine,
        starts_at=local(TOMORROW, 8),
        by=administrator,
        reason="Plan",
        as_staff=True,
    )


def test_the_offer_says_so(hours, recipient, service, pause):
    hours()
    pause()
    now = dt.datetime.now(dt.UTC)
    days = queries.offer(
        service=service, recipient=recipient, dates=[TODAY, TOMORROW, FRIDAY + DAY], now=now
    )
    free, paused, again = ({slot.status.value for slot in day.slots} for day in days)
    assert "free" in free
    assert paused == {"paused"}
    assert again == {"free"}


def plan(medicine, recipient, *dates):
    return [
        actions.book(
            key=uuid.uuid4(),
            recipient=recipient,
            service=medicine,
            starts_at=local(date, 8),
            by=factories.UserFactory(),
            reason="Plan",
            as_staff=True,
        )
        for date in dates
    ]


def test_set_visits_stand_until_staff_stop_them(hours, recipient, medicine, pause):
    hours(staff=2)
    planned = plan(medicine, recipient, TOMORROW, FRIDAY)

    made = pause()
    assert made.waits_for_answer
    assert standing(recipient) == planned

    staff = factories.UserFactory()
    actions.answer_set_visits(pause=made, stops=True, by=staff)
    made.refresh_from_db()
    assert made.stops_set_visits
    assert standing(recipient) == []
    actions.answer_set_visits(pause=made, stops=True, by=staff)
    with pytest.raises(Stale):  # too late to answer otherwise
        actions.answer_set_visits(pause=made, stops=False, by=staff)
    made.refresh_from_db()
    assert made.stops_set_visits


def test_staff_let_set_visits_stand(hours, recipient, medicine, pause):
    hours(staff=2)
    planned = plan(medicine, recipient, TOMORROW)
    made = pause()

    actions.answer_set_visits(pause=made, stops=False, by=factories.UserFactory())

    made.refresh_from_db()
    assert not made.waits_for_answer
    assert standing(recipient) == planned


def test_staff_may_stop_set_visits_at_once(hours, recipient, medicine, pause):
    hours(staff=2)
    plan(medicine, recipient, TOMORROW)
    pause(by=factories.UserFactory(), as_staff=True, stops_set_visits=True)
    assert standing(recipient) == []


def test_series_come_back_where_there_is_a_seat_and_the_rest_is_listed(
    hours, book, recipient, pause, someone, medicine, sound
):
    hours(staff=1)
    first = book(local(TODAY, 14), recipient)
    series = actions.repeat(key=uuid.uuid4(), like=first, by=recipient.user)
    in_a_week = series.dates.first()
    single = book(local(TODAY + WEEK, 9), recipient)
    (set_visit,) = plan(medicine, recipient, TODAY + WEEK)
    made = pause(TOMORROW, None, by=factories.UserFactory(), as_staff=True, stops_set_visits=True)
    assert standing(recipient) == [first]
    book(local(TODAY + 2 * WEEK, 14), someone())  # somebody takes the seat

    resumed = actions.end_pause(pause=made, by=recipient.user)

    assert {one.starts_at for one in resumed.back} == {
        set_visit.starts_at,
        local(TODAY + WEEK, 14),
    }
    assert {one.starts_at for one in resumed.rest} == {
        single.starts_at,
        local(TODAY + 2 * WEEK, 14),
    }
    in_a_week.refresh_from_db()
    assert in_a_week.booking in resumed.back
    its_events = [event for one in resumed.back for event in one.events.all()]
    assert all(event.announced_at for event in its_events), "the message of the end says it"
    made.refresh_from_db()
    assert set(made.cancelled) == {one.pk for one in resumed.rest}
    assert actions.end_pause(pause=made, by=recipient.user).back == []
    sound()


def test_dates_of_series_rest_in_a_pause_and_are_booked_after_it(hours, recipient, service, pause):
    hours()
    series = factories.BookingSeriesFactory(
        recipient=recipient, service=service, first_date=TODAY + WEEK
    )
    made = pause(TODAY, None)
    actions.book_all_series()
    assert not series.dates.exists()
    coming = queries.dates_to_come(series, dt.datetime.now(dt.UTC))
    assert {date.foreseen for date in coming} == {SeriesDate.Why.PAUSED}

    actions.end_pause(pause=made, by=recipient.user)

    assert {date.state for date in series.dates.all()} == {SeriesDate.State.BOOKED}


def test_a_form_sent_twice_makes_one_pause(recipient, pause, someone):
    made = pause()
    assert pause(key=made.pk) == made
    with pytest.raises(errors.KeyReused):
        pause(key=made.pk, recipient=someone())
    with pytest.raises(errors.PauseOverlaps):
        pause(FRIDAY, None)
    actions.end_pause(pause=made, by=recipient.user)
    assert pause(FRIDAY, None)


def test_essential_help_of_somebody_away_raises_no_alarm(recipient, department, pause):
    Grant.objects.update(is_essential=True)
    assert unbooked(department, TODAY, most=9).count == 1
    made = pause(TODAY, None)
    assert unbooked(department, TODAY, most=9).count == 0
    actions.end_pause(pause=made, by=recipient.user)
    assert unbooked(department, TODAY, most=9).count == 1


def test_a_helpers_pause_is_told_to_the_person_and_the_department(
    hours, book, recipient, department, pause
):
    hours()
    book(local(TODAY, 15), recipient)
    carer = factories.UserFactory()
    administrator = factories.EmployeeFactory(
        department=department, role=Employee.Role.ADMINISTRATOR
    ).person
    visit = recipient.bookings.get().visits.get()
    visit.shift.person = carer
    visit.shift.save()
    mandate = factories.MandateFactory(recipient=recipient)

    made = pause(TODAY, None, by=mandate.holder, mandate=mandate)

    told = set(Message.objects.values_list("kind", "user"))
    assert {
        ("pause.begun_by_others", recipient.user.pk),
        ("pause.department", administrator.pk),
        ("pause.carer", carer.pk),
    } <= told
    assert not any(kind.startswith("visit.") for kind, _ in told)
    now = dt.datetime.now(dt.UTC)
    assert queries.pauses_to_see(department, now, TODAY) == [made]
    actions.confirm_pause(pause=made, by=administrator)
    assert queries.pauses_to_see(department, now, TODAY) == []


@pytest.mark.parametrize(
    ("last_day", "essential", "days", "is_listed"),
    [
        (None, False, 6, False),
        (None, False, 8, True),
        (TOMORROW + 20 * DAY, True, 8, True),
        (TOMORROW + 20 * DAY, False, 8, False),
        (TOMORROW + 9 * DAY, True, 8, False),
    ],
)
def test_long_pauses_are_confirmed_every_week(
    clock, department, pause, last_day, essential, days, is_listed
):
    Grant.objects.update(is_essential=essential)
    made = pause(TOMORROW, last_day)
    clock.shift(dt.timedelta(days=days))
    now = dt.datetime.now(dt.UTC)
    listed = queries.pauses_to_see(department, now, now.date())
    assert listed == ([made] if is_listed else [])
    actions.confirm_pause(pause=made, by=None)
    assert queries.pauses_to_see(department, now, now.date()) == []


def test_set_visits_that_do_not_come_back_are_listed_for_staff(
    clock, hours, recipient, medicine, department, pause, someone, book
):
    hours(staff=1)
    plan(medicine, recipient, TOMORROW)
    made = pause(by=factories.UserFactory(), as_staff=True, stops_set_visits=True)
    book(local(TOMORROW, 8), someone())
    clock.shift(60)
    actions.end_pause(pause=made, by=recipient.user)
    assert queries.pauses_to_see(department, dt.datetime.now(dt.UTC), TODAY) == [made]
    assert Pause.objects.get().cancelled


@pytest.mark.parametrize(
    ("days", "other_days", "joined"),
    [
        ((-9, -5), (-6, -4), (-9, -4)),  # both are over, and nobody has ended them
        ((1, 3), (2, None), (1, None)),
        ((2, None), (1, 3), (1, None)),
        ((1, 3), (4, 5), None),
    ],
)
def test_two_recipients_who_become_one_are_away_once(recipient, days, other_days, joined):
    other = factories.RecipientFactory(user=None)
    both = [recipient.pk, other.pk]
    for whose, (first, last) in ((recipient, days), (other, other_days)):
        Pause.objects.create(
            recipient=whose,
            first_day=TODAY + first * DAY,
            last_day=last and TODAY + last * DAY,
            cancelled=[whose.pk],
            set_visits="stopped" if whose == other else "stand",
        )

    actions.join_recipient(from_=other, into=recipient)

    found = [
        (one.first_day, one.last_day, one.cancelled, one.set_visits)
        for one in recipient.pauses.filter(ended_at=None)
    ]
    if joined is None:
        assert len(found) == 2
        return
    first, last = joined
    assert found == [(TODAY + first * DAY, last and TODAY + last * DAY, both, "waiting")]
