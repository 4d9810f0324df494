"""What somebody sent after their session had ended, kept until they have logged in again.

It is in the browser's session for an hour and given back to nobody but who wrote it. The
session that knew them is gone, so a signed cookie says whose pages this browser showed last,
and for whom. Without one nothing is kept. Nothing is ever sent without a press of theirs.

A form that was drawn before somebody logged in again, in another window, can't be taken either.
It says neither who had it then nor for whom, so it is kept only where both are beyond doubt.
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
KEPT_FOR = 60 * 60  # seconds: a log-in by e-mail may take its quarter of an hour
LARGEST = 20_000  # letters: strangers can send too, and sessions are rows of the database
FOLLOWS = "follows_another"  # in the session of who logs in where another was logged in
SECRETS = ("password", "token", "secret")

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Writer:
    """Who was logged in, and for whom they acted."""

    user: str
    acting_for: str

    @classmethod
    def of(cls, request: PersonRequest) -> Self:
        return cls(str(request.user.pk), str(request.acting_for or ""))

    @classmethod
    def last_here(cls, request: HttpRequest) -> Self | None:
        try:
            said = _signer().unsign(request.COOKIES.get(COOKIE, ""))
        except BadSignature:
            return None
        user, _, acting_for = said.partition(" ")
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
    """What the form sent, so that pressing again sends the same. What is secret is not
    written into a page."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if not any(secret in name for secret in SECRETS)
        for value in values
    ]


def written_in(fields: Fields) -> list[str]:
    """What can only be somebody's own words; the rest is a page's, and says them nothing."""
    return [value for _, value in fields if " " in value.strip()]


def keep(request: HttpRequest) -> bool:
    """Of somebody who is logged out; whether it could be kept."""
    return _keep(request, Writer.last_here(request))


def keep_of_older_page(request: PersonRequest) -> bool:
    """Of a page that is older than the session; whether it could be kept. Not what another
    may have had open here, nor what may be about somebody whom the person acts for."""
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
    """What this person wrote, with the pages turned to whom it was written for. What
    another wrote, or too long ago, is forgotten."""
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
    """The cookie follows whose pages are shown, and goes with the browser as the session does."""
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
