"""Descriptions of the changes that this app's actions record (``accounts.changes``)."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts import changes, dates
from accounts.changes import People, capital, describe_values
from accounts.models import Change
from accounts.phones import shown_number
from departments.models import Department, Service
from departments.phones import PhoneHours
from departments.records import Record

PHONE_HOURS = "phone_hours"  # the setting that has a page of its own


def register_all() -> None:
    for kind in _kinds():
        changes.register(kind)


HOURS = (
    "add_opening_hours",
    "change_opening_hours",
    "split_opening_hours",
    "remove_opening_hours",
    "set_special_day",
    "remove_special_day",
)


def _kinds() -> list[changes.ChangeKind]:
    services = {
        "add_service": _new_service,
        "change_service": _changed_service,
        "change_no_contact_steps": _no_contact_steps,
        "change_choice_deadline": _choice_deadline,
        "add_qualification": _new_qualification,
    }
    staff = {
        "add_employee": _new_employee,
        "change_employment": _changed_employment,
        "rename_employee": _renamed,
        "mark_leader": _leader,
        "accept_employment": _acceptance,
        "join_person": _joined,
        "give_qualification": _qualification,
        "take_qualification": _no_qualification,
    }
    shifts = {
        "name_shift": _named_shift,
        "unname_shift": _unnamed_shift,
        "add_shift": _new_shift,
        "remove_shift": _removed_shift,
        "mark_duty": _duty,
    }
    absences = {
        "report_absence": _absence,
        "correct_absence": _corrected_absence,
        "end_absence": _removed_absence,
    }
    kind = changes.ChangeKind
    return [
        kind(
            "hours",
            gettext_lazy("Opening hours"),
            {**dict.fromkeys(HOURS, _hours), "undo": _undone},
        ),
        kind("services", gettext_lazy("Services"), services),
        kind("staff", gettext_lazy("Staff"), staff, names_subject=True),
        kind(
            "shifts",
            gettext_lazy("Shifts"),
            shifts,
            names_subject=True,
            endings=("remove_shift",),
        ),
        kind(
            "absences",
            gettext_lazy("Absence"),
            absences,
            names_subject=True,
            endings=("end_absence",),
        ),
        kind("settings", gettext_lazy("Settings"), {"change_settings": _settings}),
    ]


# -- Opening hours -----------------------------------------------------------------


def _undone(change: Change, people: People) -> str:
    return _("Undone: %(change)s") % {"change": _hours(change, people)}


def _hours(change: Change, people: People) -> str:
    before, after = change.before, change.after
    day = iso_day(after["from"], people.this_year)
    if after.get("rows") or before.get("rows"):
        return _describe_rows(
            _valid_rows(before.get("rows", []), after["from"]),
            _valid_rows(after.get("rows", []), after["from"]),
            day,
        )
    if not after["special_days"]:
        return _("%(day)s follows the ordinary week again") % {"day": capital(day)}
    special = after["special_days"][0]
    hours = ", ".join(map(_period, special["hours"])) or _("closed")
    return f"{capital(day)}, {special['name']}: {hours}"


def _describe_rows(before: Sequence[Record], after: Sequence[Record], day: str) -> str:
    """Describe a change from the rows valid before it and those valid after it."""
    old, new = _weekly(before), _weekly(after)
    if not before:
        return _("New period: %(period)s, from %(day)s") % {"period": new, "day": day}
    if not after:
        return _("No longer: %(period)s, from %(day)s") % {"period": old, "day": day}
    if old != new and _times(before) == _times(after) and _have_one_number(before, after):
        return _("%(times)s: %(before)s → %(after)s employees, from %(day)s") % {
            "times": _times(before),
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


def _weekly(rows: Sequence[Record]) -> str:
    """ "Monday–Friday 07:00–15:00, 3 employees; Saturday 09:00–14:00, 1 employee"."""
    groups = _by(lambda row: f"{_clocks(row)}, {_employees(row)}", rows)
    return "; ".join(f"{_weekdays(same)} {hours}" for hours, same in groups.items())


def _times(rows: Sequence[Record]) -> str:
    """ "Monday–Friday 07:00–15:00"."""
    groups = _by(_clocks, rows)
    return "; ".join(f"{_weekdays(same)} {clocks}" for clocks, same in groups.items())


def _by(key: Callable[[Record], str], rows: Sequence[Record]) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _have_one_number(*sides: Sequence[Record]) -> bool:
    """Whether all rows of each side have the same number of employees."""
    return all(len({row["staff"] for row in rows}) == 1 for rows in sides)


def _weekdays(rows: Sequence[Record]) -> str:
    """Three days or more that follow each other are written as a range."""
    runs: list[list[int]] = []
    for number in sorted({row["weekday"] for row in rows}):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = []
    for run in runs:
        names = [dates.words(get_language()).weekdays[number - 1] for number in run]
        parts += [f"{names[0]}–{names[-1]}"] if len(run) > 2 else names
    return capital(", ".join(parts))


def _period(row: Record) -> str:
    return f"{_clocks(row)} ({_employees(row)})"


def _clocks(row: Record) -> str:
    return f"{row['opens_at'][:5]}–{row['closes_at'][:5]}"


def _employees(row: Record) -> str:
    return ngettext("%(count)s employee", "%(count)s employees", row["staff"]) % {
        "count": row["staff"]
    }


# -- Services and settings ---------------------------------------------------------


def _new_service(change: Change, people: People) -> str:
    return _("New service: %(name)s") % {"name": change.after["name"]}


def _changed_service(change: Change, people: People) -> str:
    return f"{change.before['name']}: {describe_values(Service, change, people.this_year)}"


def _no_contact_steps(change: Change, people: People) -> str:
    steps = "; ".join(change.after["steps"]) or _("the usual ones")
    text = _("%(name)s, when nobody opens: %(steps)s")
    return text % {"name": change.after["name"], "steps": steps}


def _choice_deadline(change: Change, people: People) -> str:
    text = ngettext(
        "%(name)s: another time than the agreed one can be chosen until %(time)s,"
        " %(days)s working day before",
        "%(name)s: another time than the agreed one can be chosen until %(time)s,"
        " %(days)s working days before",
        change.after["working_days"],
    )
    time = dates.hm(dt.time.fromisoformat(change.after["time"]), get_language())
    return text % {
        "name": change.after["name"],
        "days": change.after["working_days"],
        "time": time,
    }


def _new_qualification(change: Change, people: People) -> str:
    return _("New qualification: %(name)s") % {"name": change.after["name"]}


def _settings(change: Change, people: People) -> str:
    if PHONE_HOURS not in change.after:
        return describe_values(Department, change, people.this_year)
    rows = map(PhoneHours.of, change.after[PHONE_HOURS])
    numbers = "; ".join(f"{shown_number(row.phone)} {row.hours}" for row in rows)
    return _("Phone numbers by hour: %(numbers)s") % {"numbers": numbers or _("none")}


# -- Staff -------------------------------------------------------------------------


def _new_employee(change: Change, people: People) -> str:
    return _("%(name)s works here from %(day)s") % {
        "name": _employee(change, people),
        "day": iso_day(change.after["from"], people.this_year),
    }


def _changed_employment(change: Change, people: People) -> str:
    name, after = _employee(change, people), change.after
    if after.get("ends_at"):
        return _("%(name)s works here as agency staff %(time)s") % {
            "name": name,
            "time": times(after, people.this_year),
        }
    if after.get("from", "") != change.before.get("from", ""):
        return _("%(name)s works here from %(day)s") % {
            "name": name,
            "day": iso_day(after["from"], people.this_year),
        }
    if after["until"]:
        return _("%(name)s works here until and including %(day)s") % {
            "name": name,
            "day": iso_day(after["until"], people.this_year),
        }
    return _("%(name)s works here without a last day") % {"name": name}


def _leader(change: Change, people: People) -> str:
    name = {"name": _employee(change, people)}
    if change.after["is_leader"]:
        return _("%(name)s is the leader") % name
    return _("%(name)s is no longer the leader") % name


def _renamed(change: Change, people: People) -> str:
    return _("%(name)s has another name now") % {"name": _employee(change, people)}


def _joined(change: Change, people: People) -> str:
    return _("Two registrations of %(name)s became one") % {"name": _employee(change, people)}


def _acceptance(change: Change, people: People) -> str:
    name, lost = _employee(change, people), change.after["lost"]
    if not lost:
        return _("%(name)s has accepted the invitation") % {"name": name}
    return ngettext(
        "%(name)s has accepted the invitation; %(count)s shift lost the name, as %(name)s works"
        " elsewhere then",
        "%(name)s has accepted the invitation; %(count)s shifts lost the name, as %(name)s works"
        " elsewhere then",
        lost,
    ) % {"name": name, "count": lost}


def _qualification(change: Change, people: People) -> str:
    if change.after["until"]:
        return _("%(name)s knows: %(what)s, from %(day)s until and including %(last)s") % {
            "name": _employee(change, people),
            "what": change.after["name"],
            "day": iso_day(change.after["from"], people.this_year),
            "last": iso_day(change.after["until"], people.this_year),
        }
    return _("%(name)s knows: %(what)s, from %(day)s") % {
        "name": _employee(change, people),
        "what": change.after["name"],
        "day": iso_day(change.after["from"], people.this_year),
    }


def _no_qualification(change: Change, people: People) -> str:
    return _("%(name)s no longer knows: %(what)s") % {
        "name": _employee(change, people),
        "what": change.before["name"],
    }


def _employee(change: Change, people: People) -> str:
    return people.name(change.subject_id) or _("An employee")


# -- Shifts and absences -----------------------------------------------------------


def _named_shift(change: Change, people: People) -> str:
    return _("%(name)s is put on the shift %(times)s") % _shift(change, people)


def _unnamed_shift(change: Change, people: People) -> str:
    return _("%(name)s is taken off the shift %(times)s") % _shift(change, people)


def _new_shift(change: Change, people: People) -> str:
    if change.subject_id:
        return _("Extra shift %(times)s: %(name)s") % _shift(change, people)
    return _("Extra shift %(times)s, without a name") % _shift(change, people)


def _removed_shift(change: Change, people: People) -> str:
    return _("No longer: extra shift %(times)s") % _shift(change, people)


def _duty(change: Change, people: People) -> str:
    values = _shift(change, people)
    if not change.after["duty_for"]:
        return _("The shift %(times)s is no longer duty lead's") % values
    values["departments"] = ", ".join(change.after["duty_for"])
    return _("The shift %(times)s is the duty lead's for %(departments)s") % values


def _shift(change: Change, people: People) -> dict[str, str]:
    return {"name": _employee(change, people), "times": times(change.after, people.this_year)}


def _absence(change: Change, people: People) -> str:
    return _("%(name)s is away %(times)s") % {
        "name": _employee(change, people),
        "times": times(change.after, people.this_year),
    }


def _corrected_absence(change: Change, people: People) -> str:
    return _("%(name)s is away %(times)s, not %(before)s") % {
        "name": _employee(change, people),
        "times": times(change.after, people.this_year),
        "before": times(change.before, people.this_year),
    }


def _removed_absence(change: Change, people: People) -> str:
    return _("%(name)s is not away %(times)s after all") % {
        "name": _employee(change, people),
        "times": times(change.before, people.this_year),
    }


# -- Values ------------------------------------------------------------------------


def times(values: Mapping[str, Any], this_year: int) -> str:
    """ "Friday 13 March 07:00–15:00", from ``starts_at`` and ``ends_at``."""
    start, end = (
        timezone.localtime(dt.datetime.fromisoformat(values[name]))
        for name in ("starts_at", "ends_at")
    )
    language = get_language()
    first = dates.day(start, language, this_year=this_year)
    until, end_date = dates.end_hm(end, language), dates.end_date(end)
    if end_date == start.date() or end - start < dt.timedelta(days=1):
        return f"{first} {dates.hm(start, language)}–{until}"
    last = dates.day(end_date, language, this_year=this_year)
    return f"{first} {dates.hm(start, language)} – {last} {until}"


def iso_day(value: str, this_year: int) -> str:
    """ "Friday 13 March", from an ISO date."""
    return dates.day(dt.date.fromisoformat(value), get_language(), this_year=this_year)
