"""Mandates: who may act for a recipient."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import User
from booking import errors
from booking.actions.locks import lock_recipient, one_transaction
from booking.actions.recipients import user_with
from booking.models import Mandate, Recipient
from booking.notices import mandates as mandate_notices

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
    by: User,
) -> Mandate:
    """Give a helper's mandate. A holder without a log-in gets one, by e-mail and code.

    Raises ``OwnHelper`` and ``MandateOverlaps``.
    """
    return _give(
        Mandate(
            recipient=recipient,
            kind=Mandate.Kind.HELPER,
            may=may,
            is_told=is_told,
            valid_from=valid_from,
            valid_until=valid_until,
            given_by=by,
        ),
        to,
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
    by: User,
) -> Mandate:
    """Register a guardian whom the authorities have appointed; ``reference`` is that of their
    document. Raises ``OwnHelper`` and ``MandateOverlaps``."""
    return _give(
        Mandate(
            recipient=recipient,
            kind=Mandate.Kind.GUARDIAN,
            may=may,
            is_told=is_told,
            valid_from=valid_from,
            valid_until=valid_until,
            reference=reference,
            given_by=by,
        ),
        to,
    )


def end_mandate(*, mandate: Mandate, by: User) -> None:
    """End a mandate at once: the holder's next request is refused. Ending it twice changes
    nothing."""
    with one_transaction():
        lock_recipient(mandate.recipient_id)
        ended = Mandate.objects.filter(pk=mandate.pk, revoked_at=None).update(
            revoked_at=timezone.now(), revoked_by=by
        )
        if ended:
            _notify_of_the_end(mandate, by)


def notify_of_expired_mandates(today: dt.date) -> None:
    """Post a message for each mandate that has expired in the last days, once, unless another
    mandate of the same holder follows it. Runs every night."""
    expired = Mandate.objects.filter(
        revoked_at=None, valid_until__lt=today, valid_until__gte=today - NEWS_FOR
    )
    followed = Mandate.objects.in_force(today).filter(
        recipient=OuterRef("recipient"), holder=OuterRef("holder")
    )
    for mandate in expired.exclude(Exists(followed)).select_related("recipient__user", "holder"):
        with transaction.atomic():
            _notify_of_the_end(mandate, by=None)


def _give(mandate: Mandate, to: Invited) -> Mandate:
    given_name, _, family_name = to.name.partition(" ")
    with one_transaction():
        lock_recipient(mandate.recipient_id)
        holder = user_with(to.email, given_name=given_name, family_name=family_name)
        if holder.pk == mandate.recipient.user_id:
            raise errors.OwnHelper
        mandate.holder, mandate.holder_name = holder, to.name
        mandate.save(force_insert=True)
        User.objects.filter(pk=holder.pk).update(acts_for_others=True)
        _notify_holder(mandate, mandate_notices.HELD)
        if mandate.given_by_id != mandate.recipient.user_id:
            _notify_recipient(mandate, mandate_notices.GIVEN)
    return mandate


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
