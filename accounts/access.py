"""The access log, and requests of logged-in users.

Every function that fetches a person's data for somebody else lives in the app that owns the
data. It calls ``log_access`` or ``log_accesses`` before it returns anything, so that nothing
is shown when the log can't be written. Users who read their own data are not logged: the
caller leaves those out.
"""

import datetime as dt
from collections.abc import Iterable
from typing import TypeGuard
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import AccessLogEntry, User

# Repeated access by the same user to the same page of the same person within this time is one
# entry: a page that refreshes itself must not fill the log.
REPEAT_WINDOW = dt.timedelta(minutes=10)

# How long access stays open that somebody has opened with a reason.
OPEN_FOR = dt.timedelta(hours=1)

ACTING_FOR = "acting_for"  # session key


class PersonRequest(HttpRequest):
    """The request of a logged-in user, for views behind ``person_required``.

    ``acting_for`` is the key of the recipient whose pages the user has chosen, or None for
    the user's own. It is only what the session remembers: the app that knows recipients
    checks in each fetch that the user may act for that recipient.
    """

    user: User
    acting_for: UUID | None


def is_logged_in(request: HttpRequest) -> TypeGuard[PersonRequest]:
    """Whether the request belongs to a user; for type checkers, it then is a PersonRequest."""
    return request.user.is_authenticated


def act_for(request: HttpRequest, recipient_id: UUID | None) -> None:
    """Remember whose pages the user sees from now on; None for the user's own."""
    if recipient_id is None:
        request.session.pop(ACTING_FOR, None)
    else:
        request.session[ACTING_FOR] = str(recipient_id)
    request.acting_for = recipient_id  # type: ignore[attr-defined]


def log_access(*, by: User, subject_id: UUID, what: str, department_id: UUID | None) -> None:
    """Log access to one person's data. ``what`` is the page's URL name, or the action."""
    log_accesses(by=by, subject_ids=[subject_id], what=what, department_id=department_id)


def open_with_reason(
    *, by: User, subject_id: UUID, what: str, department_id: UUID, reason: str
) -> None:
    """Open access that has ended, for ``OPEN_FOR``; the log's entry is what opens it."""
    AccessLogEntry.objects.create(
        actor=by, subject_id=subject_id, what=what, department_id=department_id, reason=reason
    )


def open_until(*, by: User, subject_id: UUID, department_id: UUID) -> dt.datetime | None:
    """When the access ends that the user has opened with a reason; None when it is not open."""
    now = timezone.now()
    opened = (
        AccessLogEntry.objects.filter(
            actor=by, subject_id=subject_id, department_id=department_id, at__gt=now - OPEN_FOR
        )
        .exclude(reason="")
        .order_by("-at")
        .first()
    )
    return opened.at + OPEN_FOR if opened else None


def log_accesses(
    *, by: User, subject_ids: Iterable[UUID], what: str, department_id: UUID | None
) -> None:
    """Log access to the data of several persons, in two statements at most."""
    wanted = set(subject_ids)
    if not wanted:
        return
    entry = {"actor": by, "what": what, "as_duty_lead": by.as_duty_lead}
    logged = AccessLogEntry.objects.filter(
        **entry, at__gt=timezone.now() - REPEAT_WINDOW, subject_id__in=wanted
    ).values_list("subject_id", flat=True)
    AccessLogEntry.objects.bulk_create(
        AccessLogEntry(subject_id=subject_id, department_id=department_id, **entry)
        for subject_id in sorted(wanted - set(logged))
    )
