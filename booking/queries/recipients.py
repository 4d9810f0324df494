"""Recipients and their services, by statements that are compiled once."""

import uuid

from booking.models import Grant, KeyFacts, Recipient
from database.statements import ModelColumns, Statement
from departments.models import Department, Service

_RECIPIENT = ModelColumns(Recipient)
_RECIPIENT_OF_USER = Statement(
    lambda user: Recipient.objects.filter(user_id=user, departed_at=None).values_list(
        *_RECIPIENT.paths
    ),
    user=uuid.UUID(int=1),
)
_SERVICE = ModelColumns(Service, "service__")
_DEPARTMENT = ModelColumns(Department, "service__department__", _SERVICE.end)
_GRANTED_SERVICE = Statement(
    lambda recipient, service: (
        Grant.objects.filter(recipient_id=recipient, service_id=service)
        .order_by()
        .values_list(*_SERVICE.paths, *_DEPARTMENT.paths)
    ),
    recipient=uuid.UUID(int=1),
    service=uuid.UUID(int=2),
)

_ORDERED = ModelColumns(Service, "grants__service__", _RECIPIENT.end)
_ORDERED_FROM = ModelColumns(Department, "grants__service__department__", _ORDERED.end)
_RECIPIENT_AND_SERVICE = Statement(
    lambda user, service: (
        Recipient.objects.filter(user_id=user, departed_at=None, grants__service_id=service)
        .order_by()
        .values_list(*_RECIPIENT.paths, *_ORDERED.paths, *_ORDERED_FROM.paths)
    ),
    user=uuid.UUID(int=1),
    service=uuid.UUID(int=2),
)


def recipient_of_user(user_id: uuid.UUID) -> Recipient | None:
    rows = _RECIPIENT_OF_USER.rows(user=user_id)
    return _RECIPIENT.of(rows[0]) if rows else None


def granted_service(recipient_id: uuid.UUID, service_id: uuid.UUID) -> Service | None:
    """A service that the recipient has, had or will have a grant of, with its department."""
    rows = _GRANTED_SERVICE.rows(recipient=recipient_id, service=service_id)
    return _service(rows[0], _SERVICE, _DEPARTMENT) if rows else None


def recipient_and_service(
    user_id: uuid.UUID, service_id: uuid.UUID
) -> tuple[Recipient, Service] | None:
    """The results of ``recipient_of_user`` and ``granted_service``, in one statement."""
    rows = _RECIPIENT_AND_SERVICE.rows(user=user_id, service=service_id)
    if not rows:
        return None
    return _RECIPIENT.of(rows[0]), _service(rows[0], _ORDERED, _ORDERED_FROM)


def _service(
    row: tuple[object, ...],
    service_columns: ModelColumns[Service],
    department_columns: ModelColumns[Department],
) -> Service:
    service = service_columns.of(row)
    service.department = department_columns.of(row)
    return service


def key_facts(recipient: Recipient) -> KeyFacts | None:
    """How carers get in, for administrators (carers: ``workflow.queries.keys_of_visit``)."""
    return KeyFacts.objects.filter(recipient=recipient).first()


def is_recipient(user_id: uuid.UUID, recipient_id: uuid.UUID | None = None) -> bool:
    """Whether the user is a recipient; with ``recipient_id``, whether they are that one."""
    found = Recipient.objects.filter(user=user_id)
    return (found.filter(pk=recipient_id) if recipient_id else found).exists()
