"""Who may open a page, as far as this storey knows."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from accounts import unsent
from accounts.access import PersonRequest
from accounts.models import Coordinator
from accounts.pages import page_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
PersonView = Callable[Concatenate[PersonRequest, P], HttpResponse]


def person_required(view: PersonView[P]) -> View[P]:
    """Somebody logged in; others are sent to log in and back. What they sent is not done,
    but nor is it lost: they are asked about it once they are in."""

    @wraps(view)
    def only_people(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        is_sent = request.method == "POST"
        if not request.user.is_authenticated:
            return _log_in_first(request, is_sent=is_sent)
        if is_sent:
            unsent.forget_what_is_sent_now(request)
        return view(cast(PersonRequest, request), *args, **kwargs)

    return only_people


def _log_in_first(request: HttpRequest, *, is_sent: bool) -> HttpResponse:
    if not is_sent:
        return redirect_to_login(request.get_full_path())
    if unsent.keep(request):
        return redirect_to_login(reverse("accounts:unsent"))
    return redirect_to_login(page_of(request.get_full_path()))


def coordinator_required(view: PersonView[P]) -> View[P]:
    """A municipal coordinator; for others the page does not exist."""

    @wraps(view)
    def only_coordinators(
        request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if not Coordinator.objects.filter(user_id=request.user.pk).exists():
            raise Http404
        return view(request, *args, **kwargs)

    return person_required(only_coordinators)
