"""When a recipient's calendar has changed: its version, which is the page's ETag.

The version names all that the page is made of: the person's own revision, the Days and
rules of the departments they may book at, and the clock in steps of five minutes, the
finest grid that times lie on (once as it is, once with the shortest notice added).
"""

import datetime as dt
import hashlib

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response

from accounts.access import PersonRequest
from booking.entitlement import DAY
from booking.queries import Person
from departments.models import Service

STEP = 300  # seconds


def calendar_version(person: Person) -> str:
    today, seconds = timezone.localdate(person.now), int(person.now.timestamp())
    notices = [(seconds + 60 * (minutes or 0)) // STEP for minutes in person.notices]
    return repr((person.facts, today, seconds // STEP, notices))


def slots_version(person: Person, service: Service, first: dt.date, last: dt.date) -> str:
    """Of the slots of one service on these dates, as the person finds them."""
    department, seconds = service.department, int(person.now.timestamp())
    # A visit after midnight belongs to the Day before.
    days = [
        (day.pk, day.revision)
        for day in person.days.get(department.pk, ())
        if first <= day.date + DAY and day.date <= last
    ]
    # A start is too soon until this second, the next one it is not.
    notice = (seconds + department.minimum_notice_minutes * 60 - 1) // STEP
    clock = (timezone.localdate(person.now), seconds // STEP, notice)
    rules = (service.pk, department.configuration_revision, settings.VERSION)
    own = (person.recipient.pk, person.recipient.revision)
    return repr((own, clock, first, last, rules, sorted(days)))


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
