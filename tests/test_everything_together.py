"""Random actions at a department on real PostgreSQL, around each change of clocks. After every
step the invariants are checked. ``LIVES`` sets the number of runs."""

import datetime as dt
import os
import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from booking import actions, errors, quota
from booking.calendar.offers import SlotStatus
from booking.models import Booking, Visit
from booking.queries.person import offer
from booking.seating.values import Demand
from database.transactions import Busy
from departments.actions.days import lay_out_again, lay_out_horizon
from departments.actions.rota import name_shift
from departments.actions.staff import correct_absence, end_absence, report_absence
from departments.errors import DepartmentsError
from departments.hours import Interval, local_instant
from departments.models import Absence, Day, Employee, Shift
from tests import factories
from tests.booking.oracle import can_be_seated
from tests.fast_database import delete_all_rows
from tests.life_rules import (
    AWAY_MINUTES,
    AgreedTimes,
    Invitations,
    Pauses,
    ReportsAndClosing,
    TwoAtOnce,
    one,
    pick,
)
from tests.promises import board_of, broken_seats
from workflow import planner
from workflow.actions import close_due_days, plan_stale_days, settle, settle_due_days
from workflow.queries.check import check_plans
from workflow.queries.planning import planning_input

LIVES = int(os.environ.get("LIVES", "1"))
OSLO = ZoneInfo("Europe/Oslo")
CLOCKS_CHANGE = [dt.date(2026, 10, 25), dt.date(2027, 3, 28), dt.date(2027, 10, 31)]
SPAN = 4  # days of the offer from which times are chosen
GRANTED = 3  # visits a week of each service


class Life(ReportsAndClosing, Invitations, Pauses, AgreedTimes, TwoAtOnce, RuleBasedStateMachine):
    """One run: everything is committed, and deleted at the end."""

    clocks_change: dt.date
    asked = held_back = 0

    @initialize()
    def begin(self):
        self.midnight = dt.datetime.combine(self.clocks_change, dt.time(), OSLO)
        start = self.midnight - dt.timedelta(hours=15)
        self.clock = time_machine.travel(start, tick=False)
        self.traveller = self.clock.start()
        self.department = factories.DepartmentFactory()
        qualification = factories.QualificationFactory()
        self.services = [
            factories.ServiceFactory(department=self.department, minutes=minutes, carers=carers)
            for minutes, carers in [(30, 1), (60, 1), (60, 2)]
        ]
        self.services[0].qualifications.add(qualification)
        self.rows = []
        for weekday in range(1, 8):
            for opens, closes, qualifications in (
                (8, 13, [qualification]),
                (9, 15, []),
                (22, 4, []),
            ):
                pause = {"break_starts_at": dt.time(11), "break_minutes": 30}
                self.rows.append(
                    factories.OpeningHoursFactory(
                        department=self.department,
                        weekday=weekday,
                        opens_at=dt.time(opens),
                        closes_at=dt.time(closes),
                        qualifications=qualifications,
                        **(pause if opens == 9 else {}),
                    )
                )
        lay_out_horizon(self.department)
        self.people = [factories.RecipientFactory(user=factories.UserFactory()) for _ in range(4)]
        for person in self.people:
            for service in self.services:
                factories.GrantFactory(
                    recipient=person, service=service, amount=GRANTED, is_essential=True
                )
        self.carers = [
            factories.EmployeeFactory(department=self.department).person for _ in range(3)
        ]
        factories.QualificationHeldFactory(
            person=self.carers[0],
            qualification=qualification,
            valid_until=self.clocks_change + dt.timedelta(days=1),
        )
        self.stranger = factories.RecipientFactory()
        for service in self.services:
            factories.GrantFactory(recipient=self.stranger, service=service, amount=1000)
        self.administrator = factories.EmployeeFactory(
            department=self.department, role=Employee.Role.ADMINISTRATOR
        ).person
        self.people_users = [person.user for person in self.people]
        self.held = {}
        self.given_back = set()
        self.steps = 0
        self.begin_reports()
        self.begin_invitations()

    def teardown(self):
        if hasattr(self, "clock"):
            self.clock.stop()
            delete_all_rows()

    # -- What people do ---------------------------------------------------------

    @rule(person=pick, service=pick, time=pick)
    def book(self, person, service, time):
        recipient, service = one(self.people, person), one(self.services, service)
        slot = self._slot(recipient, service, time)
        if slot:
            assert (self._try(recipient, service, slot) is None) == _is_free(slot)

    @rule(service=pick, time=pick)
    def book_all_at_once(self, service, time):
        """Each on their own connection. Those without a visit at that time get the seats there
        are. (Who chooses another than the agreed time gives a seat back.)"""
        service = one(self.services, service)
        wanted = self._slot(self.stranger, service, time)
        if wanted is None:
            return
        shown = [
            (person, slot)
            for person in self.people
            if not self.keeps_for(person)
            for slot in self._slots(person, service)
            if slot.starts_at == wanted.starts_at
        ]

        if not shown:
            return

        def try_for(pair):
            try:
                return self._try(pair[0], service, pair[1])
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(shown)) as crowd:
            answers = list(crowd.map(try_for, shown))
        hopeful = [answer for answer, (_, slot) in zip(answers, shown, strict=True)
                   if _is_free(slot)]  # fmt: skip
        assert all(answer in (None, errors.SlotTaken, Busy) for answer in hopeful)
        assert None in hopeful or not hopeful
        assert answers.count(None) == hopeful.count(None)

    @rule(booking=pick, time=pick)
    def move(self, booking, time):
        booking = self._booking(booking)
        if booking is None:
            return
        slots = self._slots(booking.recipient, booking.service, moving=booking)
        if not slots:
            return
        slot = one(slots, time)
        if slot.starts_at == booking.starts_at:
            return  # it has that time already, and moving it there changes nothing
        try:
            actions.move(booking=booking, starts_at=slot.starts_at, by=booking.recipient.user)
        except errors.TooLate:
            return
        except (errors.BookingError, Busy):
            assert not _is_free(slot)
            booking.refresh_from_db()
            assert booking.visits.exists()
        else:
            assert _is_free(slot)

    @rule(booking=pick)
    def cancel(self, booking):
        booking = self._booking(booking)
        if booking:
            was_free = self._free()
            try:
                actions.cancel(booking=booking, by=booking.recipient.user)
            except errors.TooLate:
                return
            assert self.keeps_for(booking.recipient) or was_free <= self._free()

    # -- What the department does -------------------------------------------------

    @rule(shift=pick, carer=pick)
    def name(self, shift, carer):
        shifts = Shift.objects.filter(
            day__department=self.department, starts_at__gt=timezone.now()
        ).order_by("starts_at", "pk")[:12]
        try:
            name_shift(shift=one(shifts, shift), person=one(self.carers, carer), by=None)
        except (DepartmentsError, Busy):
            return

    @rule(carer=pick, wait=st.integers(0, 30), minutes=AWAY_MINUTES)
    def fall_ill(self, carer, wait, minutes):
        now = timezone.now().replace(second=0, microsecond=0)
        starts_at = now + dt.timedelta(hours=wait)
        report_absence(
            person=one(self.carers, carer),
            department=self.department,
            kind=Absence.Kind.SICK,
            period=Interval(starts_at, starts_at + dt.timedelta(minutes=minutes)),
            by=None,
        )

    @rule(absence=pick, wait=st.integers(-2, 30), minutes=AWAY_MINUTES)
    def correct(self, absence, wait, minutes):
        """Another start and length, also of an absence that is over."""
        absences = Absence.objects.order_by("starts_at", "pk")
        if absences:
            absence = one(absences, absence)
            starts_at = absence.starts_at + dt.timedelta(hours=wait)
            period = Interval(starts_at, starts_at + dt.timedelta(minutes=minutes))
            _unless_refused(correct_absence, absence=absence, period=period, by=None)

    @rule(absence=pick, minutes=st.integers(0, 12))
    def come_back(self, absence, minutes):
        """Sooner, at once, or never away."""
        absences = Absence.objects.order_by("starts_at", "pk")
        if absences:
            absence = one(absences, absence)
            ends_at = absence.starts_at + minutes * dt.timedelta(minutes=15)
            _unless_refused(end_absence, absence=absence, ends_at=ends_at, by=None)

    @rule(row=pick, staff=st.integers(1, 3), closes=st.integers(12, 16))
    def change_hours(self, row, staff, closes):
        row = one(self.rows, row)
        row.staff = staff
        if row.closes_at.hour > 4:
            row.closes_at = dt.time(closes)
        row.save()
        booked = Booking.objects.confirmed().count()
        with transaction.atomic():
            lay_out_again(self.department, by=None, drop_named=True)
        assert Booking.objects.confirmed().count() == booked

    @rule(visit=pick, shift=pick)
    def decide(self, visit, shift):
        """The administrator gives a visit to a shift, or takes it off."""
        visits = list(
            Visit.objects.filter(starts_at__gt=timezone.now()).order_by("starts_at", "pk")
        )
        if not visits:
            return
        visit = one(visits, visit)
        shifts = [*Shift.objects.filter(day=visit.day).order_by("starts_at", "pk"), None]
        shift = one(shifts, shift)
        self.held.pop(visit.pk, None)
        try:
            if shift is None:
                actions.take_off(visit=visit, by=None)
            else:
                actions.give(visit=visit, shift=shift, by=None)
        except errors.CannotTake:
            return

    @rule(ahead=st.integers(0, SPAN))
    def settle_a_day(self, ahead):
        date = timezone.localdate() + dt.timedelta(days=ahead)
        day = Day.objects.get(department=self.department, date=date)
        settle(day_id=day.pk)

    # -- The clock ------------------------------------------------------------------

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours):
        self._go_to(timezone.now() + dt.timedelta(hours=hours))

    @rule(minutes=st.integers(-20, 20))
    def over_midnight(self, minutes):
        tomorrow = timezone.localdate() + dt.timedelta(days=1)
        midnight = local_instant(tomorrow, dt.time(), OSLO)
        if midnight + dt.timedelta(minutes=minutes) > timezone.now():
            self._go_to(midnight + dt.timedelta(minutes=minutes))

    @precondition(lambda self: timezone.now() < self._change)
    @rule(minutes=st.integers(-90, 90))
    def over_the_clock_change(self, minutes):
        self._go_to(max(timezone.now(), self._change + dt.timedelta(minutes=minutes)))

    @property
    def _change(self):
        """Clocks change at one o'clock UTC."""
        return dt.datetime.combine(self.clocks_change, dt.time(1), dt.UTC)

    def _go_to(self, instant):
        self.traveller.move_to(instant, tick=False)
        lay_out_horizon(self.department)
        actions.keep_agreed_times()
        settle_due_days()
        close_due_days()
        actions.release_unseated(timezone.now())
        self.beat_has_closed_days()

    # -- What is always true --------------------------------------------------------

    @invariant()
    def every_seat_is_sound(self):
        assert not broken_seats(still_to_come=True)

    @invariant()
    def every_confirmed_visit_is_on_one_list_or_unstaffed(self):
        plan_stale_days()
        counts = check_plans(timezone.localdate())
        assert counts.wrong == 0, counts
        carers = Counter(Visit.objects.values_list("booking", flat=True))
        assert carers == {booking.pk: booking.carers for booking in Booking.objects.seated()}

    @invariant()
    def nobody_has_more_than_their_grant(self):
        """Except by a visit that did not count, and counts again after a correction."""
        self.given_back |= set(
            Booking.objects.filter(uncharged_at__isnull=False).values_list("pk", flat=True)
        )
        used = Counter(
            (
                booking.recipient_id,
                booking.service_id,
                quota.period_of("week", timezone.localdate(booking.starts_at)),
            )
            for booking in Booking.objects.seated().exclude(pk__in=self.given_back)
        )
        assert all(count <= GRANTED for count in used.values())

    @invariant()
    def nobody_moves_by_themselves_whose_place_was_decided(self):
        """On a settled day a visit may lose its seat. A pinned visit on another day moves only if
        its shift can no longer take it."""
        before, self.held = self.held, {}
        for visit in Visit.objects.select_related("day", "shift"):
            is_settled = visit.day.settled_at is not None
            if not (is_settled or visit.is_pinned):
                continue
            self.held[visit.pk] = (visit.shift, is_settled)
            shift, was_settled = before.get(visit.pk, (visit.shift, is_settled))
            if visit.shift not in (shift, None):
                assert not was_settled
                assert not _takes(shift, visit)

    @invariant()
    def what_is_shown_agrees_with_brute_force(self):
        """And the answer depends neither on the order of rows nor on earlier queries."""
        self.steps += 1
        service = one(self.services, self.steps)
        days = [
            board_of(day, stands_still=self._stands_still(day))
            for day in self._days(timezone.localdate() + dt.timedelta(days=self.steps % SPAN))
        ]
        needs = frozenset(service.qualifications.values_list("pk", flat=True))
        demand = Demand(
            60 * service.minutes, 60 * self.department.travel_minutes, needs, service.carers
        )
        rng = random.Random(self.steps)
        shown = {}
        for day in days:
            starts = day.ask(demand, 1800)
            assert day.shuffled(rng).ask(demand, 1800) == starts
            for start, is_free in starts:
                shown[start] = shown.get(start, False) or is_free
        if not shown:
            return
        for start in rng.sample(sorted(shown), min(3, len(shown))):
            new = [demand.visit(start, number) for number in range(service.carers)]
            possible = any(can_be_seated(day.seats, [*day.seated, *new]) for day in days)
            assert possible or not shown[start]
            type(self).asked += 1
            type(self).held_back += possible and not shown[start]

    @invariant()
    def a_plan_is_no_worse_than_the_seats_it_came_from(self):
        for day in self._days(timezone.localdate() + dt.timedelta(days=1)):
            known = planning_input(day)
            plan = planner.plan(known.facts, known.seats)
            assert plan.objective <= planner.cost(known.facts, known.seats)
            assert plan.bound is None or plan.bound <= plan.objective

    # ----------------------------------------------------------------------------

    def _days(self, date):
        dates = [date - dt.timedelta(days=1), date]
        return Day.objects.filter(
            department=self.department, date__in=dates, laid_out_at__isnull=False
        )

    def _stands_still(self, day):
        return day.settled_at is not None or day.date <= timezone.localdate()

    def _slots(self, recipient, service, moving=None):
        today = timezone.localdate()
        shown = offer(
            service=service,
            recipient=recipient,
            dates=[today + dt.timedelta(days=n) for n in range(SPAN)],
            now=timezone.now(),
            moving=moving,
        )
        return [slot for day in shown for slot in day.slots]

    def _slot(self, recipient, service, time):
        slots = self._slots(recipient, service)
        return one(slots, time) if slots else None

    def _try(self, recipient, service, slot):
        """The error with which it was refused, if it was."""
        try:
            actions.book(
                key=uuid.uuid4(),
                recipient=recipient,
                service=service,
                starts_at=slot.starts_at,
                by=recipient.user,
            )
        except (errors.BookingError, Busy) as error:
            return type(error)
        return None

    def _free(self):
        """The free slots for a new recipient."""
        return {
            (service.pk, slot.starts_at)
            for service in self.services
            for slot in self._slots(self.stranger, service)
            if _is_free(slot)
        }

    def _booking(self, number):
        found = Booking.objects.confirmed().select_related(
            "service__department", "recipient__user"
        )
        found = list(found.filter(starts_at__gt=timezone.now()).order_by("starts_at", "pk"))
        return one(found, number) if found else None


def _unless_refused(verb, **values):
    """Nothing changes when the verb refuses, because somebody works elsewhere by now."""
    with suppress(DepartmentsError, Busy):
        verb(**values)


def _is_free(slot):
    return slot.status is SlotStatus.FREE


def _takes(shift, visit):
    """Whether the shift, as it is now, could take the visit."""
    shift = shift and Shift.objects.filter(pk=shift.pk).first()
    if shift is None:
        return False
    period = Interval(visit.starts_at, visit.ends_at)
    needs = set(visit.booking.service.qualifications.values_list("pk", flat=True))
    return (
        shift.starts_at <= visit.starts_at
        and visit.ends_at <= shift.ends_at
        and not (shift.pause and shift.pause.overlaps(period))
        and not any(away.period.overlaps(period) for away in shift.times_away.all())
        and needs <= set(shift.qualification_ids)
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.spoilt  # checked after each step
@pytest.mark.parametrize("clocks_change", CLOCKS_CHANGE, ids=str)
def test_invariants_hold_for_random_actions(clocks_change, monkeypatch, tally):
    monkeypatch.setattr("workflow.tasks.make_plan.apply_async", lambda *_, **__: None)
    life = type("Life", (Life,), {"clocks_change": clocks_change})
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],  # a run is too long for shrinking
            suppress_health_check=list(HealthCheck),
        ),
    )
    tally("Seating in a department's life, starts asked of brute force", life.asked)
    tally("Seating in a department's life, held back", life.held_back)
    assert life.held_back <= max(1, 0.005 * life.asked)
