"""All that a recipient's pages need to know of them, read in one statement.

Balances, free times, own visits, the next visit and the page's ETag are computed from it, so
that nothing is read twice.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils import timezone

from booking.calendar.offers import DayOffer
from booking.calendar.timetable import OwnVisit
from booking.models import Booking, Grant, Pause, Recipient
from booking.queries.days import DayFact, day_facts, facts_of
from booking.queries.entitlement import Balance, Entitlement, balance_of
from booking.queries.local_time import midnight
from booking.queries.own_booking_rows import (
    OwnBooking,
    OwnPause,
    as_texts,
    charged_span,
    charges_of,
    pauses_as_texts,
)
from booking.queries.own_choice import refusal_under
from booking.queries.slots import offer_of
from database.statements import ModelColumns, Statement
from departments.hours import DAY
from departments.models import Day, Department, Service

_RECIPIENT = ModelColumns(Recipient)
_GRANT = ModelColumns(
    Grant,
    "grants__",
    _RECIPIENT.end,
    without=frozenset({"reference", "decided_on"}),  # the SQL has a limit of length
)
_SERVICE = ModelColumns(Service, "grants__service__", _GRANT.end)
_DEPARTMENT = ModelColumns(
    Department,
    "grants__service__department__",
    _SERVICE.end,
    without=frozenset({"grants_by", "appeal_text"}),  # the SQL has a limit of length
)
_NOTICE = _DEPARTMENT.index("minimum_notice_minutes")
_DEPARTMENT_ID = _DEPARTMENT.index("id")


def _rows(
    recipients: QuerySet[Recipient],
    first: dt.date,
    last: dt.date,
    since: dt.datetime,
    until: dt.datetime,
) -> QuerySet[Recipient, Any]:
    """A row for each grant that the recipient ever had; one row when there are none."""
    days = day_facts(
        Day.objects.filter(
            department=OuterRef("grants__service__department"), date__range=(first, last)
        )
    )
    bookings = Booking.objects.seated().filter(
        recipient=OuterRef("pk"), starts_at__range=(since, until)
    )
    pauses = Pause.objects.standing(first).filter(recipient=OuterRef("pk"))
    models = (_RECIPIENT, _GRANT, _SERVICE, _DEPARTMENT)
    return recipients.order_by("grants__service__name", "grants__pk").values_list(
        *(path for columns in models for path in columns.paths),
        ArraySubquery(days.order_by("date")),  # in one order, because the ETag is made from them
        ArraySubquery(as_texts(bookings.order_by("starts_at"))),
        ArraySubquery(pauses_as_texts(pauses.order_by("first_day"))),
    )


class _PersonRow(NamedTuple):
    """``columns`` are those of the recipient, a grant, its service and its department;
    ``days`` are that department's (``DayFact``), ``own`` the recipient's ``OwnBooking``, and
    ``pauses`` their ``OwnPause``."""

    columns: Sequence[Any]
    days: Sequence[Sequence[int]]
    own: Sequence[Sequence[str]]
    pauses: Sequence[Sequence[str | None]]

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        *columns, days, own, pauses = row
        return cls(columns, days, own, pauses)


_EXAMPLES = {
    "key": uuid.UUID(int=1),
    "first": dt.date.min,
    "last": dt.date.max,
    "since": dt.datetime.min.replace(tzinfo=dt.UTC),
    "until": dt.datetime.max.replace(tzinfo=dt.UTC),
}
_OF_RECIPIENT = Statement(
    lambda key, **span: _rows(Recipient.objects.filter(pk=key), **span), **_EXAMPLES
)
_OF_USER = Statement(
    lambda key, **span: _rows(Recipient.objects.filter(user_id=key, departed_at=None), **span),
    **_EXAMPLES,
)
# Beyond every horizon. Without an upper bound PostgreSQL expects a third of all rows, and
# then never caches a generic plan.
_AHEAD = dt.timedelta(days=400)


@dataclass(frozen=True)
class Person:
    """A recipient at one moment: their grants, their bookings, and the Days of the
    departments where they may book."""

    now: dt.datetime
    rows: Sequence[_PersonRow]  # one for each grant; one when there are none

    @classmethod
    def of(cls, recipient: Recipient, now: dt.datetime) -> Self:
        found = cls._read(_OF_RECIPIENT, recipient.pk, now)
        if found is None:
            raise Recipient.DoesNotExist
        return found

    @classmethod
    def of_user(cls, user_id: uuid.UUID, now: dt.datetime) -> Self | None:
        """None for a user who is not a recipient."""
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
        return cls(now, [_PersonRow.of(row) for row in rows]) if rows else None

    @cached_property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)

    @property
    def facts(self) -> Sequence[object]:
        """All that was read, except the bookings: the recipient's ``revision`` changes with
        them. Compared instead of the models, because it is quicker."""
        return [(row.columns, row.days) for row in self.rows]

    @property
    def notices(self) -> Sequence[int | None]:
        """The departments' shortest notices in minutes."""
        return [row.columns[_NOTICE] for row in self.rows]

    @cached_property
    def recipient(self) -> Recipient:
        return _RECIPIENT.of(self.rows[0].columns)

    @cached_property
    def grants(self) -> Sequence[Grant]:
        """All grants, past and future too, ordered by the service's name."""
        grants: list[Grant] = []
        departments: dict[uuid.UUID, Department] = {}
        for row in self.rows:
            grant = _GRANT.of(row.columns)
            if grant.pk is None:
                break
            grant.recipient = self.recipient
            grant.service = _SERVICE.of(row.columns)
            id_ = grant.service.department_id
            if id_ not in departments:
                departments[id_] = _DEPARTMENT.of(row.columns)
            grant.service.department = departments[id_]
            grants.append(grant)
        return grants

    @cached_property
    def days(self) -> Mapping[uuid.UUID, Sequence[DayFact]]:
        """The Days from yesterday on, by department."""
        days = {row.columns[_DEPARTMENT_ID]: row.days for row in self.rows}
        return {id_: [DayFact.of(numbers) for numbers in its] for id_, its in days.items()}

    @property
    def departments(self) -> list[Department]:
        """The departments where the recipient has, had or will have a grant."""
        return list({grant.service.department: None for grant in self.grants})

    @property
    def current_departments(self) -> list[Department]:
        """Those where the recipient has a grant now or later."""
        grants = (
            one for one in self.grants if one.valid_until is None or one.valid_until >= self.today
        )
        return list({grant.service.department: None for grant in grants})

    def service(self, id_: uuid.UUID) -> Service | None:
        """A service that the recipient has, had or will have a grant of."""
        return next((grant.service for grant in self.grants if grant.service_id == id_), None)

    # -- Balances ----------------------------------------------------------

    def balances(self, on: dt.date) -> list[Balance]:
        """What is left of each grant that is valid on a date from today on, by the
        service's name."""
        charges = charges_of(self._own)
        return [balance_of(grant, charges, on) for grant in self.grants if grant.is_valid_on(on)]

    def entitlement(
        self, service: Service, moving: Booking | None = None, *, as_staff: bool = False
    ) -> Entitlement:
        grants = sorted(
            (grant for grant in self.grants if grant.service_id == service.pk),
            key=lambda grant: grant.valid_from,
        )
        return Entitlement.known(
            service,
            grants,
            self._own,
            self.now,
            pauses=self.pauses,
            moving=moving,
            as_staff=as_staff,
        )

    # -- Free times ----------------------------------------------------------

    def offer(
        self,
        service: Service,
        dates: Collection[dt.date],
        moving: Booking | None = None,
        *,
        as_staff: bool = False,
    ) -> list[DayOffer]:
        """See ``booking.queries.slots``."""
        days = self.days.get(service.department_id)
        if days is None:
            days = facts_of(service.department_id, self.today - DAY)
        entitlement = self.entitlement(service, moving, as_staff=as_staff)
        return offer_of(entitlement, dates, days, self.now, moving)

    # -- Own visits --------------------------------------------------------

    @cached_property
    def visits(self) -> list[OwnVisit]:
        """Confirmed bookings from the beginning of this week and month on, in order."""
        return [
            OwnVisit(one.id, one.service_name, _instant(one.starts), _instant(one.ends))
            for one in self._booked
        ]

    def visits_on(self, first: dt.date, last: dt.date) -> list[OwnVisit]:
        """Those under way on any of these days."""
        begins, ends = midnight(first), midnight(last + DAY)
        return [
            visit for visit in self.visits if visit.ends_at > begins and visit.starts_at < ends
        ]

    def booked_at(self, service: Service, starts_at: dt.datetime) -> uuid.UUID | None:
        """The id of the booking of this service that begins then."""
        starts = starts_at.timestamp()
        found = (
            own.id for own in self._booked if own.service_id == service.pk and own.starts == starts
        )
        return next(found, None)

    @cached_property
    def next_booking(self) -> Booking | None:
        """The first that is not over, with its service. Only its times and keys are
        loaded; other fields are deferred."""
        now = self.now.timestamp()
        for own in self._booked:
            if own.ends > now:
                names = ["id", "recipient_id", "service_id", "starts_at", "ends_at"]
                times = (_instant(own.starts), _instant(own.ends))
                booking = Booking.from_db(
                    "default", names, [own.id, self.recipient.pk, own.service_id, *times]
                )
                booking.recipient = self.recipient
                if service := self.service(own.service_id):
                    booking.service = service
                booking.not_own = refusal_under(self.grants, booking) or ""
                return booking
        return None

    @cached_property
    def pauses(self) -> list[OwnPause]:
        """Those that stand or are to come, in order."""
        return OwnPause.all_of(self.rows[0].pauses)

    @cached_property
    def kept_visits(self) -> list[OwnVisit]:
        """The agreed times that are kept until the recipient chooses, in order."""
        now = self.now.timestamp()
        return [
            OwnVisit(one.id, one.service_name, _instant(one.starts), _instant(one.ends))
            for one in self._own
            if one.is_kept and one.ends > now
        ]

    @cached_property
    def _booked(self) -> list[OwnBooking]:
        return [one for one in self._own if not one.is_kept]

    @cached_property
    def _own(self) -> list[OwnBooking]:
        return OwnBooking.all_of(self.rows[0].own)


def offer(
    *,
    service: Service,
    recipient: Recipient,
    dates: Collection[dt.date],
    now: dt.datetime,
    moving: Booking | None = None,
    as_staff: bool = False,
) -> list[DayOffer]:
    """The dates in order, each with its slots as this recipient may choose them, or staff
    for the recipient.

    A booking that is ``moving`` keeps its length and does not block its own time. Runs one
    statement when the days are cached, at most five when they are laid out, however many
    dates. A page that needs more than the offer reads ``Person`` and calls its methods.
    """
    return Person.of(recipient, now).offer(service, dates, moving, as_staff=as_staff)


def _instant(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
