"""How carers get into a recipient's home."""

from typing import Any

from accounts.actions import differing, record, values_of
from accounts.models import User
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import KeyFacts, Recipient
from database.versions import check_version
from departments.models import Department


def change_keys(
    *,
    recipient: Recipient,
    has_key: bool,
    cabinet_number: str,
    has_electronic_lock: bool,
    department: Department,
    by: User,
    version: int | None = None,
) -> None:
    """Write down how carers get in. ``version`` is 0 when the page showed no facts.

    The history says what was changed, without the values. Raises ``Stale``.
    """
    new: dict[str, Any] = {
        "has_key": has_key,
        "cabinet_number": cabinet_number,
        "has_electronic_lock": has_electronic_lock,
    }
    with one_transaction():
        lock_recipient(recipient.pk)
        found = KeyFacts.objects.filter(recipient=recipient).first()
        facts = found if found is not None else KeyFacts(recipient=recipient, version=0)
        _before, after = differing(values_of(facts, new), new, without_value=new)
        if not after:
            return
        check_version(facts.version, version)
        for name, value in new.items():
            setattr(facts, name, value)
        facts.version += 1
        facts.save(force_insert=found is None)
        record(
            "change_keys",
            by=by,
            department_id=department.pk,
            subject_id=recipient.pk,
            of=facts,
            after=after,
        )
