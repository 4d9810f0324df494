"""People to call about a recipient, such as relatives. They get no rights and no messages."""

import uuid

from django.db.models import Max

from accounts.actions import record, was_made_by
from accounts.models import User
from booking import errors
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Contact, Recipient
from departments.models import Department


def add_contact(
    *,
    recipient: Recipient,
    name: str,
    phone: str,
    relation: str = "",
    is_called: bool = True,
    key: uuid.UUID | None = None,
    department: Department,
    by: User,
) -> Contact:
    """Add somebody to call, after the others. ``key`` is the form's idempotency key and becomes
    the id. Raises ``KeyReused``."""
    terms = {"name": name, "phone": phone, "relation": relation, "is_called": is_called}
    with one_transaction():
        lock_recipient(recipient.pk)
        earlier = Contact.objects.filter(pk=key).first() if key else None
        if earlier is not None:
            is_own = was_made_by("add_contact", earlier.pk, by=by, department_id=department.pk)
            is_same = {field: getattr(earlier, field) for field in terms} == terms
            if not is_own or not is_same or earlier.recipient_id != recipient.pk:
                raise errors.KeyReused
            return earlier
        last = recipient.contacts.aggregate(last=Max("position"))["last"] or 0
        contact = Contact.objects.create(
            pk=key or uuid.uuid4(), recipient=recipient, position=last + 1, **terms
        )
        _record("add_contact", contact, department, by)
    return contact


def remove_contact(*, contact: Contact, department: Department, by: User) -> None:
    """Removing it twice changes nothing more."""
    with one_transaction():
        lock_recipient(contact.recipient_id)
        if Contact.objects.filter(pk=contact.pk).delete()[0]:
            _record("remove_contact", contact, department, by)


def _record(verb: str, contact: Contact, department: Department, by: User) -> None:
    """The name and the number are about somebody else: they are not recorded."""
    record(
        verb,
        by=by,
        department_id=department.pk,
        subject_id=contact.recipient_id,
        of=contact,
        after={"relation": contact.relation},
    )
