"""A recipient's bookings as quota and collisions need them, ids and seconds, with those that
keep the seat of an agreed time; and the days on which they are away.

Three statements read them, all as arrays of text in the order of ``OwnBooking``: the one here,
the one behind every page (``queries.person``), and the one that a booking runs under its lock
(``actions.booking_sql``). PostgreSQL sends such an array in one column of a larger row, and it
is quick to skip when it is not needed.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from django.db.models import QuerySet

from booking import quota
from booking.models import Booking, Grant, Pause, Recipient
from booking.models.grants import MOST_DAYS_BETWEEN
from booking.queries.local_time import local_date, midnight
from booking.quota import Charge
from database.expressions import EpochSeconds, TextArray
from departments.hours import DAY


class OwnBooking(NamedTuple):
    """``starts`` and ``ends`` are seconds since 1970; ``is_charged`` is False when the visit was
    not made and does not count in the quota, or when it is only kept for an agreed time. The
    service's name is empty when the statement has not read it."""

    id: uuid.UUID
    service_id: uuid.UUID
    starts: int
    ends: int
    is_charged: bool = True
    service_name: str = ""
    is_kept: bool = False

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """The fifth text is ``uncharged_at``, None when the booking counts."""
        id_, service_id, starts, ends, uncharged, status, *name = texts
        is_kept = status == Booking.Status.KEPT
        return cls(
            uuid.UUID(id_),
            uuid.UUID(service_id),
            int(starts),
            int(ends),
            uncharged is None and not is_kept,
            name[0] if name else "",
            is_kept,
        )

    @classmethod
    def all_of(cls, rows: Iterable[Sequence[str]]) -> list[Self]:
        return [cls.of(texts) for texts in rows]

    @property
    def charge(self) -> Charge:
        date = local_date(self.starts)
        return Charge(self.id, self.service_id, date, (self.ends - self.starts) // 60)


def charges_of(own: Iterable[OwnBooking]) -> list[Charge]:
    return [one.charge for one in own if one.is_charged]


class OwnPause(NamedTuple):
    """The days on which the recipient is away; ``last_day`` is None until further notice."""

    first_day: dt.date
    last_day: dt.date | None
    stops_set_visits: bool

    @classmethod
    def all_of(cls, rows: Iterable[Sequence[str | None]]) -> list[Self]:
        return [
            cls(
                dt.date.fromisoformat(first or ""),
                dt.date.fromisoformat(last) if last else None,
                set_visits == Pause.SetVisits.STOPPED,
            )
            for first, last, set_visits in rows
        ]

    def covers(self, date: dt.date) -> bool:
        return self.first_day <= date and (self.last_day is None or date <= self.last_day)

    def stops(self, grant: Grant, date: dt.date) -> bool:
        """Whether no visit of the grant takes place on that date."""
        return self.covers(date) and (self.stops_set_visits or not grant.times_are_set)


def pauses_as_texts(pauses: "QuerySet[Pause]") -> "QuerySet[Pause, list[str]]":
    """The pauses as arrays that ``OwnPause.all_of`` reads."""
    return pauses.values_list(TextArray("first_day", "last_day", "set_visits"), flat=True)


def as_texts(bookings: "QuerySet[Booking]") -> "QuerySet[Booking, list[str]]":
    """The bookings as arrays that ``OwnBooking.of`` reads, with their services' names."""
    return bookings.values_list(
        TextArray(
            "pk",
            "service_id",
            EpochSeconds("starts_at"),
            EpochSeconds("ends_at"),
            "uncharged_at",
            "status",
            "service__name",
        ),
        flat=True,
    )


def own_around(recipient: Recipient, first: dt.date, last: dt.date) -> list[OwnBooking]:
    """The bookings and kept seats in every week and month that includes one of these dates."""
    since, until = charged_span(first, last)
    bookings = Booking.objects.seated().filter(
        recipient=recipient, starts_at__gte=since, starts_at__lt=until
    )
    return OwnBooking.all_of(as_texts(bookings.order_by()))


def charged_span(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The span in which a booking can count for these dates: by quota, by meeting a visit
    that lasts past midnight, or by the days that must lie between two visits."""
    since, until = quota.whole_periods(first - DAY, last + DAY)
    near = MOST_DAYS_BETWEEN * DAY
    return midnight(min(since, first - near)), midnight(max(until, last + near) + DAY)
