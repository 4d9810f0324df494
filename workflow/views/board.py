"""The day board: what an administrator sees of a day, and does with it."""

import datetime as dt
import uuid
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import record_looks
from accounts.models import User
from booking import actions as seats
from booking.errors import BookingError
from booking.models import Visit
from database.transactions import Busy
from departments.access import administrator
from departments.actions import days, rota
from departments.actions.previews import preview
from departments.errors import DepartmentsError
from departments.models import Department, Shift
from departments.queries.staff import care_workers
from workflow import queries
from workflow.board import Board, Lane, frame
from workflow.forms import AddShiftForm
from workflow.models import WorkList
from workflow.queries import candidates

DAY = dt.timedelta(days=1)


@require_safe
@administrator
def today(request: HttpRequest, department: Department) -> HttpResponse:
    return redirect("workflow:board", department.pk, timezone.localdate())


@require_safe
@administrator
def board(request: HttpRequest, department: Department, date: dt.date) -> HttpResponse:
    return _render(request, queries.board_of(department, date))


@require_safe
@administrator
def visit(
    request: HttpRequest, department: Department, date: dt.date, visit: uuid.UUID
) -> HttpResponse:
    """The board with one visit opened: who has it, and who can take it."""
    board = queries.board_of(department, date)
    card = board.card(visit)
    if card is None:
        raise Http404
    return _render(
        request,
        board,
        panel="workflow/_board_visit.html",
        opened=card.id,
        card=card,
        opened_visit=card.visit,
        lane=board.lane_of(card),
        needs=candidates.names_of_qualifications(card.needs),
        choice=candidates.choices(department, [(board, card)])[0],
        empty_lanes=board.empty_lanes(card.period),
        can_change=not board.is_past and card.visit.ends_at > timezone.now(),
    )


@require_POST
@administrator
def give(
    request: HttpRequest, department: Department, date: dt.date, visit: uuid.UUID
) -> HttpResponse:
    given = _visit_for(department, date, visit)
    shift = _shift_for(department, date, request.POST.get("shift"))
    try:
        seats.give(visit=given, shift=shift, by=_user(request))
    except (BookingError, Busy) as error:
        messages.error(request, _words(error))
        return _back_to(request, "workflow:board_visit", department, date, visit)
    who = shift.person.full_name if shift.person else _("a shift without a name")
    messages.success(
        request,
        _("The visit at %(time)s is given to %(who)s.")
        % {"time": _clock(given.starts_at), "who": who},
    )
    if request.POST.get("next") == "today":
        return redirect("workflow:today", department.pk)
    return _back_to(request, "workflow:board", department, date)


@require_POST
@administrator
def take_off(
    request: HttpRequest, department: Department, date: dt.date, visit: uuid.UUID
) -> HttpResponse:
    taken = _visit_for(department, date, visit)
    try:
        seats.take_off(visit=taken, by=_user(request))
    except (BookingError, Busy) as error:
        messages.error(request, _words(error))
    return _back_to(request, "workflow:board_visit", department, date, visit)


@require_safe
@administrator
def shift(
    request: HttpRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    """The board with one shift opened: whose it is, and whose it could be."""
    board = queries.board_of(department, date)
    return _render_shift(request, board, _lane(board, shift))


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def name_shift(
    request: HttpRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    """GET tells what the name would do to the shift's visits; POST puts it there."""
    named = _shift_for(department, date, shift)
    asked = request.POST if request.method == "POST" else request.GET
    person = _person_for(department, date, asked.get("person"))
    try:
        if request.method == "POST":
            rota.name_shift(shift=named, person=person, by=_user(request))
            messages.success(request, _("%(who)s has the shift now.") % {"who": person.full_name})
            return _back_to(request, "workflow:board_shift", department, date, shift)
        impact = preview(rota.name_shift, shift=named, person=person, by=_user(request))
    except (DepartmentsError, Busy) as error:
        messages.error(request, str(error))
        return _back_to(request, "workflow:board_shift", department, date, shift)
    board = queries.board_of(department, date)
    return _render_shift(request, board, _lane(board, shift), impact=impact, new_name=person)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def unname_shift(
    request: HttpRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    """GET tells what happens to the visits; POST takes the name off."""
    named = _shift_for(department, date, shift)
    try:
        if request.method == "POST":
            rota.unname_shift(shift=named, by=_user(request))
            messages.success(request, _("The shift has no name now."))
            return _back_to(request, "workflow:board_shift", department, date, shift)
        impact = preview(rota.unname_shift, shift=named, by=_user(request))
    except (DepartmentsError, Busy) as error:
        messages.error(request, str(error))
        return _back_to(request, "workflow:board_shift", department, date, shift)
    board = queries.board_of(department, date)
    return _render_shift(request, board, _lane(board, shift), impact=impact)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def remove_shift(
    request: HttpRequest, department: Department, date: dt.date, shift: uuid.UUID
) -> HttpResponse:
    """GET tells what happens to the visits; POST takes away a shift made by hand."""
    removed = _shift_for(department, date, shift)
    try:
        if request.method == "POST":
            rota.remove_shift(shift=removed, by=_user(request))
            messages.success(request, _("The shift is taken away."))
            return _back_to(request, "workflow:board", department, date)
        impact = preview(rota.remove_shift, shift=removed, by=_user(request))
    except (DepartmentsError, Busy) as error:
        messages.error(request, str(error))
        return _back_to(request, "workflow:board_shift", department, date, shift)
    board = queries.board_of(department, date)
    return _render_shift(request, board, _lane(board, shift), impact=impact, is_removal=True)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def add_shift(request: HttpRequest, department: Department, date: dt.date) -> HttpResponse:
    form = AddShiftForm(
        request.POST if request.method == "POST" else None, department=department, date=date
    )
    if form.is_valid():
        try:
            added = rota.add_shift(
                department=department,
                date=date,
                period=form.cleaned_data["period"],
                person=form.cleaned_data["person"],
                by=_user(request),
            )
        except (DepartmentsError, Busy) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The shift is added."))
            return _back_to(request, "workflow:board_shift", department, date, added.pk)
    board = queries.board_of(department, date)
    if board.is_past:
        raise Http404
    return _render(request, board, panel="workflow/_board_add_shift.html", form=form)


@require_POST
@administrator
def lay_out(request: HttpRequest, department: Department, date: dt.date) -> HttpResponse:
    """Make the shifts of a day beyond the horizon, so that they can have names."""
    if date < timezone.localdate():
        raise Http404
    days.lay_out_now(department=department, date=date)
    return _back_to(request, "workflow:board", department, date)


# -- What the views share ---------------------------------------------------


def _render_shift(request: HttpRequest, board: Board, lane: Lane, **context: Any) -> HttpResponse:
    is_over = lane.period.end <= timezone.now()
    asks = "impact" in context
    return _render(
        request,
        board,
        panel="workflow/_board_shift.html",
        opened=lane.id,
        lane=lane,
        knows=candidates.names_of_qualifications(lane.knows),
        people=[] if is_over or asks else candidates.nameable(board, lane),
        can_change=not is_over,
        work_list=WorkList.objects.filter(shift=lane.id).first(),
        **context,
    )


def _render(
    request: HttpRequest, board: Board, panel: str | None = None, **context: Any
) -> HttpResponse:
    record_looks(
        by=_user(request),
        subject_ids={card.visit.booking.recipient_id for card in board.cards},
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
            "frame": frame(board, request.GET.get("part", ""), context.get("opened")),
            "panel": panel,
            "as_list": request.GET.get("as") == "list",
            "kept": _kept(request),
            "before": board.date - DAY,
            "after": board.date + DAY,
            "now": board.now,
            "travel_minutes": board.department.travel_minutes,
            **context,
        },
    )


def _kept(request: HttpRequest) -> str:
    """What stays as one goes from page to page: list or board."""
    return "?as=list" if request.GET.get("as") == "list" else ""


def _back_to(
    request: HttpRequest, name: str, department: Department, *args: object
) -> HttpResponse:
    url = reverse(name, args=[department.pk, *args]) + _kept(request)
    return redirect(url if name == "workflow:board" else f"{url}#opened")


def _lane(board: Board, shift_id: uuid.UUID) -> Lane:
    lane = board.lane(shift_id)
    if lane is None:
        raise Http404
    return lane


def _visit_for(department: Department, date: dt.date, visit_id: uuid.UUID) -> Visit:
    visit = (
        Visit.objects.filter(pk=visit_id, day__department=department, day__date=date)
        .select_related("day__department")
        .first()
    )
    if visit is None:
        raise Http404
    return visit


def _shift_for(department: Department, date: dt.date, shift_id: object) -> Shift:
    shift = (
        Shift.objects.filter(pk=_uuid(shift_id), day__department=department, day__date=date)
        .select_related("day", "person")
        .first()
    )
    if shift is None:
        raise Http404
    return shift


def _person_for(department: Department, date: dt.date, person_id: object) -> User:
    person = care_workers(department, date).filter(pk=_uuid(person_id)).first()
    if person is None:
        raise Http404
    return person


def _uuid(value: object) -> uuid.UUID:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise Http404 from None


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _words(error: BookingError | Busy) -> str:
    if isinstance(error, Busy):
        return str(error)
    return _("This shift can't take the visit any more. Here is who can.")


def _clock(instant: dt.datetime) -> str:
    return timezone.localtime(instant).strftime("%H:%M")
