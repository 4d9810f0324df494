"""Recipients whose files are closed to an employee: their own, those of people they act for, and
those of relatives. Lists show such a recipient's visit as busy, without the name.
"""

import uuid
from collections.abc import Iterable

from django.http import Http404
from django.utils import timezone

from accounts.models import User
from booking.models import Mandate, Recipient, Relation


def closed_to(user: User) -> frozenset[uuid.UUID]:
    """Read once for each request, and not at all for users without anybody close."""
    if not user.may_be_close:
        return frozenset()
    if not hasattr(user, "_closed_recipients"):
        own = Recipient.objects.filter(user=user).values_list("pk")
        acts_for = Mandate.objects.in_force(timezone.localdate()).filter(holder=user)
        relatives = Relation.objects.filter(person=user)
        found = own.order_by().union(
            acts_for.values_list("recipient"), relatives.values_list("recipient")
        )
        user._closed_recipients = frozenset(pk for (pk,) in found)  # type: ignore[attr-defined]
    closed: frozenset[uuid.UUID] = user._closed_recipients  # type: ignore[attr-defined]
    return closed


def hide_close(by: User, recipients: Iterable[Recipient]) -> frozenset[uuid.UUID]:
    """Take the names from those that are closed to ``by``. Returns the ids of all closed ones,
    which are no looks for the access log."""
    closed = closed_to(by)
    if closed:
        for recipient in recipients:
            if recipient.pk in closed:
                recipient.hide()
    return closed


def refuse_close(by: User, recipient_id: uuid.UUID) -> None:
    """Raise ``Http404`` for a recipient who is closed to ``by``."""
    if recipient_id in closed_to(by):
        raise Http404
