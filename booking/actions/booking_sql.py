"""The statements that a booking is made of, in SQL.

The ORM words each of these anew every time, which takes longer than PostgreSQL takes to
answer, and it asks one thing at a time. A booking holds locks that others wait for, so
it asks for all that a lock keeps still at once, and writes everything at once. Whatever
only happens now and then is left to the ORM.
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
from booking.queries.entitlement import OwnBooking, charged_span
from booking.seating.board import DaySeating
from booking.seating.values import Demand, Seat, Visit
from database.pipeline import COMMIT, Query, run_pipeline
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
    (
        SELECT coalesce(json_agg(json_build_array(
            id, service_id,
            date_part('epoch', starts_at)::bigint, date_part('epoch', ends_at)::bigint
        )), '[]')
        FROM booking_booking
        WHERE recipient_id = %(recipient)s AND status = 'booked'
            AND starts_at >= %(since)s AND starts_at < %(until)s
    ),
    given.id, given.amount, given.unit, given.period, given.valid_from, given.valid_until
FROM (SELECT) AS one LEFT JOIN booking_grant AS given
    ON recipient_id = %(recipient)s AND service_id = %(service)s
    AND valid_from <= %(date)s AND (valid_until IS NULL OR valid_until >= %(date)s)
"""

# One Day at a time, so that one plan serves every booking.
_SEATS = """
SELECT shift.id,
    date_part('epoch', shift.starts_at)::bigint, date_part('epoch', shift.ends_at)::bigint,
    date_part('epoch', break_starts_at)::bigint, date_part('epoch', break_ends_at)::bigint,
    qualification_ids,
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
WHERE day.department_id = %(department)s AND day.date = %(date)s AND withdrawn_by_id IS NULL
    AND shift.starts_at <= %(starts_at)s AND shift.ends_at >= %(ends_at)s
    AND (before.starts_at IS NULL OR before.occupied_until <= %(starts_at)s)
    AND (after.starts_at IS NULL OR after.starts_at >= %(occupied_until)s)
"""


@dataclass(frozen=True)
class Known:
    """What is true of a person whose lock is held, and of the service they ask for."""

    is_made: bool  # a booking with this key exists
    needs: frozenset[uuid.UUID]  # what the service asks of a carer
    # Whether a shift of the day before lasts until then; None while that is not laid out.
    has_night: bool | None
    own: Sequence[OwnBooking]  # around the date
    grants: Sequence[Grant]  # on the date: one, or none


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
    """What has to be known before a Day is locked, for a visit on the local ``date``; asked
    in the same journey as what comes before it, such as the lock that it needs."""
    since, until = charged_span(date, date)
    asked = Query(
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
    *_, ((is_made, needs, has_night, own, *granted),) = run_pipeline(*after, asked)
    return Known(
        is_made,
        frozenset(needs),
        has_night,
        own=[OwnBooking(uuid.UUID(one), uuid.UUID(its), *times) for one, its, *times in own],
        grants=[_grant(recipient, service, *granted)] if granted[0] else [],
    )


def seats_free(
    department: Department, date: dt.date, demand: Demand, starts_at: dt.datetime, key: uuid.UUID
) -> Query:
    """Which shifts of a Day are free for that long, each with the visits before and after:
    ``seating_of_rows`` makes a board of the answer. Those of the booking with that key are left
    out."""
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
    """Enough to see who is directly free, and who of them has the tightest hole."""
    seats: list[Seat] = []
    visits: list[Visit] = []
    for shift_id, starts, ends, rest, back, skills, *around in rows:
        pause = None if rest is None else (rest, back)
        seats.append(Seat(shift_id, starts, ends, pause, frozenset(skills)))
        before, its_end, its_until, after = around
        if before is not None:
            visits.append(_neighbour(shift_id, before, its_end, its_until))
        if after is not None:
            visits.append(_neighbour(shift_id, after, after, after))
    return DaySeating(seats, visits, is_settled=True)


class Insertion(NamedTuple):
    """The INSERT of one row, ready to be sent."""

    sql: str
    values: Sequence[Any]


def insertion_of(row: Model) -> Insertion:
    sql, fields = _insertion(type(row))
    return Insertion(sql, [_value(row, field) for field in fields])


def write_together(rows: Sequence[Insertion], day: Day) -> None:
    """INSERT all the rows and raise the revision of their Day, whose lock is held, in
    one statement. Constraints between them are looked at when it ends.

    The verb does nothing after this. Unless the caller has a transaction of their own, it
    is committed in the same journey, so that others wait for the Day no longer than they
    must; Django then finds nothing left to commit.
    """
    parts = [f"row{number} AS ({row.sql})" for number, row in enumerate(rows)]
    values = [value for row in rows for value in row.values]
    written = Query(f"WITH {', '.join(parts)} {BUMP_REVISION}", [*values, day.pk])
    run_pipeline(written, *([] if connection.savepoint_ids else [COMMIT]))


@cache
def _insertion(model: type[Model]) -> tuple[str, Collection["Field[Any, Any]"]]:
    """The INSERT of one row, and the fields whose values it takes."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = model._meta.db_table
    return f'INSERT INTO "{table}" ({columns}) VALUES ({places})', fields  # noqa: S608 -- all names are ours


def _value(row: Model, field: "Field[Any, Any]") -> Any:
    """As the driver takes it: all but JSON as it is."""
    value = field.pre_save(row, add=True)
    return field.get_db_prep_save(value, connection) if isinstance(field, JSONField) else value


def _grant(
    recipient: Recipient,
    service: Service,
    id_: uuid.UUID,
    amount: int,
    unit: str,
    period: str,
    valid_from: dt.date,
    valid_until: dt.date | None,
) -> Grant:
    return Grant(
        id=id_,
        recipient=recipient,
        service=service,
        amount=amount,
        unit=unit,
        period=period,
        valid_from=valid_from,
        valid_until=valid_until,
    )


def _neighbour(shift_id: uuid.UUID, starts: int, ends: int, until: int) -> Visit:
    return Visit(uuid.UUID(int=starts), starts, ends, until, seat=shift_id)
