"""Log in as one of the demonstration's people with one press."""

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import queries
from accounts.http_methods import require_POST
from serviceshop.demo.people import CAST


@require_POST
def log_in(request: HttpRequest) -> HttpResponse:
    """404 unless DEMO is set, in addition to the URL being mounted only then."""
    name = request.POST.get("person")
    emails = {person.given_name.lower(): person.email for person in CAST}
    if not settings.DEMO or name not in emails:
        raise Http404
    user = queries.active_user(emails[name])
    if user is None:
        raise Http404
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(get_next_redirect_url(request) or "home")
