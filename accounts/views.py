from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.forms import LanguageForm


@require_safe
@person_required
def me(request: PersonRequest) -> HttpResponse:
    return render(request, "accounts/me.html")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the choice on the person, and in a cookie for the pages before log-in."""
    form = LanguageForm(request.POST)
    response = redirect(_safe_next(request))
    if form.is_valid():
        language = form.cleaned_data["language"]
        if request.user.is_authenticated:
            actions.choose_language(by=request.user, language=language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def _safe_next(request: HttpRequest) -> str:
    next_url = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(next_url, {request.get_host()}, request.is_secure()):
        return next_url
    return "home"
