"""What the APIs of all apps share: bearer authentication, rate limit and refusals.

The API accepts bearer tokens only and ignores sessions, so a forged form in a browser (CSRF)
has no effect.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import Schema
from ninja.security.http import HttpAuthBase
from pydantic import Field

from accounts import actions, queries
from accounts.models import ApiToken, User
from accounts.rate import Rate

Scope = ApiToken.Scope


class TokenRequest(HttpRequest):
    """A request that ``Bearer`` has authenticated; ``user`` owns the token."""

    user: User
    auth: ApiToken


# -- Refusals ---------------------------------------------------------------------


class Problem(Schema):
    """Every refusal: a code for programs, a sentence for people."""

    code: str = Field(examples=["not_found"])
    message: str = Field(description="In the language of the token's owner.")


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
            headers=dict(self.headers),
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
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        now = timezone.now()
        token = queries.valid_token(secret.strip(), now) if scheme.lower() == "bearer" else None
        if token is None:
            raise unauthorized()
        actions.record_token_use(token, now)
        request.user = token.owner
        translation.activate(token.owner.language)  # the language middleware resets it
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


def _count(token: ApiToken) -> None:
    """Raises the refusal when the token's owner must wait."""
    wait = _rate.wait(token.pk, settings.API_REQUESTS_PER_MINUTE)
    if wait:
        raise Refusal(
            429,
            "too_many_requests",
            _("Too many requests in this minute. Try again in the next."),
            headers={"Retry-After": str(wait)},
        )
