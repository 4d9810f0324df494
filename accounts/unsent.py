"""Keep a form that was sent after the session ended, until its writer has logged in again.

The form is a row of the database for an hour, one for each user, and is shown only to its writer
in the browser in which it was sent; a cookie holds a random value. Nothing is sent without the
writer: they read what it would do (``accounts.questions``), or see the form again on its own page
with what they typed (``show_on_page``).

The session that knew the writer is gone, so a signed cookie names the user whose pages this
browser showed last, and the person they acted for. Without that cookie nothing is kept.

A form that was rendered before the user logged in again, in another window, is rejected too
(CSRF). It names neither its writer nor the person acted for, so it is kept only if both are
certain.
"""

import datetime as dt
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import PersonRequest, act_for, is_logged_in
from accounts.models import UnsentForm, User
from accounts.pages import page_of
from accounts.questions import states_question
from accounts.refill import refill
from accounts.text import clean_text
from accounts.versioned_forms import SHOWN, VERSION

COOKIE = "writer"
FORM_COOKIE = "unsent"
KEPT_FOR = dt.timedelta(hours=1)  # a log-in by e-mail may take fifteen minutes
LARGEST = 20_000  # characters
BROWSER = "_unsent_browser"  # on a request: the response sets the cookie, or deletes it if empty
FOLLOWS = "follows_another"  # session key: another user was logged in here before
NOT_SENT = _("Nothing was sent: you were logged out first, and it can't be done now.")
CARRIED = (VERSION, SHOWN, "seen", "seen_shift", "previewed", "next", "key")  # by forms, not typed
ID = re.compile(r"[0-9a-f-]{36}")
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


def fields_of(request: HttpRequest) -> Fields:
    """The fields of the form, for sending it again. Secrets are left out: they must not be
    written into a page."""
    return [
        (clean_text(name), clean_text(value, multiline=True))
        for name, values in request.POST.lists()
        if not any(secret in name for secret in SECRETS)
        for value in values
    ]


def written_in(fields: Fields) -> list[str]:
    """The values that look like text that a person wrote: those with spaces."""
    return [value for _, value in fields if " " in value.strip()]


def typed_in(request: HttpRequest) -> list[str]:
    """What somebody typed into the form, to copy it: no ids, and nothing that the form had
    when it was shown."""
    shown = request.POST.get(SHOWN, "")
    return [
        value
        for name, value in fields_of(request)
        if value.strip()
        and name not in CARRIED
        and not ID.fullmatch(value)
        and json.dumps([value]) not in shown
    ]


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
    """The user's kept form in this browser. Switches to the person they acted for."""
    found = _of(request).first()
    if found is not None:
        act_for(request, found.acting_for)
    return found


def take(request: PersonRequest, path: str) -> UnsentForm | None:
    """As ``find``, for a page that shows what was sent to ``path``; the form is deleted."""
    found = _of(request).filter(path=path).first()
    if found is None:
        return None
    act_for(request, found.acting_for)
    forget(request)
    return found


def fields_as_sent(found: UnsentForm) -> QueryDict:
    sent = QueryDict(mutable=True)
    for name, value in found.fields:
        sent.appendlist(name, value)
    return sent


def form_of_page(request: HttpRequest) -> UnsentForm | None:
    """The user's kept form, if this is a request for the page on which it was written. One
    statement, and only in a browser that has a form kept."""
    if (
        request.method != "GET"
        or FORM_COOKIE not in request.COOKIES
        or "HX-Request" in request.headers
        or not is_logged_in(request)
    ):
        return None
    found = _of(request).filter(acting_for=request.acting_for).first()
    if found is None:
        return None
    match = resolve(urlsplit(found.path).path)
    if states_question(match) or urlsplit(page_of(found.path)).path != request.path:
        return None
    return found


def show_on_page(request: HttpRequest, found: UnsentForm, response: HttpResponse) -> HttpResponse:
    """The page with the form filled in. Words instead if the page or the form is gone."""
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    forget(request)
    if response.status_code == HTTPStatus.OK:
        path = urlsplit(found.path).path
        filled = refill(response.text, path, request.path, found.fields)
        if filled is not None:
            response.content = filled.encode()
            return response
    elif response.status_code == HTTPStatus.FOUND:
        messages.info(request, NOT_SENT)
        return response
    elif response.status_code != HTTPStatus.NOT_FOUND:
        return response  # it says itself why
    return not_sent(request, found)


def not_sent(request: HttpRequest, found: UnsentForm | None) -> HttpResponse:
    """The page for a form that can't be sent or shown again. Its text can be copied."""
    context = {"written": written_in(found.fields) if found else []}
    return render(request, "accounts/not_sent.html", context)


def forget(request: HttpRequest) -> None:
    _of(request).delete()
    if FORM_COOKIE in request.COOKIES:
        setattr(request, BROWSER, "")


def forget_what_is_sent_now(request: HttpRequest) -> None:
    if _of(request).filter(path=request.get_full_path()).exists():
        forget(request)


def delete_old() -> int:
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
    """Set the cookie that names the user and the person acted for. A session cookie. A 304
    needs none: the page that the browser has came with the cookie."""
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return
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
