"""Keys for programs: the session makes and revokes them, never a key itself."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.forms import TokenForm
from accounts.models import ApiToken
from accounts.reauthentication import log_in_again_first


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
    if first := log_in_again_first(request):
        return first
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
