"""Record changes, for those who ask later who made them."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Model

from accounts.changes import CHANGED
from accounts.models import Change, User


def record(
    verb: str,
    *,
    by: User | None,
    department_id: uuid.UUID | None = None,
    subject_id: uuid.UUID | None = None,
    of: Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record one change, of the row ``of``. Call it in the transaction of the change.

    ``verb`` is registered with ``accounts.changes``.
    """
    Change.objects.create(
        actor=by,
        verb=verb,
        department_id=department_id,
        subject_id=subject_id,
        object_type=of._meta.label_lower if of is not None else "",
        object_id=of.pk if of is not None and isinstance(of.pk, uuid.UUID) else None,
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason[:200],
    )


def record_all(changes: Iterable[Change]) -> None:
    """Record several changes with one INSERT."""
    Change.objects.bulk_create(changes)


def was_made_by(
    verb: str, key: uuid.UUID, *, by: User | None, department_id: uuid.UUID | None
) -> bool:
    """Whether the user made the row with this id by the verb, in the department."""
    return Change.objects.filter(
        verb=verb, object_id=key, actor=by, department_id=department_id
    ).exists()


def values_of(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """The named fields of a row, for ``differing``."""
    return {name: getattr(row, name) for name in names}


def differing(
    before: Mapping[str, Any], after: Mapping[str, Any], *, without_value: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the values that differ; two empty dictionaries when none does.

    Fields ``without_value`` (free text, confidential ones) are only named, in the second.
    """
    names = [name for name in after if before[name] != after[name]]
    shown = [name for name in names if name not in without_value]
    unshown = [name for name in names if name in without_value]
    new = {name: after[name] for name in shown}
    if unshown:
        new[CHANGED] = unshown
    return {name: before[name] for name in shown}, new
