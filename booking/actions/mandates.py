"""Mandates: who may act for a recipient."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import Invitation, User
from booking import errors
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Mandate, Recipient
from booking.notices import mandates as mandate_notices
from booking.queries.mandates import MANDATE
from departments.models import Department

NEWS_FOR = dt.timedelta(days=7)  # after that a message is of no use


@dataclass(frozen=True)
class Invited:
    """The future holder of a mandate, as entered by the person who gives it."""

    email: str
    name: str


def give_mandate(
    *,
    recipient: Recipient,
    to: Invited,
    may: Mandate.May,
    is_told: bool = False,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    key: uuid.UUID | None = None,
    by: User,
) -> Invitation:
    """Invite somebody to be a helper. There is no mandate before they accept.

    ``key`` is the form's idempotency key.

    Raises ``OwnHelper``, ``MandateOverlaps`` when the address was invited before, and
    ``TooManyInvitations``.
    """
    return _invite(
        recipient,
        to,
        {
            "kind": Mandate.Kind.HELPER,
            "name": to.name,
            "may": may,
            "is_told": is_told,
            "valid_from": valid_from.isoformat(),
            "valid_until": valid_until.isoformat() if valid_until else None,
            "reference": "",
        },
        department=None,
        key=key,
        by=by,
    )


def register_guardian(
    *,
    recipient: Recipient,
    to: Invited,
    may: Mandate.May,
    is_told: bool = True,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    reference: str,
    department: Department,
    key: uuid.UUID | None = None,
    by: User,
) -> Invitation:
    """Register a guardian whom the authorities have appointed; ``reference`` is that of their
    document. Somebody else confirms it, then the guardian is invited, and has a mandate once
    they have accepted.

    The recipient's own address is refused when they answer: staff must not learn it here.
    Raises ``OwnAddress``, ``MandateOverlaps`` when the address was registered
    before, and ``TooManyInvitations``.
    """
    if by.email == to.email.lower() or by.pk == recipient.user_id:
        raise errors.OwnAddress
    return _invite(
        recipient,
        to,
        {
            "kind": Mandate.Kind.GUARDIAN,
            "name": to.name,
            "may": may,
            "is_told": is_told,
            "valid_from": valid_from.isoformat(),
            "valid_until": valid_until.isoformat() if valid_until else None,
            "reference": reference,
        },
        department=department,
        key=key,
        by=by,
    )


def accept_mandate(*, invitation: Invitation, user: User) -> Mandate:
    """Make the mandate that was proposed, for the user who accepted. Its key is that of the
    invitation. Raises ``OwnHelper``, ``OwnAddress`` and ``MandateOverlaps``."""
    terms = invitation.proposal
    with one_transaction():
        lock_recipient(invitation.target_id)
        recipient = Recipient.objects.select_related("user").get(pk=invitation.target_id)
        is_guardian = terms["kind"] == Mandate.Kind.GUARDIAN
        if user.pk == recipient.user_id:
            raise errors.OwnHelper
        if is_guardian and user.pk in (invitation.by_id, invitation.confirmed_by_id):
            raise errors.OwnAddress
        until = terms["valid_until"]
        mandate = Mandate.objects.create(
            pk=invitation.pk,
            recipient=recipient,
            holder=user,
            holder_name=terms["name"],
            kind=terms["kind"],
            may=terms["may"],
            is_told=terms["is_told"],
            valid_from=dt.date.fromisoformat(terms["valid_from"]),
            valid_until=dt.date.fromisoformat(until) if until else None,
            reference=terms["reference"],
            given_by_id=invitation.by_id,
        )
        User.objects.filter(pk=user.pk).update(acts_for_others=True)
        _record("accept_mandate", mandate, invitation.department_id, user)
        if mandate.given_by_id != recipient.user_id:
            _notify_recipient(mandate, mandate_notices.GIVEN)
        return mandate


def end_mandate(*, mandate: Mandate, department: Department | None = None, by: User) -> None:
    """End a mandate at once: the holder's next request is refused. Ending it twice changes
    nothing. ``department`` is that of the staff who end it."""
    with one_transaction():
        lock_recipient(mandate.recipient_id)
        ended = Mandate.objects.filter(pk=mandate.pk, revoked_at=None).update(
            revoked_at=timezone.now(), revoked_by=by
        )
        if ended:
            _record("end_mandate", mandate, department.pk if department else None, by)
            _notify_of_the_end(mandate, by)


def notify_of_expired_mandates(today: dt.date) -> None:
    """Post a message for each mandate that has expired in the last days, once, unless another
    mandate of the same holder follows it. Runs every hour."""
    expired = Mandate.objects.filter(
        revoked_at=None,
        valid_until__lt=today,
        valid_until__gte=today - NEWS_FOR,
        recipient__departed_at__isnull=True,
    )
    followed = Mandate.objects.in_force(today).filter(
        recipient=OuterRef("recipient"), holder=OuterRef("holder")
    )
    for mandate in expired.exclude(Exists(followed)).select_related("recipient__user", "holder"):
        with transaction.atomic():
            _notify_of_the_end(mandate, by=None)


def _invite(
    recipient: Recipient,
    to: Invited,
    proposal: Mapping[str, Any],
    *,
    department: Department | None,
    key: uuid.UUID | None,
    by: User,
) -> Invitation:
    with one_transaction():
        lock_recipient(recipient.pk)
        if Recipient.objects.filter(pk=recipient.pk, departed_at__isnull=False).exists():
            raise errors.HasDeparted
        if by.pk == recipient.user_id and by.email == to.email.lower():
            raise errors.OwnHelper
        is_sent_again = accounts_actions.find_invited(
            key=key,
            kind=MANDATE,
            address=to.email,
            target_id=recipient.pk,
            proposal=proposal,
            by=by,
        )
        if not is_sent_again and _is_invited(recipient, to.email, proposal):
            raise errors.MandateOverlaps
        return accounts_actions.invite(
            kind=MANDATE,
            address=to.email,
            target_id=recipient.pk,
            department_id=department.pk if department else None,
            proposal=proposal,
            needs_confirmation=department is not None,
            key=key,
            by=by,
        )


def _record(verb: str, mandate: Mandate, department_id: uuid.UUID | None, by: User) -> None:
    accounts_actions.record(
        verb,
        by=by,
        department_id=department_id,
        subject_id=mandate.recipient_id,
        of=mandate,
        after={"name": mandate.holder_name, "kind": mandate.kind, "may": mandate.may},
    )


def _is_invited(recipient: Recipient, email: str, terms: Mapping[str, Any]) -> bool:
    """Whether the address has been invited before to act for the recipient in the same period,
    and can still accept, or has accepted.

    Only what was entered for this recipient: an address that others know is no answer.
    """
    found = Invitation.objects.filter(kind=MANDATE, target_id=recipient.pk, address=email.lower())
    mandates = Mandate.objects.filter(
        pk__in=found.filter(answer=Invitation.Answer.ACCEPTED).values("pk"), revoked_at=None
    ).exclude(valid_until__lt=terms["valid_from"])
    if terms["valid_until"]:
        mandates = mandates.exclude(valid_from__gt=terms["valid_until"])
    return found.open(timezone.now()).exists() or mandates.exists()


def _notify_of_the_end(mandate: Mandate, by: User | None) -> None:
    """Post to the holder and the recipient, except the one who ended it."""
    if mandate.holder != by:
        _notify_holder(mandate, mandate_notices.ENDED)
    if by is None or by != mandate.recipient.user:
        _notify_recipient(mandate, mandate_notices.LEFT)


def _notify_holder(mandate: Mandate, kind: str) -> None:
    _notify(mandate, kind, to=mandate.holder)


def _notify_recipient(mandate: Mandate, kind: str) -> None:
    """A letter, when no other channel reaches them, is printed by the department whose grant
    lasts the longest."""
    recipient = mandate.recipient
    grants = recipient.grants.order_by(F("valid_until").desc(nulls_first=True), "-valid_from")
    _notify(
        mandate,
        kind,
        to=recipient.user,
        subject_id=recipient.pk,
        department_id=grants.values_list("service__department", flat=True).first(),
    )


def _notify(mandate: Mandate, kind: str, **whom: Any) -> None:
    accounts_actions.post(
        kind=kind,
        key=f"{kind}:{mandate.pk}",
        about_id=mandate.pk,
        expires_at=timezone.now() + NEWS_FOR,
        **whom,
    )
