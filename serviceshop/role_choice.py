"""The choice between one's roles: at log-in, and from the header afterwards.

Only the chosen role's rights hold (``serviceshop.roles``). Users with one role never come here.
"""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import PersonRequest, act_for, is_logged_in
from accounts.decorators import person_required
from accounts.http_methods import require_http_methods
from accounts.pages import safe_next
from accounts.roles import NOT_CHOSEN
from accounts.sessions import ROLE

APPS = {"booking", "departments", "workflow"}
FOR_EVERYBODY = {"booking:feed", "booking:help", "booking:privacy", "booking:accessibility"}


class RoleChoiceMiddleware:
    """Lead users who have not chosen a role yet to the choice, from the front page and the pages
    that a role gives access to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or not is_logged_in(request) or request.user.role != NOT_CHOSEN:
            return None
        is_of_a_role = match.namespace in APPS or match.view_name == "home"
        if not is_of_a_role or match.view_name in FOR_EVERYBODY:
            return None
        choice = reverse("choose_role")
        if request.method in ("GET", "HEAD") and match.view_name != "home":
            choice += "?" + urlencode({"next": request.get_full_path()})
        return redirect(choice)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def choose_role(request: PersonRequest) -> HttpResponse:
    """POST remembers ``role`` until the session ends. Whoever acted for somebody stops."""
    if not request.user.roles_to_choose:
        raise Http404
    if request.method == "POST":
        role = request.POST.get("role")
        if role not in request.user.roles_to_choose:
            raise Http404
        request.session[ROLE] = role
        act_for(request, None)
        return redirect(safe_next(request))
    return render(request, "choose_role.html", {"next": request.GET.get("next", "")})
