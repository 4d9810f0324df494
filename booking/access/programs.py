"""Fetching a person's data for callers without pages: their own, that of whom they hold a
mandate for, and what staff see of their department's recipients. All else is not found."""

import uuid
from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.access import record_look
from accounts.models import User
from booking.access.pages import mandates_held_by, recipient_under
from booking.models import Booking, Grant, Mandate, Recipient
from booking.queries import Person
from departments.models import Employee, Service


@dataclass(frozen=True)
class ProgramAccess:
    """A recipient as somebody may see them and act for them: wholly, or as staff, who
    see what concerns the ``departments`` they administer."""

    recipient: Recipient
    departments: frozenset[uuid.UUID] | None = None

    @property
    def is_staff(self) -> bool:
        return self.departments is not None

    def covers(self, service: Service) -> bool:
        return self.departments is None or service.department_id in self.departments


def access_of(
    user: User, recipient_id: uuid.UUID | None, *, may: Mandate.May, what: str
) -> ProgramAccess:
    """Oneself when nobody is named; else somebody one holds a mandate for, or whom a
    department that one administers has granted something. The look is logged first."""
    own = Recipient.objects.filter(user=user).first()
    if own is not None and recipient_id in (None, own.pk):
        return ProgramAccess(own)
    if recipient_id is None:
        raise Http404
    for mandate in mandates_held_by(user):
        if mandate.recipient_id == recipient_id and (mandate.may_book or may == Mandate.May.LOOK):
            return ProgramAccess(recipient_under(mandate, may=may, what=what))
    return _access_of_staff(user, recipient_id, what=what)


def _access_of_staff(user: User, recipient_id: uuid.UUID, *, what: str) -> ProgramAccess:
    administered = Employee.objects.active(timezone.localdate()).administrators()
    grants = Grant.objects.filter(
        recipient=recipient_id,
        service__department__in=administered.filter(person=user).values("department"),
    ).select_related("recipient", "service")
    found = list(grants)
    if not found:
        raise Http404
    departments = frozenset(grant.service.department_id for grant in found)
    only = next(iter(departments)) if len(departments) == 1 else None
    record_look(by=user, subject_id=recipient_id, what=what, department_id=only)
    return ProgramAccess(found[0].recipient, departments)


def person_for_program(
    user: User, recipient_id: uuid.UUID | None, *, may: Mandate.May, what: str
) -> tuple[ProgramAccess, Person]:
    """``access_of`` with all there is to know; one's own in the person's first statement."""
    now = timezone.now()
    if recipient_id is not None:
        reach = access_of(user, recipient_id, may=may, what=what)
        return reach, Person.of(reach.recipient, now)
    person = Person.of_user(user.pk, now)
    if person is None:
        raise Http404
    return ProgramAccess(person.recipient), person


def booking_for_program(
    user: User, booking_id: uuid.UUID, *, may: Mandate.May, what: str
) -> tuple[ProgramAccess, Booking]:
    booking = get_object_or_404(
        Booking.objects.select_related("service__department", "recipient", "grant"),
        pk=booking_id,
    )
    reach = access_of(user, booking.recipient_id, may=may, what=what)
    if not reach.covers(booking.service):
        raise Http404
    return reach, booking
