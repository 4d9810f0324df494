"""Access for API callers: to their own data, to that of recipients they hold a mandate for,
and, as administrators, to that of their department's recipients. All else is a 404."""

import uuid
from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.access import log_access
from accounts.models import User
from booking.access.close import refuse_close
from booking.access.pages import mandates_held_by, recipient_under
from booking.errors import NotGranted
from booking.models import Booking, Grant, Mandate, Recipient
from booking.queries import Person
from departments.models import Employee, Service


@dataclass(frozen=True)
class ProgramAccess:
    """A recipient whom the caller may see and act for: fully, or as staff, who only see what
    concerns the ``departments`` that they administer."""

    recipient: Recipient
    departments: frozenset[uuid.UUID] | None = None

    @property
    def is_staff(self) -> bool:
        """Whether the caller acts as staff, whom the recipients' deadlines do not bind."""
        return self.departments is not None

    def covers(self, service: Service) -> bool:
        return self.departments is None or service.department_id in self.departments


def access_of(
    user: User, recipient_id: uuid.UUID | None, *, may: Mandate.May, what: str
) -> ProgramAccess:
    """The user's own recipient without a ``recipient_id``; else one for whom the user holds a
    mandate, or to whom a department that the user administers has granted something. Access to
    others is logged first."""
    own = Recipient.objects.filter(user=user, departed_at=None).first()
    if own is not None and recipient_id in (None, own.pk):
        return ProgramAccess(own)
    if recipient_id is None:
        raise Http404
    for mandate in mandates_held_by(user):
        if mandate.recipient_id == recipient_id and (mandate.may_book or may == Mandate.May.LOOK):
            return ProgramAccess(recipient_under(mandate, may=may, what=what))
    return _access_of_staff(user, recipient_id, what=what)


def _access_of_staff(user: User, recipient_id: uuid.UUID, *, what: str) -> ProgramAccess:
    refuse_close(user, recipient_id)
    administered = Employee.objects.active(timezone.localdate()).administrators()
    grants = (
        Grant.objects.giving_access(timezone.localdate())
        .filter(
            recipient=recipient_id,
            service__department__in=administered.filter(person=user).values("department"),
        )
        .select_related("recipient", "service")
    )
    found = list(grants)
    if not found:
        raise Http404
    departments = frozenset(grant.service.department_id for grant in found)
    only = next(iter(departments)) if len(departments) == 1 else None
    log_access(by=user, subject_id=recipient_id, what=what, department_id=only)
    return ProgramAccess(found[0].recipient, departments)


def person_for_program(
    user: User, recipient_id: uuid.UUID | None, *, may: Mandate.May, what: str
) -> tuple[ProgramAccess, Person]:
    """``access_of`` and ``Person``. For one's own data, ``Person`` is the only statement."""
    now = timezone.now()
    if recipient_id is not None:
        access = access_of(user, recipient_id, may=may, what=what)
        return access, Person.of(access.recipient, now)
    person = Person.of_user(user.pk, now)
    if person is None:
        raise Http404
    return ProgramAccess(person.recipient), person


def service_of(access: ProgramAccess, service_id: uuid.UUID) -> Service:
    """A service that the recipient has, had or will have a grant of. 404 when the caller may
    not see it; raises ``NotGranted`` without a grant."""
    service = get_object_or_404(Service.objects.select_related("department"), pk=service_id)
    if not access.covers(service):
        raise Http404
    if not access.recipient.grants.filter(service=service).exists():
        raise NotGranted
    return service


def service_to_book(access: ProgramAccess, service_id: uuid.UUID, *, key: uuid.UUID) -> Service:
    """``service_of``, but a request that is sent again finds the service of its booking, also
    when the grant has been removed since."""
    made = Booking.objects.filter(pk=key, recipient=access.recipient, service=service_id)
    booking = made.select_related("service__department").first()
    return booking.service if booking else service_of(access, service_id)


def booking_for_program(
    user: User, booking_id: uuid.UUID, *, may: Mandate.May, what: str
) -> tuple[ProgramAccess, Booking]:
    booking = get_object_or_404(
        Booking.objects.exclude(status=Booking.Status.KEPT).select_related(
            "service__department", "recipient", "grant"
        ),
        pk=booking_id,
    )
    access = access_of(user, booking.recipient_id, may=may, what=what)
    if not access.covers(booking.service):
        raise Http404
    return access, booking
