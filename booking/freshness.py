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
from booking.models import Grant, Recipient
from departments.models import Day, Department

STEP = 300  # seconds


def calendar_version(recipient: Recipient, now: dt.datetime) -> str:
    departments = Department.objects.filter(
        pk__in=Grant.objects.filter(recipient=recipient).values("service__department")
    ).in_bulk()
    today, seconds = timezone.localdate(now), int(now.timestamp())
    last = max((d.horizon_days for d in departments.values()), default=0)
    days = Day.objects.filter(
        # A visit after midnight belongs to the Day before.
        department__in=departments,
        date__range=(today - dt.timedelta(days=1), today + dt.timedelta(days=last)),
    ).values_list("department_id", "date", "revision")
    rules = [
        (pk, d.configuration_revision, (seconds + d.minimum_notice_minutes * 60) // STEP)
        for pk, d in departments.items()
    ]
    own = (recipient.pk, recipient.revision, recipient.given_name)
    return repr((own, today, seconds // STEP, sorted(rules), sorted(days)))


def etag(request: PersonRequest, version: str) -> str | None:
    """The version for this reader; None when the page says something only once."""
    if len(get_messages(request)):
        return None
    get_token(request)  # makes the secret if there is none: the page's forms carry its token
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
