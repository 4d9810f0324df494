"""A department's life in random order on real PostgreSQL: what must always be true is
looked at after every step. ``LIVES`` asks for more than two of them."""

import datetime as dt
import os
import uuid
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from booking import actions, errors, quota
from booking.models import Booking, Visit
from booking.offers import SlotStatus
from booking.queries import offer
from departments.actions.days import lay_out_again, lay_out_horizon
from departments.actions.rota import name_shift
from departments.actions.staff import report_absence
from departments.errors import DepartmentsError
from departments.hours import Interval
from departments.models import Absence, Shift
from tests import factories
from tests.promises import broken_seats
from workflow.actions import plan_stale_days, settle_due_days
from workflow.queries.check import check

LIVES = int(os.environ.get("LIVES", "2"))
OSLO = ZoneInfo("Europe/Oslo")
BEFORE_CLOCKS_CHANGE = dt.datetime(2026, 10, 23, 9, 0, tzinfo=OSLO)
REACH = 4  # days of the offer that wishes are chosen from

pick = st.integers(0, 10_000)


class Life(RuleBasedStateMachine):
    """Everything happens in one transaction, which is taken back at the end."""

    @initialize()
    def begin(self):
        self.clock = time_machine.travel(BEFORE_CLOCKS_CHANGE, tick=False)
        self.traveller = self.clock.start()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.department = factories.DepartmentFactory()
        skill = factories.QualificationFactory()
        self.services = [
            factories.ServiceFactory(department=self.department, minutes=minutes, carers=carers)
            for minutes, carers in [(30, 1), (60, 1), (60, 2)]
        ]
        self.services[0].qualifications.add(skill)
        self.rows = []
        for weekday in range(1, 8):
            for opens, closes, skills in ((8, 13, [skill]), (9, 15, []), (22, 4, [])):
                self.rows.append(
                    factories.OpeningHoursFactory(
                        department=self.department,
                        weekday=weekday,
                        opens_at=dt.time(opens),
                        closes_at=dt.time(closes),
                        qualifications=skills,
                    )
                )
        lay_out_horizon(self.department)
        self.people = [factories.RecipientFactory(user=factories.UserFactory()) for _ in range(4)]
        for person in self.people:
            for service in self.services:
                factories.GrantFactory(recipient=person, service=service, amount=3)
        self.carers = [
            factories.EmployeeFactory(department=self.department).person for _ in range(3)
        ]
        self.settled = {}

    def teardown(self):
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            self.clock.stop()

    # -- What people do ---------------------------------------------------------

    @rule(person=pick, service=pick, time=pick)
    def book(self, person, service, time):
        recipient, service = _one(self.people, person), _one(self.services, service)
        slot = self._slot(recipient, service, time)
        if slot:
            self._book(recipient, service, slot)

    @rule(booking=pick, time=pick)
    def move(self, booking, time):
        booking = self._booking(booking)
        if booking is None:
            return
        slot = self._slot(booking.recipient, booking.service, time, moving=booking)
        if slot is None:
            return
        try:
            actions.move(booking=booking, starts_at=slot.starts_at, by=booking.recipient.user)
        except errors.TooLate:
            return
        except errors.BookingError:
            assert slot.status is not SlotStatus.FREE
            booking.refresh_from_db()
            assert booking.visits.exists()
        else:
            assert slot.status is SlotStatus.FREE

    @rule(booking=pick)
    def cancel(self, booking):
        booking = self._booking(booking)
        if booking:
            was_free = self._free()
            try:
                actions.cancel(booking=booking, by=booking.recipient.user)
            except errors.TooLate:
                return
            assert was_free <= self._free()

    # -- What the department does -------------------------------------------------

    @rule(shift=pick, carer=pick)
    def name(self, shift, carer):
        shifts = Shift.objects.filter(
            day__department=self.department, starts_at__gt=timezone.now()
        ).order_by("starts_at", "pk")[:12]
        with transaction.atomic():
            try:
                name_shift(shift=_one(shifts, shift), person=_one(self.carers, carer), by=None)
            except DepartmentsError:
                transaction.set_rollback(True)

    @rule(carer=pick, hours=st.integers(1, 60))
    def fall_ill(self, carer, hours):
        now = timezone.now()
        report_absence(
            person=_one(self.carers, carer),
            kind=Absence.Kind.SICK,
            period=Interval(now, now + dt.timedelta(hours=hours)),
            by=None,
        )

    @rule(row=pick, staff=st.integers(1, 3), closes=st.integers(12, 16))
    def change_hours(self, row, staff, closes):
        row = _one(self.rows, row)
        row.staff = staff
        if row.closes_at.hour > 4:
            row.closes_at = dt.time(closes)
        row.save()
        booked = Booking.objects.confirmed().count()
        lay_out_again(self.department, by=None, drop_named=True)
        assert Booking.objects.confirmed().count() == booked

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours):
        self.traveller.shift(dt.timedelta(hours=hours))
        lay_out_horizon(self.department)
        settle_due_days()

    # -- What is always true --------------------------------------------------------

    @invariant()
    def every_seat_is_sound(self):
        if hasattr(self, "atomic"):
            assert not broken_seats(still_to_come=True)

    @invariant()
    def every_confirmed_visit_is_on_one_list_or_unstaffed(self):
        if hasattr(self, "atomic"):
            plan_stale_days()
            counts = check(timezone.localdate())
            assert counts.wrong == 0, counts
            carers = Counter(Visit.objects.values_list("booking", flat=True))
            assert carers == {
                booking.pk: booking.carers for booking in Booking.objects.confirmed()
            }

    @invariant()
    def nobody_has_more_than_their_grant(self):
        if not hasattr(self, "atomic"):
            return
        used = Counter(
            (
                booking.recipient_id,
                booking.service_id,
                quota.period_of("week", timezone.localdate(booking.starts_at)),
            )
            for booking in Booking.objects.confirmed()
        )
        assert all(count <= 3 for count in used.values())

    @invariant()
    def on_settled_days_nobody_moves_by_themselves(self):
        """They may lose their seat, and a person may decide; nobody has in this life."""
        if not hasattr(self, "atomic"):
            return
        before, self.settled = self.settled, {}
        for visit in Visit.objects.filter(day__settled_at__isnull=False):
            self.settled[visit.pk] = visit.shift_id
            if visit.pk in before:
                assert visit.shift_id in (before[visit.pk], None)

    # ----------------------------------------------------------------------------

    def _slot(self, recipient, service, time, moving=None):
        today = timezone.localdate()
        shown = offer(
            service=service,
            recipient=recipient,
            dates=[today + dt.timedelta(days=n) for n in range(REACH)],
            now=timezone.now(),
            moving=moving,
        )
        slots = [slot for day in shown for slot in day.slots]
        return _one(slots, time) if slots else None

    def _book(self, recipient, service, slot):
        try:
            actions.book(
                key=uuid.uuid4(),
                recipient=recipient,
                service=service,
                starts_at=slot.starts_at,
                by=recipient.user,
            )
        except errors.BookingError:
            assert slot.status is not SlotStatus.FREE
        else:
            assert slot.status is SlotStatus.FREE

    def _free(self):
        """What is free for somebody new."""
        today = timezone.localdate()
        return {
            (service.pk, slot.starts_at)
            for service in self.services
            for day in offer(
                service=service,
                recipient=self.people[0],
                dates=[today + dt.timedelta(days=n) for n in range(REACH)],
                now=timezone.now(),
            )
            for slot in day.slots
            if slot.status is SlotStatus.FREE
        }

    def _booking(self, number):
        found = Booking.objects.confirmed().select_related(
            "service__department", "recipient__user"
        )
        found = list(found.filter(starts_at__gt=timezone.now()).order_by("starts_at", "pk"))
        return _one(found, number) if found else None


def _one(choices, number):
    return choices[number % len(choices)]


@pytest.mark.django_db
def test_whatever_happens_the_promises_hold():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
