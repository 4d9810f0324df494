"""Which account a log-in attempt is counted for.

Attempts are counted for an address. Otherwise anybody could block somebody's log-in by using
up their attempts, so a browser in which an address has logged in before is counted by itself.
A signed cookie says so. It gives no access, and names nobody: it holds digests of addresses.
"""

import secrets
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.models import User

COOKIE = "device"
LASTS = 365 * 24 * 60 * 60  # seconds since the last log-in
USERS = 8  # in one browser; the oldest are forgotten
LOGGED_IN = "_logged_in_now"  # on a request


@dataclass(frozen=True)
class Device:
    id: str
    users: tuple[str, ...]

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        try:
            known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=__name__, max_age=LASTS)
        except signing.BadSignature:
            return cls(secrets.token_urlsafe(16), ())
        return cls(known["id"], tuple(known["users"]))

    def knows(self, email: str) -> bool:
        return self._user(email) in self.users

    def with_user(self, email: str) -> "Device":
        new = self._user(email)
        others = [user for user in self.users if user != new]
        return Device(self.id, (*others, new)[-USERS:])

    @property
    def signed(self) -> str:
        return signing.dumps({"id": self.id, "users": self.users}, salt=__name__)

    def _user(self, email: str) -> str:
        return _digest("user", self.id, email)[:16]


def is_known(request: HttpRequest, email: str) -> bool:
    return Device.of(request).knows(email)


def account(request: HttpRequest, email: str) -> str:
    """A digest of the address, and of the browser where the address is known to it."""
    device = Device.of(request)
    return _digest("account", email, device.id if device.knows(email) else "")


def account_of(user: User) -> str:
    """For attempts of a logged-in user, which nobody else can use up."""
    return _digest("logged in", str(user.pk))


def remember_log_in(request: HttpRequest | None, user: User, **_: object) -> None:
    """The answer to this request carries the cookie; ``user_logged_in`` calls this."""
    if request is not None:
        setattr(request, LOGGED_IN, user)


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    user = getattr(request, LOGGED_IN, None)
    if user is not None:
        response.set_cookie(
            COOKIE,
            Device.of(request).with_user(user.email).signed,
            max_age=LASTS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def _digest(*parts: str) -> str:
    value = "\n".join(part.strip().lower() if "@" in part else part for part in parts)
    return salted_hmac(__name__, value, algorithm="sha256").hexdigest()
