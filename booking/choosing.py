"""A recipient chooses a time: what the pages of a new visit and of a move have in common.

Values that one page needs are computed by that page's view.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from django.utils import timezone

from booking import errors, queries
from booking.calendar.offers import DayOffer, DayStatus, Slot, SlotStatus
from booking.calendar.timetable import OwnVisit, Row, row
from booking.converters import TimeUrls
from booking.models import Booking, Grant, Recipient
from booking.queries.entitlement import Balance, Entitlement
from departments.models import Service
from departments.phones import shown_phone_of

SOONEST = 3  # days


@dataclass(frozen=True)
class Choosing:
    """A time is chosen for a service; ``moving`` is the visit that gets the new time.

    ``as_staff``: an administrator chooses, who need not keep the shortest notice.
    """

    recipient: Recipient
    service: Service
    now: dt.datetime
    moving: Booking | None = None
    known: queries.Person | None = None  # when the page has read it already
    as_staff: bool = False

    @classmethod
    def of(cls, person: queries.Person, service: Service) -> "Choosing":
        return cls(person.recipient, service, person.now, known=person)

    @classmethod
    def of_move(cls, booking: Booking, *, as_staff: bool = False) -> "Choosing":
        return cls(
            booking.recipient,
            booking.service,
            timezone.now(),
            moving=booking,
            as_staff=as_staff,
        )

    @cached_property
    def urls(self) -> TimeUrls:
        return TimeUrls(self.service.pk, self.moving.pk if self.moving else None)

    @cached_property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)

    @cached_property
    def last_day(self) -> dt.date:
        """The last day that can be booked now."""
        return self.today + dt.timedelta(days=self.service.department.horizon_days)

    @property
    def minutes(self) -> int:
        """The visit's length; a visit that moves keeps its own."""
        return self.moving.minutes if self.moving else self.service.minutes

    @property
    def step(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.service.department.slot_minutes)

    @property
    def phone(self) -> str:
        """The number to call at this hour."""
        return shown_phone_of(self.service.department, self.now)

    @cached_property
    def person(self) -> queries.Person:
        return self.known or queries.Person.of(self.recipient, self.now)

    @cached_property
    def offer(self) -> list[DayOffer]:
        """Today and every day that can be booked."""
        days = (self.last_day - self.today).days + 1
        dates = [self.today + dt.timedelta(days=n) for n in range(days)]
        return self.person.offer(self.service, dates, self.moving, as_staff=self.as_staff)

    @cached_property
    def rows(self) -> list[Row]:
        """The offer as a list of days."""
        rows = [day.made(_row) for day in self.offer]
        why = self.closed_days
        return [replace(row, why=why[row.date]) if row.date in why else row for row in rows]

    @cached_property
    def closed_days(self) -> dict[dt.date, str]:
        """The names of those days of the offer that are closed."""
        closed = (day.date for day in self.offer if day.status is DayStatus.CLOSED)
        return queries.names_of_closed_days(self.service.department, closed)

    @cached_property
    def soonest(self) -> tuple[dt.datetime, ...]:
        """The first free time of each of the first free days, ``SOONEST`` at most."""
        firsts = (day.made(_first_free) for day in self.offer)
        return tuple(islice((first for first in firsts if first), SOONEST))

    def slot(self, starts_at: dt.datetime) -> Slot:
        """The free slot that starts then.

        Raises the ``BookingError`` that booking it would raise; ``NoSuchSlot`` for a time
        that is never offered.
        """
        dates = [timezone.localdate(starts_at)]
        (day,) = self.person.offer(self.service, dates, self.moving, as_staff=self.as_staff)
        if day.status in (DayStatus.PAST, DayStatus.BEYOND):
            raise errors.OutsideHorizon
        if day.status is DayStatus.NOT_OPEN:
            raise errors.NotOpen
        slot = queries.slot_at(day, starts_at)
        if slot is None:
            raise errors.NoSuchSlot
        if slot.status is not SlotStatus.FREE:
            raise errors.error_of(slot.status)
        return slot

    def own_visits(self, first: dt.date, last: dt.date) -> list[OwnVisit]:
        """The recipient's own visits on these days; none from before this week."""
        return self.person.visits_on(first, last)

    def balance(self, date: dt.date) -> Balance | None:
        """What is left of the grant in the week or month around a day that can be booked."""
        return self._entitlement.balance(date)

    def grant(self, date: dt.date) -> Grant | None:
        """The grant of the service on a date."""
        return self._entitlement.grant(date)

    @cached_property
    def _entitlement(self) -> Entitlement:
        return self.person.entitlement(self.service)


def _row(day: DayOffer) -> Row:
    return row(day, timezone=timezone.get_default_timezone())


def _first_free(day: DayOffer) -> dt.datetime | None:
    return next((slot.starts_at for slot in day.slots if slot.status is SlotStatus.FREE), None)


def free_day_before(rows: Sequence[Row], date: dt.date) -> Row | None:
    return next((row for row in reversed(rows) if row.free and row.date < date), None)


def free_day_after(rows: Sequence[Row], date: dt.date) -> Row | None:
    return next((row for row in rows if row.free and row.date > date), None)


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


def alternatives(offer: Iterable[DayOffer], wanted: dt.datetime) -> list[Alternative]:
    """The nearest free times."""
    return [Alternative(slot, wanted) for slot in queries.nearest_free(offer, wanted)]
