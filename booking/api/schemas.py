"""The API's JSON schemas. Times are local, with their offset."""

import datetime as dt
import re
import uuid
from typing import Annotated, Any, Literal, Self

from django.utils import timezone
from ninja import Schema
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from accounts.api import Invalid, Problem
from accounts.text import clean_text
from booking.calendar.offers import Slot, SlotStatus
from booking.models import Booking
from booking.queries.entitlement import Balance

DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
YEARS = range(1970, 3000)  # far from the limits of datetime


def _date(value: Any) -> dt.date:
    if isinstance(value, str) and DATE.fullmatch(value):
        return dt.date.fromisoformat(value)
    raise ValueError("A date is written 2026-11-24.")


def _written(value: Any) -> Any:
    """Refuse a time without an offset: it is ambiguous when clocks go back."""
    is_read = isinstance(value, str) and INSTANT.fullmatch(value)
    if not (is_read or isinstance(value, dt.datetime)):
        raise ValueError("A time is written with its offset: 2026-11-24T10:00:00+01:00.")
    return value


def _in_our_time(value: dt.datetime) -> dt.datetime:
    if value.year not in YEARS:
        raise ValueError("No visit was ever booked or will be in that year.")
    return value


Date = Annotated[dt.date, BeforeValidator(_date)]
Instant = Annotated[
    dt.datetime,
    BeforeValidator(_written),
    AfterValidator(_in_our_time),
    PlainSerializer(lambda value: timezone.localtime(value).isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Reason = Annotated[str, Field(max_length=200)]
Note = Annotated[str, Field(max_length=200)]


class BalanceOut(Schema):
    """What is left of a grant in the week or month around a date."""

    unit: Literal["visits", "minutes"]
    granted: int
    used: int
    left: int
    period_start: dt.date
    period_end: dt.date

    @classmethod
    def of(cls, balance: Balance) -> Self:
        return cls.model_validate(balance, from_attributes=True)


# Who chooses the time, and within which limits.
OF_CHOICE = (
    "kind_of_time",
    "choice_from",
    "window_start",
    "window_end",
    "at_most_a_day",
    "days_between",
)


class ServiceOut(Schema):
    id: uuid.UUID
    name: str
    minutes: int
    kind_of_time: Literal["set", "window", "free"] = Field(
        description="Who chooses the time. Set: only staff book, move and cancel."
    )
    choice_from: dt.date | None = Field(description="Staff plan all visits before it.")
    window_start: dt.time | None = Field(description="Local. A visit lies within the window.")
    window_end: dt.time | None
    at_most_a_day: int | None
    days_between: int | None = Field(description="Whole days between two visits, at least.")
    balance: BalanceOut

    @classmethod
    def of(cls, balance: Balance) -> Self:
        service, grant = balance.service, balance.grant
        return cls(
            id=service.pk,
            name=service.name,
            minutes=service.minutes,
            **{name: getattr(grant, name) for name in OF_CHOICE},
            balance=BalanceOut.of(balance),
        )


class SlotOut(Schema):
    start: Instant
    end: Instant
    status: Literal["free", "busy"] = Field(description="Busy: nobody is left who could come.")

    @classmethod
    def of(cls, slot: Slot) -> Self:
        status: Literal["free", "busy"] = "free" if slot.status is SlotStatus.FREE else "busy"
        return cls.model_construct(start=slot.starts_at, end=slot.ends_at, status=status)


class DayOut(Schema):
    date: dt.date
    slots: list[SlotOut]


class SlotsOut(Schema):
    days: list[DayOut]


class BookingOut(Schema):
    id: uuid.UUID
    service: uuid.UUID
    start: Instant
    end: Instant
    status: Literal["booked", "cancelled"]
    note: str = Field(description="For the carer.")
    counts: bool = Field(
        description="In the balance. A cancelled visit does not; one not made may not."
    )

    @classmethod
    def of(cls, booking: Booking) -> Self:
        return cls.model_construct(
            id=booking.pk,
            service=booking.service_id,
            start=booking.starts_at,
            end=booking.ends_at,
            status=booking.status,
            note=booking.note,
            counts=booking.status == Booking.Status.BOOKED and booking.uncharged_at is None,
        )


class Sent(Schema):
    """What programs send. Text is cleaned as in forms, before its length is checked."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _clean(cls, value: Any, field: ValidationInfo) -> Any:
        is_text = cls.model_fields[str(field.field_name)].annotation is str
        return clean_text(value) if is_text and isinstance(value, str) else value


class BookIn(Sent):
    service: uuid.UUID
    start: Instant
    recipient: uuid.UUID | None = Field(None, description="Whom it is for, when not oneself.")
    note: Note = Field("", description="For the carer. Not about health.")
    reason: Reason = Field(
        "", description="Staff must give one at short notice; the recipient reads it."
    )


class MoveIn(Sent):
    start: Instant
    reason: Reason = Field("", description="Staff must give one; the recipient reads it.")


class CancelIn(Sent):
    reason: Reason = Field("", description="Staff must give one; the recipient reads it.")


# -- Refusals -----------------------------------------------------------------------


class SlotTakenOut(Problem):
    """Somebody was faster. With up to three free times near the one wanted."""

    code: Literal["slot_taken"]
    alternatives: list[SlotOut]


class OverQuotaOut(Problem):
    """The grant gives no more in that week or month."""

    code: Literal["over_quota"]
    balance: BalanceOut | None = None


class OutsideHorizonOut(Problem):
    """Later than can be booked yet."""

    code: Literal["outside_horizon"]
    last_day: dt.date | None = None


class RefusedOut(Problem):
    """It can't be had, whoever asks again: the code tells why."""

    code: Literal[
        "too_late",
        "already_reported",
        "not_granted",
        "paused",
        "overlaps_own",
        "no_such_slot",
        "not_open",
        "key_reused",
        "times_are_set",
        "not_yours_yet",
        "outside_window",
        "enough_that_day",
        "too_close",
        "reason_required",
        "not_possible",
    ]


class RangeRefusedOut(Problem):
    code: Literal["range_too_long", "not_granted"]


class InvalidOut(Invalid):
    code: Literal["invalid"]


Unbookable = OverQuotaOut | OutsideHorizonOut | RefusedOut | InvalidOut
Unanswerable = OutsideHorizonOut | RangeRefusedOut | InvalidOut
