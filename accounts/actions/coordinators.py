"""Who coordinates the departments of the municipality."""

from accounts.models import Coordinator, User


def appoint_coordinator(*, user: User) -> bool:
    """Whether it is new. Appointing twice changes nothing."""
    _coordinator, is_new = Coordinator.objects.get_or_create(user=user)
    return is_new


def dismiss_coordinator(*, user: User) -> bool:
    """Whether the user was one. The log-in stays."""
    deleted, _by_model = Coordinator.objects.filter(user=user).delete()
    return bool(deleted)
