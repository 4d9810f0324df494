"""What a user sent after their session had ended, kept until they have logged in again.

It is a row of the database for an hour, one for each user, and is given back to nobody but who
wrote it, in the browser where they wrote it: a random value in a cookie says so. The session
that knew them is gone, so a signed cookie says whose pages this browser showed last, and for
whom. Without one nothing is kept. Nothing is ever sent without a press of theirs.

A form that was drawn before somebody logged in again, in another window, can't be taken either.
It says neither who had it then nor for whom, so it is kept only where both are beyond doubt.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.access import PersonRequest, act_for
from accounts.models import UnsentForm, User

COOKIE = "writer"
FORM_COOKIE = "unsent"
KEPT_FOR = dt.timedelta(hours=1)  # a log-in by e-mail may take its quarter of an hour
LARGEST = 20_000  # characters
BROWSER = "_unsent_browser"  # on a request: its answer sets the cookie, or deletes it when empty
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
    user = User.objects.filter(pk=writer.user, is_active=True).first()
    if user is None:
        return False
    browser = uuid.uuid4()
    UnsentForm.objects.update_or_create(
        user=user,
        defaults={
            "browser": browser,
            "acting_for": writer.acting_for or None,
            "path": path,
            "fields": fields,
            "at": timezone.now(),
        },
    )
    setattr(request, BROWSER, str(browser))
    return True


def find(request: PersonRequest) -> UnsentForm | None:
    """What this user wrote in this browser, with the pages turned to whom it was written for."""
    found = _of(request).first()
    if found is not None:
        act_for(request, found.acting_for)
    return found


def take(request: PersonRequest, path: str) -> UnsentForm | None:
    """What was sent to ``path``, for a page that shows it again; it is kept no longer."""
    found = _of(request).filter(path=path).first()
    if found is None:
        return None
    act_for(request, found.acting_for)
    forget(request)
    return found


def forget(request: HttpRequest) -> None:
    _of(request).delete()
    if FORM_COOKIE in request.COOKIES:
        setattr(request, BROWSER, "")


def forget_what_is_sent_now(request: HttpRequest) -> None:
    if _of(request).filter(path=request.get_full_path()).exists():
        forget(request)


def forget_old() -> int:
    return UnsentForm.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]


def _of(request: HttpRequest) -> QuerySet[UnsentForm]:
    try:
        browser = uuid.UUID(request.COOKIES.get(FORM_COOKIE, ""))
    except ValueError:
        return UnsentForm.objects.none()
    return UnsentForm.objects.filter(
        pk=request.user.pk, browser=browser, at__gt=timezone.now() - KEPT_FOR
    )


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    browser = getattr(request, BROWSER, None)
    if browser:
        response.set_cookie(
            FORM_COOKIE,
            browser,
            max_age=int(KEPT_FOR.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    elif browser is not None:
        response.delete_cookie(FORM_COOKIE, samesite="Lax")


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
