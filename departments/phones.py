"""Which phone number of a department answers at an hour.

A department has a list of numbers with weekdays and hours. *Day* and *night* numbers are for
recipients and their helpers; *duty* numbers are for staff. The list is stored in the department's
row, so that no page needs a statement of its own to show a number.

Hours are local wall time. An end at or before the start is on the next day: 15:00 to 08:00 on
Friday ends on Saturday, and 00:00 to 00:00 is the whole day.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts import dates
from accounts.municipality import municipality_phone, shown_phone
from departments.hours import DAY
from departments.models import Department

NO_BREAK = "\N{NO-BREAK SPACE}"


class PhoneKind(TextChoices):
    DAY = "day", gettext_lazy("Recipients, by day")
    NIGHT = "night", gettext_lazy("Recipients, evening and night")
    DUTY = "duty", gettext_lazy("Staff: whoever is on duty")


FOR_RECIPIENTS = frozenset({PhoneKind.DAY, PhoneKind.NIGHT})


@dataclass(frozen=True)
class PhoneHours:
    """A number, and when it answers. Weekdays are ISO numbers; 6 to 1 is Saturday to Monday."""

    kind: PhoneKind
    phone: str  # E.164
    first_weekday: int
    last_weekday: int
    opens_at: dt.time
    closes_at: dt.time

    @classmethod
    def of(cls, record: dict[str, Any]) -> Self:
        return cls(
            PhoneKind(record["kind"]),
            record["phone"],
            record["first_weekday"],
            record["last_weekday"],
            dt.time.fromisoformat(record["opens_at"]),
            dt.time.fromisoformat(record["closes_at"]),
        )

    @property
    def record(self) -> dict[str, Any]:
        """As ``Department.phone_hours`` stores it."""
        return {
            "kind": self.kind.value,
            "phone": self.phone,
            "first_weekday": self.first_weekday,
            "last_weekday": self.last_weekday,
            "opens_at": f"{self.opens_at:%H:%M}",
            "closes_at": f"{self.closes_at:%H:%M}",
        }

    def answers_at(self, local: dt.datetime) -> bool:
        """``local`` is a local wall time."""
        clock = local.time()
        if self.opens_at < self.closes_at:
            return self.opens_at <= clock < self.closes_at and self._is_on(local.date())
        if clock >= self.opens_at:
            return self._is_on(local.date())
        return clock < self.closes_at and self._is_on(local.date() - DAY)

    def _is_on(self, date: dt.date) -> bool:
        weekday = date.isoweekday()
        if self.first_weekday <= self.last_weekday:
            return self.first_weekday <= weekday <= self.last_weekday
        return weekday >= self.first_weekday or weekday <= self.last_weekday

    @property
    def hours(self) -> str:
        """In the active language: "Monday–Friday 08:00–15:00"."""
        names = dates.words(get_language()).weekdays
        first, last = names[self.first_weekday - 1], names[self.last_weekday - 1]
        days = first if first == last else f"{first}–{last}"
        if (self.last_weekday - self.first_weekday) % 7 == 6:
            days = _("every day")
        if self.opens_at == self.closes_at:
            return _("%(days)s, day and night") % {"days": days}
        return f"{days} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


def phone_hours(department: Department) -> list[PhoneHours]:
    return [PhoneHours.of(record) for record in department.phone_hours]


def answering(rows: Iterable[PhoneHours], kinds: Collection[PhoneKind], at: dt.datetime) -> str:
    """The first number of these kinds that answers then; "" when none does."""
    local = timezone.localtime(at)
    found = (row.phone for row in rows if row.kind in kinds and row.answers_at(local))
    return next(found, "")


def phone_of(department: Department, at: dt.datetime | None = None) -> str:
    """The number that recipients call, now or then: the day's or the night's, else the
    department's only number. "" when it has none: then people call the municipality."""
    rows = phone_hours(department)
    return answering(rows, FOR_RECIPIENTS, at or timezone.now()) or department.phone


def staff_phone_of(department: Department, at: dt.datetime | None = None) -> str:
    """The number that staff call: of whoever is on duty, else the one that recipients call."""
    at = at or timezone.now()
    duty = answering(phone_hours(department), {PhoneKind.DUTY}, at)
    return duty or phone_of(department, at)


def shown_phone_of(department: Department, at: dt.datetime | None = None) -> str:
    """The number that recipients call, as pages show it: on one line, and the municipality's when
    the department has none."""
    return on_one_line(shown_phone(phone_of(department, at)) or municipality_phone())


def shown_staff_phone_of(department: Department, at: dt.datetime | None = None) -> str:
    return on_one_line(shown_phone(staff_phone_of(department, at)) or municipality_phone())


def shared_phone_of(departments: Sequence[Department], at: dt.datetime | None = None) -> str:
    """As ``shown_phone_of``, for somebody with services of these departments: the number of the
    first that answers at this hour; the municipality's when none is known to."""
    at = at or timezone.now()
    by_hour = (answering(phone_hours(one), FOR_RECIPIENTS, at) for one in departments)
    if found := next(filter(None, by_hour), ""):
        return on_one_line(shown_phone(found))
    if len(departments) == 1:
        return shown_phone_of(departments[0], at)
    return on_one_line(municipality_phone())


def phones_in_words(department: Department) -> str:
    """All numbers for recipients with their hours, for paper: "33 00 10 20 (Monday–Friday
    08:00–15:00), 33 00 10 99 (every day 15:00–08:00)"."""
    rows = [row for row in phone_hours(department) if row.kind in FOR_RECIPIENTS]
    if not rows:
        return shown_phone_of(department)
    return ", ".join(f"{on_one_line(shown_phone(row.phone))} ({row.hours})" for row in rows)


def shared_phones_in_words(departments: Sequence[Department]) -> str:
    """As ``phones_in_words``, for somebody with services of these departments: of the first that
    has numbers by hour."""
    by_hour = (one for one in departments if one.phone_hours)
    found = next(by_hour, None)
    return phones_in_words(found) if found else shared_phone_of(departments)


def on_one_line(shown: str) -> str:
    return shown.replace(" ", NO_BREAK)
