import datetime as dt

import pytest

from booking import actions, errors
from booking.actions import bookings
from booking.models import Booking, BookingEvent, Visit
from database.transactions import Busy
from departments.actions.days import lay_out_horizon
from departments.models import Day
from departments.signals import day_changed
from tests import factories
from tests.booking.conftest import TODAY, TOMORROW
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DAY_AFTER = TOMORROW + dt.timedelta(days=1)


@pytest.fixture
def move(recipient):
    def move(booking, starts_at, reason=""):
        return actions.move(booking=booking, starts_at=starts_at, by=recipient.user, reason=reason)

    return move


@pytest.fixture
def booking(hours, book, recipient):
    hours()
    return book(local(TOMORROW, 10), recipient)


def revisions():
    return dict(Day.objects.values_list("date", "revision"))


@pytest.mark.parametrize(
    "starts_at", [local(TOMORROW, 10, 30), local(TOMORROW, 13), local(DAY_AFTER, 10)]
)
def test_the_visit_is_only_at_its_new_time(booking, move, starts_at, sound):
    moved = move(booking, starts_at, "Dentist")

    visit = Visit.objects.get()
    assert moved.starts_at == visit.starts_at == starts_at
    assert visit.day.date == starts_at.date()
    assert moved.sequence == 1
    event = BookingEvent.objects.get(kind="moved")
    assert (event.from_starts_at, event.to_starts_at) == (local(TOMORROW, 10), starts_at)
    assert event.reason == "Dentist"
    sound()


def test_both_days_revisions_rise(booking, move):
    before = revisions()
    move(booking, local(DAY_AFTER, 10))

    after = revisions()
    assert after[TOMORROW] == before[TOMORROW] + 1
    assert after[DAY_AFTER] == 2  # laid out, moved to


def test_a_move_that_fails_keeps_the_old_time(booking, book, move):
    book(local(TOMORROW, 13))
    before = list(Visit.objects.order_by("pk").values())

    with pytest.raises(errors.SlotTaken) as refused:
        move(booking, local(TOMORROW, 13))

    assert list(Visit.objects.order_by("pk").values()) == before
    assert refused.value.alternatives
    booking.refresh_from_db()
    assert (booking.starts_at, booking.sequence) == (local(TOMORROW, 10), 0)


def test_moving_to_where_it_is_changes_nothing(booking, move):
    before = revisions()
    move(booking, local(TOMORROW, 10))

    assert revisions() == before
    assert not BookingEvent.objects.filter(kind="moved").exists()


def test_its_own_time_and_quota_do_not_block_a_move(hours, book, someone, move):
    hours()
    booking = book(local(TOMORROW, 10), someone(amount=1))

    assert move(booking, local(TOMORROW, 10, 30)).starts_at == local(TOMORROW, 10, 30)
    assert move(booking, local(DAY_AFTER, 8)).starts_at == local(DAY_AFTER, 8)


def test_the_quota_of_another_week_counts(hours, book, someone, move):
    hours()
    recipient = someone(amount=1)
    book(local(dt.date(2026, 11, 30), 10), recipient)
    booking = book(local(TOMORROW, 10), recipient)

    with pytest.raises(errors.OverQuota):
        move(booking, local(dt.date(2026, 12, 1), 10))


def test_too_late_to_move(booking, clock, move):
    clock.move_to(local(TOMORROW, 8, 1))

    with pytest.raises(errors.TooLate):
        move(booking, local(TOMORROW, 14))


def test_a_cancelled_booking_does_not_move(booking, move, recipient):
    actions.cancel(booking=booking, by=recipient.user)

    with pytest.raises(errors.TooLate):
        move(booking, local(TOMORROW, 14))


def test_it_keeps_the_length_it_was_booked_with(booking, move, service):
    service.minutes = 30
    service.carers = 2
    service.save()

    moved = move(booking, local(TOMORROW, 13))

    assert moved.minutes == 60
    assert moved.visits.count() == 1


def test_moving_a_visit_of_two_moves_both(hours, book, department, someone, move, sound):
    hours(staff=2)
    lift = factories.ServiceFactory(department=department, carers=2)
    booking = book(local(TOMORROW, 10), someone(lift), service=lift)

    move(booking, local(DAY_AFTER, 10))

    assert {visit.starts_at for visit in Visit.objects.all()} == {local(DAY_AFTER, 10)}
    assert Visit.objects.count() == 2
    sound()


def test_the_deadline_itself_is_in_time(booking, clock, move):
    clock.move_to(local(TOMORROW, 8))

    assert move(booking, local(TOMORROW, 14)).starts_at == local(TOMORROW, 14)


def test_the_moved_booking_is_written_whole(booking, move, recipient, service, department):
    """With the grant that is valid on the new day."""
    old = recipient.grants.get()
    old.valid_until = TOMORROW
    old.save()
    new = factories.GrantFactory(recipient=recipient, service=service, valid_from=DAY_AFTER)

    move(booking, local(DAY_AFTER, 10))

    booking.refresh_from_db()
    assert (booking.starts_at, booking.ends_at) == (local(DAY_AFTER, 10), local(DAY_AFTER, 11))
    assert (booking.grant, booking.sequence) == (new, 1)
    visit = Visit.objects.get()
    assert (visit.booking, visit.starts_at, visit.ends_at) == (
        booking,
        booking.starts_at,
        booking.ends_at,
    )
    assert visit.occupied_until - visit.ends_at == dt.timedelta(minutes=department.travel_minutes)
    event = BookingEvent.objects.get(kind="moved")
    assert (event.booking, event.by, event.via) == (booking, recipient.user, "online")


def test_a_move_raises_the_persons_revision(booking, move, recipient):
    move(booking, local(TOMORROW, 14))

    recipient.refresh_from_db()
    assert recipient.revision == 2


def test_within_a_day_its_revision_rises_once(booking, move):
    before = revisions()
    move(booking, local(TOMORROW, 14))

    assert revisions() == {**before, TOMORROW: before[TOMORROW] + 1}


def test_others_change_seats_to_make_room_for_a_move(book, department, recipient, move, sound):
    skill = factories.QualificationFactory()
    nursing = factories.ServiceFactory(department=department)
    nursing.qualifications.add(skill)
    factories.GrantFactory(recipient=recipient, service=nursing)
    day = factories.DayFactory(department=department, date=TOMORROW)
    nurse = factories.ShiftFactory(day=day, qualification_ids=[skill.pk])
    first = book(local(TOMORROW, 13))
    moving = book(local(TOMORROW, 9), recipient, service=nursing)
    other = factories.ShiftFactory(day=day)

    move(moving, local(TOMORROW, 13))

    assert moving.visits.get().shift == nurse
    assert first.visits.get().shift == other
    sound()


def test_days_that_are_only_looked_at_keep_their_revision(hours, book, recipient, move):
    """A time after midnight is looked for on two days; the visit comes from a third."""
    hours(opens_at=dt.time(22), closes_at=dt.time(6))
    booking = book(local(TOMORROW, 23), recipient)

    move(booking, local(DAY_AFTER + dt.timedelta(days=1), 1))

    moved_to, only_seen = DAY_AFTER, DAY_AFTER + dt.timedelta(days=1)
    assert booking.visits.get().day.date == moved_to
    assert revisions() == {TOMORROW: 3, moved_to: 2, only_seen: 1}


def test_alternatives_to_a_move_are_as_if_it_had_no_time_yet(hours, book, someone, move):
    """Quota and its own visit are not in the way of them."""
    hours()
    booking = book(local(TOMORROW, 10), someone(amount=1))
    book(local(TOMORROW, 12))

    with pytest.raises(errors.SlotTaken) as refused:
        move(booking, local(TOMORROW, 12))

    assert [slot.starts_at for slot in refused.value.alternatives] == [
        local(TOMORROW, 10, 30), local(TOMORROW, 13, 30), local(TOMORROW, 14),
    ]  # fmt: skip


def test_a_busy_day_says_so_while_the_time_is_free_and_else_that_it_is_taken(
    booking, book, move, monkeypatch
):
    book(local(TOMORROW, 13))

    def busy(*args):
        raise Busy

    monkeypatch.setattr(bookings, "lock_days_and_query", busy)
    with pytest.raises(errors.SlotTaken) as refused:
        move(booking, local(TOMORROW, 13))
    assert len(refused.value.alternatives) == 3
    with pytest.raises(Busy):
        move(booking, local(TOMORROW, 10, 30))  # only its own visit is there


@pytest.fixture
def announced(django_capture_on_commit_callbacks):
    """The dates of the days that are announced as changed when the action has committed."""

    def announced(action):
        ids = set()

        def hear(day_id, **kwargs):
            ids.add(day_id)

        day_changed.connect(hear)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                action()
        finally:
            day_changed.disconnect(hear)
        return set(Day.objects.filter(pk__in=ids).values_list("date", flat=True))

    return announced


def test_every_day_that_changes_is_announced(hours, book, recipient, department, announced):
    hours()
    lay_out_horizon(department)
    assert announced(lambda: book(local(TOMORROW, 10), recipient)) == {TOMORROW}
    booking = Booking.objects.get()

    def move_to(starts_at):
        return lambda: actions.move(booking=booking, starts_at=starts_at, by=recipient.user)

    assert announced(move_to(local(TOMORROW, 12))) == {TOMORROW}
    assert announced(move_to(local(DAY_AFTER, 12))) == {TOMORROW, DAY_AFTER}
    assert announced(move_to(local(DAY_AFTER, 12))) == set()
    assert announced(lambda: actions.cancel(booking=booking, by=recipient.user)) == {DAY_AFTER}


# -- Cancelling ----------------------------------------------------------------


def test_cancelling_frees_exactly_that_seat(booking, book, recipient, someone):
    other = book(local(TOMORROW, 13))
    before = revisions()[TOMORROW]

    cancelled = actions.cancel(
        booking=booking, by=recipient.user, via=BookingEvent.Via.API, reason="Away"
    )

    assert cancelled.status == Booking.Status.CANCELLED
    assert cancelled.sequence == 1
    assert [visit.booking for visit in Visit.objects.all()] == [other]
    assert revisions()[TOMORROW] == before + 1
    event = BookingEvent.objects.get(kind="cancelled")
    assert (event.via, event.reason) == ("api", "Away")
    assert book(local(TOMORROW, 10))


def test_cancelling_twice_changes_nothing_more(booking, recipient):
    actions.cancel(booking=booking, by=recipient.user)
    before = revisions()
    actions.cancel(booking=booking, by=recipient.user)

    assert revisions() == before
    assert BookingEvent.objects.filter(kind="cancelled").count() == 1


def test_too_late_to_cancel(booking, clock, recipient):
    clock.move_to(local(TOMORROW, 8, 1))

    with pytest.raises(errors.TooLate):
        actions.cancel(booking=booking, by=recipient.user)
    assert Visit.objects.count() == 1


def test_a_cancelled_booking_is_not_charged(hours, book, someone):
    hours()
    recipient = someone(amount=1)
    booking = book(local(TOMORROW, 10), recipient)
    actions.cancel(booking=booking, by=recipient.user)

    assert book(local(TODAY, 14), recipient)


def test_the_deadline_itself_is_in_time_to_cancel(booking, clock, recipient):
    clock.move_to(local(TOMORROW, 8))

    actions.cancel(booking=booking, by=recipient.user)

    booking.refresh_from_db()
    assert (booking.status, booking.sequence) == (Booking.Status.CANCELLED, 1)
    assert booking.cancelled_at == local(TOMORROW, 8)
    assert not Visit.objects.exists()
    event = BookingEvent.objects.get(kind="cancelled")
    assert (event.by, event.from_starts_at, event.to_starts_at) == (
        recipient.user,
        local(TOMORROW, 10),
        None,
    )
    recipient.refresh_from_db()
    assert recipient.revision == 2
