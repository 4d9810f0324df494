"""From a form to a change: first what it would do, then, once confirmed, the change.

A form's one button sends it to the verb's address. Until ``confirmed`` comes along, the
verb is run and taken back, and the page that tells what it did carries everything typed
in hidden fields: on to saving, and back to the form.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from accounts.access import record_looks
from accounts.models import User
from database.transactions import Busy
from departments.actions.days import Impact
from departments.actions.previews import preview
from departments.errors import DepartmentsError
from departments.models import Department
from departments.queries.changes import changes_of, tell
from departments.seats import AffectedVisit, Reseated

STEERING = ("csrfmiddlewaretoken", "confirmed", "reason", "drop_named")


@dataclass(frozen=True)
class Asked:
    """What was posted beside the form's own fields."""

    by: User
    reason: str
    drop_named: bool
    is_confirmed: bool
    carried: list[tuple[str, str]]

    @property
    def back_query(self) -> str:
        return urlencode(self.carried)


def asked(request: HttpRequest) -> Asked:
    assert isinstance(request.user, User)
    return Asked(
        by=request.user,
        reason=request.POST.get("reason", "").strip()[:200],
        drop_named="drop_named" in request.POST,
        is_confirmed="confirmed" in request.POST,
        carried=[
            (name, value)
            for name in request.POST
            if name not in STEERING
            for value in request.POST.getlist(name)
        ],
    )


@dataclass(frozen=True)
class Told:
    """What the page says of a change that has not been made."""

    impact: Impact
    asked: Asked

    @property
    def lost(self) -> list[AffectedVisit]:
        return sorted(self.impact.reseated.unstaffed, key=lambda visit: visit.starts_at)

    @property
    def moved(self) -> list[AffectedVisit]:
        return sorted(self.impact.reseated.moved, key=lambda visit: visit.starts_at)

    @property
    def count(self) -> int:
        return len(self.lost) + len(self.moved)


def answer(
    request: HttpRequest,
    department: Department,
    verb: Callable[[Asked], Impact | Reseated],
    *,
    template: str,
    around: Callable[[], dict[str, Any]],
    done: Callable[[], HttpResponse],
    refused: Callable[[str], None],
) -> HttpResponse | None:
    """Do it when that was confirmed, otherwise tell what it would do.

    ``around`` reads what else the telling page shows, while the change stands: values, no
    lazy querysets. None when the verb refuses; ``refused`` is told why.
    """
    asks = asked(request)

    def stands() -> tuple[Impact | Reseated, dict[str, Any]]:
        return verb(asks), around()

    try:
        if asks.is_confirmed:
            verb(asks)
            return done()
        result, context = preview(stands)
    except (DepartmentsError, Busy) as error:
        refused(str(error))
        return None
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        refused(_("Many are booking or changing these days right now. Try again in a moment."))
        return None
    told = Told(result if isinstance(result, Impact) else Impact(reseated=result), asks)
    record_looks(
        by=asks.by,
        subject_ids=[visit.recipient_id for visit in (*told.lost, *told.moved)],
        what="departments:preview",
        department_id=department.pk,
    )
    return render(request, template, {**context, "department": department, "told": told})


def newest_change(department: Department) -> int | None:
    return changes_of(department).values_list("pk", flat=True).first()


def says_since(department: Department, newest: int | None) -> str:
    """The change that stands since ``newest``, in words."""
    made = changes_of(department).filter(pk__gt=newest or 0)[:1]
    told = tell(department, made, timezone.localdate())
    return f"{told[0].says}." if told else _("Nothing is changed.")


def typed(request: HttpRequest) -> QueryDict | None:
    """What was typed before, when somebody comes back from the telling page."""
    return request.GET if request.GET.keys() - {"on"} else None
