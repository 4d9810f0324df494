"""Log-out, and what the browser still has of the pages."""

from allauth.account import views
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.sessions import end_rotated

# Not "cookies", which would log people out of every site of the municipality's domain.
CLEARED = '"cache"'


def logout(request: HttpRequest) -> HttpResponseBase:
    response: HttpResponseBase = views.logout(request)
    if request.method == "POST":
        # The key in the cookie: another request may have rotated it since.
        if key := request.COOKIES.get(settings.SESSION_COOKIE_NAME):
            end_rotated(key)
        response.headers["Clear-Site-Data"] = CLEARED
    return response
