"""The day board: one day's shifts and visits, and the administrator's changes."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest, log_accesses
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.questions import asks
from accounts.versioned_forms import seen_version
from booking import actions as booking_actions
from booking.access.close import hide_close, refuse_close
from booking.errors import BookingError
from database.transactions import Busy
from database.versions import Stale
from departments import actions as department_actions
from departments.access import administrator, administrator_or_duty_lead
from departments.errors import DepartmentsError, KeyReused
from departments.hours import DAY
from departments.models import Department, Shift
from departments.queries import departments_led_on, departments_to_mark, unfilled_times
from departments.seats import Reseated
from workflow import access, queries
from workflow.board import Board, Lane, frame_of
from workflow.forms import AddShiftForm, DutyForm
from workflow.views import questions


@require_safe
@administrator
def today(request: PersonRequest, department: Department) -> HttpResponse:
    return redirect("workflow:board", department.pk, timezone.localdate())


@require_safe
@administrator_or_duty_lead
def board(request: PersonRequest, department: Department, date: dt.date) -> HttpResponse:
    return render_board(request, queries.board_of(department, date))


@require_safe
@administrator_or_duty_lead
def visit(
    request: PersonRequest, department: Department, date: dt.date, visit: uuid.UUID
) -> HttpResponse:
    """The board with one visit opened: who has it, and who can take it."""
    board = queries.board_of(department, date)
    card = board.card(visit)
    if card is None:
        raise Http404
    refuse_close(request.user, card.visit.booking.recipient_id)
    (choice,) = queries.candidates_for(department, [queries.VisitOnBoard(board, card)])
    return render_board(
        request,
        board,
        panel="workflow/_board_visit.html",
        opened=card.id,
        card=card,
        opened_visit=card.visit,
        lane=board.lane_of(card),
        needs=queries.qualification_names(card.needs),
        choice=choice,
        empty_lanes=board.empty_lanes(card.period),
        can_change=not board.is_past and card.visit.ends_at > timezone.now(),
    )


@require_POST
@asks(questions.give)
@administrator_or_duty_lead
def give(
    request: PersonRequest, department: Department, date: dt.date, visit: uuid.UUID
) -> HttpResponse:
    given = access.visit_of(department, date, visit)
    shift = access.shift_of(department, date, request.POST.get("shift"))
    try:
        booking_actions.give(
            visit=given, shift=shift, by=request.user, seen_shift=_seen_shift(request)
        )
    except (BookingError, Busy, Stale) as error:
        messages.error(request, _refusal(error))
        return back_to(request, "workflow:board_visit", department, date, visit)
    who = shift.person.full_name if shift.person else _("a shift without a name")
    messages.success(
        request,
        _("The visit at %(time)s is given to %(who)s. No message is sent about it.")
        % {"time": _clock(given.starts_at), "who": who},
    )
    if request.POST.get("next") == "today":
        return redirect("workflow:today", department.pk)
    return back_to(request, "workflow:board", department, date)


@require_POST
@asks(questions.take_off)
@administrator_or_duty_lead
def take_off(
    request: PersonRequest, department: Department, date: dt.date, visit: uuid.UUID
) -> HttpResponse:
    taken = access.visit_of(department, date, visit)
    try:
        booking_actions.take_off(visit=taken, by=request.user, seen_shift=_seen_shift(request))
    except (BookingError, Busy, Stale) as error:
        messages.error(request, _refusal(error))
    else:
        messages.success(request, _("Nobody has the visit now. No message is sent about it."))
    return back_to(request, "workflow:board_visit", department, date, visit)


@require_safe
@administrator_or_duty_lead
def shift(
    request: PersonRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    """The board with one shift opened: whose it is, and who could have it."""
    board = queries.board_of(department, date)
    return _render_shift(request, board, lane_on(board, shift))


@require_http_methods(["GET", "HEAD", "POST"])
@asks(questions.name_shift)
@administrator_or_duty_lead
def name_shift(
    request: PersonRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    named = access.shift_of(department, date, shift)
    submitted = request.POST if request.method == "POST" else request.GET
    person = access.care_worker_of(department, date, submitted.get("person"))
    return _preview_or_change(
        request,
        department,
        named,
        partial(department_actions.name_shift, shift=named, person=person, by=request.user),
        message=_("%(who)s has the shift now.") % {"who": person.full_name},
        new_name=person,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_or_duty_lead
def unname_shift(
    request: PersonRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    named = access.shift_of(department, date, shift)
    return _preview_or_change(
        request,
        department,
        named,
        partial(department_actions.unname_shift, shift=named, by=request.user),
        message=_("The shift has no name now."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_or_duty_lead
def remove_shift(
    request: PersonRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    removed = access.shift_of(department, date, shift)
    return _preview_or_change(
        request,
        department,
        removed,
        partial(department_actions.remove_shift, shift=removed, by=request.user),
        message=_("The shift is taken away."),
        is_removal=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_or_duty_lead
def add_shift(request: PersonRequest, department: Department, date: dt.date) -> HttpResponse:
    """Add a shift by hand. ``away`` is the time away that it fills."""
    sent = request.POST if request.method == "POST" else None
    away_id = (request.GET if sent is None else sent).get("away", "")
    away = access.time_away_of(department, date, away_id)
    initial = (
        {
            "starts": timezone.localtime(away.starts_at).time(),
            "ends": timezone.localtime(away.ends_at).time(),
        }
        if away
        else None
    )
    form = AddShiftForm(sent, department=department, date=date, initial=initial)
    if form.is_valid():
        try:
            added = department_actions.add_shift(
                department=department,
                date=date,
                period=form.cleaned_data["period"],
                person=form.cleaned_data["person"],
                instead_of=away,
                key=form.cleaned_data["key"],
                by=request.user,
            )
        except KeyReused:
            form.refuse_key()
        except (DepartmentsError, Busy, Stale) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The shift is added."))
            return back_to(request, "workflow:board_shift", department, date, added.pk)
    board = queries.board_of(department, date)
    if board.is_past:
        raise Http404
    return render_board(
        request, board, panel="workflow/_board_add_shift.html", form=form, away=away
    )


@require_POST
@asks(questions.lay_out)
@administrator
def lay_out(request: PersonRequest, department: Department, date: dt.date) -> HttpResponse:
    """Lay out a day beyond the horizon, so that its shifts can be named."""
    if date < timezone.localdate():
        raise Http404
    department_actions.lay_out_now(department=department, date=date)
    messages.success(request, _("The day is prepared. Its shifts can have names now."))
    return back_to(request, "workflow:board", department, date)


def _preview_or_change(
    request: PersonRequest,
    department: Department,
    shift: Shift,
    action: Callable[..., Reseated],
    *,
    message: str,
    is_removal: bool = False,
    **context: Any,
) -> HttpResponse:
    """GET shows what ``action`` would do to the shift's visits; POST does it. When visits would
    lose their carer that the user has not seen in a preview, POST shows it too."""
    date, shift_id = shift.day.date, shift.pk
    is_sent = request.method == "POST"
    previewed = request.POST.get("previewed", "")
    version = seen_version(request.POST) if is_sent else None

    def is_as_previewed(reseated: Reseated) -> bool:
        return is_sent and digest_of_lost(reseated) in (previewed, "")

    try:
        reseated, is_saved = department_actions.save_if(
            is_as_previewed, partial(action, version=version)
        )
        if is_saved:
            if reseated.unstaffed or reseated.moved:
                message = " ".join([message, _("Nobody got a message about it.")])
            messages.success(request, message)
            if is_removal:
                return back_to(request, "workflow:board", department, date)
            return back_to(request, "workflow:board_shift", department, date, shift_id)
    except (DepartmentsError, Busy, Stale) as error:
        messages.error(request, str(error))
        return back_to(request, "workflow:board_shift", department, date, shift_id)
    board = queries.board_of(department, date)
    lane = lane_on(board, shift_id)
    return _render_shift(
        request,
        board,
        lane,
        impact=reseated.shown_to(request.user),
        previewed=digest_of_lost(reseated),
        has_changed=bool(previewed),
        is_removal=is_removal,
        **context,
    )


def digest_of_lost(reseated: Reseated) -> str:
    return department_actions.digest_of(replace(reseated, moved=[]))


def _render_shift(
    request: PersonRequest, board: Board, lane: Lane, **context: Any
) -> HttpResponse:
    is_over = lane.period.end <= timezone.now()
    is_preview = "impact" in context
    if lane.id and not is_over and not is_preview and not request.user.as_duty_lead:
        marked = departments_led_on(lane.id)
        context["duty"] = marked
        context["duty_form"] = DutyForm(
            departments=departments_to_mark(request.user),
            initial={"duty_for": [one.pk for one in marked]},
        )
    return render_board(
        request,
        board,
        panel="workflow/_board_shift.html",
        opened=lane.id,
        lane=lane,
        qualifications=queries.qualification_names(lane.qualification_ids),
        unfilled=unfilled_times(lane.id) if lane.id and lane.away and not is_over else [],
        people=[] if is_over or is_preview else queries.shift_candidates(board, lane),
        can_change=not is_over,
        work_list=queries.work_list_of_shift(lane.id),
        **context,
    )


def render_board(
    request: PersonRequest, board: Board, panel: str | None = None, **context: Any
) -> HttpResponse:
    shown = [card.visit.booking.recipient for card in board.cards]
    closed = hide_close(request.user, shown)
    log_accesses(
        by=request.user,
        subject_ids={one.pk for one in shown} - closed,
        what="workflow:board",
        department_id=board.department.pk,
    )
    return render(
        request,
        "workflow/board.html",
        {
            "department": board.department,
            "board": board,
            "next_unstaffed": board.next_unstaffed(context.get("opened")),
            "frame": frame_of(board, request.GET.get("part", ""), context.get("opened")),
            "panel": panel,
            "as_list": request.GET.get("as") == "list",
            "view_query": _view_query(request),
            "before": board.date - DAY,
            "after": board.date + DAY,
            "now": board.now,
            "travel_minutes": board.department.travel_minutes,
            **context,
        },
    )


def _view_query(request: PersonRequest) -> str:
    """The query string that keeps the choice of list or board in links."""
    return "?as=list" if request.GET.get("as") == "list" else ""


def back_to(
    request: PersonRequest, name: str, department: Department, *args: object
) -> HttpResponse:
    """After a form was sent. Its message stands on top of the page and takes the focus."""
    return redirect(reverse(name, args=[department.pk, *args]) + _view_query(request))


def lane_on(board: Board, shift_id: uuid.UUID) -> Lane:
    lane = board.lane(shift_id)
    if lane is None:
        raise Http404
    return lane


def _seen_shift(request: PersonRequest) -> str:
    """The shift that had the visit on the user's page; empty when it had none."""
    return request.POST.get("seen_shift", "")


def _refusal(error: BookingError | Busy | Stale) -> str:
    if isinstance(error, Busy):
        return str(error)
    if isinstance(error, Stale):
        return _("Somebody has given this visit to another carer meanwhile. Look at it again.")
    return _("This shift can't take the visit any more. Here is who can.")


def _clock(instant: dt.datetime) -> str:
    return timezone.localtime(instant).strftime("%H:%M")
