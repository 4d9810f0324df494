"""Grants: the municipality's decisions."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.actions import differing, record, values_of, was_made_by
from accounts.models import User
from booking import errors
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Booking, Grant, Recipient
from booking.queries.local_time import midnight
from database.versions import check_version
from departments.hours import DAY
from departments.models import Service

TERMS = ("amount", "unit", "period", "valid_from", "valid_until", "is_essential")


def grant(
    *,
    recipient: Recipient,
    service: Service,
    amount: int,
    unit: str,
    period: str,
    valid_from: dt.date,
    valid_until: dt.date | None = None,
    is_essential: bool = False,
    key: UUID | None = None,
    by: User | None,
) -> Grant:
    """Add a grant. ``key`` is the form's idempotency key and becomes the id. Raises
    ``KeyReused``, and ``GrantOverlaps`` when another is valid in the same period."""
    with one_transaction():
        lock_recipient(recipient.pk)
        earlier = Grant.objects.filter(pk=key).first() if key else None
        if earlier is not None:
            made_before = (earlier.recipient_id, earlier.service_id, values_of(earlier, TERMS))
            terms = (amount, unit, period, valid_from, valid_until, is_essential)
            sent = (recipient.pk, service.pk, dict(zip(TERMS, terms, strict=True)))
            is_own = was_made_by("grant", earlier.pk, by=by, department_id=service.department_id)
            if not is_own or made_before != sent:
                raise errors.KeyReused
            return earlier
        made = Grant.objects.create(
            pk=key or uuid4(),
            recipient=recipient,
            service=service,
            amount=amount,
            unit=unit,
            period=period,
            valid_from=valid_from,
            valid_until=valid_until,
            is_essential=is_essential,
        )
        _record("grant", made, by, {}, values_of(made, TERMS))
        return made


def change_grant(
    *,
    grant: Grant,
    amount: int,
    unit: str,
    period: str,
    valid_from: dt.date,
    valid_until: dt.date | None,
    is_essential: bool,
    by: User | None,
    version: int | None = None,
) -> list[Booking]:
    """Change a grant. No booking is cancelled: returns those after its last day, so that
    staff can decide. Raises ``GrantOverlaps``, and ``Stale`` when the grant has another
    version than the user's page showed."""
    with one_transaction():
        lock_recipient(grant.recipient_id)
        grant = Grant.objects.select_related("service").get(pk=grant.pk)
        old = values_of(grant, TERMS)
        grant.amount, grant.unit, grant.period = amount, unit, period
        grant.valid_from, grant.valid_until = valid_from, valid_until
        grant.is_essential = is_essential
        before, after = differing(old, values_of(grant, TERMS))
        if after:
            check_version(grant.version, version)
            grant.version += 1
            grant.save()
            _record("change_grant", grant, by, before, after)
        return _booked_after(grant)


def _record(
    verb: str, grant: Grant, by: User | None, before: dict[str, Any], after: dict[str, Any]
) -> None:
    record(
        verb,
        by=by,
        department_id=grant.service.department_id,
        subject_id=grant.recipient_id,
        of=grant,
        before=before,
        after={**after, "name": grant.service.name},
    )


def _booked_after(grant: Grant) -> list[Booking]:
    if grant.valid_until is None:
        return []
    return list(
        Booking.objects.upcoming(timezone.now())
        .filter(
            recipient=grant.recipient_id,
            service=grant.service_id,
            starts_at__gte=midnight(grant.valid_until + DAY),
        )
        .select_related("service__department", "recipient")
    )
