"""API tokens: create, record use, revoke."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts import tokens
from accounts.actions.changes import record
from accounts.models import ApiToken, User

USE_PRECISION = dt.timedelta(minutes=5)  # of ``last_used_at``: saves a write per request


def create_token(
    *, name: str, scopes: Iterable[ApiToken.Scope], days: int, by: User
) -> tuple[ApiToken, str]:
    """Create a token; return it with its secret, which is not stored anywhere."""
    secret = tokens.new_secret()
    with transaction.atomic():
        token = ApiToken.objects.create(
            owner=by,
            name=name,
            digest=tokens.digest(secret),
            scopes=sorted(set(scopes)),
            expires_at=timezone.now() + dt.timedelta(days=days),
        )
        record("create_token", by=by, subject_id=by.pk, of=token, after={"name": name})
    return token, secret


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
