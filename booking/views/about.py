"""Public pages: help, privacy, accessibility."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.http_methods import require_safe


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "booking/help.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "booking/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    context = {"statement": settings.ACCESSIBILITY_STATEMENT}
    return render(request, "booking/accessibility.html", context)
