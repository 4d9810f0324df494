"""What the administrator's POST-only URLs do, as questions (``accounts.questions``)."""

import datetime as dt
import uuid

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.questions import Question
from accounts.templatetags.dates import day
from departments import access, queries
from departments.models import Department, Employee


def remove_special_day(
    request: PersonRequest, sent: QueryDict, department: uuid.UUID, date: dt.date
) -> Question:
    found = access.special_day_of(administered(request, department), date)
    text = _("Do you want {day} to follow the ordinary rule again?").format(day=day(found.date))
    return Question(text, _("Follow the ordinary rule again"))


def take_qualification(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    employee: uuid.UUID,
    held: int,
) -> Question:
    found = access.employee_of(administered(request, department), employee)
    holding = access.qualification_held_by(found, held)
    text = _("Do you want to take “{what}” away from {name}?").format(
        what=holding.qualification.name, name=found.person.full_name
    )
    return Question(text, _("Take away"))


def end_absence(
    request: PersonRequest, sent: QueryDict, department: uuid.UUID, absence: uuid.UUID
) -> Question | None:
    """Only for the button without a time; times are typed on the form's own page."""
    found = access.absence_of(administered(request, department), absence)
    if "never" not in sent:
        return None
    text = _("Was the absence of {name} a mistake?").format(name=found.person.full_name)
    return Question(text, _("It was a mistake: never away"), [day(found.starts_at)])


def undo_change(
    request: PersonRequest, sent: QueryDict, department: uuid.UUID, change: int
) -> Question:
    its = administered(request, department)
    undone = access.change_of(its, change)
    (described,) = queries.describe_changes(its, [undone], timezone.localdate())
    if not described.can_be_undone:
        raise Http404
    text = _("Do you want to undo this change?")
    return Question(text, _("Undo"), [described.description])


def administered(request: PersonRequest, department_id: uuid.UUID) -> Department:
    return access.department_for(request.user, department_id, Employee.Role.ADMINISTRATOR)
