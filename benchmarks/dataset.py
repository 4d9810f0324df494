"""The data of a run: departments of several sizes, and people who book there.

Every department is open 06–22 every day and has visits of half an hour on a grid of half
an hour: 14 days of 32 slots. Each shift is booked at random, from a seed, until three
fifths of its time are taken, travel included.
"""

import datetime as dt
import itertools
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import User
from benchmarks import floor
from benchmarks.results import say
from benchmarks.sizes import DAYS, SLOTS_A_DAY, Sizes
from booking.models import Booking, Grant, Recipient, Visit
from booking.seating.day_seating import DaySeating
from booking.seating.values import Demand, Seat, Seated
from departments.actions import days as day_actions
from departments.models import Day, Department, Employee, OpeningHours, Service, Weekday
from departments.queries.hours import rules_of

OPENS, CLOSES = 6, 22
STEP = dt.timedelta(minutes=30)
VISIT = dt.timedelta(minutes=30)
TRAVEL = dt.timedelta(minutes=15)
# The probability of a visit at each free start of the grid. A visit and its travel take two
# steps of the grid, so this takes three fifths of a shift.
CHANCE = 3 / 7
CIRCLE = 20  # recipients who share the visits of one shift of each day; it has at most 16
UNBOOKED = 2_000  # recipients; as many as the nightly count takes together
SEED = 20261123
LONG_AGO = dt.date(2020, 1, 6)


@dataclass(frozen=True)
class Site:
    """A department with one service, its recipients and an administrator. ``viewers`` have
    visits, ``bookers`` have none."""

    department: Department
    service: Service
    viewers: list[Recipient]
    bookers: list[Recipient]
    administrator: User


class Dataset:
    """Sites that only some benchmarks need are built when they are first used."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self.builder = _Builder()

    def build(self) -> None:
        """What most benchmarks need."""
        assert self.ordinary
        assert self.smallest
        assert self.largest
        floor.prepare()
        _tidy()

    @cached_property
    def ordinary(self) -> list[Site]:
        return [
            self.builder.site(self.sizes.staff, f"Site {n}") for n in range(self.sizes.departments)
        ]

    @cached_property
    def smallest(self) -> Site:
        return self.builder.site(1, "Smallest")

    @cached_property
    def largest(self) -> Site:
        return self.builder.site(self.sizes.largest, "Largest")

    @cached_property
    def saturated(self) -> tuple[Site, Site]:
        """One site without a free seat for any slot, and an ordinary one of the same size."""
        staff = self.sizes.saturated
        found = (
            self.builder.site(staff, "Saturated", is_saturated=True),
            self.builder.site(staff, "As large"),
        )
        _tidy()
        return found

    @cached_property
    def unbooked(self) -> Site:
        """An ordinary site with ``UNBOOKED`` more recipients whose help is essential, one visit
        a week, and not booked."""
        site = self.builder.site(self.sizes.staff, "Unbooked")
        self.builder.unbooked_help(site, UNBOOKED)
        _tidy()
        return site


def _tidy() -> None:
    """So that PostgreSQL does not do it while a page is timed."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    connections.close_all()


class _Builder:
    def __init__(self) -> None:
        self.random = random.Random(SEED)
        self.today = timezone.localdate()
        self.numbers = itertools.count()

    @transaction.atomic
    def site(self, staff: int, name: str, *, is_saturated: bool = False) -> Site:
        say(f"  {name}: {staff} staff")
        department = Department.objects.create(
            name=name,
            horizon_days=DAYS - 1,  # and today
            slot_minutes=STEP // dt.timedelta(minutes=1),
            travel_minutes=TRAVEL // dt.timedelta(minutes=1),
            public_holidays=Department.PublicHolidays.AS_USUAL,
        )
        OpeningHours.objects.bulk_create(
            OpeningHours(
                department=department,
                weekday=weekday,
                opens_at=dt.time(OPENS),
                closes_at=dt.time(CLOSES),
                staff=staff,
                valid_from=LONG_AGO,
            )
            for weekday in Weekday
        )
        service = Service.objects.create(
            department=department, name="Shower", minutes=VISIT // dt.timedelta(minutes=1)
        )
        site = Site(
            department,
            service,
            viewers=self._recipients(service, staff * CIRCLE),
            bookers=self._recipients(service, SLOTS_A_DAY),
            administrator=self._administrator(department),
        )
        self._fill(site, staff, is_saturated=is_saturated)
        return site

    @transaction.atomic
    def unbooked_help(self, site: Site, count: int) -> None:
        Grant.objects.bulk_create(
            Grant(
                recipient=recipient,
                service=site.service,
                amount=1,
                valid_from=LONG_AGO,
                is_essential=True,
            )
            for recipient in Recipient.objects.bulk_create(
                Recipient(given_name="Unbooked", family_name=f"Number {n}") for n in range(count)
            )
        )

    def _administrator(self, department: Department) -> User:
        user = User.objects.create(
            email=f"person{next(self.numbers)}@example.test", given_name="Administrator"
        )
        Employee.objects.create(
            department=department,
            person=user,
            role=Employee.Role.ADMINISTRATOR,
            valid_from=LONG_AGO,
        )
        return user

    def _recipients(self, service: Service, count: int) -> list[Recipient]:
        users = [
            User(email=f"person{next(self.numbers)}@example.test", given_name="Person")
            for _ in range(count)
        ]
        User.objects.bulk_create(users)
        recipients = Recipient.objects.bulk_create(
            Recipient(user=user, given_name=user.given_name, family_name=f"Number {n}")
            for n, user in enumerate(users)
        )
        Grant.objects.bulk_create(
            Grant(recipient=recipient, service=service, amount=1000, valid_from=LONG_AGO)
            for recipient in recipients
        )
        return recipients

    def _fill(self, site: Site, staff: int, *, is_saturated: bool) -> None:
        """Lay out the days and book their shifts."""
        department = site.department
        dates = [self.today + dt.timedelta(days=n) for n in range(DAYS)]
        rules = rules_of(department, dates)
        for day in day_actions.lock_days((department.pk, date) for date in dates):
            day.department = department
            day_actions.lay_out(day, rules=rules)
        saturated = self._saturated(staff) if is_saturated else None
        days = Day.objects.filter(department=department, date__in=dates)
        made = [
            (
                Booking(
                    recipient=site.viewers[number * CIRCLE + (turn + nth) % CIRCLE],
                    service=site.service,
                    starts_at=shift.starts_at + after,
                    ends_at=shift.starts_at + after + VISIT,
                ),
                shift,
            )
            for day in days.prefetch_related("shifts")
            for number, (shift, afters) in enumerate(
                zip(day.shifts.all(), saturated or self._lists(staff), strict=True)
            )
            for turn in [self.random.randrange(CIRCLE)]
            for nth, after in enumerate(afters)
        ]
        Booking.objects.bulk_create((booking for booking, _ in made), batch_size=2000)
        Visit.objects.bulk_create(
            (
                Visit(
                    booking=booking,
                    day_id=shift.day_id,
                    shift=shift,
                    starts_at=booking.starts_at,
                    ends_at=booking.ends_at,
                    occupied_until=booking.ends_at + TRAVEL,
                )
                for booking, shift in made
            ),
            batch_size=2000,
        )

    def _lists(self, staff: int) -> Iterator[list[dt.timedelta]]:
        """For each of a day's shifts, how long after its start its visits start."""
        for _ in range(staff):
            after, afters = 0 * STEP, []
            while after < SLOTS_A_DAY * STEP:
                if self.random.random() < CHANCE:
                    afters.append(after)
                    after += STEP
                after += STEP
            yield afters

    def _saturated(self, staff: int) -> list[list[dt.timedelta]]:
        """As ``_lists``, and then booked at random until no slot is free. All days are
        the same."""
        lasts, step = SLOTS_A_DAY * int(STEP.total_seconds()), int(STEP.total_seconds())
        demand = Demand(int(VISIT.total_seconds()), int(TRAVEL.total_seconds()))
        seats = [Seat(uuid.UUID(int=number + 1), 0, lasts) for number in range(staff)]
        visits = [
            replace(demand.visit(int(after.total_seconds())), seat=seat.id)
            for seat, afters in zip(seats, self._lists(staff), strict=True)
            for after in afters
        ]
        visits = [replace(visit, id=uuid.UUID(int=1 + n)) for n, visit in enumerate(visits)]
        starts = list(range(0, lasts, step))
        self.random.shuffle(starts)
        for start in starts:
            while isinstance(found := DaySeating(seats, visits).seat(demand, start), Seated):
                visits = [
                    replace(visit, seat=found.moved.get(visit.id, visit.seat)) for visit in visits
                ]
                new = demand.visit(start)
                visits.append(replace(new, id=uuid.UUID(int=1 + len(visits)), seat=found.seats[0]))
        return [
            sorted(dt.timedelta(seconds=visit.starts) for visit in visits if visit.seat == seat.id)
            for seat in seats
        ]
