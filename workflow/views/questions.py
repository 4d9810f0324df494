"""What the POST-only URLs of the day board do, as questions (``accounts.questions``)."""

import datetime as dt
import uuid

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.questions import Question
from accounts.templatetags.dates import day, hm
from booking.models import Visit
from departments.access import department_for, department_on
from departments.models import Employee, Shift
from workflow import access
from workflow.errors import WorkflowError


def lay_out(
    request: PersonRequest, sent: QueryDict, department: uuid.UUID, date: dt.date
) -> Question:
    department_for(request.user, department, Employee.Role.ADMINISTRATOR)
    if date < timezone.localdate():
        raise Http404
    return Question(_("Do you want to prepare {day}?").format(day=day(date)), _("Prepare the day"))


def give(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    date: dt.date,
    visit: uuid.UUID,
) -> Question:
    its = department_on(request.user, department, date)
    given, shift = access.visit_of(its, date, visit), access.shift_of(its, date, sent.get("shift"))
    if shift.person is None:
        text = _("Do you want to give the visit on {when} to a shift without a name?")
    else:
        text = _("Do you want to give the visit on {when} to {name}?")
    name = shift.person.full_name if shift.person else ""
    return Question(text.format(when=_when(given), name=name), _("Give"))


def take_off(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    date: dt.date,
    visit: uuid.UUID,
) -> Question:
    taken = access.visit_of(department_on(request.user, department, date), date, visit)
    text = _("Do you want to take the visit on {when} off its shift?").format(when=_when(taken))
    return Question(text, _("Take it off the shift"))


def undo_report(
    request: PersonRequest, sent: QueryDict, date: dt.date, visit: uuid.UUID
) -> Question:
    try:
        _day, stop = access.stop_of(request.user, date, visit, what="workflow:undo_report")
    except WorkflowError:
        raise Http404 from None
    text = _("Do you want to undo what is recorded for the visit at {time}?")
    return Question(text.format(time=hm(stop.visit.starts_at)), _("Undo"))


def name_shift(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    date: dt.date,
    shift: uuid.UUID,
) -> Question:
    its = department_on(request.user, department, date)
    named = access.shift_of(its, date, shift)
    person = access.care_worker_of(its, date, sent.get("person"))
    text = _("Do you want to put {name} on the shift on {when}?").format(
        name=person.full_name, when=_when(named)
    )
    return Question(text, _("Put %(name)s on") % {"name": person.given_name})


def close_no_contact(
    request: PersonRequest, sent: QueryDict, department: uuid.UUID, no_contact: uuid.UUID
) -> Question:
    what = "workflow:close_no_contact"
    found = access.no_contact_of(request.user, department, no_contact, what=what)
    text = _("Do you want to close the visit on {when} as a wasted trip?")
    return Question(text.format(when=_when(found.visit)), _("Close as a wasted trip"))


def _when(found: Visit | Shift) -> str:
    return f"{day(found.starts_at)} {hm(found.starts_at)}"


def sick_today(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    date: dt.date,
    shift: uuid.UUID,
) -> Question:
    its = department_on(request.user, department, date)
    found = access.shift_of(its, date, shift)
    if found.person is None:
        raise Http404
    text = _("Do you want to register {name} as sick?").format(name=found.person.full_name)
    return Question(text, _("Sick"))


def keep_visit(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    date: dt.date,
    asked: uuid.UUID,
) -> Question:
    its = department_on(request.user, department, date)
    booking = access.request_on(its, date, asked).booking
    text = _("Do you want to answer that “{what}” on {when} stands?")
    when = f"{day(booking.starts_at)} {hm(booking.starts_at)}"
    return Question(
        text.format(what=booking.service.name, when=when),
        _("The visit stands"),
        [sent.get("words", "")],
    )


def undo_cover(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    date: dt.date,
    act: uuid.UUID,
) -> Question:
    its = department_on(request.user, department, date)
    found = access.coverage_act_on(its, date, act)
    text = _("Do you want to undo the suggestion that was carried out at {time}?")
    return Question(text.format(time=hm(found.at)), _("Undo"))


def undo_sick(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    date: dt.date,
    absence: uuid.UUID,
) -> Question:
    its = department_on(request.user, department, date)
    found = access.absence_on(its, date, absence)
    text = _("Do you want to undo that {name} is sick?").format(name=found.person.full_name)
    return Question(text, _("Undo"))
