"""Add and change services and qualifications. Nothing is deleted.

Existing bookings keep their time, length and number of carers. Only a change of
qualifications applies to them.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.actions import was_made_by
from accounts.models import Change, User
from database.transactions import one_transaction
from database.versions import check_version
from departments import errors, records, seats
from departments.actions.days import bump_revision, lock_days
from departments.actions.settings import lock_department, record_change
from departments.models import (
    ChoiceDeadline,
    Day,
    Department,
    KindOfTime,
    NoContactStep,
    Qualification,
    Service,
)
from departments.seats import Reseated


@dataclass(frozen=True)
class ServiceTerms:
    """What an administrator decides about a service."""

    name: str
    minutes: int
    description: str = ""
    symbol: str = "calendar"
    carers: int = 1
    place: str = Service.Place.HOME
    kind_of_time: str = KindOfTime.FREE
    is_active: bool = True

    @classmethod
    def of(cls, service: Service) -> Self:
        return cls(
            name=service.name,
            minutes=service.minutes,
            description=service.description,
            symbol=service.symbol,
            carers=service.carers,
            place=service.place,
            kind_of_time=service.kind_of_time,
            is_active=service.is_active,
        )


@one_transaction()
def add_service(
    *,
    department: Department,
    terms: ServiceTerms,
    qualification_ids: Collection[UUID] = (),
    key: UUID | None = None,
    by: User | None,
) -> Service:
    """Add a service. ``key`` is the form's idempotency key and becomes the id. Raises
    ``KeyReused`` and ``NameTaken``."""
    lock_department(department)
    after = _record(terms, qualification_ids)
    earlier = Service.objects.filter(pk=key).first() if key else None
    if earlier is not None:
        is_own = was_made_by("add_service", earlier.pk, by=by, department_id=department.pk)
        if not is_own or records.of_service(earlier) != after:
            raise errors.KeyReused
        return earlier
    _check_name(department, terms.name)
    service = Service.objects.create(pk=key or uuid4(), department=department, **asdict(terms))
    record_change(department, "add_service", of=service, after=after, by=by)
    service.qualifications.set(Qualification.objects.filter(pk__in=qualification_ids))
    return service


@one_transaction()
def change_service(
    *,
    service: Service,
    terms: ServiceTerms,
    qualification_ids: Collection[UUID],
    by: User | None,
    reason: str = "",
    version: int | None = None,
) -> Reseated:
    """Change a service. Raises ``NameTaken``, and ``Stale`` when it has another version than
    the user's page showed.

    Coming visits whose carer lacks a newly required qualification are seated again, or
    become unstaffed.
    """
    lock_department(service.department)
    service.refresh_from_db()
    before = records.of_service(service)
    after = _record(terms, qualification_ids)
    if before == after:
        return Reseated()
    check_version(service.version, version)
    _check_name(service.department, terms.name, besides=service)
    record_change(
        service.department,
        "change_service",
        of=service,
        before=before,
        after=after,
        by=by,
        reason=reason,
    )
    Service.objects.filter(pk=service.pk).update(**asdict(terms), version=service.version + 1)
    service.qualifications.set(Qualification.objects.filter(pk__in=qualification_ids))
    if before["qualifications"] == after["qualifications"]:
        return Reseated()
    return _reseat_coming_days(service.department, by)


@one_transaction()
def undo_service_change(*, change: Change, by: User | None, reason: str = "") -> Reseated:
    """Restore the service as it was before the change.

    Raises ``CannotBeUndone`` when the service has been changed since, and ``NameTaken``.
    """
    department = lock_department(Department(pk=change.department_id))
    service = department.services.filter(pk__in=[change.object_id]).first()
    if service is None:
        raise errors.CannotBeUndone
    now = records.of_service(service)
    if now != {**now, **change.after}:
        raise errors.CannotBeUndone
    # Changes that older versions recorded lack the newer fields.
    names = [name for name in records.SERVICE_FIELDS if name in change.before]
    terms = replace(ServiceTerms.of(service), **{name: change.before[name] for name in names})
    qualification_ids = [UUID(id_) for id_ in change.before["qualifications"].split(", ") if id_]
    return change_service(
        service=service, terms=terms, qualification_ids=qualification_ids, by=by, reason=reason
    )


@one_transaction()
def change_no_contact_steps(
    *,
    service: Service,
    steps: Sequence[Mapping[str, str]],
    by: User,
    version: int | None = None,
) -> None:
    """Write the steps that a carer takes when nobody opens: ``text``, ``shows`` and ``phone`` of
    each, in order. Without any, the service has the defaults. Raises ``Stale``."""
    lock_department(service.department)
    service.refresh_from_db()
    before = [
        {"text": one.text, "shows": one.shows, "phone": one.phone}
        for one in service.no_contact_steps.all()
    ]
    after = [{name: step[name] for name in ("text", "shows", "phone")} for step in steps]
    if before == after:
        return
    check_version(service.version, version)
    service.no_contact_steps.all().delete()
    NoContactStep.objects.bulk_create(
        NoContactStep(service=service, position=number, **step)
        for number, step in enumerate(after, start=1)
    )
    Service.objects.filter(pk=service.pk).update(version=service.version + 1)
    record_change(
        service.department,
        "change_no_contact_steps",
        of=service,
        after={"name": service.name, "steps": [step["text"] for step in after]},
        by=by,
    )


@one_transaction()
def change_choice_deadline(
    *,
    service: Service,
    working_days: int,
    time: dt.time,
    by: User,
    version: int | None = None,
) -> None:
    """Change until when recipients with an agreed time may choose another. Raises ``Stale``."""
    lock_department(service.department)
    service.refresh_from_db()
    row = ChoiceDeadline.of(service)
    before = {"working_days": row.working_days, "time": row.time}
    after = {"working_days": working_days, "time": time}
    if before == after:
        return
    check_version(service.version, version)
    ChoiceDeadline.objects.update_or_create(service=service, defaults=after)
    Service.objects.filter(pk=service.pk).update(version=service.version + 1)
    record_change(
        service.department,
        "change_choice_deadline",
        of=service,
        after={"name": service.name, **after},
        by=by,
    )


@one_transaction()
def add_qualification(*, department: Department, name: str, by: User | None) -> Qualification:
    """Add a qualification to the municipality's list; the department records the change."""
    qualification, is_new = Qualification.objects.get_or_create(name=name)
    if is_new:
        record_change(department, "add_qualification", after={"name": name}, by=by)
    return qualification


def _reseat_coming_days(department: Department, by: User | None) -> Reseated:
    yesterday = timezone.localdate() - dt.timedelta(days=1)  # night shifts end today
    dates = Day.objects.filter(
        department=department, date__gte=yesterday, laid_out_at__isnull=False
    ).values_list("date", flat=True)
    reseated = Reseated()
    for day in lock_days((department.pk, date) for date in dates):
        day.department = department
        found = seats.registered().reseat(day, by=by)
        if found.moved or found.unstaffed:
            reseated += found
            bump_revision(day)
    return reseated


def _check_name(department: Department, name: str, besides: Service | None = None) -> None:
    others = department.services.exclude(pk=besides.pk) if besides else department.services
    if others.filter(name=name).exists():
        raise errors.NameTaken


def _record(terms: ServiceTerms, qualification_ids: Collection[UUID]) -> dict[str, Any]:
    qualifications = ", ".join(sorted(map(str, qualification_ids)))
    return asdict(terms) | {"qualifications": qualifications}
