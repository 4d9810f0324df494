"""Keep a form that was sent after the session ended, until its writer has logged in again.

The form is stored in the browser's session for an hour and shown only to its writer, who must
press a button to send it. The session that knew the writer is gone, so a signed cookie names
the user whose pages this browser showed last, and the person they acted for. Without the
cookie nothing is kept.

A form that was rendered before the user logged in again, in another window, is rejected too
(CSRF). It names neither its writer nor the person acted for, so it is kept only if both are
certain.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.access import PersonRequest, act_for

SESSION_KEY = "unsent"
COOKIE = "writer"
KEPT_FOR = 60 * 60  # seconds; a log-in by e-mail may take fifteen minutes
LARGEST = 20_000  # characters; strangers can send forms too, and sessions are database rows
FOLLOWS = "follows_another"  # session key: another user was logged in here before
SECRETS = ("password", "token", "secret")  # parts of field names

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Writer:
    """The user who was logged in, and the recipient they acted for."""

    user: str
    acting_for: str

    @classmethod
    def of(cls, request: PersonRequest) -> Self:
        return cls(str(request.user.pk), str(request.acting_for or ""))

    @classmethod
    def last_here(cls, request: HttpRequest) -> Self | None:
        try:
            value = _signer().unsign(request.COOKIES.get(COOKIE, ""))
        except BadSignature:
            return None
        user, _, acting_for = value.partition(" ")
        return cls(user, acting_for)

    @property
    def signed(self) -> str:
        return _signer().sign(f"{self.user} {self.acting_for}")


@dataclass(frozen=True)
class Unsent:
    path: str
    fields: Fields
    writer: Writer
    at: float

    @property
    def written(self) -> list[str]:
        return written_in(self.fields)


def fields_of(request: HttpRequest) -> Fields:
    """The fields of the form, for sending it again. Secrets are left out: they must not be
    written into a page."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if not any(secret in name for secret in SECRETS)
        for value in values
    ]


def written_in(fields: Fields) -> list[str]:
    """The values that look like text that a person wrote: those with spaces."""
    return [value for _, value in fields if " " in value.strip()]


def keep(request: HttpRequest) -> bool:
    """Keep the form of somebody who is logged out; return whether it was kept."""
    return _keep(request, Writer.last_here(request))


def keep_of_older_page(request: PersonRequest) -> bool:
    """Keep the form of a page that is older than the session; return whether it was kept.

    Not kept if another user may have had the page open, or if the user acts for others.
    """
    if request.user.acts_for_others or FOLLOWS in request.session:
        return False
    return _keep(request, Writer.of(request))


def _keep(request: HttpRequest, writer: Writer | None) -> bool:
    path, fields = request.get_full_path(), fields_of(request)
    size = len(path) + sum(len(name) + len(value) for name, value in fields)
    if writer is None or size > LARGEST:
        return False
    kept = Unsent(path, fields, writer, timezone.now().timestamp())
    request.session[SESSION_KEY] = asdict(kept)
    return True


def find(request: PersonRequest) -> Unsent | None:
    """The user's kept form. Switches to the person they acted for when they wrote it.

    A form that is too old or by another user is deleted.
    """
    kept = request.session.get(SESSION_KEY)
    if kept is None:
        return None
    found = Unsent(**{**kept, "writer": Writer(**kept["writer"])})
    is_old = timezone.now().timestamp() - found.at > KEPT_FOR
    if is_old or found.writer.user != str(request.user.pk):
        forget(request)
        return None
    act_for(request, uuid.UUID(found.writer.acting_for) if found.writer.acting_for else None)
    return found


def forget(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def forget_what_is_sent_now(request: HttpRequest) -> None:
    kept = request.session.get(SESSION_KEY)
    if kept is not None and kept["path"] == request.get_full_path():
        forget(request)


def remember_writer(request: PersonRequest, response: HttpResponse) -> None:
    """Set the cookie that names the user and the person acted for. A session cookie."""
    now = Writer.of(request).signed
    if request.COOKIES.get(COOKIE) != now:
        last = Writer.last_here(request)
        if last is not None and last.user != str(request.user.pk):
            request.session[FOLLOWS] = True
        response.set_cookie(
            COOKIE, now, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )


def _signer() -> Signer:
    return Signer(salt=__name__)
