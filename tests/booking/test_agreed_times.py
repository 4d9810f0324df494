"""Agreed times: a seat is kept until the recipient has chosen, or the deadline has passed."""

import datetime as dt
import uuid

import pytest

from booking import actions, errors
from booking.calendar.offers import SlotStatus
from booking.models import AgreedDate, AgreedTime, Booking, BookingEvent, Grant, Visit
from booking.queries import Person, offer, unbooked
from booking.queries.agreed_times import Obstacle, choice_ends, dates_of, why_not_agreeable
from departments.models import ChoiceDeadline
from tests import factories
from tests.booking.conftest import NOW, TODAY, TOMORROW
from tests.factories import local

State = AgreedDate.State

THURSDAY = dt.date(2026, 12, 3)  # in the week after the clock's
FRIDAY = THURSDAY + dt.timedelta(1)


@pytest.fixture
def grant(recipient, service):
    recipient.grants.all().delete()
    return factories.GrantFactory(
        recipient=recipient, service=service, amount=1, unit="visits", is_essential=True
    )


@pytest.fixture
def agree(clock, grant):
    def agree(weekday=3, time=dt.time(10), grant=grant, week=1):
        made = actions.agree(
            key=uuid.uuid4(),
            grant=grant,
            week=week,
            weekday=weekday,
            time=time,
            agreed_on=TODAY,
            agreed_with="Kari",
            by=factories.UserFactory(),
        )
        actions.keep_for(recipient_id=grant.recipient_id)
        return made

    return agree


def states():
    return dict(AgreedDate.objects.values_list("date", "state"))


def kept(date=THURSDAY):
    return Booking.objects.get(status="kept", starts_at__date=date)


def status(recipient, service, at):
    (day,) = offer(recipient=recipient, service=service, dates=[at.date()], now=NOW)
    return next(slot.status for slot in day.slots if slot.starts_at == at)


@pytest.mark.django_db
def test_agreed_times_go_on_under_the_grant_that_replaces_theirs(hours, agree, grant):
    hours()
    agree()
    seat = kept()
    terms = {"unit": "visits", "period": "week", "is_essential": True}
    new = actions.replace_grant(
        grant=grant, key=uuid.uuid4(), by=None, amount=2, valid_from=THURSDAY, **terms
    )
    actions.keep_for(recipient_id=grant.recipient_id)

    row = AgreedDate.objects.get(date=THURSDAY)
    assert (row.booking, row.agreed_time.grant, kept().grant) == (seat, new, new)


@pytest.mark.django_db
class TestKept:
    pytestmark = pytest.mark.usefixtures("clock")

    def test_it_holds_its_seat_and_counts_as_left_to_choose(
        self, hours, agree, recipient, service, someone
    ):
        hours(staff=1)
        agree()
        assert states() == {dt.date(2026, 11, 26): "kept", THURSDAY: "kept"}
        assert kept().visits.get().shift_id
        person = Person.of(recipient, NOW)
        assert [one.left for one in person.balances(THURSDAY)] == [1]
        assert not person.visits
        assert len(person.kept_visits) == 2
        assert status(someone(), service, local(THURSDAY, 10)) is SlotStatus.BUSY
        assert status(recipient, service, local(THURSDAY, 10)) is SlotStatus.FREE
        assert status(recipient, service, local(THURSDAY, 10, 30)) is SlotStatus.FREE
        assert not BookingEvent.objects.exists()

    def test_help_that_is_kept_is_not_unbooked(self, hours, agree, department, grant):
        hours()
        assert unbooked(department, TODAY, most=9).count == 1
        agree()
        assert unbooked(department, TODAY, most=9).count == 0

    @pytest.mark.parametrize("date", [THURSDAY, FRIDAY])
    def test_a_choice_takes_its_place(self, hours, agree, book, recipient, someone, date):
        hours(staff=1)
        agree()
        chosen = book(local(date, 10, 30 if date == THURSDAY else 0), recipient)
        assert not Booking.objects.filter(status="kept", starts_at__date=THURSDAY).exists()
        row = AgreedDate.objects.get(date=THURSDAY)
        assert (row.state, row.booking) == (State.CHOSEN, chosen)
        actions.keep_for(recipient_id=recipient.pk)
        assert states()[THURSDAY] == State.CHOSEN
        book(local(THURSDAY, 8 if date == THURSDAY else 10))  # the seat is free for others

    def test_cancelling_the_choice_keeps_it_again(
        self, hours, agree, book, recipient, django_capture_on_commit_callbacks
    ):
        hours(staff=1)
        agree()
        chosen = book(local(FRIDAY, 10), recipient)
        with django_capture_on_commit_callbacks(execute=True):
            actions.cancel(booking=chosen, by=recipient.user)
        assert kept().starts_at == local(THURSDAY, 10)
        assert states()[THURSDAY] == State.KEPT

    def test_a_visit_on_the_same_day_is_the_choice(self, hours, agree, book, recipient, grant):
        hours(staff=2)
        Grant.objects.update(amount=3)
        grant.refresh_from_db()
        visit = book(local(THURSDAY, 13), recipient)
        agree()
        row = AgreedDate.objects.get(date=THURSDAY)
        assert (row.state, row.booking) == (State.CHOSEN, visit)

    def test_without_a_seat_it_is_tried_again(self, hours, agree, book, recipient):
        hours(staff=1)
        other = book(local(THURSDAY, 10))
        agree()
        row = AgreedDate.objects.get(date=THURSDAY)
        assert (row.state, row.why) == (State.NO_SEAT, "busy")
        actions.cancel(booking=other, by=other.recipient.user)
        actions.keep_agreed_times()
        assert states()[THURSDAY] == State.KEPT

    def test_at_the_deadline_it_is_booked_and_told(self, hours, agree, recipient, clock):
        hours(staff=1)
        agreed = agree()
        ends = choice_ends(agreed.grant.service, THURSDAY)
        assert ends == local(dt.date(2026, 12, 1), 12)
        clock.move_to(ends - dt.timedelta(minutes=1))
        actions.keep_agreed_times()
        assert states()[THURSDAY] == State.KEPT
        clock.move_to(ends)
        actions.keep_agreed_times()
        booking = AgreedDate.objects.get(date=THURSDAY).booking
        assert (booking.status, states()[THURSDAY]) == ("booked", State.BOOKED)
        event = booking.events.get()
        assert (event.via, event.by, event.kind) == ("agreed", agreed.by, "booked")
        actions.keep_agreed_times()
        assert booking.events.count() == 1
        moved = actions.move(booking=booking, starts_at=local(FRIDAY, 12), by=recipient.user)
        actions.keep_agreed_times()
        assert (moved.starts_at, states()[THURSDAY]) == (local(FRIDAY, 12), State.BOOKED)
        actions.cancel(booking=moved, by=recipient.user)
        actions.keep_agreed_times()
        assert Booking.objects.confirmed().filter(starts_at__gte=local(THURSDAY, 0)).count() == 0

    def test_what_is_still_kept_is_booked_before_the_plan_is_settled(self, hours, agree):
        hours(staff=1)
        agree()
        visit = kept().visits.get()
        actions.book_kept_on(day_id=visit.day_id)
        assert states() == {dt.date(2026, 11, 26): "kept", THURSDAY: "booked"}

    def test_one_that_nobody_booked_in_time_is_released(self, hours, agree, clock, recipient):
        hours(staff=1)
        agree()
        clock.move_to(local(THURSDAY, 11))
        actions.keep_agreed_times()
        assert states()[THURSDAY] == State.NO_SEAT
        assert not Booking.objects.filter(starts_at__date=THURSDAY).exists()

    def test_given_up_for_one_date(self, hours, agree, recipient, book):
        hours(staff=1)
        agree()
        row = AgreedDate.objects.get(date=THURSDAY)
        for _ in range(2):
            actions.give_up(agreed_date=row, by=recipient.user)
        actions.keep_agreed_times()
        assert states()[THURSDAY] == State.GIVEN_UP
        actions.take_back_giving_up(agreed_date=row, by=recipient.user)
        assert states()[THURSDAY] == State.KEPT

    def test_a_pause_rests_it_and_its_end_brings_it_back(
        self, hours, agree, recipient, django_capture_on_commit_callbacks
    ):
        hours(staff=1)
        agree()
        with django_capture_on_commit_callbacks(execute=True):
            pause = actions.pause(
                key=uuid.uuid4(),
                recipient=recipient,
                first_day=TODAY,
                last_day=None,
                by=recipient.user,
            )
        assert states() == {}
        assert not Visit.objects.exists()
        actions.end_pause(pause=pause, by=recipient.user)
        assert states()[THURSDAY] == State.KEPT

    @pytest.mark.parametrize(
        "change", [{"valid_until": TOMORROW}, {"is_essential": False}, {"kind_of_time": "set"}]
    )
    def test_a_changed_grant_releases_it(self, hours, agree, grant, recipient, change):
        hours(staff=1)
        agree()
        Grant.objects.filter(pk=grant.pk).update(**change)
        actions.keep_agreed_times()
        assert not Booking.objects.exists()
        assert not AgreedDate.objects.exists()

    def test_one_that_is_not_agreed_any_more_is_released(self, hours, agree, grant):
        hours(staff=1)
        actions.end_agreed_time(agreed_time=agree(), by=factories.UserFactory())
        actions.keep_agreed_times()
        assert not Booking.objects.exists()
        agree(weekday=4)
        assert set(states().values()) == {"kept"}

    def test_a_visit_moved_into_the_week_takes_the_place_too(
        self, hours, agree, book, recipient, grant
    ):
        hours(staff=1)
        agree()
        chosen = book(local(FRIDAY, 10), recipient)
        actions.move(booking=chosen, starts_at=local(dt.date(2026, 11, 27), 10), by=recipient.user)
        actions.keep_agreed_times()
        assert states() == {dt.date(2026, 11, 26): State.CHOSEN, THURSDAY: State.KEPT}

    def test_it_blocks_visits_of_other_services_only(
        self, hours, agree, recipient, department, book
    ):
        hours(staff=3)
        other = factories.ServiceFactory(department=department, name="Nursing")
        factories.GrantFactory(recipient=recipient, service=other, amount=9)
        agree()
        assert status(recipient, other, local(THURSDAY, 10)) is SlotStatus.OWN
        with pytest.raises(errors.OverlapsOwn):
            book(local(THURSDAY, 10), recipient, service=other)
        book(local(THURSDAY, 10), recipient)

    def test_two_visits_are_not_on_one_day_because_one_is_kept(
        self, hours, agree, recipient, service, grant
    ):
        hours(staff=3)
        Grant.objects.update(amount=2, at_most_a_day=1)
        grant.refresh_from_db()
        agree(weekday=3)
        agree(weekday=4)
        assert status(recipient, service, local(THURSDAY, 12)) is SlotStatus.FREE
        assert status(recipient, service, local(FRIDAY, 12)) is SlotStatus.FREE
        Grant.objects.update(days_between=1)
        assert status(recipient, service, local(FRIDAY, 12)) is SlotStatus.TOO_CLOSE

    def test_sickness_takes_its_seat_and_reseating_gives_it_back(self, hours, agree, department):
        hours(staff=1)
        agree()
        visit = kept().visits.get()
        Visit.objects.filter(pk=visit.pk).update(shift=None)
        actions.reseat(day=visit.day, by=None)
        visit.refresh_from_db()
        assert visit.shift_id


def agreed(weekday, week=1, period="week", **grant):
    given = Grant(
        period=period, valid_from=dt.date(2026, 1, 1), is_essential=True, amount=1, **grant
    )
    return AgreedTime(grant=given, weekday=weekday, week=week, time=dt.time(10))


@pytest.mark.parametrize(
    ("one", "dates"),
    [
        (agreed(3), [(12, 31), (1, 7)]),
        (agreed(3, week=1, period="month"), [(1, 7)]),
        (agreed(4, week=1, period="month"), [(1, 1)]),
        (agreed(2, week=5, period="month"), [(12, 30)]),
        (agreed(0, week=2, weeks=2), [(1, 4)]),
        (agreed(3, valid_until=dt.date(2026, 12, 31)), [(12, 31)]),
    ],
)
def test_its_dates(one, dates):
    found = dates_of(one, dt.date(2026, 12, 28), dt.date(2027, 1, 10))
    assert [(date.month, date.day) for date in found] == dates


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("date", "change", "ends"),
    [
        ((2026, 12, 3), {}, local(dt.date(2026, 12, 1), 12)),
        ((2026, 12, 7), {}, local(dt.date(2026, 12, 3), 12)),  # over a weekend
        ((2026, 12, 28), {}, local(dt.date(2026, 12, 23), 12)),  # over Christmas
        ((2026, 12, 3), {"working_days": 1}, local(dt.date(2026, 12, 2), 12)),
        # Always before the plan is settled, at 18 the evening before.
        ((2026, 12, 3), {"working_days": 1, "time": dt.time(20)}, local(dt.date(2026, 12, 2), 17)),
        # Not before the date can be booked.
        ((2026, 12, 3), {"horizon_days": 1}, local(dt.date(2026, 12, 2), 0)),
    ],
)
def test_until_when_another_time_can_be_chosen(service, date, change, ends):
    service.department.horizon_days = change.pop("horizon_days", 14)
    if change:
        ChoiceDeadline.objects.create(service=service, **change)
    assert choice_ends(service, dt.date(*date)) == ends


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terms", "time", "why"),
    [
        ({}, (10, 0), None),
        ({"is_essential": False}, (10, 0), Obstacle.NOT_ESSENTIAL),
        ({"kind_of_time": "set"}, (10, 0), Obstacle.SET),
        (
            {"kind_of_time": "window", "window_start": dt.time(8), "window_end": dt.time(10)},
            (9, 30),
            Obstacle.WINDOW,
        ),
        ({}, (10, 7), Obstacle.GRID),
    ],
)
def test_what_can_be_agreed(grant, terms, time, why):
    for name, value in terms.items():
        setattr(grant, name, value)
    assert why_not_agreeable(grant, 1, 3, dt.time(*time)) == why


@pytest.mark.django_db
def test_one_agreed_time_for_each_visit_of_the_grant(agree, grant, hours):
    hours()
    agree()
    assert why_not_agreeable(grant, 1, 3, dt.time(10)) is Obstacle.SAME_DAY
    assert why_not_agreeable(grant, 1, 4, dt.time(10)) is Obstacle.ENOUGH
    assert why_not_agreeable(grant, 2, 4, dt.time(10)) is Obstacle.WEEK
    with pytest.raises(errors.NotAgreeable):
        agree(weekday=4)
