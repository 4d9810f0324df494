"""A new password by the link in a mail."""

from allauth.account import views
from allauth.account.views import INTERNAL_RESET_SESSION_KEY
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

NO_KEY = views.PasswordResetFromKeyView.reset_url_key


def password_reset_from_key(request: HttpRequest, uidb36: str, key: str) -> HttpResponseBase:
    """No page is shown at an address with a key in it: its forms and files would carry the
    key on. allauth sees to that for a key that is valid; one that is not may be a valid one
    with a full stop from the mail after it."""
    response = views.password_reset_from_key(request, uidb36=uidb36, key=key)
    if key == NO_KEY or response.status_code != 200:
        return response
    request.session.pop(INTERNAL_RESET_SESSION_KEY, None)
    return redirect("account_reset_password_from_key", uidb36, NO_KEY)
