"""A booking by the ORM: one question at a time, whole days, one INSERT for each row."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import F, Model, Q
from django.utils import timezone

from benchmarks.plain import Swap, everywhere
from benchmarks.plain.people import own_bookings, own_pauses
from booking import errors
from booking.actions import booking_sql, bookings, locks
from booking.actions.booking_sql import Known
from booking.models import Booking, Grant, Recipient
from booking.queries.day_seatings import day_seatings, needs_of
from booking.queries.own_booking_rows import charged_span
from booking.seating.values import Demand
from database.pipeline import Query, run_pipeline
from departments.actions import days as day_actions
from departments.hours import DAY
from departments.models import Day, Service


def known_by_table() -> list[Swap]:
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
        run_pipeline(*after)
        before = Day.objects.filter(
            department=service.department_id, date=date - DAY, laid_out_at__isnull=False
        ).first()
        grants = Grant.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=date),
            recipient=recipient,
            service=service,
            valid_from__lte=date,
        )
        return Known(
            is_made=Booking.objects.filter(pk=key).exists(),
            needs=frozenset(service.qualifications.values_list("pk", flat=True)),
            has_night=before.shifts.filter(starts_at__lte=starts_at, ends_at__gte=ends_at).exists()
            if before
            else None,
            own=own_bookings(recipient, *charged_span(date, date)),
            pauses=own_pauses(recipient, date),
            grants=list(grants),
        )

    return everywhere(booking_sql.known_of, known_of)


def whole_day_read() -> list[Swap]:
    """All shifts and visits of the Days are read, and not only the free shifts."""

    def lock(
        request: bookings._BookingRequest,
        demand: Demand,
        dates: Sequence[dt.date],
        *,
        also: Collection[tuple[uuid.UUID, dt.date]] = (),
        without: Booking | None = None,
    ) -> bookings._Days:
        if not request.is_on_grid:
            raise errors.NoSuchSlot
        department = request.service.department
        pairs = [(department.pk, date) for date in dates]
        days = day_actions.lock_days([*pairs, *also])
        its_days = [day for day in days if (day.department_id, day.date) in pairs]
        locks.lay_out_missing(its_days, department)
        seatings = day_seatings(
            its_days,
            needs_of(department),
            now=timezone.now(),
            without=without or request.moving,
        )
        return bookings._Days(days, [(day, seatings[day.pk]) for day in its_days])

    return [Swap(bookings, "_lock", lock)]


def rows_saved_one_by_one() -> list[Swap]:
    def insertion_of(row: Model) -> Model:
        return row

    def insert_all(rows: Sequence[Model], day: Day) -> Query:
        for row in rows:
            row.save(force_insert=True)
        return Query(day_actions.BUMP_REVISION, [day.pk])

    return [
        *everywhere(booking_sql.insertion_of, insertion_of),
        *everywhere(booking_sql.insert_all, insert_all),
    ]


def inserts_worded_each_time() -> list[Swap]:
    return [Swap(booking_sql, "_insertion", booking_sql._insertion.__wrapped__)]


def recipient_locked_by_orm() -> list[Swap]:
    """A statement before the question, and a round trip more."""
    known_of = booking_sql.known_of

    def lock_recipient(recipient_id: uuid.UUID) -> None:
        Recipient.objects.filter(pk=recipient_id).update(revision=F("revision") + 1)

    def lock_then_ask(
        recipient: Recipient, *args: Any, after: Sequence[Query] = (), **kwargs: Any
    ) -> Known:
        if after:
            lock_recipient(recipient.pk)
        return known_of(recipient, *args, **kwargs)

    return [
        *everywhere(locks.lock_recipient, lock_recipient),
        *everywhere(known_of, lock_then_ask),
    ]


def days_locked_by_orm() -> list[Swap]:
    """A statement before the questions, and a round trip more."""

    def lock_days_and_query(
        pairs: Iterable[tuple[uuid.UUID, dt.date]], *queries: Query
    ) -> tuple[list[Day], list[list[tuple[Any, ...]]]]:
        wanted = set(pairs)
        if len(wanted) > 1:
            day_actions._create_missing(wanted)
        days = _locked(wanted)
        if len(days) < len(wanted):
            day_actions._create_missing(wanted)
            days = _locked(wanted)
        return days, run_pipeline(*queries)

    return everywhere(day_actions.lock_days_and_query, lock_days_and_query)


def _locked(pairs: Collection[tuple[uuid.UUID, dt.date]]) -> list[Day]:
    wanted = Q()
    for department_id, date in pairs:
        wanted |= Q(department=department_id, date=date)
    return list(
        Day.objects.filter(wanted).select_for_update().order_by("date", "department_id")
        if pairs
        else []
    )
