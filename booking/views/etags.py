"""The ETag of a recipient's calendar, from the version that ``queries.calendar_version`` gives.

The version covers everything on the page: the recipient's revision, the Days and rules of
the departments where they may book, and the clock in steps of five minutes, the finest grid
of times (with and without the shortest notice added).
"""

import hashlib

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils import translation
from django.utils.cache import get_conditional_response

from accounts.access import PersonRequest


def etag(request: PersonRequest, version: str) -> str | None:
    """The ETag for this user; None when the page shows a one-time message, or for users who
    act for others: a mandate can end between two requests."""
    if len(get_messages(request)) or request.user.acts_for_others:
        return None
    if "CSRF_COOKIE" not in request.META:
        get_token(request)  # makes the cookie, which the ETag depends on
    user = (
        settings.VERSION,
        translation.get_language(),
        request.user.pk,
        request.session.session_key,
        request.META["CSRF_COOKIE"],
    )
    digest = hashlib.blake2b(repr((user, version)).encode(), digest_size=16)
    return f'"{digest.hexdigest()}"'


def not_modified(request: PersonRequest, tag: str | None) -> HttpResponse | None:
    return get_conditional_response(request, etag=tag) if tag else None
