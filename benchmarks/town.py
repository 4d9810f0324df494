"""The data that is measured: departments of several sizes, and people who book there.

Every department is open 06–22 every day with visits of half an hour on a grid of half
an hour: 14 days of 32 slots. Each shift is filled from a seed to three fifths of its
time, travel included. History is the same, further back.
"""

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from benchmarks.stage import Sizes
from benchmarks.words import say
from booking.models import Booking, Grant, Recipient, Visit
from departments.actions import days as day_actions
from departments.models import Day, Department, OpeningHours, Service, Shift, Weekday
from departments.queries.hours import rules_of

DAYS = 14
SLOTS_A_DAY = 32
STEP = dt.timedelta(minutes=30)
VISIT = dt.timedelta(minutes=30)
TRAVEL = dt.timedelta(minutes=15)
# At each free start of the grid a visit with this chance. A visit and its travel take
# two steps of the grid, so a shift ends up three fifths full.
CHANCE = 3 / 7
CIRCLE = 20  # recipients who share the visits of one shift of each day
SEED = 20261123
LONG_AGO = dt.date(2020, 1, 6)


@dataclass(frozen=True)
class Quarter:
    """A department, what it offers, and its people: ``viewers`` have visits, ``bookers``
    have none yet."""

    department: Department
    service: Service
    viewers: list[Recipient]
    bookers: list[Recipient]


@dataclass(frozen=True)
class Town:
    ordinary: list[Quarter]
    smallest: Quarter
    largest: Quarter

    @classmethod
    def build(cls, sizes: Sizes) -> "Town":
        builder = _Builder(sizes)
        with transaction.atomic():
            town = cls(
                [builder.quarter(sizes.staff, f"Quarter {n}") for n in range(sizes.departments)],
                builder.quarter(1, "Smallest"),
                builder.quarter(sizes.largest, "Largest"),
            )
            builder.remember(town.ordinary, sizes.history)
        return town


class _Builder:
    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self.random = random.Random(SEED)
        self.today = timezone.localdate()
        self.numbers = itertools.count()

    def quarter(self, staff: int, name: str) -> Quarter:
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
                opens_at=dt.time(6),
                closes_at=dt.time(22),
                staff=staff,
                valid_from=LONG_AGO,
            )
            for weekday in Weekday
        )
        service = Service.objects.create(
            department=department, name="Shower", minutes=VISIT // dt.timedelta(minutes=1)
        )
        quarter = Quarter(
            department,
            service,
            viewers=self._recipients(service, staff * CIRCLE),
            bookers=self._recipients(service, SLOTS_A_DAY),
        )
        self._fill(quarter, [self.today + dt.timedelta(days=n) for n in range(DAYS)])
        return quarter

    def remember(self, quarters: list[Quarter], bookings: int) -> None:
        """At least so many bookings of days gone by, a week at a time."""
        last = self.today
        made = 0
        while made < bookings:
            week = [last - dt.timedelta(days=n) for n in range(1, 8)]
            made += sum(self._fill(quarter, week) for quarter in quarters)
            last = week[-1]
            say(f"  {made} of {bookings} bookings of history")

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

    def _fill(self, quarter: Quarter, dates: list[dt.date]) -> int:
        """Lay out the days and book their shifts; how many bookings that made."""
        department = quarter.department
        rules = rules_of(department, dates)
        for day in day_actions.lock_days((department.pk, date) for date in dates):
            day.department = department
            day_actions.lay_out(day, rules=rules)
        made = [
            (Booking(recipient=recipient, service=quarter.service, **times), shift)
            for shift, recipient, times in self._visits(quarter, dates)
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
        return len(made)

    def _visits(
        self, quarter: Quarter, dates: list[dt.date]
    ) -> Iterator[tuple[Shift, Recipient, dict[str, dt.datetime]]]:
        days = Day.objects.filter(department=quarter.department, date__in=dates)
        for day in days.prefetch_related("shifts"):
            for number, shift in enumerate(day.shifts.all()):
                circle = quarter.viewers[number * CIRCLE : (number + 1) * CIRCLE]
                at, turn = shift.starts_at, self.random.randrange(CIRCLE)
                while at < shift.ends_at:
                    if self.random.random() < CHANCE:
                        recipient = circle[turn % CIRCLE]
                        yield shift, recipient, {"starts_at": at, "ends_at": at + VISIT}
                        turn += 1
                        at += STEP
                    at += STEP
