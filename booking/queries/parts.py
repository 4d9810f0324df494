"""Models read from the rows of a statement that was written once."""

import uuid

from accounts.statements import Part, Statement
from booking.models import Grant, Recipient
from departments.models import Department, Service

_RECIPIENT = Part(Recipient)
_RECIPIENT_OF_USER = Statement(
    lambda user: Recipient.objects.filter(user_id=user).values_list(*_RECIPIENT.paths),
    user=uuid.UUID(int=1),
)
_SERVICE = Part(Service, "service__")
_DEPARTMENT = Part(Department, "service__department__", _SERVICE.end)
_GRANTED_SERVICE = Statement(
    lambda recipient, service: (
        Grant.objects.filter(recipient_id=recipient, service_id=service)
        .order_by()
        .values_list(*_SERVICE.paths, *_DEPARTMENT.paths)
    ),
    recipient=uuid.UUID(int=1),
    service=uuid.UUID(int=2),
)


def recipient_of_user(user_id: uuid.UUID) -> Recipient | None:
    rows = _RECIPIENT_OF_USER.rows(user=user_id)
    return _RECIPIENT.of(rows[0]) if rows else None


def granted_service(recipient_id: uuid.UUID, service_id: uuid.UUID) -> Service | None:
    """A service that the person has, had or will have a grant of, with its department."""
    rows = _GRANTED_SERVICE.rows(recipient=recipient_id, service=service_id)
    if not rows:
        return None
    service = _SERVICE.of(rows[0])
    service.department = _DEPARTMENT.of(rows[0])
    return service
