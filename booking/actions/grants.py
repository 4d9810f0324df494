"""Grants: the municipality's decisions."""

import datetime as dt
from fractions import Fraction
from typing import Any, TypedDict, Unpack
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.actions import differing, record, values_of, was_made_by
from accounts.models import User
from booking import errors, quota
from booking.actions.agreed_times import carry_agreed_times
from booking.actions.bookings import keep_again_on_commit
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import Booking, Grant, Recipient
from booking.queries.local_time import midnight
from booking.queries.replacements import first_day_of_period
from database.versions import check_version
from departments.hours import DAY
from departments.models import Service


class ChoiceTerms(TypedDict, total=False):
    """How many weeks a period has, who chooses the times, within which limits, and where the
    decision is to be found."""

    kind_of_time: str  # "" for that of the service
    choice_from: dt.date | None
    window_start: dt.time | None
    window_end: dt.time | None
    at_most_a_day: int | None
    days_between: int | None
    weeks: int
    reference: str
    decided_on: dt.date | None


TERMS = (
    "amount",
    "unit",
    "period",
    "valid_from",
    "valid_until",
    "is_essential",
    *ChoiceTerms.__annotations__,
)


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
    **choice: Unpack[ChoiceTerms],
) -> Grant:
    """Add a grant. ``key`` is the form's idempotency key and becomes the id. Raises
    ``KeyReused``, and ``GrantOverlaps`` when another is valid in the same period."""
    choice["kind_of_time"] = choice.get("kind_of_time") or service.kind_of_time
    made = Grant(
        recipient=recipient,
        service=service,
        amount=amount,
        unit=unit,
        period=period,
        valid_from=valid_from,
        valid_until=valid_until,
        is_essential=is_essential,
        **choice,
    )
    with one_transaction():
        lock_recipient(recipient.pk)
        return _add(made, key, by)


def _add(made: Grant, key: UUID | None, by: User | None) -> Grant:
    """Save a new grant with the key as its id, once. The caller has locked the recipient."""
    earlier = Grant.objects.filter(pk=key).first() if key else None
    if earlier is not None:
        identity = ("recipient_id", "service_id", *TERMS)
        is_own = was_made_by("grant", earlier.pk, by=by, department_id=made.service.department_id)
        if not is_own or values_of(earlier, identity) != values_of(made, identity):
            raise errors.KeyReused
        return earlier
    made.pk = key or uuid4()
    made.save(force_insert=True)
    shown = [name for name in TERMS if name != "reference"]  # free text is not recorded
    _record("grant", made, by, {}, values_of(made, shown))
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
    **choice: Unpack[ChoiceTerms],
) -> list[Booking]:
    """Change a grant. Terms of the ``choice`` that are not given stay as they are.

    No booking is cancelled: returns those after its last day, so that staff can decide. Raises
    ``GrantOverlaps``, and ``Stale`` when the grant has another version than the user's page
    showed."""
    with one_transaction():
        lock_recipient(grant.recipient_id)
        grant = Grant.objects.select_related("service").get(pk=grant.pk)
        old = values_of(grant, TERMS)
        grant.amount, grant.unit, grant.period = amount, unit, period
        grant.valid_from, grant.valid_until = valid_from, valid_until
        grant.is_essential = is_essential
        for name, value in choice.items():
            setattr(grant, name, value)
        before, after = differing(old, values_of(grant, TERMS), without_value=["reference"])
        if after:
            check_version(grant.version, version)
            grant.version += 1
            grant.save()
            _record("change_grant", grant, by, before, after)
            keep_again_on_commit(grant.recipient_id)
        return _booked_after(grant)


def replacement(grant: Grant, **terms: Any) -> Grant:
    """The grant that replaces another, not saved. Raises ``BeginsTooEarly``: a replacement
    begins after the other's first day, and one that gives less with a period of the other."""
    new = Grant(recipient=grant.recipient, service=grant.service, **terms)
    first = new.valid_from
    if first <= grant.valid_from:
        raise errors.BeginsTooEarly(grant.valid_from + DAY, gives_less=False)
    if grant.is_valid_on(first) and _per_year(new) < _per_year(grant):
        possible = first_day_of_period(grant, first)
        if first != possible:
            raise errors.BeginsTooEarly(possible, gives_less=True)
    return new


def replace_grant(
    *, grant: Grant, key: UUID, by: User | None, version: int | None = None, **terms: Any
) -> Grant:
    """Add a grant that replaces another, which ends the day before. No booking is changed.

    ``key`` is the form's idempotency key and becomes the id. Raises ``BeginsTooEarly``,
    ``KeyReused``, ``GrantOverlaps`` and ``Stale``."""
    with one_transaction():
        lock_recipient(grant.recipient_id)
        old = Grant.objects.select_related("service", "recipient").get(pk=grant.pk)
        new = replacement(old, **terms)
        is_repeated = Grant.objects.filter(pk=key).exists()
        if not is_repeated and old.is_valid_on(new.valid_from):
            check_version(old.version, version)
            before = values_of(old, ["valid_until"])
            old.valid_until = new.valid_from - DAY
            old.version += 1
            old.save()
            _record("change_grant", old, by, before, values_of(old, ["valid_until"]))
        made = _add(new, key, by)
        if not is_repeated:
            carry_agreed_times(old, made)
        return made


def _per_year(grant: Grant) -> Fraction:
    return quota.per_year(
        grant.amount, grant.unit, grant.period, grant.weeks, grant.service.minutes
    )


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
