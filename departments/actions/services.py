"""What can be ordered. A change concerns new bookings only; nothing is ever deleted."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from departments import errors
from departments.actions.settings import lock_department, record_change
from departments.actions.transactions import one_transaction
from departments.models import Department, Qualification, Service


@dataclass(frozen=True)
class ServiceTerms:
    """Everything about a service that an administrator decides."""

    name: str
    minutes: int
    description: str = ""
    symbol: str = "calendar"
    carers: int = 1
    place: str = Service.Place.HOME
    is_active: bool = True


@one_transaction()
def add_service(
    *,
    department: Department,
    terms: ServiceTerms,
    qualification_ids: Collection[UUID] = (),
    by: User | None,
) -> Service:
    lock_department(department)
    _check_name(department, terms.name)
    record_change(department, "add_service", after=_record(terms, qualification_ids), by=by)
    service = Service.objects.create(department=department, **asdict(terms))
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
) -> None:
    lock_department(service.department)
    service.refresh_from_db()
    before = _record(terms_of(service), service.qualifications.values_list("pk", flat=True))
    after = _record(terms, qualification_ids)
    if before == after:
        return
    _check_name(service.department, terms.name, besides=service)
    record_change(
        service.department, "change_service", before=before, after=after, by=by, reason=reason
    )
    Service.objects.filter(pk=service.pk).update(**asdict(terms))
    service.qualifications.set(Qualification.objects.filter(pk__in=qualification_ids))


@one_transaction()
def add_qualification(*, department: Department, name: str, by: User | None) -> Qualification:
    """A qualification belongs to the whole municipality; the department that asked for it
    keeps the trace."""
    qualification, is_new = Qualification.objects.get_or_create(name=name)
    if is_new:
        record_change(department, "add_qualification", after={"name": name}, by=by)
    return qualification


def terms_of(service: Service) -> ServiceTerms:
    return ServiceTerms(
        name=service.name,
        minutes=service.minutes,
        description=service.description,
        symbol=service.symbol,
        carers=service.carers,
        place=service.place,
        is_active=service.is_active,
    )


def _check_name(department: Department, name: str, besides: Service | None = None) -> None:
    others = department.services.exclude(pk=besides.pk) if besides else department.services
    if others.filter(name=name).exists():
        raise errors.NameTaken


def _record(terms: ServiceTerms, qualification_ids: Collection[UUID]) -> dict[str, Any]:
    skills = ", ".join(sorted(map(str, qualification_ids)))
    return asdict(terms) | {"qualifications": skills}
