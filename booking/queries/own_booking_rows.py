"""A recipient's confirmed bookings as quota and collisions need them: ids and seconds.

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
from booking.models import Booking, Recipient
from booking.models.grants import MOST_DAYS_BETWEEN
from booking.queries.local_time import local_date, midnight
from booking.quota import Charge
from database.expressions import EpochSeconds, TextArray
from departments.hours import DAY


class OwnBooking(NamedTuple):
    """``starts`` and ``ends`` are seconds since 1970. The service's name is empty when the
    statement has not read it."""

    id: uuid.UUID
    service_id: uuid.UUID
    starts: int
    ends: int
    service_name: str = ""

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        id_, service_id, starts, ends, *name = texts
        return cls(uuid.UUID(id_), uuid.UUID(service_id), int(starts), int(ends), *name)

    @classmethod
    def all_of(cls, rows: Iterable[Sequence[str]]) -> list[Self]:
        return [cls.of(texts) for texts in rows]

    @property
    def charge(self) -> Charge:
        date = local_date(self.starts)
        return Charge(self.id, self.service_id, date, (self.ends - self.starts) // 60)


def as_texts(bookings: "QuerySet[Booking]") -> "QuerySet[Booking, list[str]]":
    """The bookings as arrays that ``OwnBooking.of`` reads, with their services' names."""
    return bookings.values_list(
        TextArray(
            "pk",
            "service_id",
            EpochSeconds("starts_at"),
            EpochSeconds("ends_at"),
            "service__name",
        ),
        flat=True,
    )


def own_around(recipient: Recipient, first: dt.date, last: dt.date) -> list[OwnBooking]:
    """The confirmed bookings in every week and month that includes one of these dates."""
    since, until = charged_span(first, last)
    bookings = Booking.objects.confirmed().filter(
        recipient=recipient, starts_at__gte=since, starts_at__lt=until
    )
    return OwnBooking.all_of(as_texts(bookings.order_by()))


def charged_span(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The span in which a booking can count for these dates: by quota, by meeting a visit
    that lasts past midnight, or by the days that must lie between two visits."""
    since, until = quota.whole_periods(first - DAY, last + DAY)
    near = MOST_DAYS_BETWEEN * DAY
    return midnight(min(since, first - near)), midnight(max(until, last + near) + DAY)
