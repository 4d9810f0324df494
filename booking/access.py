"""Fetching a person's own data. Somebody else's is not found."""

import uuid
from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.access import PersonRequest, record_look, record_looks
from accounts.models import User
from booking.models import Booking, Grant, Recipient
from booking.queries import Person
from departments.models import Department, Service


def recipient_for(request: PersonRequest) -> Recipient:
    """The recipient whose pages these are: the one who is logged in, until people can
    hold a mandate for another. A look at oneself is not logged."""
    if request.acting_for is not None:
        raise Http404
    return get_object_or_404(Recipient, user=request.user)


def granted_service(recipient: Recipient, service_id: uuid.UUID) -> Service:
    """A service that the person has or had a grant of, with its department."""
    grant = (
        Grant.objects.select_related("service__department")
        .filter(recipient=recipient, service=service_id)
        .order_by()
        .first()
    )
    if grant is None:
        raise Http404
    return grant.service


def person_for(request: PersonRequest) -> Person:
    """All that the pages of ``recipient_for`` need to know, at this moment."""
    now = timezone.now()
    if request.acting_for is None:
        person = Person.of_user(request.user.pk, now)
        if person is None:
            raise Http404
        return person
    return Person.of(recipient_for(request), now)


def recipients_of(department: Department) -> QuerySet[Recipient]:
    """Those who have, had or will have a grant of one of the department's services. For
    lists: whoever shows some of them calls ``look_at_list``."""
    granted = Grant.objects.filter(service__department=department).values("recipient")
    return Recipient.objects.filter(pk__in=granted)


def look_at_list(
    by: User, department: Department, recipients: Iterable[Recipient], what: str
) -> list[Recipient]:
    """The recipients, once the look at each of them is in the log."""
    shown = list(recipients)
    record_looks(
        by=by,
        subject_ids=[recipient.pk for recipient in shown],
        what=what,
        department_id=department.pk,
    )
    return shown


def recipient_of(
    department: Department, recipient_id: uuid.UUID, *, by: User, what: str
) -> Recipient:
    """One of the department's recipients; the look is logged, somebody else's not found."""
    recipient = get_object_or_404(
        recipients_of(department).select_related("user"), pk=recipient_id
    )
    record_look(by=by, subject_id=recipient.pk, what=what, department_id=department.pk)
    return recipient


def booking_for(request: PersonRequest, booking_id: uuid.UUID) -> Booking:
    recipient = recipient_for(request)
    booking = get_object_or_404(
        Booking.objects.select_related("service__department", "grant"),
        pk=booking_id,
        recipient=recipient,
    )
    booking.recipient = recipient
    return booking
