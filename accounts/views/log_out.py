"""Log-out, and what the browser still has of the pages."""

from allauth.account import views
from django.http import HttpRequest, HttpResponseBase

# Not "cookies", which would log people out of every site of the municipality's domain.
CLEARED = '"cache"'


def logout(request: HttpRequest) -> HttpResponseBase:
    response: HttpResponseBase = views.logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = CLEARED
    return response
