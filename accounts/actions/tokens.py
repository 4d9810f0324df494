"""API tokens: create, record use, revoke."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import errors, tokens
from accounts.actions.changes import record
from accounts.models import ApiToken, User

USE_PRECISION = dt.timedelta(minutes=5)  # of ``last_used_at``: saves a write per request


def create_token(
    *,
    name: str,
    scopes: Iterable[ApiToken.Scope],
    days: int,
    by: User,
    key: UUID | None = None,
) -> tuple[ApiToken, str]:
    """Create a token; return it with its secret, which is not stored anywhere. The second
    token with a name gets a number after it.

    ``key`` is the form's idempotency key and becomes the id. Raises ``KeyReused`` when the form
    is sent again: the secret that it made can't be shown again.
    """
    secret = tokens.new_secret()
    try:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
            token = ApiToken.objects.create(
                pk=key or uuid4(),
                owner=by,
                name=_unused(name, by),
                digest=tokens.digest(secret),
                scopes=sorted(set(scopes)),
                expires_at=timezone.now() + dt.timedelta(days=days),
            )
            record("create_token", by=by, subject_id=by.pk, of=token, after={"name": token.name})
    except IntegrityError:
        raise errors.KeyReused from None
    return token, secret


def _unused(name: str, owner: User) -> str:
    """The name, with a number after it if another key of the owner has it."""
    used = set(ApiToken.objects.unrevoked().filter(owner=owner).values_list("name", flat=True))
    longest = ApiToken._meta.get_field("name").max_length
    assert longest is not None
    free, number = name, 1
    while free in used:
        number += 1
        end = f" {number}"
        free = name[: longest - len(end)] + end
    return free


def record_token_use(token: ApiToken, now: dt.datetime) -> None:
    if token.last_used_at is None or token.last_used_at < now - USE_PRECISION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def revoke_token(*, token: ApiToken, by: User) -> None:
    """Make the token invalid. Revoking twice keeps the first time."""
    found = ApiToken.objects.filter(pk=token.pk, owner=by, revoked_at__isnull=True)
    with transaction.atomic():
        if found.update(revoked_at=timezone.now()):
            record("revoke_token", by=by, subject_id=by.pk, of=token, before={"name": token.name})


def revoke_all_tokens(*, by: User) -> int:
    """All keys of ``by``; how many there were."""
    found = ApiToken.objects.filter(owner=by, revoked_at__isnull=True)
    with transaction.atomic():
        count = found.update(revoked_at=timezone.now())
        if count:
            record("revoke_all_tokens", by=by, subject_id=by.pk, before={"count": count})
    return count
