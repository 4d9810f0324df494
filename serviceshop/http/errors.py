"""Error pages. They must not query the database, which may be what failed."""

from typing import TypeGuard

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import unsent
from accounts.access import PersonRequest, is_logged_in
from accounts.pages import page_of
from booking.access.pages import MandateEnded
from booking.views.order import look_over_again


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    name = "mandate_ended.html" if isinstance(exception, MandateEnded) else "404.html"
    return render(request, name, status=404)


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
    return render(request, "500.html", status=500)
