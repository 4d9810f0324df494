"""What every storey's API shares: who asks, by which token, and how a refusal reads.

The API listens to bearer tokens alone and never to a session, so no browser can be
tricked into using it: there is nothing for a forged form to ride on (CSRF).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import Schema
from ninja.security.http import HttpAuthBase
from pydantic import Field

from accounts.models import ApiToken, User
from accounts.rate import Rate
from accounts.tokens import digest
from database.statements import Statement

Scope = ApiToken.Scope

USED_WITHIN = dt.timedelta(minutes=5)  # so exact is ``last_used_at``
LONGEST_SECRET = 200  # characters; ours are shorter
WRONG_KEYS_PER_MINUTE = 60  # of one network address
RETRY_AFTER = 5  # seconds
LET_IN = 1000  # keys that a process remembers


class TokenRequest(HttpRequest):
    """A request that ``Bearer`` has let in; ``user`` owns the token."""

    user: User
    auth: ApiToken


# -- Refusals ---------------------------------------------------------------------


class Problem(Schema):
    """Every refusal: a word for programs, a sentence for people."""

    code: str = Field(examples=["not_found"])
    message: str = Field(description="In the language of the token's owner.")


class Fault(Schema):
    where: str = Field(examples=["body.start"])
    message: str


class Invalid(Problem):
    """What was sent does not have the form that is described here."""

    errors: list[Fault] = []


class Refusal(Exception):
    """An answer other than the one asked for. ``more`` stands beside code and message."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.more = more or {}

    def response(self) -> JsonResponse:
        return JsonResponse(
            {"code": self.code, "message": self.message, **self.more},
            status=self.status,
            headers=dict(self.headers),
        )


def unauthorized() -> Refusal:
    """The same words for a token that never was, has expired or was revoked."""
    return Refusal(
        401,
        "unauthorized",
        _("This needs a valid key: Authorization: Bearer …"),
        headers={"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'},
    )


def not_found() -> Refusal:
    """Also for what exists and belongs to somebody else."""
    return Refusal(404, "not_found", _("There is no such thing, or it is not yours."))


def invalid(errors: Sequence[Mapping[str, str]]) -> Refusal:
    """Each of the ``errors`` is a ``Fault``."""
    message = _("What was sent can't be understood; “errors” tells where.")
    return Refusal(422, "invalid", message, more={"errors": errors})


def unavailable() -> Refusal:
    """Whether a change was made is not known: the same request again finds what it made."""
    return Refusal(
        503,
        "unavailable",
        _("This can't be answered right now. Send the same request again."),
        headers={"Retry-After": str(RETRY_AFTER)},
    )


def too_large() -> Refusal:
    return Refusal(413, "too_large", _("This is more than anybody needs to send here."))


# -- Who asks ---------------------------------------------------------------------


class Bearer(HttpAuthBase):
    """Lets in the owner of a valid token that has the scope, so many times a minute."""

    openapi_scheme = "bearer"
    openapi_description = (
        "A token made on the page “Keys for programs” or by `manage.py create_token`."
    )

    def __init__(self, scope: ApiToken.Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiToken:
        token = _token_of(request)
        if token is None:
            raise unauthorized()
        request.user = token.owner
        translation.activate(token.owner.language)  # until the language middleware ends
        if self.scope not in token.scopes:
            raise Refusal(
                403,
                "insufficient_scope",
                _("This key may not be used for that."),
                headers={
                    "WWW-Authenticate": (
                        f'Bearer realm="api", error="insufficient_scope", scope="{self.scope}"'
                    )
                },
            )
        _count(token)
        return token


_rate = Rate("api")
_wrong_keys = Rate("api wrong keys")
_let_in: set[str] = set()  # digests of keys

# Neither what nobody needs here, nor what is no plain column.
_OWNER = [
    field.attname
    for field in User._meta.concrete_fields
    if field.attname not in ("password", "preferences")
]
_TOKEN = [field.attname for field in ApiToken._meta.concrete_fields]
_BY_DIGEST = Statement(
    lambda digest: (
        ApiToken.objects.filter(digest=digest)
        .order_by()
        .values_list(*_TOKEN, *(f"owner__{name}" for name in _OWNER))
    ),
    digest="the digest",
)


def _token_of(request: HttpRequest) -> ApiToken | None:
    """Too many wrong keys from one network address are refused before the database is asked.
    A key that this process has let in works all the same: others behind the same address
    can't block it."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip() if scheme.lower() == "bearer" else ""
    known = digest(secret)
    address = _address(request)
    if address and known not in _let_in:
        _refuse_if(_wrong_keys.wait_now(address, WRONG_KEYS_PER_MINUTE))
    token = _token(secret)
    if token is None:
        _let_in.discard(known)
        _wrong_keys.wait(address, WRONG_KEYS_PER_MINUTE)
        return None
    if len(_let_in) >= LET_IN:
        _let_in.clear()
    _let_in.add(known)
    return token


def _address(request: HttpRequest) -> str:
    """The client's network address, or none where no proxy tells it."""
    try:
        return str(get_ip(request))
    except PermissionDenied:
        return ""


def _token(secret: str) -> ApiToken | None:
    """In one statement, and now and then one more that notes the use."""
    if not 0 < len(secret) <= LONGEST_SECRET:
        return None
    rows = _BY_DIGEST.rows(digest=digest(secret))
    if not rows:
        return None
    token = ApiToken.from_db("default", _TOKEN, rows[0][: len(_TOKEN)])
    token.owner = User.from_db("default", _OWNER, rows[0][len(_TOKEN) :])
    now = timezone.now()
    if token.revoked_at is not None or token.is_expired(now) or not token.owner.is_active:
        return None
    if token.last_used_at is None or token.last_used_at < now - USED_WITHIN:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _count(token: ApiToken) -> None:
    _refuse_if(_rate.wait(token.pk, settings.API_REQUESTS_PER_MINUTE))


def _refuse_if(wait: int) -> None:
    """``wait`` is in seconds."""
    if wait:
        raise Refusal(
            429,
            "too_many_requests",
            _("Too many requests in this minute. Try again in the next."),
            headers={"Retry-After": str(wait)},
        )
