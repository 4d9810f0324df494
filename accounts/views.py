import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, sms
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.forms import LanguageForm, MessageChoicesForm, TokenForm
from accounts.models import ApiToken, DeadAddress, MessageChoices
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


# -- Keys for programs: the session makes and revokes them, never a key itself -------


@require_safe
@person_required
def tokens(request: PersonRequest) -> HttpResponse:
    return _tokens_page(request, TokenForm())


@require_POST
@person_required
def create_token(request: PersonRequest) -> HttpResponse:
    """The secret stands on this answer alone: nothing is kept that could show it again."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _tokens_page(request, form)
    asked = form.cleaned_data
    token, secret = actions.create_token(
        name=asked["name"],
        scopes=[ApiToken.Scope(scope) for scope in asked["scopes"]],
        days=asked["days"],
        by=request.user,
    )
    return render(request, "accounts/token_created.html", {"token": token, "secret": secret})


@require_POST
@person_required
def revoke_token(request: PersonRequest, token: uuid.UUID) -> HttpResponse:
    actions.revoke_token(
        token=get_object_or_404(ApiToken, pk=token, owner=request.user), by=request.user
    )
    return redirect("accounts:tokens")


def _tokens_page(request: PersonRequest, form: TokenForm) -> HttpResponse:
    return render(
        request,
        "accounts/tokens.html",
        {
            "form": form,
            "tokens": request.user.api_tokens.unrevoked(),
            "now": timezone.now(),
        },
    )
