"""Keep what is typed in a page's form when another language is chosen.

A browser sends the fields of one form only. On a page with one form to type in, the language
buttons of the footer belong to that form (``_language.html``); a page with several has the
buttons in each of them (``_form_language.html``). They post to ``accounts:choose_language``,
which never runs the form's own view: it keeps the fields in the session until the page is
shown again, filled in. Nothing is kept of what a logged-out visitor sends, so the forms of the
log-in have ordinary language buttons.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from accounts.access import is_logged_in
from accounts.refill import refill_form
from accounts.unsent import fields_of

SESSION_KEY = "typed"
FORM = "form"  # in the query string: the HTML id of the form
LANGUAGE = "language"
LARGEST = 20_000  # characters


def keep(request: HttpRequest, page: str) -> None:
    """Keep the fields of the form that was sent with the choice, until ``page`` is shown."""
    form_id = request.GET.get(FORM)
    if not form_id or not is_logged_in(request):
        return
    fields = [(name, value) for name, value in fields_of(request) if name != LANGUAGE]
    if sum(len(name) + len(value) for name, value in fields) <= LARGEST:
        request.session[SESSION_KEY] = {
            "page": urlsplit(page).path,
            "form": form_id,
            "fields": fields,
        }


def fields_to_fill(request: HttpRequest) -> dict[str, str]:
    """The fields that this page's form is filled in with afterwards: those kept here, or those
    of a form that was sent after the session had ended. For a page whose form has as many rows
    as were typed. Empty on other pages."""
    kept = _kept_for(request)
    if kept is not None:
        return dict(kept["fields"])
    unsent = getattr(request, "unsent_form", None)
    return dict(unsent.fields) if unsent is not None else {}


def _kept_for(request: HttpRequest) -> dict[str, Any] | None:
    if request.method != "GET" or "HX-Request" in request.headers:
        return None
    kept: dict[str, Any] | None = request.session.get(SESSION_KEY)
    return kept if kept is not None and kept["page"] == request.path else None


def show_on_page(request: HttpRequest, response: HttpResponse) -> None:
    """Fill in the form if this is its page."""
    kept = _kept_for(request)
    if kept is None:
        return
    del request.session[SESSION_KEY]
    if response.status_code != HTTPStatus.OK:
        return
    filled = refill_form(response.text, kept["form"], kept["fields"])
    if filled is not None:
        response.content = filled.encode()
