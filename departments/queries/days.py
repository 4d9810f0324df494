"""The shifts of a department's days, laid out or not."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from database.expressions import EpochSeconds
from departments import hours
from departments.hours import ShiftDraft
from departments.models import Day, Department, Shift
from departments.queries.hours import rules_of


@dataclass(frozen=True)
class ShiftFact:
    """One shift with times in seconds since the epoch, for seating.

    ``id`` is None while its day is not laid out.
    """

    id: uuid.UUID | None
    starts: int
    ends: int
    break_starts: int | None
    break_ends: int | None
    qualification_ids: frozenset[uuid.UUID]
    person_id: uuid.UUID | None
    withdrawn: bool
    away: tuple[int, ...]  # from, to, from, to …
    hours_id: uuid.UUID | None

    @classmethod
    def of_draft(cls, draft: ShiftDraft) -> Self:
        pause = draft.pause
        return cls(
            id=None,
            starts=int(draft.period.start.timestamp()),
            ends=int(draft.period.end.timestamp()),
            break_starts=int(pause.start.timestamp()) if pause else None,
            break_ends=int(pause.end.timestamp()) if pause else None,
            qualification_ids=draft.qualification_ids,
            person_id=None,
            withdrawn=False,
            away=(),
            hours_id=None if draft.is_special else draft.hours_id,
        )


def shifts_by_day(
    department: Department, dates: Collection[dt.date]
) -> dict[dt.date, list[ShiftFact]]:
    """The shifts of each date, earliest first.

    Writes nothing: the shifts of a day that is not laid out are computed.
    """
    days = dict(
        Day.objects.filter(
            department=department, date__in=dates, laid_out_at__isnull=False
        ).values_list("date", "pk")
    )
    by_date: dict[dt.date, list[ShiftFact]] = {date: [] for date in dates}
    date_of = {pk: date for date, pk in days.items()}
    for day_id, fact in shift_facts(date_of):
        by_date[date_of[day_id]].append(fact)

    missing = [date for date in dates if date not in days]
    if missing:
        rules = rules_of(department, missing)
        for date in missing:
            by_date[date] = [ShiftFact.of_draft(draft) for draft in hours.lay_out(date, rules)]
    return by_date


def shift_facts(day_ids: Collection[int]) -> list[tuple[int, ShiftFact]]:
    """(day id, shift) for the shifts of laid-out days, earliest first."""
    rows = (
        Shift.objects.filter(day__in=day_ids)
        .order_by("starts_at", "ends_at", "id")
        .values_list(
            "day_id",
            "id",
            EpochSeconds("starts_at"),
            EpochSeconds("ends_at"),
            EpochSeconds("break_starts_at"),
            EpochSeconds("break_ends_at"),
            "qualification_ids",
            "person_id",
            "is_withdrawn",
            "away",
            "opening_hours_id",
        )
    )
    return [
        (
            day_id,
            ShiftFact(
                id=id_,
                starts=starts,
                ends=ends,
                break_starts=break_starts,
                break_ends=break_ends,
                qualification_ids=frozenset(qualification_ids),
                person_id=person_id,
                withdrawn=is_withdrawn,
                away=tuple(int(instant.timestamp()) for instant in away),
                hours_id=hours_id,
            ),
        )
        for (
            day_id,
            id_,
            starts,
            ends,
            break_starts,
            break_ends,
            qualification_ids,
            person_id,
            is_withdrawn,
            away,
            hours_id,
        ) in rows
    ]
