"""Addresses that gave messages back for good: nothing is sent there until they are trusted."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.actions.changes import record
from accounts.models import DeadAddress, Message, User


def mark_dead(*, user: User, channel: Message.Channel, address: str) -> None:
    with transaction.atomic():
        _dead, is_new = DeadAddress.objects.update_or_create(
            user=user, channel=channel, defaults={"address": address}
        )
        if is_new:
            record("mark_dead", by=None, subject_id=user.pk, after={"channel": channel})


def record_bounce(*, email: str) -> None:
    """The mail service reports that a mail to this address came back for good: it is dead for
    all users whose messages go there."""
    is_log_in = Q(contact_email="", email__iexact=email)
    for user in User.objects.filter(is_log_in | Q(contact_email__iexact=email)):
        mark_dead(user=user, channel=Message.Channel.EMAIL, address=user.message_email)


def trust_again(
    *, user: User, by: User, subject_id: UUID | None = None, department_id: UUID | None = None
) -> None:
    """Send to the user's addresses again, after staff have checked that they work.

    ``subject_id`` is the recipient whose user it is, and ``department_id`` that of the staff.
    """
    with transaction.atomic():
        if DeadAddress.objects.filter(user=user).delete()[0]:
            record(
                "trust_again",
                by=by,
                department_id=department_id,
                subject_id=subject_id or user.pk,
            )
