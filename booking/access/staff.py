"""Access for administrators and case workers: to the recipients of their department."""

import uuid
from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.access import log_access, log_accesses, open_until
from accounts.models import User
from booking.access.close import closed_to, hide_close, refuse_close
from booking.models import (
    AgreedTime,
    Booking,
    BookingSeries,
    Departure,
    Grant,
    Pattern,
    PatternDate,
    Pause,
    Recipient,
)
from booking.queries.recipients import granted_service
from departments.access import has_role
from departments.models import Department, Employee, Service

OPEN_ACCESS = "booking:open_access"  # in the access log


class AccessEnded(Http404):
    """The recipient's last grant at the department ended long ago. A reason opens the page."""

    def __init__(self, department: Department, recipient_id: uuid.UUID) -> None:
        super().__init__()
        self.department, self.recipient_id = department, recipient_id


def listed_for(by: User, *departments: Department) -> QuerySet[Recipient]:
    """``recipients_of``, without those whose files are closed to ``by``."""
    found = recipients_of(*departments)
    closed = closed_to(by)
    return found.exclude(pk__in=closed) if closed else found


def recipients_of(*departments: Department) -> QuerySet[Recipient]:
    """The recipients who have or will have a grant of one of the departments' services, or had
    one that gives access still. A page that lists some of them calls ``look_at_list``."""
    granted = Grant.objects.giving_access(timezone.localdate())
    return _granted(granted.filter(service__department__in=departments))


def all_recipients_of(department: Department) -> QuerySet[Recipient]:
    """Also those to whom access has ended: never to be shown."""
    return _granted(Grant.objects.filter(service__department=department))


def former_recipients_of(department: Department) -> QuerySet[Recipient]:
    """Those to whom access has ended: never to be shown without a reason."""
    return all_recipients_of(department).exclude(pk__in=recipients_of(department).values("pk"))


def _granted(grants: QuerySet[Grant]) -> QuerySet[Recipient]:
    return Recipient.objects.filter(pk__in=grants.values("recipient"))


def look_at_list(
    by: User, department: Department, recipients: Iterable[Recipient], what: str
) -> list[Recipient]:
    """The recipients, after access to each of them was logged. Those closed to ``by`` lose their
    names."""
    shown = list(recipients)
    closed = hide_close(by, shown)
    log_accesses(
        by=by,
        subject_ids=[recipient.pk for recipient in shown if recipient.pk not in closed],
        what=what,
        department_id=department.pk,
    )
    return shown


def recipient_of(
    department: Department, recipient_id: uuid.UUID, *, by: User, what: str
) -> Recipient:
    """One of the department's recipients; all others, and those closed to ``by``, are a 404. The
    access is logged. Raises ``AccessEnded`` when it has ended, and the user has not opened it
    with a reason."""
    refuse_close(by, recipient_id)
    recipient = recipients_of(department).select_related("user").filter(pk=recipient_id).first()
    if recipient is None:
        recipient = get_object_or_404(
            all_recipients_of(department).select_related("user"), pk=recipient_id
        )
        if not open_until(by=by, subject_id=recipient.pk, department_id=department.pk):
            raise AccessEnded(department, recipient.pk)
    log_access(by=by, subject_id=recipient.pk, what=what, department_id=department.pk)
    return recipient


def page_of_recipient(user: User, department: Department, recipient_id: uuid.UUID) -> str:
    """The URL of the recipient's page: the administrators' with all, or the case workers'."""
    is_administrator = has_role(user, department, Employee.Role.ADMINISTRATOR)
    name = "booking:recipient" if is_administrator else "booking:grants_of"
    return reverse(name, args=[department.pk, recipient_id])


def list_of_recipients(user: User, department: Department) -> str:
    """The URL of the list that leads to ``page_of_recipient``."""
    is_administrator = has_role(user, department, Employee.Role.ADMINISTRATOR)
    name = "booking:recipients" if is_administrator else "booking:grants"
    return reverse(name, args=[department.pk])


def grant_of(department: Department, grant_id: uuid.UUID, *, by: User, what: str) -> Grant:
    """One of the department's grants, with its recipient; the access is logged."""
    grant = get_object_or_404(
        Grant.objects.filter(service__department=department).select_related("service"),
        pk=grant_id,
    )
    grant.recipient = recipient_of(department, grant.recipient_id, by=by, what=what)
    return grant


def agreed_time_of(grant: Grant, agreed_time_id: uuid.UUID) -> AgreedTime:
    """One of the agreed times of a grant that ``grant_of`` has found."""
    agreed = get_object_or_404(AgreedTime, pk=agreed_time_id, grant=grant)
    agreed.grant = grant
    return agreed


def service_of(department: Department, recipient: Recipient, service_id: uuid.UUID) -> Service:
    """A service of the department that the recipient has or had a grant of."""
    service = granted_service(recipient.pk, service_id)
    if service is None or service.department_id != department.pk:
        raise Http404
    return service


def confirmed_visit_of(
    department: Department, recipient: Recipient, booking_id: uuid.UUID
) -> Booking:
    """A confirmed booking at the department. Staff may change it until it is reported."""
    booking = get_object_or_404(
        Booking.objects.confirmed().select_related("service__department", "grant"),
        pk=booking_id,
        recipient=recipient,
        service__department=department,
    )
    booking.recipient = recipient
    return booking


def pause_of(recipient: Recipient, pause_id: uuid.UUID) -> Pause:
    pause = get_object_or_404(Pause, pk=pause_id, recipient=recipient)
    pause.recipient = recipient
    return pause


def departure_of(recipient: Recipient, departure_id: uuid.UUID) -> Departure:
    departure = get_object_or_404(Departure, pk=departure_id, recipient=recipient)
    departure.recipient = recipient
    return departure


def pattern_of(department: Department, recipient: Recipient, pattern_id: uuid.UUID) -> Pattern:
    """A pattern of one of the department's services."""
    pattern = get_object_or_404(
        Pattern.objects.select_related("service__department"),
        pk=pattern_id,
        recipient=recipient,
        service__department=department,
    )
    pattern.recipient = recipient
    return pattern


def pattern_date_of(pattern: Pattern, date_id: int) -> PatternDate:
    found = get_object_or_404(PatternDate, pk=date_id, pattern=pattern)
    found.pattern = pattern
    return found


def running_series_of(
    department: Department, recipient: Recipient, series_id: uuid.UUID
) -> BookingSeries:
    """A series at the department that has not ended."""
    return get_object_or_404(
        BookingSeries.objects.running().select_related("service__department"),
        pk=series_id,
        recipient=recipient,
        service__department=department,
    )
