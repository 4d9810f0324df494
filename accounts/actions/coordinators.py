"""Who coordinates the departments of the municipality."""

from django.db import transaction

from accounts.actions.changes import record
from accounts.models import Coordinator, User


def appoint_coordinator(*, user: User, by: User | None) -> bool:
    """Whether it is new. Appointing twice changes nothing. ``by`` is None for the command."""
    with transaction.atomic():
        _coordinator, is_new = Coordinator.objects.get_or_create(user=user)
        if is_new:
            record("appoint_coordinator", by=by, subject_id=user.pk)
    return is_new


def dismiss_coordinator(*, user: User, by: User | None) -> bool:
    """Whether the user was one. The log-in stays. ``by`` is None for the command."""
    with transaction.atomic():
        deleted, _by_model = Coordinator.objects.filter(user=user).delete()
        if deleted:
            record("dismiss_coordinator", by=by, subject_id=user.pk)
    return bool(deleted)
