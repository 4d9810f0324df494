"""Who may act for whom."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts.actions.messages import post
from accounts.models import User
from booking import errors
from booking.actions.locks import lock_recipient, one_transaction
from booking.actions.recipients import user_with
from booking.models import Mandate, Recipient
from booking.notices import mandates as mandate_notices

NEWS_FOR = dt.timedelta(days=7)  # told later than that it helps nobody


@dataclass(frozen=True)
class Invited:
    """Somebody who is to act for a recipient, as whoever gives the mandate knows them."""

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
    """The recipient lets somebody help. Whoever has no log-in gets one, by e-mail and code.

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
    """Write down the guardian that a paper of the authorities appoints; ``reference`` is
    how the paper is found again. Raises ``OwnHelper`` and ``MandateOverlaps``."""
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
    """At once: the holder's next click is refused. Ending it twice changes nothing."""
    with one_transaction():
        lock_recipient(mandate.recipient_id)
        ended = Mandate.objects.filter(pk=mandate.pk, revoked_at=None).update(
            revoked_at=timezone.now(), revoked_by=by
        )
        if ended:
            _tell_of_the_end(mandate, by)


def tell_of_those_that_ran_out(today: dt.date) -> None:
    """Every night: their last day was yesterday, or a few days ago if nobody looked since.
    Told once, and not of one that another has followed."""
    ran_out = Mandate.objects.filter(
        revoked_at=None, valid_until__lt=today, valid_until__gte=today - NEWS_FOR
    )
    followed = Mandate.objects.in_force(today).filter(
        recipient=OuterRef("recipient"), holder=OuterRef("holder")
    )
    for mandate in ran_out.exclude(Exists(followed)).select_related("recipient__user", "holder"):
        with transaction.atomic():
            _tell_of_the_end(mandate, by=None)


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
        _tell_holder(mandate, mandate_notices.HELD)
        if mandate.given_by_id != mandate.recipient.user_id:
            _tell_recipient(mandate, mandate_notices.GIVEN)
    return mandate


def _tell_of_the_end(mandate: Mandate, by: User | None) -> None:
    """To both of them, but not to whoever ended it."""
    if mandate.holder != by:
        _tell_holder(mandate, mandate_notices.ENDED)
    if by is None or by != mandate.recipient.user:
        _tell_recipient(mandate, mandate_notices.LEFT)


def _tell_holder(mandate: Mandate, kind: str) -> None:
    _tell(mandate, kind, to=mandate.holder)


def _tell_recipient(mandate: Mandate, kind: str) -> None:
    """By letter when nothing else reaches them, printed where they are granted something for
    the longest."""
    recipient = mandate.recipient
    grants = recipient.grants.order_by(F("valid_until").desc(nulls_first=True), "-valid_from")
    _tell(
        mandate,
        kind,
        to=recipient.user,
        subject_id=recipient.pk,
        department_id=grants.values_list("service__department", flat=True).first(),
    )


def _tell(mandate: Mandate, kind: str, **whom: Any) -> None:
    post(
        kind=kind,
        key=f"{kind}:{mandate.pk}",
        about_id=mandate.pk,
        expires_at=timezone.now() + NEWS_FOR,
        **whom,
    )
