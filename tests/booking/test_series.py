"""Booking series: ordinary bookings, made when the horizon reaches their dates."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Change, Message
from booking import actions, errors
from booking.actions.series import book_all_series
from booking.models import Booking, BookingEvent, BookingSeries, Mandate, SeriesDate
from booking.notices.series import compose_ended, compose_missed, compose_waiting
from booking.queries.series import dates_to_come
from tests import factories
from tests.booking.refusals import REFUSALS_OF_BOOKING
from tests.factories import local

TUESDAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
WEEK = dt.timedelta(days=7)
State, Why = SeriesDate.State, SeriesDate.Why


@pytest.fixture(autouse=True)
def clock(department):
    for weekday in range(1, 8):
        factories.OpeningHoursFactory(department=department, weekday=weekday)
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def visit(recipient, service):
    """Thursday the 26th at ten; today is Tuesday the 24th."""
    return book(recipient, service, TUESDAY + dt.timedelta(days=2))


@pytest.fixture
def series(visit, recipient):
    return actions.repeat(key=uuid.uuid4(), like=visit, by=recipient.user)


def book(recipient, service, date, hour=10):
    return actions.book(
        key=uuid.uuid4(),
        recipient=recipient,
        service=service,
        starts_at=local(date, hour).astimezone(dt.UTC),
        by=recipient.user,
    )


@pytest.fixture
def stranger(service):
    recipient = factories.RecipientFactory(user=factories.UserFactory())
    factories.GrantFactory(recipient=recipient, service=service)
    return recipient


def decided(series):
    return {one.date: one.state for one in series.dates.all()}


DEC3, DEC10, DEC17 = (dt.date(2026, 12, day) for day in (3, 10, 17))


# -- Beginning --------------------------------------------------------------------------


def test_dates_within_the_horizon_are_booked_at_once(series, recipient, visit):
    assert decided(series) == {DEC3: State.BOOKED}
    made = series.dates.get().booking
    assert made.starts_at == local(DEC3, 10)
    assert made.pk == series.key_for(DEC3)
    assert made.events.get().via == BookingEvent.Via.REPEATING
    assert made.visits.count() == 1
    assert recipient.bookings.count() == 2


def test_the_note_is_repeated(recipient, service):
    like = actions.book(
        key=uuid.uuid4(),
        recipient=recipient,
        service=service,
        starts_at=local(TUESDAY + dt.timedelta(days=2), 10).astimezone(dt.UTC),
        note="Ring twice.",
        by=recipient.user,
    )
    series = actions.repeat(key=uuid.uuid4(), like=like, by=recipient.user)
    assert series.dates.get().booking.note == "Ring twice."


def test_asking_twice_makes_one(series, visit, recipient):
    again = actions.repeat(key=series.pk, like=visit, by=recipient.user)
    other_form = actions.repeat(key=uuid.uuid4(), like=visit, by=recipient.user)
    assert again == other_form == series
    assert BookingSeries.objects.count() == 1


def test_somebody_elses_key_is_refused(series, stranger, service):
    theirs = book(stranger, service, TUESDAY + dt.timedelta(days=1))
    with pytest.raises(errors.KeyReused):
        actions.repeat(key=series.pk, like=theirs, by=stranger.user)


def test_a_date_missed_at_once_is_shown_and_not_sent(visit, recipient, stranger, service):
    book(stranger, service, DEC3)
    series = actions.repeat(key=uuid.uuid4(), like=visit, by=recipient.user)
    missed = series.dates.get()
    assert (missed.state, missed.why, missed.booking) == (State.MISSED, Why.BUSY, None)
    assert not Message.objects.filter(kind="series.missed").exists()


# -- Every night ---------------------------------------------------------------------------


def test_each_night_books_new_dates_and_running_twice_changes_nothing(series, clock):
    clock.move_to(NOW + dt.timedelta(days=1))
    book_all_series()
    assert decided(series) == {DEC3: State.BOOKED}
    clock.move_to(NOW + dt.timedelta(days=2))
    book_all_series()
    book_all_series()
    assert decided(series) == {DEC3: State.BOOKED, DEC10: State.BOOKED}
    assert Booking.objects.filter(series_date__series=series).count() == 2


def test_an_interrupted_night_is_completed(series, clock):
    clock.move_to(NOW + dt.timedelta(days=2))
    book_all_series()
    series.dates.filter(date=DEC10).delete()
    book_all_series()
    assert decided(series)[DEC10] == State.BOOKED
    assert Booking.objects.filter(starts_at=local(DEC10, 10)).count() == 1


def test_nights_without_a_worker_are_caught_up(series, clock):
    clock.move_to(NOW + dt.timedelta(days=20))
    book_all_series()
    assert list(decided(series)) == [DEC3, DEC17, DEC17 + WEEK]  # the 10th is past


def test_a_visit_cancelled_by_the_person_is_not_booked_again(series, recipient):
    actions.cancel(booking=series.dates.get().booking, by=recipient.user)
    book_all_series()
    assert not Booking.objects.confirmed().filter(starts_at=local(DEC3, 10)).exists()


@pytest.mark.parametrize(
    ("what_happens", "why"),
    [("busy", Why.BUSY), ("own", Why.OWN), ("used", Why.ALL_USED), ("holiday", Why.CLOSED)],
)
def test_a_missed_date_is_announced_once_with_the_reason(
    series, clock, recipient, stranger, service, department, what_happens, why
):
    clock.move_to(NOW + dt.timedelta(days=2))
    if what_happens == "busy":
        book(stranger, service, DEC10)
    elif what_happens == "own":
        other = factories.ServiceFactory(department=department)
        factories.GrantFactory(recipient=recipient, service=other)
        book(recipient, other, DEC10)
    elif what_happens == "used":
        recipient.grants.update(amount=1)
        book(recipient, service, DEC10 - dt.timedelta(days=1))
    else:
        factories.SpecialDayFactory(department=department, date=DEC10)
    book_all_series()
    book_all_series()
    missed = series.dates.get(date=DEC10)
    assert (missed.state, missed.why) == (State.MISSED, why)
    told = Message.objects.get(kind="series.missed")
    assert told.about_id == series.pk
    assert told.expires_at == local(DEC10, 10)
    assert timezone.localdate(told.posted_at) <= DEC10 - 2 * WEEK


def test_the_letter_about_a_missed_date_asks_nobody_to_log_in(series, clock, department):
    factories.SpecialDayFactory(department=department, date=DEC10)
    clock.move_to(NOW + dt.timedelta(days=2))
    book_all_series()
    told = Message.objects.get(kind="series.missed")
    for channel, asked in (("email", "Log in"), ("letter", "Call us")):
        told.channel = channel
        assert compose_missed(told).lines[-1].startswith(asked)


@pytest.mark.parametrize("error", REFUSALS_OF_BOOKING)
def test_each_error_is_a_reason_or_tried_again(series, clock, monkeypatch, error):
    def refuse(**booking):
        raise error

    clock.move_to(NOW + dt.timedelta(days=2))
    with monkeypatch.context() as context:
        context.setattr(actions.series, "book", refuse)
        book_all_series()
    told = [compose_missed(message) for message in Message.objects.filter(kind="series.missed")]
    if error in actions.series.AGAIN_TOMORROW:
        assert told == []
        book_all_series()
        assert decided(series)[DEC10] == State.BOOKED
    else:
        ((_, why, _),) = [words.lines for words in told]
        assert why == Why(series.dates.get(date=DEC10).why).label


def test_each_reason_has_a_text_of_its_own():
    said = [why.label for why in actions.series.WHY.values()]
    assert len({*said}) == len(said)


def test_a_time_that_opens_later_is_not_booked(series, clock, stranger, service):
    clock.move_to(NOW + dt.timedelta(days=2))
    theirs = book(stranger, service, DEC10)
    book_all_series()
    actions.cancel(booking=theirs, by=stranger.user)
    book_all_series()
    assert decided(series)[DEC10] == State.MISSED


def test_a_grant_that_ends_ends_the_series_with_one_message(series, clock, recipient):
    recipient.grants.update(valid_until=DEC10 - dt.timedelta(days=1))
    for days in range(2, 20):
        clock.move_to(NOW + dt.timedelta(days=days))
        book_all_series()
    series.refresh_from_db()
    assert series.why_ended == BookingSeries.Ended.NO_GRANT
    assert decided(series) == {DEC3: State.BOOKED, DEC10: State.MISSED}
    assert Message.objects.filter(kind="series.missed").count() == 1


def test_a_pause_between_two_grants_ends_nothing(series, clock, recipient, service):
    recipient.grants.update(valid_until=DEC10 - dt.timedelta(days=1))
    factories.GrantFactory(recipient=recipient, service=service, valid_from=DEC17)
    clock.move_to(NOW + dt.timedelta(days=9))
    book_all_series()
    series.refresh_from_db()
    assert series.ended_at is None
    assert decided(series)[DEC17] == State.BOOKED


def test_a_series_that_fails_does_not_stop_the_others(
    series, clock, stranger, service, monkeypatch
):
    like = book(stranger, service, TUESDAY + dt.timedelta(days=2), hour=13)
    theirs = actions.repeat(key=uuid.uuid4(), like=like, by=stranger.user)
    real = actions.series._decide

    def decide(one, date, **kwargs):
        if one.pk == series.pk:
            raise RuntimeError
        real(one, date, **kwargs)

    monkeypatch.setattr(actions.series, "_decide", decide)
    clock.move_to(NOW + dt.timedelta(days=2))
    book_all_series()
    assert decided(theirs)[DEC10] == State.BOOKED


def test_the_local_time_is_the_same_all_year(recipient, service, clock):
    october = dt.datetime(2026, 10, 12, 8, tzinfo=dt.UTC)
    clock.move_to(october)
    like = book(recipient, service, dt.date(2026, 10, 13))
    series = actions.repeat(key=uuid.uuid4(), like=like, by=recipient.user)
    clock.move_to(october + 2 * WEEK)
    book_all_series()
    hours = [
        (timezone.localtime(one.starts_at).hour, one.starts_at.hour)
        for one in Booking.objects.filter(series_date__series=series).order_by("starts_at")
    ]
    assert hours == [(10, 8), (10, 9), (10, 9)]  # the 20th, the 27th, the 3rd


# -- Skipping and ending --------------------------------------------------------------------


def test_a_skipped_date_is_left_out_until_it_is_taken_back(series, clock):
    actions.skip(series=series, date=DEC10, by=series.by)
    actions.skip(series=series, date=DEC10, by=series.by)
    clock.move_to(NOW + dt.timedelta(days=3))
    book_all_series()
    assert decided(series)[DEC10] == State.SKIPPED
    actions.take_back_skip(series=series, date=DEC10, by=series.by)
    assert decided(series)[DEC10] == State.BOOKED
    found = Change.objects.filter(object_id=series.pk, verb__in=("skip", "take_back_skip"))
    assert [(change.verb, change.actor, change.after["date"]) for change in found] == [
        ("take_back_skip", series.by, DEC10.isoformat()),
        ("skip", series.by, DEC10.isoformat()),
    ]


def test_a_date_outside_the_series_cannot_be_skipped(series):
    for date in (DEC10 + dt.timedelta(days=1), TUESDAY - WEEK):
        with pytest.raises(errors.NoSuchSlot):
            actions.skip(series=series, date=date, by=series.by)


def test_ending_keeps_the_visits_or_cancels_them(series, recipient, clock):
    actions.end_series(series=series, by=recipient.user, cancels=False)
    actions.end_series(series=series, by=recipient.user, cancels=False)
    clock.move_to(NOW + dt.timedelta(days=3))
    book_all_series()
    assert decided(series) == {DEC3: State.BOOKED}
    assert series.dates.get().booking.status == Booking.Status.BOOKED
    kept = actions.end_series(series=series, by=recipient.user, cancels=True)
    assert kept == []
    assert series.dates.get().booking.status == Booking.Status.CANCELLED


def test_visits_too_late_to_cancel_are_kept_and_listed(series, recipient, department):
    department.cancel_deadline_minutes = 60 * 24 * 30
    department.save()
    kept = actions.end_series(series=series, by=recipient.user, cancels=True)
    assert [booking.status for booking in kept] == [Booking.Status.BOOKED]


# -- What lies ahead ------------------------------------------------------------------------


def test_holidays_and_the_end_of_a_grant_are_seen_far_ahead(series, department, recipient):
    factories.SpecialDayFactory(department=department, date=DEC17)
    recipient.grants.update(valid_until=DEC17 + dt.timedelta(days=6))
    ahead = {one.date: one.foreseen for one in dates_to_come(series, NOW)}
    assert ahead[DEC10] is None
    assert ahead[DEC17] == Why.CLOSED
    assert ahead[DEC17 + WEEK] == Why.NOT_GRANTED
    opens = {one.date: one.opens_on for one in dates_to_come(series, NOW)}
    assert opens[DEC10] == DEC10 - 2 * WEEK


# -- Made by somebody who acts for the person -----------------------------------------------


@pytest.fixture
def mandate(recipient):
    return factories.MandateFactory(recipient=recipient, holder_name="Carl Berg")


@pytest.fixture
def made_for(visit, mandate):
    """Carl repeats Aksel's visit under a mandate."""
    return actions.repeat(key=uuid.uuid4(), like=visit, by=mandate.holder, mandate=mandate)


def asked(**which):
    return Message.objects.filter(kind__startswith="series.waits", **which)


def test_it_is_booked_while_the_mandate_lasts(made_for, clock):
    clock.move_to(NOW + dt.timedelta(days=2))
    book_all_series()
    assert decided(made_for) == {DEC3: State.BOOKED, DEC10: State.BOOKED}
    assert not asked().exists()


@pytest.mark.parametrize("how", ["ended", "run out", "look only"])
def test_after_the_mandate_nothing_is_booked_and_one_question_is_sent(
    made_for, mandate, recipient, clock, how
):
    if how == "ended":
        actions.end_mandate(mandate=mandate, by=recipient.user)
    elif how == "run out":
        Mandate.objects.update(valid_until=TUESDAY)
    else:
        Mandate.objects.update(may=Mandate.May.LOOK)
    for days in (2, 2, 9):
        clock.move_to(NOW + dt.timedelta(days=days))
        book_all_series()
    assert decided(made_for) == {DEC3: State.BOOKED}
    assert made_for.dates.get().booking.status == Booking.Status.BOOKED
    message = asked().get()
    assert message.user == recipient.user
    assert message.expires_at == local(DEC10, 10)


def test_the_question_has_the_last_date_and_no_service(
    made_for, mandate, recipient, service, clock
):
    actions.end_mandate(mandate=mandate, by=recipient.user)
    book_all_series()
    words = compose_waiting(asked().get())
    said = " ".join([words.subject, *words.lines])
    assert "The last one that is booked is" in said
    for secret in (service.name, "Carl", "Berg", "Aksel"):
        assert secret not in said
    assert words.path == f"/repeating/{made_for.pk}/"


def test_continued_by_the_recipient_it_is_their_own(made_for, mandate, recipient, clock):
    actions.end_mandate(mandate=mandate, by=recipient.user)
    clock.move_to(NOW + dt.timedelta(days=3))
    book_all_series()
    question = asked().get()
    actions.go_on(series=made_for, by=recipient.user)
    assert decided(made_for) == {DEC3: State.BOOKED, DEC10: State.BOOKED}
    made_for.refresh_from_db()
    assert (made_for.by, made_for.mandate) == (recipient.user, None)
    assert compose_waiting(question) is None
    event = made_for.dates.get(date=DEC10).booking.events.get()
    assert event.by == recipient.user


def test_another_holder_can_continue_it_until_their_mandate_ends(
    made_for, mandate, recipient, clock
):
    actions.end_mandate(mandate=mandate, by=recipient.user)
    book_all_series()
    other = factories.MandateFactory(recipient=recipient)
    actions.go_on(series=made_for, by=other.holder, mandate=other)
    actions.end_mandate(mandate=other, by=recipient.user)
    book_all_series()
    assert asked().count() == 2


def test_a_mandate_that_is_renewed_needs_no_answer(made_for, mandate, recipient, clock):
    actions.end_mandate(mandate=mandate, by=recipient.user)
    factories.MandateFactory(recipient=recipient, holder=mandate.holder)
    clock.move_to(NOW + dt.timedelta(days=2))
    book_all_series()
    assert decided(made_for)[DEC10] == State.BOOKED


def test_continuing_a_series_that_does_not_wait_changes_nothing(made_for, mandate, recipient):
    actions.go_on(series=made_for, by=recipient.user)
    made_for.refresh_from_db()
    assert made_for.mandate == mandate


def test_for_somebody_without_a_log_in_the_department_gets_the_letter(
    service, administrator, clock
):
    ward = factories.RecipientFactory()
    factories.GrantFactory(recipient=ward, service=service)
    mandate = factories.MandateFactory(recipient=ward, guardian=True, is_told=True)
    like = actions.book(
        key=uuid.uuid4(),
        recipient=ward,
        service=service,
        starts_at=local(TUESDAY + dt.timedelta(days=2), 10).astimezone(dt.UTC),
        by=mandate.holder,
    )
    actions.repeat(key=uuid.uuid4(), like=like, by=mandate.holder, mandate=mandate)
    actions.end_mandate(mandate=mandate, by=administrator)
    book_all_series()
    letter = asked().get()
    assert (letter.channel, letter.department_id) == ("letter", service.department_id)
    assert "Log in or call us" in " ".join(compose_waiting(letter).lines)


def test_a_wards_missed_date_is_announced_to_the_guardian(service, stranger, clock):
    ward = factories.RecipientFactory(given_name="Jonas")
    factories.GrantFactory(recipient=ward, service=service)
    mandate = factories.MandateFactory(recipient=ward, guardian=True, is_told=True)
    like = actions.book(
        key=uuid.uuid4(),
        recipient=ward,
        service=service,
        starts_at=local(TUESDAY + dt.timedelta(days=2), 10).astimezone(dt.UTC),
        by=mandate.holder,
    )
    actions.repeat(key=uuid.uuid4(), like=like, by=mandate.holder, mandate=mandate)
    clock.move_to(NOW + dt.timedelta(days=2))
    book(stranger, service, DEC10)
    book_all_series()
    missed = Message.objects.get(kind="series.missed_for_others")
    assert missed.user == mandate.holder
    assert (
        compose_missed(missed).lines[0].startswith("We could not book the repeating appointment")
    )


def test_ending_it_for_the_recipient_sends_a_message(made_for, mandate, recipient):
    actions.end_series(series=made_for, by=mandate.holder, cancels=False)
    told = Message.objects.get(kind="series.ended")
    assert told.user == recipient.user
    assert "ended it" in " ".join(compose_ended(told).lines)


def test_ending_ones_own_series_sends_no_message(series, recipient):
    actions.end_series(series=series, by=recipient.user, cancels=False)
    assert not Message.objects.filter(kind="series.ended").exists()
