"""Rows of hours and shifts as JSON values, as a ``Change`` stores them.

They are used to describe a change, to compare it with the present rows, and to undo it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model

from accounts.models import Change, User
from departments.hours import Staffing
from departments.models import Department, OpeningHours, Service, Shift, SpecialDay, SpecialHours

Record = dict[str, Any]

STAFFING_FIELDS = ("opens_at", "closes_at", "staff", "break_starts_at", "break_minutes")
SERVICE_FIELDS = (
    "name",
    "minutes",
    "description",
    "symbol",
    "carers",
    "place",
    "kind_of_time",
    "is_active",
)
WEEKLY_FIELDS = (*STAFFING_FIELDS, "weekday", "every_n_weeks", "valid_from", "valid_until")


def plain(values: Mapping[str, Any]) -> Record:
    """The values as a JSON column returns them: dates and ids as text."""
    return dict(json.loads(json.dumps(values, cls=DjangoJSONEncoder)))


def of_shift(
    verb: str, shift: Shift, *, person_id: UUID | None, department_id: UUID, by: User | None
) -> Change:
    """A change of a shift that concerns a person; not saved."""
    return Change(
        actor=by,
        verb=verb,
        department_id=department_id,
        subject_id=person_id,
        object_type=shift._meta.label_lower,
        object_id=shift.pk,
        after={"starts_at": shift.starts_at, "ends_at": shift.ends_at},
    )


def of_opening_hours(row: OpeningHours) -> Record:
    return _of_row(row, WEEKLY_FIELDS)


def of_special_day(day: SpecialDay) -> Record:
    hours = [_of_row(row, STAFFING_FIELDS) for row in day.hours.all()]
    return plain({"id": day.pk, "date": day.date, "name": day.name, "hours": hours})


def of_service(service: Service) -> Record:
    qualifications = ", ".join(sorted(str(one.pk) for one in service.qualifications.all()))
    values = {name: getattr(service, name) for name in SERVICE_FIELDS}
    return plain({**values, "qualifications": qualifications})


def settings_of(department: Department, names: Iterable[str]) -> Record:
    """The present values of those of the settings that there still are."""
    return plain({name: getattr(department, name) for name in names if hasattr(department, name)})


def of_staffing(staffing: Staffing) -> Record:
    values = {name: getattr(staffing, name) for name in STAFFING_FIELDS}
    return plain({**values, "qualifications": sorted(map(str, staffing.qualification_ids))})


def fields(record: Mapping[str, Any], model: type[Model], names: Iterable[str]) -> Record:
    """The record's values converted to the types of the model's fields."""
    known: dict[str, Field[Any, Any]] = {field.name: field for field in model._meta.fields}
    return {name: known[name].to_python(record[name]) for name in names}


def _of_row(row: OpeningHours | SpecialHours, names: tuple[str, ...]) -> Record:
    values = {name: getattr(row, name) for name in ("id", *names)}
    qualifications = sorted(str(one.pk) for one in row.qualifications.all())
    return plain({**values, "qualifications": qualifications})
