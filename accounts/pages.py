"""Where somebody can be sent: addresses that can be opened, and not only sent to."""

from inspect import getclosurevars, isfunction
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve

ROOT = "/"


def page_of(address: str) -> str:
    """The address itself when it is a page; else the nearest above it that is one. What is
    sent ends in a verb and stands below its page, so that is where its form stood."""
    path = urlsplit(address).path
    if _is_page(path):
        return address
    while path != ROOT:
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if _is_page(path):
            return path
    return ROOT


def page_behind(request: HttpRequest) -> str:
    """What to open to get back here, also when this was drawn as an answer to a form."""
    address = request.get_full_path()
    return page_of(address) if request.method == "POST" else address


def _is_page(path: str) -> bool:
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    if not isfunction(view):
        return True
    # ``require_http_methods`` and its kin leave what they let in nowhere else.
    allowed = getclosurevars(view).nonlocals.get("request_method_list")
    return allowed is None or "GET" in allowed
