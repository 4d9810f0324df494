"""What the department prints for people whom neither mail nor text reaches."""

import uuid
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import messages as outbox
from accounts.models import User
from booking.access.staff import look_at_list, recipient_of, recipients_of
from booking.queries.letters import to_print, unreachable, write
from departments.access import administrator
from departments.models import Department


@require_safe
@administrator
def letters(request: HttpRequest, department: Department) -> HttpResponse:
    """Whose letter waits, and whose address gives messages back."""
    by, recipients = _by(request), recipients_of(department)
    waiting, lost = to_print(department, recipients), unreachable(recipients)
    look_at_list(by, department, {*waiting, *lost}, "booking:letters")
    context = {"department": department, "waiting": waiting, "unreachable": lost}
    return render(request, "booking/letters.html", context)


@require_safe
@administrator
def letter(request: HttpRequest, department: Department, recipient: uuid.UUID) -> HttpResponse:
    """One letter, to be printed. In the language of whom it goes to."""
    found = recipient_of(department, recipient, by=_by(request), what="booking:letter")
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
@administrator
def letter_printed(
    request: HttpRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    """What the printed page showed is on its way; what came since waits on."""
    found = recipient_of(department, recipient, by=_by(request), what="booking:letter_printed")
    written, shown = write(department, found), set(request.POST.getlist("message"))
    outbox.printed(
        messages=[message for message, _words in written.told if str(message.pk) in shown],
        needless=[message for message in written.needless if str(message.pk) in shown],
        by=_by(request),
    )
    messages.success(request, _("The letter is out of the pile."))
    return redirect("booking:letters", department.pk)


@require_POST
@administrator
def trust_address(
    request: HttpRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    """Somebody has asked the person: the address is right, and messages go there again."""
    found = recipient_of(department, recipient, by=_by(request), what="booking:trust_address")
    if found.user is not None:
        outbox.trust_again(user=found.user, by=_by(request))
    messages.success(request, _("Messages go there again."))
    return redirect("booking:recipient", department.pk, found.pk)


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)
