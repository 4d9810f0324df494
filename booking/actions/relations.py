"""Which employees are close to a recipient."""

import uuid

from accounts.actions import record
from accounts.changes import PERSON
from accounts.models import User
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Recipient, Relation
from departments.models import Department


def declare_relation(
    *, recipient: Recipient, person: User, department: Department, by: User
) -> Relation:
    """Close the recipient's file to an employee in staff roles. Doing it twice changes nothing
    more."""
    with one_transaction():
        lock_recipient(recipient.pk)
        found, is_new = Relation.objects.get_or_create(
            recipient=recipient, person=person, defaults={"declared_by": by}
        )
        if is_new:
            User.objects.filter(pk=person.pk).update(has_relatives=True)
            _record("declare_relation", found, department, by)
    return found


def end_relation(*, relation: Relation, department: Department, by: User) -> None:
    """Ending it twice changes nothing more."""
    with one_transaction():
        lock_recipient(relation.recipient_id)
        if Relation.objects.filter(pk=relation.pk).delete()[0]:
            _record("end_relation", relation, department, by)


def _record(verb: str, relation: Relation, department: Department, by: User) -> None:
    person: uuid.UUID = relation.person_id
    record(
        verb,
        by=by,
        department_id=department.pk,
        subject_id=relation.recipient_id,
        of=relation,
        after={PERSON: person},
    )
