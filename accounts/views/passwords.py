"""Choose a password: the first one, or a new one with the link from a mail."""

from allauth.account import views
from allauth.account.views import INTERNAL_RESET_SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.reauthentication import log_in_again_first

NO_KEY = views.PasswordResetFromKeyView.reset_url_key


@person_required
def password_set(request: PersonRequest) -> HttpResponse:
    """Somebody who logs in by code chooses a password."""
    if not request.user.has_usable_password() and (first := log_in_again_first(request)):
        return first
    response: HttpResponse = views.password_set(request)
    return response


def password_reset_from_key(request: HttpRequest, uidb36: str, key: str) -> HttpResponseBase:
    """Redirect to a URL without the key, which the page's forms and files would pass on.

    allauth does so only for a valid key. An invalid one may be a valid key followed by the
    full stop from the mail.
    """
    response: HttpResponseBase = views.password_reset_from_key(request, uidb36=uidb36, key=key)
    if key == NO_KEY or response.status_code != 200:
        return response
    request.session.pop(INTERNAL_RESET_SESSION_KEY, None)
    return redirect("account_reset_password_from_key", uidb36, NO_KEY)
