"""One's own profile and settings."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import actions, queries, typed
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.forms import LanguageForm, MessageChoicesForm
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.messages import sms
from accounts.models import Message
from accounts.pages import safe_next
from accounts.phones import mobile_number
from accounts.views.addresses import pages_of
from database.versions import Stale


@require_safe
@person_required
def me(request: PersonRequest) -> HttpResponse:
    return render(request, "accounts/me.html")


@require_safe
@person_required
def my_settings(request: PersonRequest) -> HttpResponse:
    """Links to the pages for each setting."""
    return render(request, "accounts/settings.html")


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def my_messages(request: PersonRequest) -> HttpResponse:
    user = request.user
    has_number = bool(mobile_number(user.phone))
    offered = ["email", "sms"] if sms.is_offered() and has_number else ["email"]
    choices = queries.message_choices(user)
    form = MessageChoicesForm(choices, offered, request.POST or None).at(choices.version)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose_messages(
                by=user,
                channels=form.channels,
                names_service=bool(form.cleaned_data["names_service"]),
                version=form.seen,
            )
        except Stale:
            choices = queries.message_choices(user)
            form = form.again(MessageChoicesForm(choices, offered).at(choices.version))
            status = 409
        else:
            messages.success(request, _("Your choice is saved."))
            return redirect("accounts:settings")
    dead = queries.dead_addresses(user)
    context = {
        "form": form,
        "lacks_number": sms.is_offered() and not has_number,
        "dead": [address.address for address in dead],
        "change": [
            pages_of(
                Message.Channel(address.channel),
                is_contact=address.channel == Message.Channel.EMAIL and bool(user.contact_email),
            )
            for address in dead
        ],
    }
    return render(request, "accounts/messages.html", context, status=status)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Store the language on the user, and in a cookie for the pages before log-in. What was
    typed in the page's form is shown there again."""
    form = LanguageForm(request.POST)
    page = safe_next(request)
    typed.keep(request, page)
    response = redirect(page)
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
    """Choose simple or ordinary pages, and return to the same page: the URLs are the same."""
    actions.choose_view(by=request.user, is_simple=request.POST.get("view") == "simple")
    return redirect(safe_next(request))
