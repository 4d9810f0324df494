"""When a recipient's calendar has changed: its version, which is the page's ETag.

The version names all that the page is made of: the person's own revision, the Days and
rules of the departments they may book at, and the clock in steps of five minutes, the
finest grid that times lie on (once as it is, once with the shortest notice added).
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
    """The version for this reader; None when the page says something only once, or also
    whom the reader may act for, which can end from one look to the next."""
    if len(get_messages(request)) or request.user.acts_for_others:
        return None
    if "CSRF_COOKIE" not in request.META:
        get_token(request)  # makes the secret: the page's forms carry its token
    reader = (
        settings.VERSION,
        translation.get_language(),
        request.user.pk,
        request.session.session_key,
        request.META["CSRF_COOKIE"],
    )
    digest = hashlib.blake2b(repr((reader, version)).encode(), digest_size=16)
    return f'"{digest.hexdigest()}"'


def not_modified(request: PersonRequest, tag: str | None) -> HttpResponse | None:
    return get_conditional_response(request, etag=tag) if tag else None
