"""What the pages that choose a time share, for a new visit and for one that moves."""

import datetime as dt
import uuid
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from booking import errors, queries
from booking.calendar.offers import DayOffer, DayStatus, Slot, SlotStatus
from booking.calendar.timetable import Kind, OwnVisit, PartOfDay, Row, by_week, parts_of_day, row
from booking.converters import Clock
from booking.models import Booking, Recipient
from booking.queries.entitlement import Balance, Entitlement
from booking.seating.values import Refused
from departments.hours import monday
from departments.models import Service


@dataclass(frozen=True)
class Turn:
    """A way from one day to another."""

    date: dt.date
    url: str


@dataclass(frozen=True)
class Alternative:
    """A free time near the one that was wanted."""

    slot: Slot
    wanted: dt.datetime

    @property
    def is_same_day(self) -> bool:
        return timezone.localdate(self.slot.starts_at) == timezone.localdate(self.wanted)

    @property
    def minutes_later(self) -> int:
        return int((self.slot.starts_at - self.wanted).total_seconds() // 60)


@dataclass(frozen=True)
class WeekOfDays:
    rows: tuple[Row, ...]
    balance: Balance | None

    @property
    def first(self) -> dt.date:
        return self.rows[0].date

    @property
    def facts(self) -> Hashable:
        """All that a list of these days shows, and nobody's."""
        if self.balance is None:
            return self.rows
        balance = self.balance
        amounts = (balance.unit, balance.granted, balance.used)
        return self.rows, amounts, balance.grant.period, balance.period_start

    @property
    def is_used_up(self) -> bool:
        """Nothing on these days but what the grant no longer gives."""
        reasons = {row.reason for row in self.rows if not row.free}
        return not any(row.free for row in self.rows) and Kind.USED_UP in reasons


@dataclass(frozen=True)
class Choosing:
    """Somebody chooses a time for a service; ``moving`` is the visit that gets it."""

    recipient: Recipient
    service: Service
    now: dt.datetime
    moving: Booking | None = None
    known: queries.Person | None = None  # when the page has read it already

    @classmethod
    def of(cls, person: queries.Person, service: Service) -> "Choosing":
        return cls(person.recipient, service, person.now, known=person)

    @classmethod
    def of_move(cls, booking: Booking) -> "Choosing":
        return cls(booking.recipient, booking.service, timezone.now(), moving=booking)

    @cached_property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)

    @cached_property
    def last_day(self) -> dt.date:
        return self.today + dt.timedelta(days=self.service.department.horizon_days)

    @property
    def minutes(self) -> int:
        """How long the visit lasts; one that moves keeps its length."""
        return self.moving.minutes if self.moving else self.service.minutes

    @property
    def step(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.service.department.slot_minutes)

    @property
    def phone(self) -> str:
        """Whom to call: the department, or the municipality when it has no telephone."""
        phone = self.service.department.phone or settings.MUNICIPALITY_PHONE
        return phone.replace(" ", "\N{NO-BREAK SPACE}")

    @cached_property
    def person(self) -> queries.Person:
        return self.known or queries.Person.of(self.recipient, self.now)

    @cached_property
    def offer(self) -> list[DayOffer]:
        """Today and every day that can be booked."""
        days = (self.last_day - self.today).days + 1
        return self.offer_on([self.today + dt.timedelta(days=n) for n in range(days)])

    def offer_on(self, dates: Collection[dt.date]) -> list[DayOffer]:
        return self.person.offer(self.service, dates, self.moving)

    @cached_property
    def rows(self) -> list[Row]:
        return [day.made(_row) for day in self.offer]

    @property
    def obstacle(self) -> str | None:
        """Why no day at all can be chosen, if so."""
        if any(row.free for row in self.rows):
            return None
        if any(day.status is DayStatus.NOT_OPEN for day in self.offer):
            return "not_open"
        reasons = {row.reason for row in self.rows}
        for kind in (Kind.USED_UP, Kind.BUSY, Kind.NOT_GRANTED):
            if kind in reasons:
                return kind
        return "closed" if reasons <= {Kind.CLOSED} else Kind.BUSY

    def free_day_before(self, date: dt.date) -> Row | None:
        return next((r for r in reversed(self.rows) if r.free and r.date < date), None)

    def free_day_after(self, date: dt.date) -> Row | None:
        return next((r for r in self.rows if r.free and r.date > date), None)

    def parts(self, date: dt.date) -> list[PartOfDay]:
        day = next((day for day in self.offer if day.date == date), None)
        if day is None:
            return []
        own = [v for v in self.own_visits(date, date) if not self._is_moving(v)]
        return parts_of_day(day, own, step=self.step, timezone=timezone.get_current_timezone())

    def own_visits(self, first: dt.date, last: dt.date) -> list[OwnVisit]:
        """The person's own visits from ``first``, in this week or later, through ``last``."""
        return self.person.visits_on(first, last)

    @cached_property
    def _entitlement(self) -> Entitlement:
        return self.person.entitlement(self.service)

    def balance(self, date: dt.date) -> Balance | None:
        """What is left in the week or month around a day that can be booked."""
        return self._entitlement.balance(date)

    def slot(self, starts_at: dt.datetime) -> Slot:
        """The slot that starts then, if it can be had; else why not, in the words of a verb
        that was refused. A time that nobody could ever choose is not found.
        """
        (day,) = self.offer_on([timezone.localdate(starts_at)])
        if day.status in (DayStatus.PAST, DayStatus.BEYOND):
            raise errors.OutsideHorizon
        if day.status is DayStatus.NOT_OPEN:
            raise errors.NotOpen
        slot = next((slot for slot in day.slots if slot.starts_at == starts_at), None)
        if slot is None:
            raise errors.NoSuchSlot
        match slot.status:
            case SlotStatus.FREE:
                return slot
            case SlotStatus.BUSY:
                raise errors.SlotTaken
            case SlotStatus.OWN:
                raise errors.OverlapsOwn
            case SlotStatus.PAST | SlotStatus.TOO_SOON:
                raise errors.TooLate
            case SlotStatus.NOT_GRANTED:
                raise errors.NotGranted
            case SlotStatus.OVER_QUOTA:
                raise errors.OverQuota

    @property
    def is_too_late_to_move(self) -> bool:
        return self.moving is not None and self.now > queries.change_deadline(self.moving)

    def alternatives(
        self, wanted: dt.datetime, found: Sequence[Slot] | None = None
    ) -> list[Alternative]:
        """The nearest free times, for a page that must say no to one; those that were
        ``found``, when a verb has looked for them already."""
        nearest = queries.nearest_free(self.offer, wanted) if found is None else found
        return [Alternative(slot, wanted) for slot in nearest]

    def why_taken(self, starts_at: dt.datetime) -> Refused | None:
        return queries.why_taken(
            service=self.service, starts_at=starts_at, now=self.now, moving=self.moving
        )

    def visits_during(self, starts_at: dt.datetime) -> list[OwnVisit]:
        """The person's own visits that a visit at ``starts_at`` would meet."""
        ends_at = starts_at + dt.timedelta(minutes=self.minutes)
        first, last = timezone.localdate(starts_at), timezone.localdate(ends_at)
        return [
            visit
            for visit in self.own_visits(first, last)
            if visit.starts_at < ends_at and starts_at < visit.ends_at
        ]

    def movable(self, balance: Balance | None) -> list[Booking]:
        """The person's own bookings that use up the period, as far as they can be moved."""
        if balance is None:
            return []
        own = queries.own_bookings(self.recipient, balance.period_start, balance.period_end)
        return [
            booking
            for booking in own
            if booking.service_id == self.service.pk
            and self.now <= queries.change_deadline(booking)
        ]

    def free_day_after_period(self, balance: Balance | None) -> Row | None:
        """The first free day when the person has more to book again."""
        return self.free_day_after(balance.period_end) if balance else None

    @property
    def balance_at_the_end(self) -> Balance | None:
        """What is left in the last week or month that can be booked."""
        return self.balance(self.last_day)

    @property
    def weeks(self) -> list[WeekOfDays]:
        """The days to choose from, by week, each week with what is left of the grant."""
        return [WeekOfDays(rows, self.balance(rows[0].date)) for rows in by_week(self.rows)]

    def around(self, slot: Slot) -> dict[str, Any]:
        """What a page about one time says beside it: the person's week, this time in its
        place among the visits, and what is left."""
        date = timezone.localdate(slot.starts_at)
        first = monday(date)
        own_visits = self.own_visits(first, first + dt.timedelta(days=6))
        notice = dt.timedelta(minutes=self.service.department.change_deadline_minutes)
        return {
            "date": date,
            "change_until": slot.starts_at - notice,
            "own_visits": sorted([*own_visits, slot], key=lambda one: one.starts_at),
            "balance": self.balance(date),
        }

    # -- Where the pages are ---------------------------------------------------

    @property
    def days_url(self) -> str:
        if self.moving:
            return reverse("booking:move", args=[self.moving.pk])
        return f"{reverse('booking:calendar')}?service={self.service.pk}"

    @property
    def verb_url(self) -> str:
        if self.moving:
            return reverse("booking:move", args=[self.moving.pk])
        return reverse("booking:book")

    def times_url(self, date: dt.date) -> str:
        if self.moving:
            return reverse("booking:move_times", args=[self.moving.pk, date])
        return _times_url(self.service.pk, date)

    def check_url(self, starts_at: dt.datetime) -> str:
        date, clock = timezone.localdate(starts_at), Clock.of(starts_at)
        if self.moving:
            return reverse("booking:move_check", args=[self.moving.pk, date, clock])
        return reverse("booking:check", args=[self.service.pk, date, clock])

    def _is_moving(self, visit: OwnVisit) -> bool:
        return self.moving is not None and self.moving.pk == visit.id


def _row(day: DayOffer) -> Row:
    return row(day, timezone=timezone.get_default_timezone())


@lru_cache(maxsize=4096)
def _times_url(service_id: uuid.UUID, date: dt.date) -> str:
    return reverse("booking:times", args=[service_id, date])
