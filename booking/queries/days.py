"""The facts about a department's Days that cached offers depend on."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import NamedTuple, Self

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Func, IntegerField, QuerySet
from django.db.models.functions import Cast

from departments.models import Day


class DayFact(NamedTuple):
    """The columns of a Day that cache keys need."""

    pk: int
    date: dt.date
    revision: int
    is_laid_out: bool
    is_settled: bool
    takes_bookings: bool

    @classmethod
    def of(cls, numbers: Sequence[int]) -> Self:
        pk, ordinal, revision, is_laid_out, is_settled, takes_bookings = numbers
        date = dt.date.fromordinal(ordinal)
        flags = bool(is_laid_out), bool(is_settled), bool(takes_bookings)
        return cls(pk, date, revision, *flags)


def day_facts(days: "QuerySet[Day]") -> "QuerySet[Day, list[int]]":
    """The Days' facts as arrays of integers: the fastest way to read many."""
    whole = BigIntegerField()
    ordinal = Func("date", template="%(expressions)s - DATE '0001-01-01' + 1", output_field=whole)
    is_laid_out, is_settled = (
        Func(column, template="(%(expressions)s IS NOT NULL)::int", output_field=whole)
        for column in ("laid_out_at", "settled_at")
    )
    numbers = Func(
        "pk",
        ordinal,
        "revision",
        is_laid_out,
        is_settled,
        Cast("takes_bookings", IntegerField()),
        template="ARRAY[%(expressions)s]::bigint[]",
        output_field=ArrayField(whole),
    )
    return days.order_by().values_list(numbers, flat=True)


def facts_of(department_id: uuid.UUID, since: dt.date) -> list[DayFact]:
    days = Day.objects.filter(department=department_id, date__gte=since)
    return [DayFact.of(numbers) for numbers in day_facts(days)]
