"""Who may open a page, as far as this storey knows."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import PersonRequest
from accounts.models import Coordinator

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
PersonView = Callable[Concatenate[PersonRequest, P], HttpResponse]


def person_required(view: PersonView[P]) -> View[P]:
    """Somebody logged in; others are sent to log in and back."""
    return login_required(cast("View[P]", view))


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
