"""Keys that people give to programs."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from accounts import tokens
from accounts.models import ApiToken, User


def create_token(
    *, name: str, scopes: Iterable[ApiToken.Scope], days: int, by: User
) -> tuple[ApiToken, str]:
    """A token for its maker, and its secret, which is told here and never again."""
    secret = tokens.new_secret()
    token = ApiToken.objects.create(
        owner=by,
        name=name,
        digest=tokens.digest(secret),
        scopes=sorted(set(scopes)),
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    return token, secret


def revoke_token(*, token: ApiToken, by: User) -> None:
    """From now on it opens nothing. Revoking twice keeps the first time."""
    ApiToken.objects.filter(pk=token.pk, owner=by, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )


def revoke_all_tokens(*, by: User) -> int:
    """All keys of ``by``; how many there were."""
    return ApiToken.objects.filter(owner=by, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )
