"""Error pages. Those of faults must not query the database, which may be what failed."""

import sys
from typing import TypeGuard

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse

from accounts import unsent
from accounts.access import PersonRequest, is_logged_in
from accounts.pages import page_of
from booking.access.pages import ForAnother, MandateEnded
from booking.access.staff import AccessEnded
from booking.views.order import look_over_again
from departments.removals import Removed
from serviceshop.http.lock_timeouts import RETRY_AFTER
from serviceshop.menus import error_base

IDEMPOTENCY_FIELDS = {"key"}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        is_file = request.path == reverse("booking:read_plan_file")
        return render(request, "413.html", {"is_file": is_file}, status=413)
    return render(request, "400.html", status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, ForAnother) and request.method in ("GET", "HEAD"):
        context = {
            "recipients": exception.recipients,
            "next": request.get_full_path(),
            "error_base": error_base(request),
        }
        return render(request, "for_another.html", context)
    written = unsent.typed_in(request) if request.method == "POST" else []
    if isinstance(exception, MandateEnded):
        return render(request, "mandate_ended.html", {"written": written}, status=404)
    context = {"written": written, "error_base": error_base(request)}
    if isinstance(exception, AccessEnded):
        return render(request, "access_ended.html", {**vars(exception), **context}, status=404)
    if isinstance(exception, Removed):
        return render(request, "removed.html", {**vars(exception), **context}, status=410)
    return render(request, "404.html", context, status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an outdated CSRF token. Users do not lose what they wrote.

    They can send the form again after a confirmation, or copy their text from the page. If
    the Origin is not ours, nothing is kept or shown.
    """
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        return render(request, "403_csrf.html", status=403)
    kept = look_over_again(request)
    if kept is not None:
        return kept
    if _can_be_kept(request) and unsent.keep_of_older_page(request):
        return redirect("accounts:unsent")
    context = {
        "page": page_of(request.get_full_path()),
        "written": unsent.written_in(unsent.fields_of(request)),
    }
    return render(request, "403_csrf.html", context, status=403)


def _can_be_kept(request: HttpRequest) -> TypeGuard[PersonRequest]:
    """A logged-in user's form, except forms of the log-in, which contain codes. The URLs of
    the log-in have no namespace."""
    match = request.resolver_match
    return is_logged_in(request) and match is not None and bool(match.namespace)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 while the database is away.

    Django calls this while it handles the exception. A lost answer to COMMIT looks like any
    other fault, so no page says that nothing was saved: it shows where to look, and a form
    with an idempotency key can be sent again.
    """
    error = sys.exc_info()[1]
    context = {"status_url": _status_url(request), **_sent(request)}
    if not isinstance(error, OperationalError | InterfaceError):
        return render(request, "500.html", context, status=500)
    response = render(request, "503_database.html", context, status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _sent(request: HttpRequest) -> dict[str, object]:
    """What a form sent, so that it can be sent again or copied."""
    if request.method != "POST":
        return {}
    fields = unsent.fields_of(request)
    can_repeat = any(name in IDEMPOTENCY_FIELDS for name, _ in fields)
    return {"typed": fields if can_repeat else [], "written": unsent.written_in(fields)}


def _status_url(request: HttpRequest) -> str:
    """The page that shows what was saved."""
    try:
        match = resolve(request.path_info)  # the fault may have come before Django did this
    except Resolver404:
        return page_of(request.get_full_path())
    if match.namespace == "booking" and "department" not in match.kwargs:
        return reverse("booking:visits")
    return page_of(request.get_full_path())
