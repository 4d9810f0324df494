"""Before something that gives lasting access, a user logs in again: a new key, a new e-mail
address or phone number (which gets messages), a right for somebody else. So nobody does it who
finds an open browser.

What was sent is kept in the session meanwhile, and done afterwards.
"""

import time

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from accounts.access import PersonRequest
from accounts.pages import page_of
from accounts.unsent import LARGEST, fields_of

LASTS = 5 * 60  # seconds
SUSPENDED = "suspended"  # in the session


def log_in_again_first(request: PersonRequest) -> HttpResponse | None:
    """Where to send somebody first; None when they have just logged in again. ``resume`` goes
    on with this request."""
    records = get_authentication_records(request, request.user)
    now = time.time()
    if any(one.get("reauthenticated") and now - one["at"] < LASTS for one in records):
        return None
    fields = fields_of(request) if request.method == "POST" else None
    if fields and sum(len(name) + len(value) for name, value in fields) > LARGEST:
        return redirect(page_of(request.get_full_path()))
    request.session[SUSPENDED] = {"path": request.get_full_path(), "fields": fields}
    return redirect("accounts:log_in_again")


def has_logged_in_again(request: PersonRequest, *, method: str) -> None:
    record_authentication(request, request.user, method=method, reauthenticated=True)


def resume(request: HttpRequest) -> HttpResponse:
    """The answer to what was sent before the user logged in again."""
    suspended = request.session.pop(SUSPENDED, None)
    if suspended is None:
        return redirect("home")
    path, fields = suspended["path"], suspended["fields"]
    if fields is None:
        return redirect(path)
    try:
        match = resolve(path)
    except Resolver404:
        return redirect("home")
    sent = QueryDict(mutable=True)
    for name, value in fields:
        sent.appendlist(name, value)
    request.POST = sent  # type: ignore[assignment]
    request.path = request.path_info = path
    request.resolver_match = match
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response
