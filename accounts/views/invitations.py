"""Answer invitations: by the link in the mail, or from one's own settings."""

import uuid

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions, errors, invitations, known_devices, queries
from accounts.access import PersonRequest, is_logged_in
from accounts.decorators import person_required
from accounts.forms import InvitationLetterForm
from accounts.http_methods import require_http_methods, require_POST, require_safe
from accounts.models import Invitation


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link. Opening it changes nothing: mail scanners open links too.

    It names nobody, because the mail may have come to the wrong person.
    """
    found = queries.invitation_by_token(token)
    if found is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        refusal = _answer(request, found)
        if not refusal:
            if is_logged_in(request):
                return redirect("home")
            if "accept" in request.POST:
                # The log-in page fills it in.
                request.session["invited_address"] = found.address
            return redirect("account_login")
        found.refresh_from_db()
    is_open = found.is_open(timezone.now()) and found.due_at is not None
    context = {
        "question": invitations.find(found.kind).question,
        "is_open": is_open,
        "is_replaced": found.answer == Invitation.Answer.REPLACED,
        "refusal": refusal,
        "token": token,
        "here": reverse("home"),  # the language form must not repeat the secret
    }
    return render(request, "accounts/invitation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_letter(request: HttpRequest) -> HttpResponse:
    """Enter the code of a letter. The answer does not say whether the code is right."""
    form = InvitationLetterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused: HttpResponse | None = consume_or_429(request, action="use_letter")
        if refused:
            return refused
        email = form.cleaned_data["email"]
        try:
            actions.use_letter(
                code=form.cleaned_data["code"],
                email=email,
                account=known_devices.account(request, email),
            )
        except errors.TooManyCodes:
            form.add_error("code", _("You have tried many times today. Try tomorrow, or call us."))
        else:
            return redirect("accounts:invitation_letter_sent")
    return render(request, "accounts/invitation_letter.html", {"form": form})


@require_safe
def invitation_letter_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/invitation_letter_sent.html")


@require_safe
@person_required
def my_invitations(request: PersonRequest) -> HttpResponse:
    found = queries.open_invitations_to(request.user)
    details = invitations.details_of(found)
    rows = [(one, invitations.find(one.kind).question, details.get(one.pk, ())) for one in found]
    return render(request, "accounts/invitations.html", {"invitations": rows})


@require_POST
@person_required
def answer_invitation(request: PersonRequest, invitation: uuid.UUID) -> HttpResponse:
    found = next(
        (one for one in queries.open_invitations_to(request.user) if one.pk == invitation), None
    )
    if found is None:
        raise Http404
    refusal = _answer(request, found)
    if refusal:
        messages.error(request, refusal)
        return redirect("accounts:invitations")
    return redirect("home")


def _answer(request: HttpRequest, invitation: Invitation) -> str:
    """Accept or decline; return why it was refused, or an empty text."""
    by = request.user if is_logged_in(request) else None
    try:
        if "accept" in request.POST:
            if invitation.due_at is None:
                raise errors.InvitationClosed
            actions.accept_invitation(invitation=invitation)
            messages.success(request, _("You have said yes. Log in with this e-mail."))
        else:
            actions.decline_invitation(invitation=invitation, by=by)
            messages.info(request, _("You have said no. Nothing has changed."))
    except errors.InvitationClosed:
        return _("This invitation can't be used any more.")
    except errors.InvitationRefused:
        return _("This can't be done with your log-in. Call us.")
    return ""
