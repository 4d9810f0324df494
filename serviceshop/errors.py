"""Pages for when something went wrong. None of them may ask the database: it may be what did."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from booking.access import MandateEnded
from booking.views.order import look_over_again


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    name = "mandate_ended.html" if isinstance(exception, MandateEnded) else "404.html"
    return render(request, name, status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long costs nobody what they typed. One that does not say
    that it comes from our own pages keeps nothing."""
    if request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}":
        kept = look_over_again(request)
        if kept is not None:
            return kept
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
