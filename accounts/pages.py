"""Find a URL that can be opened, for redirects and links back from POST-only URLs."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.http_methods import can_be_opened

ROOT = "/"


def page_of(url: str) -> str:
    """The URL itself if it answers GET; otherwise the page with its form.

    That page is named by the view (``accounts.questions.form_on``), or is the nearest parent
    path that answers GET: a POST-only URL ends in a verb.
    """
    path = urlsplit(url).path
    if _is_page(path):
        return url
    if named := _named_page(path):
        return named
    while path != ROOT:
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if _is_page(path):
            return path
    return ROOT


def page_behind(request: HttpRequest) -> str:
    """The URL that shows the current page, even if it was rendered as the answer to a POST."""
    url = request.get_full_path()
    return page_of(url) if request.method == "POST" else url


def safe_next(request: HttpRequest) -> str:
    """Where the form asks to go afterwards: a path of this site, or the front page. A button
    of another form states it in the query string."""
    next_url = request.GET.get("next") or request.POST.get("next", "")
    # Without a slash, ``redirect`` would look for a view with that name.
    if next_url.startswith("/") and url_has_allowed_host_and_scheme(
        next_url, {request.get_host()}, request.is_secure()
    ):
        return next_url
    return "home"


def _is_page(path: str) -> bool:
    try:
        return can_be_opened(resolve(path).func)
    except Resolver404:
        return False


def _named_page(path: str) -> str:
    try:
        match = resolve(path)
        return reverse(getattr(match.func, "form_on", ""), kwargs=match.kwargs)
    except (Resolver404, NoReverseMatch):
        return ""
