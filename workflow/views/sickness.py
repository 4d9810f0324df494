"""From the day board: somebody is sick for the rest of the day, and somebody else takes over."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.http_methods import require_http_methods
from accounts.models import User
from database.transactions import Busy
from database.versions import Stale
from departments import actions as department_actions
from departments.access import administrator_or_duty_lead
from departments.errors import DepartmentsError
from departments.hours import DAY, Interval, local_instant
from departments.models import Department, Shift
from workflow import access, queries
from workflow.forms import SickForm
from workflow.views.board import back_to, digest_of_lost, lane_on, render_board


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_or_duty_lead
def report_sick(
    request: PersonRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    """The shift's carer is sick for the rest of the day. GET shows what that does to the visits
    and who can take over; POST saves it, and puts the chosen one on."""
    found = access.shift_of(department, date, shift)
    if request.method != "POST":
        sick = found.person
        if sick is None or found.is_withdrawn or found.ends_at <= timezone.now():
            raise Http404
        return _sick_page(request, department, found, sick, start_of_sickness(found))
    form = SickForm(request.POST)
    if not form.is_valid() or form.cleaned_data["starts_at"] >= found.ends_at:
        messages.error(request, _("Nothing is saved. Look at the shift once more."))
        return back_to(request, "workflow:board_shift", department, date, shift)
    sent = form.cleaned_data
    sick = access.care_worker_of(department, date, sent["sick"])
    chosen = sent["person"] and access.care_worker_of(department, date, sent["person"])
    previewed = request.POST.get("previewed", "")
    try:
        _lost, is_saved = department_actions.save_if(
            lambda reseated: digest_of_lost(reseated) in (previewed, ""),
            lambda: department_actions.report_sick(
                shift=found,
                person=sick,
                department=department,
                period=rest_of_day(found, sent["starts_at"]),
                replacement=chosen or None,
                key=sent["key"],
                by=request.user,
            ),
        )
    except (DepartmentsError, Busy, Stale) as error:
        messages.error(request, str(error))
        return back_to(request, "workflow:board_shift", department, date, shift)
    if not is_saved:
        return _sick_page(
            request, department, found, sick, sent["starts_at"], key=sent["key"], has_changed=True
        )
    message = _("%(name)s is registered as sick.") % {"name": sick.full_name}
    if chosen:
        message += " " + _("%(who)s takes over.") % {"who": chosen.full_name}
    messages.success(request, f"{message} {_('Nobody got a message about it.')}")
    return back_to(request, "workflow:board", department, date)


def start_of_sickness(shift: Shift) -> dt.datetime:
    """Now, or the day's first minute for a shift that has not begun."""
    now = timezone.localtime()
    if shift.starts_at > now:
        return local_instant(shift.day.date, dt.time(), timezone.get_default_timezone())
    return now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)


def rest_of_day(shift: Shift, starts_at: dt.datetime) -> Interval:
    """Until midnight, or to the end of a night shift."""
    zone = timezone.get_default_timezone()
    midnight = local_instant(shift.day.date + DAY, dt.time(), zone)
    return Interval(starts_at, max(midnight, shift.ends_at))


def _sick_page(
    request: PersonRequest,
    department: Department,
    shift: Shift,
    sick: User,
    starts_at: dt.datetime,
    *,
    key: uuid.UUID | None = None,
    has_changed: bool = False,
) -> HttpResponse:
    key = key or uuid.uuid4()
    away = rest_of_day(shift, starts_at)
    try:
        impact = department_actions.preview(
            department_actions.report_sick,
            shift=shift,
            person=sick,
            department=department,
            period=away,
            key=key,
            by=request.user,
        )
    except (DepartmentsError, Busy) as error:
        messages.error(request, str(error))
        return back_to(request, "workflow:board_shift", department, shift.day.date, shift.pk)
    board = queries.board_of(department, shift.day.date)
    lane = lane_on(board, shift.pk)
    unfilled = Interval(max(away.start, shift.starts_at), shift.ends_at)
    people = queries.shift_candidates(board, lane, unfilled)
    return render_board(
        request,
        board,
        panel="workflow/_board_sick.html",
        opened=lane.id,
        lane=lane,
        sick=sick,
        unfilled=unfilled,
        starts_at=starts_at,
        key=key,
        impact=impact.shown_to(request.user),
        previewed=digest_of_lost(impact),
        has_changed=has_changed,
        people=[one for one in people if not one.why_not],
    )
