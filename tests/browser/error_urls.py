"""The real URLs, and each error page under an address of its own, with its status."""

from django.shortcuts import render
from django.urls import path

from serviceshop.urls import handler400, handler500  # noqa: F401
from serviceshop.urls import urlpatterns as real

STATUSES = {
    "400": 400,
    "403": 403,
    "403_csrf": 403,
    "404": 404,
    "405": 405,
    "413": 413,
    "429": 429,
    "500": 500,
    "503": 503,
    "mandate_ended": 403,
    "no_role": 200,
}


def error(request, name):
    return render(request, f"{name}.html", status=STATUSES[name])


urlpatterns = [*real, path("errors/<slug:name>/", error)]
