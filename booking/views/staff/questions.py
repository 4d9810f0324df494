"""What the POST-only URLs about a department's recipients do, as questions
(``accounts.questions``)."""

import datetime as dt
import uuid

from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.access import PersonRequest
from accounts.models import Invitation
from accounts.questions import Question
from accounts.templatetags.dates import day, hm, weekday
from booking import queries
from booking.access.staff import (
    agreed_time_of,
    confirmed_visit_of,
    departure_of,
    grant_of,
    pattern_date_of,
    pattern_of,
    pause_of,
    recipient_of,
    running_series_of,
    service_of,
)
from booking.forms.visits import InstantField
from booking.models import BookingSeries, Mandate, Recipient
from booking.models.calls import Outcome
from booking.notices.pauses import span
from booking.templatetags.grants import agreed_in_words
from booking.views.questions import confirmation
from departments.access import department_for
from departments.models import Department, Employee


def letter_printed(
    request: PersonRequest, sent: QueryDict, department: uuid.UUID, recipient: uuid.UUID
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:letter_printed")
    text = _("Is the letter to {name} printed?").format(name=found.full_name)
    return Question(text, _("It is printed"))


def invite_by_letter(
    request: PersonRequest, sent: QueryDict, department: uuid.UUID, recipient: uuid.UUID
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:invite_by_letter")
    text = _("Do you want to print a letter to {name} with a code for logging in?").format(
        name=found.full_name
    )
    return Question(text, _("Print a letter with a code"))


def trust_address(
    request: PersonRequest, sent: QueryDict, department: uuid.UUID, recipient: uuid.UUID
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:trust_address")
    text = _("Do you want to use the address of {name} again?").format(name=found.full_name)
    return Question(text, _("The address is right: use it again"))


def note_call(
    request: PersonRequest, sent: QueryDict, department: uuid.UUID, grant: uuid.UUID
) -> Question:
    its = department_for(request.user, department, Employee.Role.ADMINISTRATOR)
    found = grant_of(its, grant, by=request.user, what="booking:note_call")
    try:
        outcome = Outcome(sent.get("outcome", ""))
    except ValueError:
        raise Http404 from None
    text = _("Do you want to note the call to {name} as “{outcome}”?")
    text = text.format(name=found.recipient.full_name, outcome=outcome.label)
    return Question(text, _("Note the call"))


def confirm_guardian(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    invitation: uuid.UUID,
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:confirm_guardian")
    return confirmation(_invited(found, invitation).proposal)


def withdraw_guardian(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    invitation: uuid.UUID,
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:withdraw_guardian")
    name = _invited(found, invitation).proposal["name"]
    text = _("Do you want to withdraw the invitation of {name}?").format(name=name)
    return Question(text, _("Withdraw"), [found.full_name])


def end_guardian(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    mandate: uuid.UUID,
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:end_guardian")
    guardian = get_object_or_404(
        found.mandates, pk=mandate, kind=Mandate.Kind.GUARDIAN, revoked_at=None
    )
    text = _("Do you want {guardian} to stop being guardian of {name}?").format(
        guardian=guardian.holder_name, name=found.full_name
    )
    return Question(text, _("End"))


def remove_contact(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    contact: uuid.UUID,
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:remove_contact")
    removed = get_object_or_404(found.contacts, pk=contact)
    name = removed.shown_name or removed.relation
    text = _("Do you want to remove the contact person {name}?").format(name=name)
    return Question(text, _("Remove"), [found.full_name])


def end_relation(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    relation: uuid.UUID,
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:end_relation")
    ended = get_object_or_404(found.relations.select_related("person"), pk=relation)
    text = _("Do you want to let {name} open this person's pages again?")
    name = ended.person.full_name
    return Question(text.format(name=name), _("Remove"), [found.full_name])


def end_agreed_time(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    grant: uuid.UUID,
    agreed_time: uuid.UUID,
) -> Question:
    its = department_for(request.user, department, Employee.Role.ADMINISTRATOR)
    found = grant_of(its, grant, by=request.user, what="booking:end_agreed_time")
    agreed = agreed_time_of(found, agreed_time)
    text = _("Is {when} not agreed any more?").format(when=agreed_in_words(agreed))
    return Question(text, _("End it"), [found.recipient.full_name, found.service.name])


def see_given_up(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    grant: uuid.UUID,
    agreed_time: uuid.UUID,
) -> Question:
    its = department_for(request.user, department, Employee.Role.ADMINISTRATOR)
    found = grant_of(its, grant, by=request.user, what="booking:see_given_up")
    agreed_time_of(found, agreed_time)
    text = _("Have you seen that {name} does not want the agreed time?")
    return Question(text.format(name=found.recipient.full_name), _("Seen"), [found.service.name])


def book_by_phone(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    service: uuid.UUID,
) -> Question | None:
    its, found = _whose(request, department, recipient, "booking:book_by_phone")
    starts_at = InstantField(required=False).clean(sent.get("starts_at"))
    if starts_at is None:
        return None
    text = _("Do you want to book “{what}” on {when} for {name}?").format(
        what=service_of(its, found, service).name, when=_when(starts_at), name=found.full_name
    )
    return Question(text, _("Book"))


def move_by_phone(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    booking: uuid.UUID,
) -> Question | None:
    its, found = _whose(request, department, recipient, "booking:move_by_phone")
    visit = confirmed_visit_of(its, found, booking)
    starts_at = InstantField(required=False).clean(sent.get("starts_at"))
    if starts_at is None:
        return None
    text = _("Do you want to move “{what}” from {old} to {new}?").format(
        what=visit.service.name, old=_when(visit.starts_at), new=_when(starts_at)
    )
    return Question(text, _("Move"), [found.full_name])


def cancel_by_phone(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    booking: uuid.UUID,
) -> Question:
    its, found = _whose(request, department, recipient, "booking:cancel_by_phone")
    visit = confirmed_visit_of(its, found, booking)
    text = _("Do you want to cancel “{what}” on {when}?")
    return Question(
        text.format(what=visit.service.name, when=_when(visit.starts_at)),
        _("Cancel the visit"),
        [found.full_name],
    )


def keep_visit(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    booking: uuid.UUID,
) -> Question:
    its, found = _whose(request, department, recipient, "booking:keep_visit")
    visit = confirmed_visit_of(its, found, booking)
    text = _("Do you want to answer that “{what}” on {when} stands?")
    return Question(
        text.format(what=visit.service.name, when=_when(visit.starts_at)),
        _("The visit stands"),
        [found.full_name, sent.get("words", "")],
    )


def needs_no_other_time(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    booking: uuid.UUID,
) -> Question:
    its, found = _whose(request, department, recipient, "booking:needs_no_other_time")
    visit = confirmed_visit_of(its, found, booking)
    text = _("Do you want to take “{what}” on {when} off the list?")
    return Question(
        text.format(what=visit.service.name, when=_when(visit.starts_at)),
        _("Needs no other time"),
        [found.full_name, _("It is not booked again.")],
    )


def go_on_by_phone(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    series: uuid.UUID,
) -> Question:
    its, found = _whose(request, department, recipient, "booking:go_on_by_phone")
    text = _("Do you want “every {weekday} {clock}” to go on?")
    return _of_series(text, _("It goes on"), running_series_of(its, found, series), found)


def end_pause_by_phone(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    pause: uuid.UUID,
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:end_pause_by_phone")
    text = _("Do you want to end the pause {when}?").format(when=span(pause_of(found, pause)))
    return Question(text, _("End the pause"), [found.full_name])


def answer_pause(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    pause: uuid.UUID,
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:answer_pause")
    when = span(pause_of(found, pause))
    if sent.get("answer") not in ("stop", "keep"):
        raise Http404
    if sent.get("answer") == "stop":
        text = _("Do you want to stop the visits at set times {when}?").format(when=when)
        return Question(text, _("Stop them"), [found.full_name])
    text = _("Do you want the visits at set times to stand {when}?").format(when=when)
    return Question(text, _("Let them stand"), [found.full_name])


def confirm_pause(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    pause: uuid.UUID,
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:confirm_pause")
    text = _("Do you want to leave the pause {when} as it is?").format(
        when=span(pause_of(found, pause))
    )
    return Question(text, _("Leave it as it is"), [found.full_name])


def confirm_departure(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    departure: uuid.UUID,
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:confirm_departure")
    why = departure_of(found, departure).get_why_display().lower()
    text = _("Do you confirm for {name}: {why}?").format(name=found.full_name, why=why)
    return Question(text, _("Confirm"), [_("All help and messages stop.")])


def undo_departure(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    departure: uuid.UUID,
) -> Question:
    _department, found = _whose(request, department, recipient, "booking:undo_departure")
    why = departure_of(found, departure).get_why_display().lower()
    text = _("Do you want to undo for {name}: {why}?").format(name=found.full_name, why=why)
    return Question(text, _("Undo"))


def leave_out(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    pattern: uuid.UUID,
    date: int,
) -> Question:
    its, found = _whose(request, department, recipient, "booking:leave_out")
    one = pattern_date_of(pattern_of(its, found, pattern), date)
    text = _("Do you want to leave out {when}?").format(when=_when(one.starts_at))
    return Question(text, _("Leave it out"), [found.full_name, one.pattern.service.name])


def take_back_left_out(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    pattern: uuid.UUID,
    date: int,
) -> Question:
    its, found = _whose(request, department, recipient, "booking:take_back_left_out")
    one = pattern_date_of(pattern_of(its, found, pattern), date)
    text = _("Do you want to plan {when} after all?").format(when=_when(one.starts_at))
    return Question(text, _("Plan it"), [found.full_name, one.pattern.service.name])


def end_series_by_phone(
    request: PersonRequest,
    sent: QueryDict,
    department: uuid.UUID,
    recipient: uuid.UUID,
    series: uuid.UUID,
) -> Question:
    its, found = _whose(request, department, recipient, "booking:end_series_by_phone")
    text = _("Do you want to end “every {weekday} {clock}”?")
    return _of_series(text, _("End"), running_series_of(its, found, series), found)


def _of_series(text: str, button: str, series: BookingSeries, recipient: Recipient) -> Question:
    words = text.format(weekday=weekday(series.first_date), clock=hm(series.time))
    return Question(words, button, [f"{recipient.full_name}: {series.service.name}"])


def _whose(
    request: PersonRequest, department_id: uuid.UUID, recipient_id: uuid.UUID, what: str
) -> tuple[Department, Recipient]:
    department = department_for(request.user, department_id, Employee.Role.ADMINISTRATOR)
    return department, recipient_of(department, recipient_id, by=request.user, what=what)


def _invited(recipient: Recipient, invitation_id: uuid.UUID) -> Invitation:
    invited = queries.invited_to_act_for(recipient, Mandate.Kind.GUARDIAN)
    found = next((one for one in invited if one.pk == invitation_id), None)
    if found is None:
        raise Http404
    return found


def _when(instant: dt.datetime) -> str:
    return f"{day(instant)} {hm(instant)}"
