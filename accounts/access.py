"""Who looked at whom, and for whom a page is.

Every fetch of a person's data by somebody else goes through a function of the storey
that owns the data, and that function calls ``record_look`` or ``record_looks`` before
it hands anything out. If the log can't be written, nothing is shown.

People's looks at themselves are not looks: the caller leaves those out.
"""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import AccessLogEntry, User

# The same person looking at the same page of the same person again is one look for a while:
# a board that refreshes must not bury the log.
ONE_LOOK = dt.timedelta(minutes=10)

ACTING_FOR = "acting_for"  # in the session


class PersonRequest(HttpRequest):
    """A request of somebody logged in, for views behind ``person_required``.

    ``acting_for`` is the key of the recipient whose pages somebody chose to see, or None
    for one's own. It is what the session remembers and no more: the storey that knows
    recipients asks in its fetch whether they may.
    """

    user: User
    acting_for: UUID | None


def act_for(request: HttpRequest, recipient_id: UUID | None) -> None:
    """Remember whose pages somebody wants to see from now on; None for their own."""
    if recipient_id is None:
        request.session.pop(ACTING_FOR, None)
    else:
        request.session[ACTING_FOR] = str(recipient_id)
    request.acting_for = recipient_id  # type: ignore[attr-defined]


def record_look(*, by: User, subject_id: UUID, what: str, department_id: UUID | None) -> None:
    record_looks(by=by, subject_ids=[subject_id], what=what, department_id=department_id)


def record_looks(
    *, by: User, subject_ids: Iterable[UUID], what: str, department_id: UUID | None
) -> None:
    """Log a list or a board in two statements, however long it is.

    ``what`` is the page's URL name, or the verb.
    """
    wanted = set(subject_ids)
    if not wanted:
        return
    seen = AccessLogEntry.objects.filter(
        actor=by, what=what, at__gt=timezone.now() - ONE_LOOK, subject_id__in=wanted
    ).values_list("subject_id", flat=True)
    AccessLogEntry.objects.bulk_create(
        AccessLogEntry(actor=by, subject_id=subject_id, department_id=department_id, what=what)
        for subject_id in sorted(wanted - set(seen))
    )
