"""Letters that the department prints for recipients without a working e-mail or phone."""

import re
import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions as accounts_actions
from accounts.access import PersonRequest
from accounts.errors import TooManyInvitations
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.models import Invitation, User
from accounts.questions import asks
from booking import actions
from booking.access.staff import listed_for, look_at_list, recipient_of
from booking.errors import HasDeparted, HasLogIn
from booking.queries.letters import Letter, to_print, unreachable, waiting_of, write
from booking.views.staff import questions
from departments.access import administrator
from departments.models import Department

TOO_MANY = gettext_lazy("Your department has sent many invitations today. Try tomorrow.")
DEPARTED = gettext_lazy("This person has moved away or is dead: nothing is sent.")
AT_ONCE = 50  # each letter is composed as of now, with some queries


@require_safe
@administrator
def letters(request: PersonRequest, department: Department) -> HttpResponse:
    """Recipients with a letter to print, and recipients whose address returns messages."""
    recipients = listed_for(request.user, department)
    waiting, lost = to_print(department, recipients), unreachable(recipients)
    look_at_list(request.user, department, {*waiting, *lost}, "booking:letters")
    context = {"department": department, "waiting": waiting, "unreachable": lost}
    return render(request, "booking/letters.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator
def all_letters(request: PersonRequest, department: Department) -> HttpResponse:
    """The letters that have waited longest, each on a sheet; POST marks them as printed."""
    sent = set(request.POST.getlist("message"))
    waiting = to_print(department, listed_for(request.user, department).select_related("user"))
    if request.method == "POST":
        on_paper = waiting_of(department, sent)
        waiting = [recipient for recipient in waiting if recipient.pk in on_paper]
    shown = look_at_list(request.user, department, waiting[:AT_ONCE], "booking:all_letters")
    written = [write(department, recipient) for recipient in shown]
    if request.method == "POST":
        _mark_printed(written, sent, request.user)
        messages.success(request, _("The letters are out of the pile."))
        return redirect("booking:letters", department.pk)
    context = {
        "department": department,
        "letters": written,
        "count": len(waiting),
        "printed_on": timezone.localdate(),
    }
    return render(request, "booking/all_letters.html", context)


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
    _mark_printed([write(department, found)], set(request.POST.getlist("message")), request.user)
    messages.success(request, _("The letter is out of the pile."))
    return redirect("booking:letters", department.pk)


def _mark_printed(written: list[Letter], shown: set[str], by: User) -> None:
    """``shown``: the ids of the messages on the printed page."""
    told = [message for one in written for message, _words in one.told]
    needless = [message for one in written for message in one.needless]
    accounts_actions.mark_printed(
        messages=[message for message in told if str(message.pk) in shown],
        needless=[message for message in needless if str(message.pk) in shown],
        by=by,
    )


@require_POST
@asks(questions.invite_by_letter)
@administrator
def invite_by_letter(
    request: PersonRequest, department: Department, recipient: uuid.UUID
) -> HttpResponse:
    """A letter with a code for logging in. The code is shown this once: it is not stored."""
    found = recipient_of(department, recipient, by=request.user, what="booking:invite_by_letter")
    try:
        code = actions.invite_by_letter(recipient=found, department=department, by=request.user)
    except HasLogIn:
        messages.info(request, _("This person can log in by now."))
        return redirect("booking:recipient", department.pk, found.pk)
    except HasDeparted:
        messages.error(request, str(DEPARTED))
        return redirect("booking:recipient", department.pk, found.pk)
    except TooManyInvitations:
        messages.error(request, str(TOO_MANY))
        return redirect("booking:recipient", department.pk, found.pk)
    today = timezone.localdate()
    with translation.override(found.user.language if found.user else settings.LANGUAGE_CODE):
        context = {
            "department": department,
            "recipient": found,
            "code": "-".join(re.findall("....", code)),
            # As people type it: the browser adds the rest.
            "address": settings.SITE_URL.removeprefix("https://")
            + reverse("accounts:invitation_letter"),
            "last_day": today + Invitation.LETTER_LASTS,
            "printed_on": today,
        }
        return render(request, "booking/invitation_letter.html", context)


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
