import datetime as dt
import uuid

import pytest

from booking import actions, errors
from booking.actions import bookings
from booking.models import Booking, BookingEvent, Visit
from booking.seating.values import Why
from database.transactions import Busy
from departments.actions.days import lay_out_horizon
from departments.models import Day
from tests import factories
from tests.booking.conftest import NOW, TODAY, TOMORROW
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TEN = local(TOMORROW, 10)


def test_a_booking_takes_a_seat(hours, book, recipient, service, sound):
    hours()

    booking = book(TEN, recipient, note="The dog is kind.")

    visit = booking.visits.get()
    assert booking.starts_at == TEN
    assert booking.minutes == 60
    assert booking.grant == recipient.grants.get()
    assert booking.note == "The dog is kind."
    assert booking.is_new
    assert (booking.carers, visit.starts_at, visit.ends_at) == (1, TEN, booking.ends_at)
    assert visit.shift.day == visit.day == Day.objects.get(date=TOMORROW)
    assert visit.occupied_until - visit.ends_at == dt.timedelta(minutes=15)
    sound()


def test_a_booking_stores_its_actor_and_raises_the_revisions(hours, book, recipient):
    hours()
    booking = book(TEN, recipient)

    event = BookingEvent.objects.get()
    assert (event.kind, event.by, event.to_starts_at) == ("booked", recipient.user, TEN)
    assert (event.via, event.reason) == (BookingEvent.Via.ONLINE, "")
    recipient.refresh_from_db()
    assert recipient.revision == 1
    day = Day.objects.get(date=TOMORROW)
    assert booking.visits.get().day == day
    assert day.revision == 2  # laid out, booked


def test_booking_for_another_stores_channel_and_reason(hours, recipient, service, administrator):
    hours()
    actions.book(
        key=uuid.uuid4(),
        recipient=recipient,
        service=service,
        starts_at=TEN,
        by=administrator,
        via=BookingEvent.Via.PHONE,
        reason="She rang.",
    )

    event = BookingEvent.objects.get()
    assert (event.by, event.via, event.reason) == (administrator, "phone", "She rang.")


def test_a_booking_is_seven_statements(
    hours, book, recipient, department, django_assert_num_queries
):
    hours()
    lay_out_horizon(department)
    book(local(TOMORROW, 14), recipient)

    with django_assert_num_queries(7):  # BEGIN and COMMIT are a savepoint in this test
        book(TEN, recipient)


def test_a_taken_slot_is_refused_with_the_nearest_free_times_and_a_reason(hours, book):
    hours()
    book(TEN)

    with pytest.raises(errors.SlotTaken) as refused:
        book(TEN)

    assert [slot.starts_at for slot in refused.value.alternatives] == [
        local(TOMORROW, 8),
        local(TOMORROW, 8, 30),
        local(TOMORROW, 11, 30),
    ]
    assert refused.value.reason.why is Why.ALL_TAKEN
    assert (refused.value.reason.staff, refused.value.reason.visits) == (1, 2)
    assert Visit.objects.count() == 1


def test_the_same_request_again_returns_the_same_booking(hours, book, recipient):
    hours()
    key = uuid.uuid4()

    first = book(TEN, recipient, key=key)
    second = book(TEN.astimezone(dt.UTC), recipient, key=key)

    assert first == second
    assert Visit.objects.count() == BookingEvent.objects.count() == 1


def test_the_same_request_returns_it_also_after_a_move(hours, book, recipient):
    hours()
    key = uuid.uuid4()
    actions.move(
        booking=book(TEN, recipient, key=key), starts_at=local(TOMORROW, 12), by=recipient.user
    )

    assert book(TEN, recipient, key=key).starts_at == local(TOMORROW, 12)


def test_the_same_key_for_another_request_is_refused(hours, book, recipient, department):
    hours(staff=2)
    lift = factories.ServiceFactory(department=department)
    factories.GrantFactory(recipient=recipient, service=lift)
    key = uuid.uuid4()
    book(TEN, recipient, key=key)

    for other in (
        {"starts_at": local(TOMORROW, 12)},
        {"note": "Ring twice."},
        {"service": lift},
    ):
        with pytest.raises(errors.KeyReused):
            book(**{"starts_at": TEN, "recipient": recipient, "key": key, **other})
    assert book(TEN, recipient, key=key).pk == key


def test_somebody_elses_key_reveals_nothing(hours, book, recipient, someone):
    hours(staff=2)
    key = uuid.uuid4()
    book(TEN, recipient, key=key)

    with pytest.raises(errors.KeyReused) as refused:
        book(TEN, someone(), key=key)

    assert not refused.value.args
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("starts_at", "error"),
    [
        (local(TOMORROW, 7, 30), errors.NoSuchSlot),
        (local(TOMORROW, 15, 30), errors.NoSuchSlot),
        (local(TOMORROW, 10, 10), errors.NoSuchSlot),
        (local(TODAY, 8), errors.TooLate),
        (local(TODAY, 10, 30), errors.TooLate),
        (local(TODAY - dt.timedelta(days=1), 10), errors.TooLate),
        (local(TODAY + dt.timedelta(days=15), 10), errors.OutsideHorizon),
    ],
)
def test_it_refuses(hours, book, starts_at, error):
    hours()

    with pytest.raises(error):
        book(starts_at)

    assert not Booking.objects.exists()


@pytest.mark.parametrize("starts_at", [local(TODAY, 11), local(TODAY + dt.timedelta(14), 15)])
def test_notice_and_horizon_are_included(hours, book, starts_at):
    hours()
    assert book(starts_at)


def test_a_closed_department_or_service_is_refused(hours, book, department, service):
    hours()
    department.is_open = False
    department.save()
    with pytest.raises(errors.NotOpen):
        book(TEN)
    department.is_open = True
    department.save()
    service.is_active = False
    with pytest.raises(errors.NotOpen):
        book(TEN)


def test_a_recipients_own_visits_never_overlap(hours, book, recipient, department):
    hours(staff=2)
    other = factories.ServiceFactory(department=department)
    factories.GrantFactory(recipient=recipient, service=other)
    book(TEN, recipient)

    with pytest.raises(errors.OverlapsOwn):
        book(local(TOMORROW, 10, 30), recipient, service=other)
    assert book(local(TOMORROW, 11), recipient, service=other)


def test_it_needs_a_grant_that_is_valid_on_the_day(hours, book, someone, service):
    hours()
    recipient = someone(valid_until=TODAY)

    with pytest.raises(errors.NotGranted):
        book(TEN, recipient)
    factories.GrantFactory(recipient=recipient, service=service, valid_from=TOMORROW)
    assert book(TEN, recipient)


def test_a_week_is_monday_to_sunday_by_the_local_start(hours, book, someone):
    hours()
    recipient = someone(amount=1)
    sunday, monday = dt.date(2026, 11, 29), dt.date(2026, 11, 30)
    book(local(sunday, 10), recipient)

    with pytest.raises(errors.OverQuota) as refused:
        book(local(TOMORROW, 10), recipient)
    assert refused.value.balance.left == 0
    assert refused.value.balance.period_end == sunday
    assert book(local(monday, 8), recipient)


def test_a_quota_of_minutes_a_month(hours, book, someone):
    hours()
    recipient = someone(amount=150, unit="minutes", period="month")
    book(local(TOMORROW, 8), recipient)
    book(local(TOMORROW, 12), recipient)

    with pytest.raises(errors.OverQuota) as refused:
        book(local(dt.date(2026, 11, 30), 10), recipient)
    assert (refused.value.balance.used, refused.value.balance.left) == (120, 30)
    assert book(local(dt.date(2026, 12, 1), 10), recipient)


def test_two_carers_sit_on_two_shifts_and_are_charged_once(hours, book, department, someone):
    hours(staff=2)
    lift = factories.ServiceFactory(department=department, carers=2)
    recipient = someone(lift, amount=2)

    booking = book(TEN, recipient, service=lift)

    assert len({visit.shift_id for visit in booking.visits.all()}) == booking.carers == 2
    assert book(local(TOMORROW, 13), recipient, service=lift)
    with pytest.raises(errors.OverQuota):
        book(local(TOMORROW, 15), recipient, service=lift)


def test_other_visits_are_reseated_to_make_room(hours, book, department, service, sound):
    qualification = factories.QualificationFactory()
    nursing = factories.ServiceFactory(department=department)
    nursing.qualifications.add(qualification)
    day = factories.DayFactory(department=department, date=TOMORROW)
    nurse = factories.ShiftFactory(day=day, qualification_ids=[qualification.pk])
    first = book(TEN)
    assert first.visits.get().shift == nurse
    other = factories.ShiftFactory(day=day)

    second = book(TEN, service=nursing)

    assert second.visits.get().shift == nurse
    assert first.visits.get().shift == other
    sound()


def test_on_a_settled_day_only_free_seats_are_given(book, department):
    qualification = factories.QualificationFactory()
    nursing = factories.ServiceFactory(department=department)
    nursing.qualifications.add(qualification)
    day = factories.DayFactory(department=department, date=TOMORROW)
    factories.ShiftFactory(day=day, qualification_ids=[qualification.pk])
    book(TEN)
    factories.ShiftFactory(day=day)
    Day.objects.update(settled_at=local(TODAY, 8))

    with pytest.raises(errors.SlotTaken):
        book(TEN, service=nursing)
    assert book(TEN)


def test_a_withdrawn_shift_takes_no_visits(book, department):
    day = factories.DayFactory(department=department, date=TOMORROW)
    factories.take_away(factories.ShiftFactory(day=day))

    with pytest.raises(errors.NoSuchSlot):
        book(TEN)


@pytest.mark.parametrize(
    ("away", "is_taken"),
    [
        ((10, 0, 10, 5), False),
        ((9, 0, 10, 0), True),
        ((10, 45, 16, 0), False),
        ((11, 0, 12, 0), True),
    ],
)
def test_minutes_away_take_no_visits(book, department, away, is_taken):
    day = factories.DayFactory(department=department, date=TOMORROW)
    shift = factories.ShiftFactory(day=day)
    factories.take_away(shift, local(TOMORROW, *away[:2]), local(TOMORROW, *away[2:]))

    if is_taken:
        assert book(TEN).visits.get().shift == shift
    else:
        with pytest.raises(errors.NoSuchSlot):
            book(TEN)


def test_after_midnight_the_night_of_the_day_before_takes_it(book, department):
    night = factories.DayFactory(department=department, date=TOMORROW)
    factories.ShiftFactory(
        day=night,
        starts_at=local(TOMORROW, 22),
        ends_at=local(TOMORROW, 22) + dt.timedelta(hours=8),
    )
    after = local(TOMORROW + dt.timedelta(days=1), 1)

    booking = book(after)

    assert booking.visits.get().day == night


def test_a_night_that_is_not_laid_out_yet_takes_it_too(hours, book):
    hours(opens_at=dt.time(22), closes_at=dt.time(6))

    booking = book(local(TOMORROW, 1))

    assert booking.visits.get().day.date == TODAY


@pytest.mark.parametrize(("hour", "minute"), [(0, 0), (0, 30), (1, 0)])
def test_a_night_that_is_not_laid_out_yet_takes_what_ends_with_it(hours, book, hour, minute):
    """From ten in the evening until two."""
    hours(opens_at=dt.time(22), closes_at=dt.time(2))

    assert book(local(TOMORROW, hour, minute)).visits.get().day.date == TODAY


@pytest.mark.parametrize(("hour", "minute"), [(1, 30), (21, 30)])
def test_what_a_night_does_not_reach_is_no_time_to_be_chosen(hours, book, hour, minute):
    hours(opens_at=dt.time(22), closes_at=dt.time(2))

    with pytest.raises(errors.NoSuchSlot):
        book(local(TOMORROW, hour, minute))


def test_the_night_before_today_is_over_when_it_was_never_laid_out(hours, book, clock):
    hours(opens_at=dt.time(22), closes_at=dt.time(6))
    clock.move_to(local(TODAY, 0, 30))

    with pytest.raises(errors.NoSuchSlot):
        book(local(TODAY, 3))
    assert not Day.objects.filter(date=TODAY - dt.timedelta(days=1)).exists()


def test_a_time_of_the_day_before_changes_that_day_alone(book, department):
    """After midnight both days are locked; the night takes the visit."""
    night, morning = (
        factories.DayFactory(department=department, date=date)
        for date in (TOMORROW, TOMORROW + dt.timedelta(days=1))
    )
    factories.ShiftFactory(
        day=night,
        starts_at=local(TOMORROW, 22),
        ends_at=local(TOMORROW, 22) + dt.timedelta(hours=8),
    )

    book(local(morning.date, 1))

    night.refresh_from_db()
    morning.refresh_from_db()
    assert (night.revision, morning.revision) == (1, 0)


def test_the_reason_is_that_of_the_day_where_somebody_is_at_work(book, department):
    """The night is full; the day itself, whose shift begins later, has nobody on."""
    night, day = (
        factories.DayFactory(department=department, date=date)
        for date in (TOMORROW, TOMORROW + dt.timedelta(days=1))
    )
    factories.ShiftFactory(
        day=night,
        starts_at=local(TOMORROW, 22),
        ends_at=local(TOMORROW, 22) + dt.timedelta(hours=8),
    )
    factories.ShiftFactory(day=day)
    one = local(day.date, 1)
    book(one)

    with pytest.raises(errors.SlotTaken) as refused:
        book(one)

    assert refused.value.reason.why is Why.ALL_TAKEN
    assert refused.value.reason.staff == 1


def test_alternatives_reach_through_the_last_day_that_can_be_booked(book, department):
    last = TODAY + dt.timedelta(days=14)
    for date, hour in ((TOMORROW, 10), (last, 12), (last + dt.timedelta(days=1), 10)):
        factories.ShiftFactory(
            day=factories.DayFactory(department=department, date=date),
            starts_at=local(date, hour),
            ends_at=local(date, hour + 1),
        )
    book(TEN)

    with pytest.raises(errors.SlotTaken) as refused:
        book(TEN)

    assert [slot.starts_at for slot in refused.value.alternatives] == [local(last, 12)]


def test_a_busy_day_says_so_while_the_time_is_free_and_else_that_it_is_taken(
    hours, book, monkeypatch
):
    hours()
    book(TEN)

    def busy(*args):
        raise Busy

    monkeypatch.setattr(bookings, "lock_days_and_query", busy)
    with pytest.raises(errors.SlotTaken) as refused:
        book(TEN)
    assert len(refused.value.alternatives) == 3
    assert refused.value.reason is None
    with pytest.raises(Busy):
        book(local(TOMORROW, 14))
    # Nobody works then at all: it is no free time either.
    with pytest.raises(errors.SlotTaken):
        book(local(TOMORROW, 20))


def test_whoever_books_raises_the_persons_revision_once_for_each_try(hours, book, recipient):
    hours()
    key = uuid.uuid4()
    book(TEN, recipient, key=key)
    book(TEN, recipient, key=key)

    recipient.refresh_from_db()
    assert recipient.revision == 2


def test_a_grid_that_is_not_half_hours(hours, book, department):
    hours()
    department.slot_minutes = 20
    department.save()

    with pytest.raises(errors.NoSuchSlot):
        book(local(TOMORROW, 10, 30))
    assert book(local(TOMORROW, 10, 40))


def test_a_booking_is_written_whole(hours, book, recipient, service, department):
    hours()
    key = uuid.uuid4()

    book(TEN, recipient, key=key, note="Ring twice.")

    booking = Booking.objects.get()
    assert (booking.pk, booking.recipient, booking.service) == (key, recipient, service)
    assert (booking.starts_at, booking.ends_at) == (TEN, TEN + dt.timedelta(hours=1))
    assert (booking.status, booking.carers, booking.sequence) == ("booked", 1, 0)
    assert booking.asked == {
        "service": str(service.pk),
        "starts_at": TEN.astimezone(dt.UTC).isoformat(),
        "note": "Ring twice.",
    }
    assert booking.booked_at == NOW
    event = BookingEvent.objects.get()
    assert (event.booking, event.from_starts_at, event.at) == (booking, None, NOW)
    visit = Visit.objects.get()
    assert (visit.booking, visit.starts_at, visit.ends_at) == (booking, TEN, booking.ends_at)
    assert visit.occupied_until == booking.ends_at + dt.timedelta(
        minutes=department.travel_minutes
    )
