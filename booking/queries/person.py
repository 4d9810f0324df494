"""All that a person's pages need to know of them, read in one statement.

Balances, what is free, own visits, the next one and the page's ETag are answered from
here, so that nothing is read twice.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, OuterRef, QuerySet, TextField
from django.utils import timezone

from booking.calendar.offers import DayOffer
from booking.calendar.timetable import OwnVisit
from booking.models import Booking, Grant, Recipient
from booking.queries.days import DayFact, day_facts, facts_of
from booking.queries.entitlement import Balance, Entitlement, OwnBooking, balance_of, charged_span
from booking.queries.slots import offer_of
from database.expressions import EpochSeconds
from database.statements import ModelColumns, Statement
from departments.hours import DAY, local_instant
from departments.models import Day, Department, Service

_RECIPIENT = ModelColumns(Recipient)
_GRANT = ModelColumns(Grant, "grants__", _RECIPIENT.end)
_SERVICE = ModelColumns(Service, "grants__service__", _GRANT.end)
_DEPARTMENT = ModelColumns(Department, "grants__service__department__", _SERVICE.end)
_NOTICE = _DEPARTMENT.place + _DEPARTMENT.columns.index("minimum_notice_minutes")


def _affairs(
    recipients: QuerySet[Recipient],
    first: dt.date,
    last: dt.date,
    since: dt.datetime,
    until: dt.datetime,
) -> QuerySet[Recipient, Any]:
    """A row for each grant that the person ever had; one when there are none."""
    days = day_facts(
        Day.objects.filter(
            department=OuterRef("grants__service__department"), date__range=(first, last)
        )
    )
    return recipients.order_by("grants__service__name", "grants__pk").values_list(
        *(path for part in (_RECIPIENT, _GRANT, _SERVICE, _DEPARTMENT) for path in part.paths),
        ArraySubquery(days),
        ArraySubquery(_booked(since, until)),
    )


def _booked(since: dt.datetime, until: dt.datetime) -> QuerySet[Booking, Any]:
    """The outer query's person's confirmed bookings as arrays of text, in order: quick to
    read, and to leave unread."""
    return (
        Booking.objects.confirmed()
        .filter(recipient=OuterRef("pk"), starts_at__range=(since, until))
        .order_by("starts_at")
        .values_list(
            Func(
                "pk",
                "service_id",
                EpochSeconds("starts_at"),
                EpochSeconds("ends_at"),
                "service__name",
                template="ARRAY[%(expressions)s]::text[]",
                arg_joiner="::text, ",
                output_field=ArrayField(TextField()),
            ),
            flat=True,
        )
    )


_EXAMPLES = {
    "key": uuid.UUID(int=1),
    "first": dt.date.min,
    "last": dt.date.max,
    "since": dt.datetime.min.replace(tzinfo=dt.UTC),
    "until": dt.datetime.max.replace(tzinfo=dt.UTC),
}
_OF_RECIPIENT = Statement(
    lambda key, **span: _affairs(Recipient.objects.filter(pk=key), **span), **_EXAMPLES
)
_OF_USER = Statement(
    lambda key, **span: _affairs(Recipient.objects.filter(user_id=key), **span), **_EXAMPLES
)
# No calendar reaches so far. Without another end PostgreSQL expects a third of all that
# ever was, and then finds no plan good enough to be kept for the next person.
_AHEAD = dt.timedelta(days=400)


@dataclass(frozen=True)
class Person:
    """One person at one moment: what they are granted, what they have booked, and the
    Days of the departments where they may book."""

    now: dt.datetime
    rows: Sequence[tuple[Any, ...]]  # one for each grant, or one

    @classmethod
    def of(cls, recipient: Recipient, now: dt.datetime) -> Self:
        found = cls._read(_OF_RECIPIENT, recipient.pk, now)
        if found is None:
            raise Recipient.DoesNotExist
        return found

    @classmethod
    def of_user(cls, user_id: uuid.UUID, now: dt.datetime) -> Self | None:
        """None for somebody who is no recipient."""
        return cls._read(_OF_USER, user_id, now)

    @classmethod
    def _read(cls, statement: Statement, key: uuid.UUID, now: dt.datetime) -> Self | None:
        today = timezone.localdate(now)
        since, _ = charged_span(today, today)
        rows = statement.rows(
            key=key,
            first=today - DAY,
            last=today + _AHEAD,
            since=since,
            until=now + _AHEAD,
        )
        return cls(now, rows) if rows else None

    @property
    def facts(self) -> Sequence[object]:
        """All that was read except bookings, of which ``revision`` tells: quicker to
        compare than what is made of it."""
        return [row[:-1] for row in self.rows]

    @property
    def notices(self) -> Sequence[int | None]:
        """The departments' shortest notices in minutes."""
        return [row[_NOTICE] for row in self.rows]

    @cached_property
    def recipient(self) -> Recipient:
        return _RECIPIENT.of(self.rows[0])

    @cached_property
    def grants(self) -> Sequence[Grant]:
        """Of all times, by the service's name."""
        grants: list[Grant] = []
        departments: dict[uuid.UUID, Department] = {}
        for row in self.rows:
            grant = _GRANT.of(row)
            if grant.pk is None:
                break
            grant.recipient = self.recipient
            grant.service = _SERVICE.of(row)
            id_ = grant.service.department_id
            if id_ not in departments:
                departments[id_] = _DEPARTMENT.of(row)
            grant.service.department = departments[id_]
            grants.append(grant)
        return grants

    @cached_property
    def days(self) -> Mapping[uuid.UUID, Sequence[DayFact]]:
        """By department, from yesterday on."""
        days = {row[_DEPARTMENT.place]: row[-2] for row in self.rows}
        return {id_: [DayFact.of(numbers) for numbers in its] for id_, its in days.items()}

    @property
    def departments(self) -> list[Department]:
        """Where the person is or was granted something."""
        return list({grant.service.department: None for grant in self.grants})

    def service(self, id_: uuid.UUID) -> Service | None:
        """A service that the person is, was or will be granted."""
        return next((grant.service for grant in self.grants if grant.service_id == id_), None)

    # -- What is left ----------------------------------------------------------

    def balances(self, on: dt.date) -> list[Balance]:
        """What is left of each grant that is valid on a date from today on, by the
        service's name."""
        charges = [one.charge for one in self._own]
        return [balance_of(grant, charges, on) for grant in self.grants if grant.is_valid_on(on)]

    def entitlement(self, service: Service, moving: Booking | None = None) -> Entitlement:
        grants = sorted(
            (grant for grant in self.grants if grant.service_id == service.pk),
            key=lambda grant: grant.valid_from,
        )
        return Entitlement.known(service, grants, self._own, self.now, moving=moving)

    # -- What is free ----------------------------------------------------------

    def offer(
        self, service: Service, dates: Collection[dt.date], moving: Booking | None = None
    ) -> list[DayOffer]:
        """See ``booking.queries.slots``."""
        days = self.days.get(service.department_id)
        if days is None:
            days = facts_of(service.department_id, timezone.localdate(self.now) - DAY)
        return offer_of(self.entitlement(service, moving), dates, days, self.now, moving)

    # -- What is booked --------------------------------------------------------

    @cached_property
    def visits(self) -> list[OwnVisit]:
        """Confirmed bookings from the beginning of this week and month on, in order."""
        return [
            OwnVisit(id_, name, _instant(starts), _instant(ends))
            for id_, _, starts, ends, name in self._booked
        ]

    def visits_on(self, first: dt.date, last: dt.date) -> list[OwnVisit]:
        """Those under way on any of these days."""
        zone = timezone.get_default_timezone()
        begins = local_instant(first, dt.time(), zone)
        ends = local_instant(last + DAY, dt.time(), zone)
        return [
            visit for visit in self.visits if visit.ends_at > begins and visit.starts_at < ends
        ]

    @cached_property
    def next_booking(self) -> Booking | None:
        """The first that is not over, with its service and no more than when it is; the
        rest is read when asked for."""
        now = self.now.timestamp()
        for id_, service_id, starts, ends, _ in self._booked:
            if ends > now:
                names = ["id", "recipient_id", "service_id", "starts_at", "ends_at"]
                times = (_instant(starts), _instant(ends))
                booking = Booking.from_db(
                    "default", names, [id_, self.recipient.pk, service_id, *times]
                )
                booking.recipient = self.recipient
                if service := self.service(service_id):
                    booking.service = service
                return booking
        return None

    @cached_property
    def _own(self) -> list[OwnBooking]:
        return [OwnBooking(*row[:4]) for row in self._booked]

    @cached_property
    def _booked(self) -> list[tuple[uuid.UUID, uuid.UUID, int, int, str]]:
        return [
            (uuid.UUID(id_), uuid.UUID(service_id), int(starts), int(ends), name)
            for id_, service_id, starts, ends, name in self.rows[0][-1]
        ]


def offer(
    *,
    service: Service,
    recipient: Recipient,
    dates: Collection[dt.date],
    now: dt.datetime,
    moving: Booking | None = None,
) -> list[DayOffer]:
    """The dates in order, each with its slots as this person finds them.

    ``moving`` is offered times as if it had none yet, with the length it was booked with.
    However many dates: one statement when nothing has changed since the days were last
    asked for, at most five when they are laid out. A page that asks for more than the
    offer reads the ``Person`` once and asks them.
    """
    return Person.of(recipient, now).offer(service, dates, moving)


def _instant(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
