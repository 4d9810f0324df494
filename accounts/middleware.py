"""Middleware for caching headers, the person acted for, and the language."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from accounts import known_devices, typed, unsent
from accounts.access import ACTING_FOR, is_logged_in
from accounts.unsent import remember_writer


class PrivatePagesMiddleware:
    """Forbid proxies and browsers to store the pages of logged-in users, with or without an
    ETag. The script of an open page may send the page's ETag.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-store"
        return response


class ActingForMiddleware:
    """Set ``request.acting_for`` (see ``accounts.access.PersonRequest``)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.session.get(ACTING_FOR)
        request.acting_for = UUID(chosen) if chosen else None  # type: ignore[attr-defined]
        response = self.get_response(request)
        if is_logged_in(request) and not hasattr(request, "auth"):
            remember_writer(request, response)
        unsent.set_cookie(request, response)
        known_devices.set_cookie(request, response)
        return response


class UnsentFormMiddleware:
    """Fill in a form whose page is shown again: one that was sent after the session ended, or
    that was being filled in when another language was chosen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = unsent.form_of_page(request)
        request.unsent_form = found  # type: ignore[attr-defined]
        response = self.get_response(request)
        typed.show_on_page(request, response)
        return response if found is None else unsent.show_on_page(request, found, response)


class LanguageMiddleware:
    """Use the user's language, else the cookie's, else the installation's.

    Accept-Language is ignored: most browsers request English without their owner knowing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


def language_of(request: HttpRequest) -> str:
    chosen = (
        request.user.language
        if request.user.is_authenticated
        else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    )
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
