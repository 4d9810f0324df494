"""Describe a ``ConfigurationChange`` as a sentence for the history page."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Field
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts import dates
from accounts.phones import shown_number
from departments.models import ConfigurationChange, Department, Service, Weekday
from departments.records import Record

EmployeeNames = Mapping[str, str]  # by employee id


def describe(change: ConfigurationChange, names: EmployeeNames, this_year: int) -> str:
    """One sentence; several values that one form changed are joined."""
    if {"rows", "special_days"} & change.after.keys():
        description = _describe_hours(change, this_year)
        return (
            _("Undone: %(change)s") % {"change": description}
            if change.what == "undo"
            else description
        )
    if change.what == "add_service":
        return _("New service: %(name)s") % {"name": change.after["name"]}
    if change.what == "add_qualification":
        return _("New qualification: %(name)s") % {"name": change.after["name"]}
    if change.what == "change_service":
        return f"{change.before['name']}: {_describe_values(Service, change)}"
    if "employee" in change.after:
        return _describe_employment(change, names, this_year)
    return _describe_values(Department, change)


def _describe_hours(change: ConfigurationChange, this_year: int) -> str:
    before, after = change.before, change.after
    day = _iso_day(after["from"], this_year)
    if after.get("rows") or before.get("rows"):
        return _describe_rows(
            _valid_rows(before.get("rows", []), after["from"]),
            _valid_rows(after.get("rows", []), after["from"]),
            day,
        )
    if not after["special_days"]:
        return _("%(day)s follows the ordinary week again") % {"day": _capital(day)}
    special = after["special_days"][0]
    hours = ", ".join(map(_period, special["hours"])) or _("closed")
    return f"{_capital(day)}, {special['name']}: {hours}"


def _describe_rows(before: Sequence[Record], after: Sequence[Record], day: str) -> str:
    """Describe a change from the rows valid before it and those valid after it."""
    old, new = "; ".join(map(_weekly, before)), "; ".join(map(_weekly, after))
    if not before:
        return _("New period: %(period)s, from %(day)s") % {"period": new, "day": day}
    if not after:
        return _("No longer: %(period)s, from %(day)s") % {"period": old, "day": day}
    if [_times(row) for row in before] == [_times(row) for row in after] and old != new:
        return _("%(times)s: %(before)s → %(after)s employees, from %(day)s") % {
            "times": _times(before[0]),
            "before": before[0]["staff"],
            "after": after[0]["staff"],
            "day": day,
        }
    if old != new:
        return _("%(before)s → %(after)s, from %(day)s") % {
            "before": old,
            "after": new,
            "day": day,
        }
    return _("%(period)s: other terms, from %(day)s") % {"period": new, "day": day}


def _valid_rows(rows: Sequence[Record], from_date: str) -> list[Record]:
    return [row for row in rows if (row["valid_until"] or from_date) >= from_date]


def _weekly(row: Record) -> str:
    return f"{_times(row)}, {_employees(row)}"


def _times(row: Record) -> str:
    return f"{_capital(str(Weekday(row['weekday']).label))} {_clocks(row)}"


def _period(row: Record) -> str:
    return f"{_clocks(row)} ({_employees(row)})"


def _clocks(row: Record) -> str:
    return f"{row['opens_at'][:5]}–{row['closes_at'][:5]}"


def _employees(row: Record) -> str:
    return ngettext("%(count)s employee", "%(count)s employees", row["staff"]) % {
        "count": row["staff"]
    }


def _describe_employment(change: ConfigurationChange, names: EmployeeNames, this_year: int) -> str:
    name = names.get(change.after["employee"], _("An employee"))
    if change.what == "add_employee":
        return _("%(name)s works here from %(day)s") % {
            "name": name,
            "day": _iso_day(change.after["from"], this_year),
        }
    if change.what == "accept_employment":
        return _describe_acceptance(change.after["lost"], name)
    if change.after["until"]:
        return _("%(name)s works here until and including %(day)s") % {
            "name": name,
            "day": _iso_day(change.after["until"], this_year),
        }
    return _("%(name)s works here without a last day") % {"name": name}


def _describe_acceptance(lost: int, name: str) -> str:
    if not lost:
        return _("%(name)s has accepted the invitation") % {"name": name}
    return ngettext(
        "%(name)s has accepted the invitation; %(count)s shift lost the name, as %(name)s works"
        " elsewhere then",
        "%(name)s has accepted the invitation; %(count)s shifts lost the name, as %(name)s works"
        " elsewhere then",
        lost,
    ) % {"name": name, "count": lost}


def _describe_values(model: type[Department] | type[Service], change: ConfigurationChange) -> str:
    """Each changed field by its verbose name: "travel minutes: 15 → 20"."""
    fields: dict[str, Field[Any, Any]] = {field.name: field for field in model._meta.fields}
    parts = [
        f"{fields[name].verbose_name}: {_value(fields[name], before)} → "
        f"{_value(fields[name], change.after[name])}"
        for name, before in change.before.items()
        if name in fields and before != change.after[name]
    ]
    return _capital("; ".join(parts)) or _("other terms")


def _value(field: "Field[Any, Any]", value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.name == "phone":
        value = shown_number(value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value) if value not in (None, "") else _("nothing")


def _iso_day(value: str, this_year: int) -> str:
    return dates.day(dt.date.fromisoformat(value), get_language(), this_year=this_year)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
