"""Free slots can be staffed, over HTTP: gunicorn with several workers on a real PostgreSQL, fifty
users who send a form at the same instant, and workers that are killed.

``ROUNDS`` sets the number of rounds of fifty.
"""

import contextlib
import datetime as dt
import itertools
import os
import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from benchmarks.client import Connection, Reader
from booking import actions, errors, queries
from booking.calendar.offers import SlotStatus
from booking.models import Booking, BookingEvent, Grant, Recipient, Visit
from departments.actions.days import lay_out_horizon, lock_days
from departments.actions.rota import name_shift
from departments.actions.staff import end_absence, report_absence
from departments.hours import Interval
from departments.models import Absence, Day, Shift
from tests import factories
from tests.booking_forms import booking, cancelling, moving
from tests.factories import local
from tests.promises import broken_lists, broken_seats
from tests.web import Crowd, WebServer, until
from workflow.actions import plan_stale_days

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROUNDS = int(os.environ.get("ROUNDS", "1"))
AT_ONCE = 50
LENGTHS = (30, 60, 90)


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    with WebServer(tmp_path_factory.mktemp("web")) as server:
        yield server


@pytest.fixture
def web(server, transactional_db):
    """Checks at the end that no deadlock and no unexpected error happened."""
    until(lambda: len(server.processes()) == server.workers)  # also after a test that kills some
    before, complaints = _deadlocks(), server.complaints()
    yield server
    assert server.complaints() == complaints
    assert _deadlocks() == before


@pytest.fixture
def lengths(department):
    """Services of half an hour, an hour and an hour and a half."""
    return [factories.ServiceFactory(department=department, minutes=n) for n in LENGTHS]


@pytest.fixture
def newcomer(lengths):
    """``newcomer()`` is a logged-in user with a large grant of each service."""

    def newcomer():
        recipient = factories.RecipientFactory(user=factories.UserFactory(language="en"))
        for service in lengths:
            factories.GrantFactory(recipient=recipient, service=service, amount=1000)
        return SimpleNamespace(recipient=recipient, reader=Reader.of(recipient.user))

    return newcomer


@pytest.fixture
def people(newcomer):
    return [newcomer() for _ in range(AT_ONCE)]


# -- What people press --------------------------------------------------------------


def press(crowd, presses):
    """Send all forms at once; returns those that succeeded. Checks each response against the
    database: an accepted request is stored, a refused one changed nothing."""
    answers = crowd.ask([one.request for one in presses])
    done = [one for one, answer in zip(presses, answers, strict=True) if is_done(answer)]
    expected = {one.visit: one.was for one in presses} | {one.visit: one.wanted for one in done}
    found = dict(
        Booking.objects.confirmed().filter(pk__in=expected).values_list("pk", "starts_at")
    )
    assert {visit: found.get(visit) for visit in expected} == expected
    return done


def is_done(answer):
    """A form that succeeded redirects to the visit's page; a refusal is a page."""
    assert answer.status in (200, 302), answer
    assert answer.status == 200 or answer.location.startswith("/bookings/"), answer
    return answer.status == 302


# -- Fifty at once ------------------------------------------------------------------


@pytest.mark.parametrize("places", [1, 3, 10])
def test_fifty_at_once_get_exactly_the_seats_there_are(
    places, hours, department, lengths, people, web
):
    """Every requested visit includes one instant. First all fifty send a form: most book, some
    move a visit there. Then those who got a seat cancel or move away, while others try again."""
    hours(staff=places, opens_at=dt.time(7), closes_at=dt.time(21))
    lay_out_horizon(department)
    rng = random.Random(places)
    with Crowd(web.port, AT_ONCE) as crowd:
        for date, clock in itertools.islice(itertools.product(_dates(), (10, 15)), ROUNDS):
            instant = local(date, clock, 30)
            movers = _visits_elsewhere(people[:10], lengths, date, rng)

            def wish(person, movers=movers, instant=instant):
                visit = movers.pop(person.recipient.pk, None)
                minutes = visit.minutes if visit else rng.choice(LENGTHS)
                starts_at = rng.choice(_starts_around(instant, minutes))
                if visit:
                    return moving(person, visit, starts_at)
                return booking(person, lengths[LENGTHS.index(minutes)], starts_at)

            got = press(crowd, [wish(one) for one in people])
            assert len(got) == places
            assert len(press(crowd, got)) == places  # the same form again returns the same visit
            assert _there(instant).count() == places

            leaving = [_leaving(one, date, rng) for one in got]
            coming = [wish(one) for one in people if one not in [g.person for g in got]]
            together = leaving + coming
            rng.shuffle(together)
            press(crowd, together)
            assert _there(instant).count() <= places
            for one in people:  # some tried before the seat was free
                if _there(instant).count() < places:
                    press(crowd, [wish(one)])
            assert _there(instant).count() == places
    assert not Visit.objects.filter(shift=None).exists()
    plan_stale_days()
    call_command("check_plans")


def _dates():
    today = timezone.localdate()
    return [today + dt.timedelta(days=n) for n in range(1, 14)]


def _starts_around(instant, minutes):
    """Starts on the half hour of visits of this length that include the instant."""
    return [instant - dt.timedelta(minutes=n) for n in range(0, minutes, 30)]


def _elsewhere(date, rng):
    return local(date, *rng.choice([(7, 0), (7, 30), (17, 30), (18, 0), (18, 30), (19, 0)]))


def _visits_elsewhere(people, services, date, rng):
    """Some users have a visit on the day that they try to move to the instant."""
    visits = {}
    for person in people:
        with contextlib.suppress(errors.SlotTaken, errors.OverlapsOwn):
            visits[person.recipient.pk] = actions.book(
                key=uuid.uuid4(),
                recipient=person.recipient,
                service=rng.choice(services),
                starts_at=_elsewhere(date, rng),
                by=person.recipient.user,
            )
    return visits


def _leaving(got, date, rng):
    visit = Booking.objects.get(pk=got.visit)
    if rng.random() < 0.5:
        return cancelling(got.person, visit)
    return moving(got.person, visit, _elsewhere(date, rng))


def _there(instant):
    return Booking.objects.confirmed().filter(starts_at__lte=instant, ends_at__gt=instant)


# -- Staff who fall ill meanwhile -------------------------------------------------------


def test_absence_during_bookings_keeps_every_invariant(hours, department, lengths, people, web):
    hours(staff=4)
    lay_out_horizon(department)
    dates = _dates()[:2]
    carers = [factories.EmployeeFactory(department=department).person for _ in range(4)]
    for date in dates:
        for shift, carer in zip(Shift.objects.filter(day__date=date), carers, strict=True):
            name_shift(shift=shift, person=carer, by=None)
    rng = random.Random(5)
    with Crowd(web.port, AT_ONCE) as crowd, ThreadPoolExecutor(1) as office:
        visits = {}
        for _ in range(max(2, ROUNDS)):
            absences = office.submit(_fall_ill_and_recover, carers, dates[0])
            asked = [
                _anything(one, visits.get(one.recipient.pk), lengths, dates, rng) for one in people
            ]
            for one in press(crowd, asked):
                visits[one.person.recipient.pk] = one
            assert absences.result() == len(carers)
            _promises_hold()
        _what_is_shown_free_is_given(crowd, people[0], lengths[1], dates)


def _fall_ill_and_recover(carers, date):
    """All carers are away in the afternoon, one after the other, and half of them come back;
    returns how many were away."""
    try:
        afternoon = Interval(local(date, 12), local(date, 20))
        for number, carer in enumerate(carers):
            absence, _ = report_absence(
                person=carer,
                department=carer.employments.get().department,
                kind=Absence.Kind.SICK,
                period=afternoon,
                by=None,
            )
            if number % 2:
                end_absence(absence=absence, ends_at=afternoon.start, by=None)
        return number + 1
    finally:
        connection.close()


def _anything(person, last, services, dates, rng):
    starts_at = local(rng.choice(dates), rng.randrange(8, 15), rng.choice([0, 30]))
    if last is None or last.wanted is None:
        return booking(person, rng.choice(services), starts_at)
    visit = Booking.objects.get(pk=last.visit)
    if rng.random() < 0.3:
        return cancelling(person, visit)
    return moving(person, visit, starts_at)


def _promises_hold():
    """No visit is with an absent carer, no booking is lost, and the lists are up to date."""
    assert not Visit.objects.filter(
        shift__times_away__starts_at__lt=F("ends_at"),
        shift__times_away__ends_at__gt=F("starts_at"),
    ).exists()
    assert not broken_seats()
    carers_sent = Counter(Visit.objects.values_list("booking", flat=True))
    assert carers_sent == {one.pk: one.carers for one in Booking.objects.confirmed()}
    plan_stale_days()
    call_command("check_plans")
    assert not broken_lists()


def _what_is_shown_free_is_given(crowd, person, service, dates):
    """Each free slot can be booked; cancelled, all others are free again."""
    free = _free(person, service, dates)
    assert free
    for starts_at in free[::4]:
        (booked,) = press(crowd, [booking(person, service, starts_at)])
        assert press(crowd, [cancelling(person, Booking.objects.get(pk=booked.visit))])
        assert set(_free(person, service, dates)) >= set(free)


def _free(person, service, dates):
    offered = queries.offer(
        service=service, recipient=person.recipient, dates=dates, now=timezone.now()
    )
    return [
        slot.starts_at for day in offered for slot in day.slots if slot.status is SlotStatus.FREE
    ]


# -- Workers that are killed ----------------------------------------------------------


@pytest.fixture
def tomorrow(hours, department):
    hours(staff=3)
    lay_out_horizon(department)
    return _dates()[0]


@pytest.fixture
def form(newcomer, lengths, tomorrow):
    return booking(newcomer(), lengths[0], local(tomorrow, 10))


def test_killed_before_the_commit_nothing_was_booked_and_the_form_books_once(
    web, form, department, tomorrow
):
    with Crowd(web.port, 1) as crowd, ThreadPoolExecutor(1) as person:
        with transaction.atomic():
            lock_days([(department.pk, tomorrow)])
            pressed = person.submit(crowd.connections[0].fetch, form.request)
            until(lambda: _waiting() == 1)
            web.kill_whoever_serves(crowd.connections[0])
        assert isinstance(pressed.exception(), OSError)
    until(lambda: not _at_work())
    assert not Booking.objects.exists()

    _books_once(web, form)


def test_killed_during_the_commit_the_form_finds_the_booking(web, form):
    """PostgreSQL has the COMMIT and waits for a grant that it must check before it ends."""
    with Crowd(web.port, 1) as crowd, ThreadPoolExecutor(1) as person:
        with transaction.atomic():
            Grant.objects.select_for_update().get(
                recipient=form.person.recipient, service__minutes=LENGTHS[0]
            )
            pressed = person.submit(crowd.connections[0].fetch, form.request)
            until(lambda: _waiting("COMMIT") == 1)
            web.kill_whoever_serves(crowd.connections[0])
            assert not Booking.objects.exists()
        assert isinstance(pressed.exception(), OSError)
    until(lambda: not _at_work())
    assert Booking.objects.get().pk == form.visit

    _books_once(web, form)


def test_an_acknowledged_booking_outlives_the_worker(web, form):
    with Crowd(web.port, 1) as crowd:
        press(crowd, [form])
        web.kill_whoever_serves(crowd.connections[0])

    _books_once(web, form)
    with Connection(web.port) as again:
        proof = again.fetch(form.person.reader.get(f"/bookings/{form.visit}/"))
    assert proof.status == 200


def _books_once(web, form):
    until(lambda: len(web.processes()) == web.workers)
    with Crowd(web.port, 2) as crowd:
        for _ in range(2):
            assert len(press(crowd, [form, form])) == 2
    assert Booking.objects.get().starts_at == form.wanted
    assert Visit.objects.count() == BookingEvent.objects.count() == 1


def _waiting(for_what=""):
    return _count("wait_event_type = 'Lock' AND query LIKE %s", f"{for_what}%")


def _at_work():
    return _count("pid <> pg_backend_pid() AND state <> 'idle' AND query LIKE %s", "%")


def _count(condition, pattern):
    """The number of connections to this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            f" WHERE datname = current_database() AND {condition}",
            [pattern],
        )
        return cursor.fetchone()[0]


def _deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


# -- A Day that somebody holds for long ---------------------------------------------------


def test_waiting_for_a_busy_day_is_bounded_and_changes_nothing(
    web, newcomer, lengths, department, tomorrow
):
    """The page says when to try again, and sending the same form then succeeds."""
    moves, cancels, books = (newcomer() for _ in range(3))
    with Crowd(web.port, 3) as crowd:
        visits = [
            press(crowd, [booking(one, lengths[0], local(tomorrow, 9))])[0].visit
            for one in (moves, cancels)
        ]
        presses = [
            moving(moves, Booking.objects.get(pk=visits[0]), local(tomorrow, 12)),
            cancelling(cancels, Booking.objects.get(pk=visits[1])),
            booking(books, lengths[0], local(tomorrow, 12), note="Ring twice."),
        ]
        before = _everything()
        with transaction.atomic():
            lock_days([(department.pk, tomorrow)])
            answers = crowd.ask([one.request for one in presses])

        assert [answer.status for answer in answers] == [503] * 3
        assert all(b"Retry-After: 5" in answer.head for answer in answers)
        assert all(4.5 < answer.seconds < 60 for answer in answers)
        assert all(b"Try again" in answer.body for answer in answers)
        assert b"Ring twice." in answers[2].body
        assert _everything() == before

        assert press(crowd, presses) == presses


def _everything():
    """The rows of every table that a booking writes to."""
    tables = (Recipient, Booking, Visit, BookingEvent, Day)
    return [list(table.objects.order_by("pk").values()) for table in tables]
