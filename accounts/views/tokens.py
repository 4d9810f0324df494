"""Pages for API tokens (“keys for programs”). The API itself can't create or revoke any."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions, errors, queries
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.forms import TokenForm
from accounts.http_methods import require_POST, require_safe
from accounts.models import ApiToken
from accounts.questions import asks
from accounts.reauthentication import log_in_again_first
from accounts.views import questions


@require_safe
@person_required
def tokens(request: PersonRequest) -> HttpResponse:
    return _tokens_page(request, TokenForm())


@require_POST
@person_required
def create_token(request: PersonRequest) -> HttpResponse:
    """Show the new token's secret. It is not stored, so no later page can show it."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _tokens_page(request, form)
    if first := log_in_again_first(request):
        return first
    data = form.cleaned_data
    try:
        token, secret = actions.create_token(
            key=data["key"],
            name=data["name"],
            scopes=[ApiToken.Scope(scope) for scope in data["scopes"]],
            days=data["days"],
            by=request.user,
        )
    except errors.KeyReused:
        messages.info(
            request,
            _(
                "You have made this key already. We can't show it again. "
                "Did you not copy it? Remove it, and make another."
            ),
        )
        return redirect("accounts:tokens")
    return render(request, "accounts/token_created.html", {"token": token, "secret": secret})


@require_POST
@asks(questions.revoke_token)
@person_required
def revoke_token(request: PersonRequest, token: uuid.UUID) -> HttpResponse:
    actions.revoke_token(
        token=get_object_or_404(queries.tokens_of(request.user), pk=token), by=request.user
    )
    messages.success(request, _("The key is removed. No program can use it any more."))
    return redirect("accounts:tokens")


def _tokens_page(request: PersonRequest, form: TokenForm) -> HttpResponse:
    return render(
        request,
        "accounts/tokens.html",
        {
            "form": form,
            "tokens": queries.tokens_of(request.user).unrevoked(),
            "now": timezone.now(),
        },
    )
