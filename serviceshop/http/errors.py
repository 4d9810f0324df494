"""Pages for when something went wrong. None of them may ask the database: it may be what did."""

from typing import cast

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import unsent
from accounts.access import PersonRequest
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
    """A form that was open too long costs nobody what they typed: they are asked whether to
    send it now, or can copy their words from the page. One that does not say that it comes
    from our own pages keeps and shows nothing."""
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        return render(request, "403_csrf.html", status=403)
    kept = look_over_again(request)
    if kept is not None:
        return kept
    if _is_ours(request) and unsent.keep_of_older_page(cast(PersonRequest, request)):
        return redirect("accounts:unsent")
    context = {
        "page": page_of(request.get_full_path()),
        "written": unsent.written_in(unsent.fields_of(request)),
    }
    return render(request, "403_csrf.html", context, status=403)


def _is_ours(request: HttpRequest) -> bool:
    """A form of somebody logged in, and none of the log-in's own, which carry codes: those
    are in no namespace."""
    match = request.resolver_match
    return request.user.is_authenticated and match is not None and bool(match.namespace)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
