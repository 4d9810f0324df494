"""Django's decorators for allowed HTTP methods, which also record them on the view.

``accounts.pages`` needs to know whether a URL can be opened, and Django keeps the methods only
in a closure. Every view uses these in place of ``django.views.decorators.http``.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.http import HttpResponseBase
from django.views.decorators import http

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def require_http_methods(methods: Iterable[str]) -> Callable[[View], View]:
    """Answer 405 to other methods. The outermost decorator of a view."""
    allowed = frozenset(methods)

    def decorate(view: View) -> View:
        restricted = http.require_http_methods(list(methods))(view)
        restricted.allowed_methods = allowed  # type: ignore[attr-defined]
        return restricted

    return decorate


require_POST = require_http_methods(["POST"])
require_safe = require_http_methods(["GET", "HEAD"])


def can_be_opened(view: Callable[..., Any]) -> bool:
    """Whether the view answers GET. True for views without a restriction."""
    allowed: frozenset[str] | None = getattr(view, "allowed_methods", None)
    return allowed is None or "GET" in allowed
