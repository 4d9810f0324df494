"""Work lists for programs."""

import datetime as dt
import uuid
from typing import Self

from django.http import Http404
from django.utils import timezone
from ninja import Router, Schema

from accounts.api import Bearer, Problem, Scope, TokenRequest
from booking.api.schemas import Date, Instant, InvalidOut
from workflow import access
from workflow.models import Report
from workflow.queries import ListOfVisits, Stop

router = Router(tags=["work lists"])


class PersonOut(Schema):
    """Whom to visit. When the address is confidential, it, the phone and the directions are
    empty until the visit is next. All fields are empty on other days than today and tomorrow."""

    name: str
    phone: str
    address: str
    directions: str


class StopOut(Schema):
    id: uuid.UUID
    service: str
    start: Instant
    end: Instant
    recipient: PersonOut
    note: str
    together_with: list[str]
    outcome: Report.Outcome | None

    @classmethod
    def of(cls, stop: Stop) -> Self:
        visit = stop.visit
        return cls.model_construct(
            id=visit.pk,
            service=visit.booking.service.name,
            start=visit.starts_at,
            end=visit.ends_at,
            recipient=PersonOut(
                name=stop.name,
                phone=stop.phone,
                address=stop.address,
                directions=stop.directions,
            ),
            note=stop.note,
            together_with=list(stop.with_whom),
            outcome=stop.report.outcome if stop.report else None,
        )


class WorkListOut(Schema):
    """One shift's visits, in order. ``is_final`` once the day's plan is settled."""

    id: uuid.UUID | None
    department: str
    start: Instant
    end: Instant
    is_final: bool
    visits: list[StopOut]

    @classmethod
    def of(cls, one: ListOfVisits) -> Self:
        return cls.model_construct(
            id=one.work_list.pk if one.work_list else None,
            department=one.department.name,
            start=one.shift.starts_at,
            end=one.shift.ends_at,
            is_final=one.is_final,
            visits=[StopOut.of(stop) for stop in one.stops],
        )


class WorkListsOut(Schema):
    date: dt.date
    work_lists: list[WorkListOut]


@router.get(
    "work-lists",
    auth=Bearer(Scope.READ_WORK_LISTS),
    response={
        200: WorkListsOut,
        401: Problem,
        403: Problem,
        404: Problem,
        422: InvalidOut,
        429: Problem,
    },
    summary="A care worker's own day",
)
def work_lists(request: TokenRequest, date: Date | None = None) -> WorkListsOut:
    """One's own lists of `date`, today's when none is given. A past day is 404 once it is
    closed, or when one had no shift. Every day is 404 for a user who is no carer. On other days
    than today and tomorrow the visits have no names, contact details and notes.
    Scope `work-lists:read`."""
    date = date or timezone.localdate()
    my_day = access.my_day_of(request.user, date, what="api:work_lists")
    if not my_day.has_role:
        raise Http404
    return WorkListsOut.model_construct(
        date=date, work_lists=[WorkListOut.of(one) for one in my_day.lists]
    )
