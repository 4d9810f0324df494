"""Preview a change, then save it once the user has confirmed.

The form posts to the action's URL. Without ``confirmed``, the action runs and is rolled
back, and the preview page carries all form fields in hidden inputs: to save the change, or
to go back to the form.

With ``confirmed``, the change is saved only if it still does what the preview showed, which
the form carries as the digest ``previewed``. If it does something else by now, nothing is
saved, and the page shows the new preview.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self, TypedDict
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import PersonRequest, log_accesses
from accounts.models import User
from accounts.text import clean_text
from accounts.versioned_forms import seen_version
from database.transactions import Busy
from departments import actions, queries
from departments.actions import Impact
from departments.errors import DepartmentsError
from departments.hours import LONG_SHIFT, Staffing, period_of
from departments.models import Department
from departments.seats import AffectedVisit, Reseated, registered, shown_to
from departments.templatetags.staffing import long_hours

CONTROL_FIELDS = (
    "csrfmiddlewaretoken",
    "confirmed",
    "previewed",
    "previewed_drop",
    "reason",
    "drop_named",
)
DROP = "drop"  # value of "confirmed": save, and take named people off the shifts that go


class Field(NamedTuple):
    name: str
    value: str


class Terms(TypedDict):
    by: User
    reason: str
    drop_named: bool
    version: int


@dataclass(frozen=True)
class Submission:
    """What was posted, with the form's own fields in ``fields``."""

    by: User
    reason: str
    drop_named: bool
    is_confirmed: bool
    previewed: str  # digest of what the user has seen; empty when nothing was affected
    version: int
    fields: list[Field]

    @classmethod
    def of(cls, request: PersonRequest) -> Self:
        drops = request.POST.get("confirmed") == DROP
        return cls(
            by=request.user,
            reason=clean_text(request.POST.get("reason", ""))[:200],
            drop_named=drops or "drop_named" in request.POST,
            is_confirmed="confirmed" in request.POST,
            previewed=request.POST.get("previewed_drop" if drops else "previewed", ""),
            version=seen_version(request.POST),
            fields=[
                Field(name, clean_text(value, multiline=True))
                for name in request.POST
                if name not in CONTROL_FIELDS
                for value in request.POST.getlist(name)
            ],
        )

    @property
    def terms(self) -> Terms:
        """The arguments that every change of hours, special days or settings takes."""
        return Terms(
            by=self.by, reason=self.reason, drop_named=self.drop_named, version=self.version
        )

    @property
    def back_query(self) -> str:
        return urlencode(self.fields)


@dataclass(frozen=True)
class Preview:
    """What a change would do, for the page that asks for confirmation.

    A person may work in several departments. ``elsewhere`` counts the visits of the others,
    which are not shown. When named people would keep shifts that the hours no longer need,
    ``dropping`` is the preview of the same change without them.
    """

    impact: Impact
    submission: Submission
    department: Department
    digest: str
    dropping: "Preview | None" = None

    @property
    def has_changed(self) -> bool:
        """Whether the user has confirmed another preview than this one."""
        return self.submission.is_confirmed

    @property
    def lost(self) -> list[AffectedVisit]:
        return self._own(self.impact.reseated.unstaffed)

    @property
    def moved(self) -> list[AffectedVisit]:
        return self._own(self.impact.reseated.moved)

    @property
    def elsewhere(self) -> int:
        reseated = self.impact.reseated
        return len(reseated.unstaffed) + len(reseated.moved) - self.count

    def _own(self, visits: Iterable[AffectedVisit]) -> list[AffectedVisit]:
        own = [visit for visit in visits if visit.department_id == self.department.pk]
        own = shown_to(self.submission.by, own)
        return sorted(own, key=lambda visit: visit.starts_at)

    @property
    def further_lost(self) -> list[AffectedVisit]:
        """The visits that lose their employee only when named people lose their shifts too."""
        known = {visit.visit_id for visit in self.lost}
        lost = self.dropping.lost if self.dropping else []
        return [visit for visit in lost if visit.visit_id not in known]

    @property
    def severity(self) -> str:
        """How bad the worst effect is: "lost", "moved" or "none"."""
        if self.lost:
            return "lost"
        impact = self.impact
        hits_people = impact.named_removed or impact.named_kept or impact.unnamed
        return "moved" if self.moved or self.elsewhere or hits_people else "none"

    @property
    def count(self) -> int:
        return len(self.lost) + len(self.moved)


def preview_or_save(
    request: PersonRequest,
    department: Department,
    action: Callable[[Submission], Impact | Reseated],
    *,
    template: str,
    context_after: Callable[[], dict[str, Any]],
    message: str,
    next_url: str,
    refused: Callable[[str], None],
) -> HttpResponse | None:
    """Run ``action`` when the user has confirmed it, otherwise show a preview.

    After saving, ``message`` is shown on the page at ``next_url``, with a button that undoes the
    change where that is possible.

    ``context_after`` reads the rest of the preview page while the change is in effect; it
    must return values, not lazy querysets. Returns None when the action is refused, after
    ``refused`` has received the message. Raises ``Stale``.
    """
    submission = Submission.of(request)
    context_after = _with_shortages(department, context_after)
    newest = queries.newest_change_id(department)

    def act_and_read(submission: Submission) -> tuple[Impact, dict[str, Any], str]:
        result, context = action(submission), context_after()
        impact = _impact(result)
        return impact, context, actions.digest_of(impact, context.get("lost_shifts", ()))

    def dropping() -> Preview:
        drops = replace(submission, drop_named=True)
        impact, _context, digest = actions.preview(act_and_read, drops)
        return Preview(impact, drops, department, digest)

    def is_as_previewed(shown: tuple[Impact, dict[str, Any], str]) -> bool:
        # Empty: it affects nothing, or the form is sent twice and has been saved already.
        return submission.is_confirmed and shown[2] in (submission.previewed, "")

    try:
        (impact, context, digest), is_saved = actions.save_if(
            is_as_previewed, lambda: act_and_read(submission)
        )
        dropped = dropping() if impact.named_kept and not is_saved else None
        preview = Preview(impact, submission, department, digest, dropped)
    except (DepartmentsError, Busy) as error:
        refused(str(error))
        return None
    if is_saved:
        _say_saved(request, preview, message, newest)
        return redirect(next_url)
    if is_counting(request):
        return render(request, "departments/_hits.html", {"preview": preview})
    _log_looks(preview)
    return render(
        request,
        template,
        {**context, "department": department, "preview": preview},
        status=409 if preview.has_changed else 200,
    )


def is_counting(request: HttpRequest) -> bool:
    """Whether ``js/hits.js`` asks for the number of visits hit by a form that is still typed in.
    Its answer names nobody, so no look is logged."""
    return request.method == "POST" and "HX-Request" in request.headers


def _log_looks(preview: Preview) -> None:
    """Record that the user has seen the names of these recipients."""
    visits = [*preview.lost, *preview.moved, *preview.further_lost]
    closed = registered().closed_to(preview.submission.by)
    log_accesses(
        by=preview.submission.by,
        subject_ids={visit.recipient_id for visit in visits} - closed,
        what="departments:preview",
        department_id=preview.department.pk,
    )


def _say_saved(request: HttpRequest, preview: Preview, message: str, newest: int | None) -> None:
    """The message has a button if the change made after ``newest`` can be undone."""
    if preview.count:
        message = " ".join([message, _("Nobody got a message about it.")])
    department = preview.department
    change = queries.undoable_since(department, newest)
    url = reverse("departments:undo_change", args=[department.pk, change]) if change else ""
    messages.success(request, message, extra_tags=url)
    if preview.lost:
        text = ngettext(
            "%(count)s visit has nobody to go.",
            "%(count)s visits have nobody to go.",
            len(preview.lost),
        ) % {"count": len(preview.lost)}
        today = reverse("workflow:today", args=[department.pk])
        messages.warning(request, text, extra_tags=f"link:{today}")


def _impact(result: Impact | Reseated) -> Impact:
    return result if isinstance(result, Impact) else Impact(reseated=result)


def _with_shortages(
    department: Department, context_after: Callable[[], dict[str, Any]]
) -> Callable[[], dict[str, Any]]:
    """Adds the services that nobody can book once the change is made, and could before."""
    before = queries.shortages_of(department)

    def with_shortages() -> dict[str, Any]:
        found = [one for one in queries.shortages_of(department) if one not in before]
        return {**context_after(), "shortages": found}

    return with_shortages


def warnings_of(staffings: Iterable[Staffing], on: dt.date) -> list[str]:
    """Hours that may be a slip, because each shift is long."""
    zone = timezone.get_default_timezone()
    periods = [period_of(on, staffing, zone) for staffing in staffings]
    return [
        _("Each shift lasts {length}. Look once more.").format(length=long_hours(period))
        for period in periods
        if period and period.duration > LONG_SHIFT
    ]


def restored_input(request: HttpRequest) -> QueryDict | None:
    """The form's input when the user comes back from the preview page."""
    return request.GET if request.GET.keys() - {"on"} else None
