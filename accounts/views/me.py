"""One's own profile and choices."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.forms import LanguageForm, MessageChoicesForm
from accounts.messages import sms
from accounts.models import DeadAddress, MessageChoices
from accounts.phones import mobile_number


@require_safe
@person_required
def me(request: PersonRequest) -> HttpResponse:
    return render(request, "accounts/me.html")


@require_safe
@person_required
def my_settings(request: PersonRequest) -> HttpResponse:
    """What one can choose for oneself, each on a page of its own."""
    return render(request, "accounts/settings.html")


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def my_messages(request: PersonRequest) -> HttpResponse:
    user = request.user
    choices = MessageChoices.objects.filter(user=user).first() or MessageChoices(user=user)
    has_number = bool(mobile_number(user.phone))
    offered = ["email", "sms"] if sms.is_offered() and has_number else ["email"]
    form = MessageChoicesForm(choices, offered, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.choose_messages(
            by=user,
            channels=form.channels,
            names_service=bool(form.cleaned_data["names_service"]),
        )
        messages.success(request, _("Your choice is saved."))
        return redirect("accounts:settings")
    context = {
        "form": form,
        "lacks_number": sms.is_offered() and not has_number,
        "dead": [row for row in DeadAddress.objects.filter(user=user) if row.is_in_use],
    }
    return render(request, "accounts/messages.html", context)


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


@require_POST
@person_required
def choose_view(request: PersonRequest) -> HttpResponse:
    """Simple or ordinary pages, from now on and wherever the person logs in. The page one
    came from is the page one gets: both views have the same addresses."""
    actions.choose_view(by=request.user, is_simple=request.POST.get("view") == "simple")
    return redirect(_safe_next(request))


def _safe_next(request: HttpRequest) -> str:
    next_url = request.POST.get("next", "")
    # ``redirect`` would look for a view of that name where there is no slash.
    if next_url.startswith("/") and url_has_allowed_host_and_scheme(
        next_url, {request.get_host()}, request.is_secure()
    ):
        return next_url
    return "home"
