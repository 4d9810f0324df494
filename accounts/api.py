"""What the APIs of all apps share: bearer authentication, rate limit and refusals.

The API accepts bearer tokens only and ignores sessions, so a forged form in a browser (CSRF)
has no effect.
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
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import Schema
from ninja.security.http import HttpAuthBase
from pydantic import Field

from accounts import actions, queries
from accounts.models import ApiToken, User
from accounts.rate import Rate
from accounts.tokens import digest

Scope = ApiToken.Scope

WRONG_KEYS_PER_MINUTE = 60  # of one network address
RETRY_AFTER = 5  # seconds
ACCEPTED_KEYS = 1000  # that a process remembers


class TokenRequest(HttpRequest):
    """A request that ``Bearer`` has authenticated; ``user`` owns the token."""

    user: User
    auth: ApiToken


# -- Refusals ---------------------------------------------------------------------


class Problem(Schema):
    """Every refusal: a code for programs, a sentence for people."""

    code: str = Field(examples=["not_found"])
    message: str = Field(
        description="In the language of `Accept-Language`, else of the token's owner."
    )


class Fault(Schema):
    where: str = Field(examples=["body.start"])
    message: str


class Invalid(Problem):
    """The request does not match the schema."""

    errors: list[Fault] = []


class Refusal(Exception):
    """An error response. ``more`` is added beside ``code`` and ``message``."""

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
            headers={
                "Content-Language": translation.get_language() or "",
                "Vary": "Accept-Language",
                **self.headers,
            },
        )


def unauthorized() -> Refusal:
    """The same response for an unknown, expired or revoked token."""
    return Refusal(
        401,
        "unauthorized",
        _("This needs a valid key: Authorization: Bearer …"),
        headers={"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'},
    )


def not_found() -> Refusal:
    """Also used for objects that belong to somebody else."""
    return Refusal(404, "not_found", _("There is no such thing, or it is not yours."))


def invalid(errors: Sequence[Mapping[str, str]]) -> Refusal:
    """``errors`` are the fields of ``Fault``."""
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


# -- Authentication ---------------------------------------------------------------


class Bearer(HttpAuthBase):
    """Authenticates the owner of a valid token with ``scope``, within the rate limit."""

    openapi_scheme = "bearer"
    openapi_description = (
        "A token made on the page “Keys for programs” or by `manage.py create_token`."
    )

    def __init__(self, scope: ApiToken.Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiToken:
        now = timezone.now()
        accepted = _accepted_language(request)
        if accepted:
            translation.activate(accepted)  # the language middleware resets it
        token = _token_of(request, now)
        if token is None:
            raise unauthorized()
        actions.record_token_use(token, now)
        request.user = token.owner
        if not accepted:
            translation.activate(token.owner.language)
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
_accepted: set[str] = set()  # digests of keys


def _accepted_language(request: HttpRequest) -> str | None:
    """The first language of Accept-Language that we have. Unlike browsers, whose header the
    pages ignore, a program sends it on purpose."""
    for tag, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        language = tag.partition("-")[0]
        language = "nb" if language == "no" else language
        if language in dict(settings.LANGUAGES):
            return language
    return None


def _token_of(request: HttpRequest, now: dt.datetime) -> ApiToken | None:
    """The token of the request, if it is valid.

    After too many wrong keys, a network address is refused without a database query. A key
    that this process has accepted still works: others at the same address can't block it.
    """
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip() if scheme.lower() == "bearer" else ""
    key = digest(secret)
    address = _address(request)
    if address and key not in _accepted:
        _refuse_if(_wrong_keys.wait_now(address, WRONG_KEYS_PER_MINUTE))
    token = queries.valid_token(secret, now)
    if token is None:
        _accepted.discard(key)
        _wrong_keys.wait(address, WRONG_KEYS_PER_MINUTE)
        return None
    if len(_accepted) >= ACCEPTED_KEYS:
        _accepted.clear()
    _accepted.add(key)
    return token


def _address(request: HttpRequest) -> str:
    """The client's network address; empty if no proxy gives it."""
    try:
        return str(get_ip(request))
    except PermissionDenied:
        return ""


def _count(token: ApiToken) -> None:
    """Raises the refusal when the token's owner must wait."""
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
