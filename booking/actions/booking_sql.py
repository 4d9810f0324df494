"""The statements of a booking, in SQL.

A booking holds locks that others wait for. So it reads all that a lock protects in one
statement, and writes everything in one statement. The ORM runs one statement for each table,
and takes longer to compile it than PostgreSQL takes to run it. Statements that are rare are
left to the ORM.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import AutoField, Field, JSONField, Model

from booking.models import Grant, Recipient
from booking.queries.day_seatings import pauses_of
from booking.queries.own_booking_rows import OwnBooking, OwnPause, charged_span
from booking.seating.day_seating import DaySeating
from booking.seating.values import Demand, Seat, Visit
from database.pipeline import Query, run_pipeline
from departments.actions.days import BUMP_REVISION
from departments.hours import DAY
from departments.models import Day, Department, Service

_KNOWN = """
SELECT EXISTS (SELECT FROM booking_booking WHERE id = %(key)s),
    ARRAY(
        SELECT qualification_id FROM departments_service_qualifications
        WHERE service_id = %(service)s
    ),
    (
        SELECT EXISTS (
            SELECT FROM departments_shift
            WHERE day_id = day.id AND starts_at <= %(starts_at)s AND ends_at >= %(ends_at)s
        )
        FROM departments_day AS day
        WHERE department_id = %(department)s AND date = %(day_before)s
            AND laid_out_at IS NOT NULL
    ),
    ARRAY(
        SELECT ARRAY[
            id::text, service_id::text,
            date_part('epoch', starts_at)::bigint::text, date_part('epoch', ends_at)::bigint::text,
            uncharged_at::text, status
        ]
        FROM booking_booking
        WHERE recipient_id = %(recipient)s AND status IN ('booked', 'kept')
            AND starts_at >= %(since)s AND starts_at < %(until)s
    ),
    ARRAY(
        SELECT ARRAY[first_day::text, last_day::text, set_visits]
        FROM booking_pause
        WHERE recipient_id = %(recipient)s AND ended_at IS NULL
            AND first_day <= %(date)s AND (last_day IS NULL OR last_day >= %(date)s)
    ),
    given.id, given.amount, given.unit, given.period, given.valid_from, given.valid_until,
    given.kind_of_time, given.choice_from, given.window_start, given.window_end,
    given.at_most_a_day, given.days_between, given.weeks
FROM (SELECT) AS one LEFT JOIN booking_grant AS given
    ON recipient_id = %(recipient)s AND service_id = %(service)s
    AND valid_from <= %(date)s AND (valid_until IS NULL OR valid_until >= %(date)s)
"""

# One Day at a time, so that PostgreSQL can use one plan for every booking.
_SEATS = """
SELECT shift.id,
    date_part('epoch', shift.starts_at)::bigint, date_part('epoch', shift.ends_at)::bigint,
    date_part('epoch', break_starts_at)::bigint, date_part('epoch', break_ends_at)::bigint,
    away, qualification_ids,
    date_part('epoch', before.starts_at)::bigint, date_part('epoch', before.ends_at)::bigint,
    date_part('epoch', before.occupied_until)::bigint,
    date_part('epoch', after.starts_at)::bigint
FROM departments_day AS day JOIN departments_shift AS shift ON shift.day_id = day.id
LEFT JOIN LATERAL (
    SELECT starts_at, ends_at, occupied_until FROM booking_visit
    WHERE shift_id = shift.id AND starts_at <= %(starts_at)s AND booking_id <> %(booking)s
    ORDER BY starts_at DESC LIMIT 1
) AS before ON true
LEFT JOIN LATERAL (
    SELECT starts_at FROM booking_visit
    WHERE shift_id = shift.id AND starts_at > %(starts_at)s AND booking_id <> %(booking)s
    ORDER BY starts_at LIMIT 1
) AS after ON true
WHERE day.department_id = %(department)s AND day.date = %(date)s AND NOT is_withdrawn
    AND shift.starts_at <= %(starts_at)s AND shift.ends_at >= %(ends_at)s
    AND (before.starts_at IS NULL OR before.occupied_until <= %(starts_at)s)
    AND (after.starts_at IS NULL OR after.starts_at >= %(occupied_until)s)
"""


@dataclass(frozen=True)
class Known:
    """What a booking has to know of the recipient, whose lock is held, and of the service.

    ``is_made``: a booking with this key exists. ``needs`` are the qualifications that a carer
    must have. ``has_night``: a shift of the day before includes the visit; None while that day
    is not laid out. ``own`` are the bookings and kept seats around the date;
    ``pauses`` and ``grants`` the one on the date, if any.
    """

    is_made: bool
    needs: frozenset[uuid.UUID]
    has_night: bool | None
    own: Sequence[OwnBooking]
    pauses: Sequence[OwnPause]
    grants: Sequence[Grant]


class _KnownRow(NamedTuple):
    is_made: bool
    needs: Sequence[uuid.UUID]
    has_night: bool | None
    own: Sequence[Sequence[str]]
    pauses: Sequence[Sequence[str | None]]
    grant_id: uuid.UUID | None
    amount: int
    unit: str
    period: str
    valid_from: dt.date
    valid_until: dt.date | None
    kind_of_time: str
    choice_from: dt.date | None
    window_start: dt.time | None
    window_end: dt.time | None
    at_most_a_day: int | None
    days_between: int | None
    weeks: int


class _SeatRow(NamedTuple):
    """A shift that is free for the visit, with the times of its visits before and after.
    Where a start is None, its ends are too."""

    shift_id: uuid.UUID
    starts: int
    ends: int
    break_starts: int | None
    break_ends: int | None
    away: Sequence[dt.datetime]
    qualification_ids: Sequence[uuid.UUID]
    before_starts: int | None
    before_ends: int
    before_until: int
    after_starts: int | None


def known_of(
    recipient: Recipient,
    service: Service,
    key: uuid.UUID,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    date: dt.date,
    *,
    after: Sequence[Query] = (),
) -> Known:
    """Read ``Known`` for a visit on the local ``date``, in the same round trip as the queries
    that it comes ``after``: the one that takes the recipient's lock."""
    since, until = charged_span(date, date)
    query = Query(
        _KNOWN,
        {
            "key": key,
            "recipient": recipient.pk,
            "service": service.pk,
            "department": service.department_id,
            "date": date,
            "day_before": date - DAY,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "since": since,
            "until": until,
        },
    )
    *_, (found,) = run_pipeline(*after, query)
    row = _KnownRow(*found)
    return Known(
        row.is_made,
        frozenset(row.needs),
        row.has_night,
        own=OwnBooking.all_of(row.own),
        pauses=OwnPause.all_of(row.pauses),
        grants=[_grant(recipient, service, row)] if row.grant_id else [],
    )


def seats_free(
    department: Department, date: dt.date, demand: Demand, starts_at: dt.datetime, key: uuid.UUID
) -> Query:
    """The shifts of a Day that are free for the visit, each with the visits before and after,
    for ``seating_of_rows``. Visits of the booking with that key are left out."""
    ends_at = starts_at + dt.timedelta(seconds=demand.seconds)
    return Query(
        _SEATS,
        {
            "department": department.pk,
            "date": date,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "occupied_until": ends_at + dt.timedelta(seconds=demand.travel),
            "booking": key,
        },
    )


def seating_of_rows(rows: Iterable[tuple[Any, ...]]) -> DaySeating:
    """A seating that knows which seats are free, and which of them has the tightest gap."""
    seats: list[Seat] = []
    visits: list[Visit] = []
    for row in map(_SeatRow._make, rows):
        id_, after = row.shift_id, row.after_starts
        away = [int(instant.timestamp()) for instant in row.away]
        pauses = pauses_of(row.break_starts, row.break_ends, away)
        seats.append(Seat(id_, row.starts, row.ends, pauses, frozenset(row.qualification_ids)))
        if row.before_starts is not None:
            visits.append(_neighbour(id_, row.before_starts, row.before_ends, row.before_until))
        if after is not None:
            visits.append(_neighbour(id_, after, after, after))
    return DaySeating(seats, visits, is_settled=True)


class Insertion(NamedTuple):
    """The INSERT of one row."""

    sql: str
    values: Sequence[Any]


def insertion_of(row: Model) -> Insertion:
    sql, fields = _insertion(type(row))
    return Insertion(sql, [_value(row, field) for field in fields])


def insert_all(rows: Sequence[Insertion], day: Day) -> Query:
    """INSERT all the rows and raise the revision of their Day, whose lock is held, in one
    statement. Constraints between the rows are checked when it ends."""
    parts = [f"row{number} AS ({row.sql})" for number, row in enumerate(rows)]
    values = [value for row in rows for value in row.values]
    return Query(f"WITH {', '.join(parts)} {BUMP_REVISION}", [*values, day.pk])


@cache
def _insertion(model: type[Model]) -> tuple[str, Collection["Field[Any, Any]"]]:
    """The INSERT of one row, and the fields whose values it takes."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    placeholders = ", ".join(["%s"] * len(fields))
    table = model._meta.db_table
    return f'INSERT INTO "{table}" ({columns}) VALUES ({placeholders})', fields  # noqa: S608 -- all names are ours


def _value(row: Model, field: "Field[Any, Any]") -> Any:
    """The value as the driver takes it: only JSON is converted."""
    value = field.pre_save(row, add=True)
    return field.get_db_prep_save(value, connection) if isinstance(field, JSONField) else value


def _grant(recipient: Recipient, service: Service, row: _KnownRow) -> Grant:
    return Grant(
        id=row.grant_id,
        recipient=recipient,
        service=service,
        amount=row.amount,
        unit=row.unit,
        period=row.period,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        kind_of_time=row.kind_of_time,
        choice_from=row.choice_from,
        window_start=row.window_start,
        window_end=row.window_end,
        at_most_a_day=row.at_most_a_day,
        days_between=row.days_between,
        weeks=row.weeks,
    )


def _neighbour(shift_id: uuid.UUID, starts: int, ends: int, until: int) -> Visit:
    return Visit(uuid.UUID(int=starts), starts, ends, until, seat=shift_id)
