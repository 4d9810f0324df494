"""The decorator for pages that require a log-in."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts import unsent
from accounts.access import PersonRequest, is_logged_in
from accounts.pages import page_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
PersonView = Callable[Concatenate[PersonRequest, P], HttpResponse]


def person_required(view: PersonView[P]) -> View[P]:
    """Require a logged-in user; redirect others to the log-in page.

    A form that somebody sent after their session ended is not processed. It is kept, and
    they decide about it once they have logged in (``accounts.unsent``).
    """

    @wraps(view)
    def only_people(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        is_form = request.method == "POST"
        if not is_logged_in(request):
            return _redirect_to_login(request, is_form=is_form)
        if is_form:
            unsent.forget_what_is_sent_now(request)
        return view(request, *args, **kwargs)

    return only_people


def _redirect_to_login(request: HttpRequest, *, is_form: bool) -> HttpResponse:
    if not is_form:
        return redirect_to_login(request.get_full_path())
    if unsent.keep(request):
        return redirect_to_login(reverse("accounts:unsent"))
    return redirect_to_login(page_of(request.get_full_path()))
