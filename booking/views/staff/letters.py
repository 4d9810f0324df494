"""Letters that the department prints for recipients without a working e-mail or phone."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import actions as accounts_actions
from accounts.access import PersonRequest
from accounts.http_methods import require_POST, require_safe
from accounts.questions import asks
from booking.access.staff import look_at_list, recipient_of, recipients_of
from booking.queries.letters import to_print, unreachable, write
from booking.views.staff import questions
from departments.access import administrator
from departments.models import Department


@require_safe
@administrator
def letters(request: PersonRequest, department: Department) -> HttpResponse:
    """Recipients with a letter to print, and recipients whose address returns messages."""
    recipients = recipients_of(department)
    waiting, lost = to_print(department, recipients), unreachable(recipients)
    look_at_list(request.user, department, {*waiting, *lost}, "booking:letters")
    context = {"department": department, "waiting": waiting, "unreachable": lost}
    return render(request, "booking/letters.html", context)


@require_safe
@administrator
def letter(request: PersonRequest, department: Department, recipient: uuid.UUID) -> HttpResponse:
    """One letter to print, in the recipient's language."""
    found = recipient_of(department, recipient, by=request.user, what="booking:letter")
    written = write(department, found)
    with translation.override(written.language):
        context = {
            "department": department,
            "recipient": found,
            "letter": written,
            "printed_on": timezone.localdate(),
        }
        return render(request, "booking/letter.html", context)


@require_POST
@asks(questions.letter_printed)
@administrator
def letter_printed(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    """Mark the messages on the printed page as sent; newer ones wait for the next letter."""
    found = recipient_of(department, recipient, by=request.user, what="booking:letter_printed")
    written, shown = write(department, found), set(request.POST.getlist("message"))
    accounts_actions.mark_printed(
        messages=[message for message, _words in written.told if str(message.pk) in shown],
        needless=[message for message in written.needless if str(message.pk) in shown],
        by=request.user,
    )
    messages.success(request, _("The letter is out of the pile."))
    return redirect("booking:letters", department.pk)


@require_POST
@asks(questions.trust_address)
@administrator
def trust_address(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    """Send messages to the address again, after the recipient has confirmed it."""
    found = recipient_of(department, recipient, by=request.user, what="booking:trust_address")
    if found.user is not None:
        accounts_actions.trust_again(
            user=found.user,
            subject_id=found.pk,
            department_id=department.pk,
            by=request.user,
        )
    messages.success(request, _("Messages go there again."))
    return redirect("booking:recipient", department.pk, found.pk)
