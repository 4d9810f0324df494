"""Find a URL that can be opened, for redirects and links back from POST-only URLs."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from accounts.http_methods import can_be_opened

ROOT = "/"


def page_of(url: str) -> str:
    """The URL itself if it answers GET; otherwise the nearest parent path that does.

    A POST-only URL ends in a verb and is below the page that contains its form.
    """
    path = urlsplit(url).path
    if _is_page(path):
        return url
    while path != ROOT:
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if _is_page(path):
            return path
    return ROOT


def page_behind(request: HttpRequest) -> str:
    """The URL that shows the current page, even if it was rendered as the answer to a POST."""
    url = request.get_full_path()
    return page_of(url) if request.method == "POST" else url


def _is_page(path: str) -> bool:
    try:
        return can_be_opened(resolve(path).func)
    except Resolver404:
        return False
