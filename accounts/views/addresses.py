"""One's own e-mail and phone number: write the new one, then the code that is sent there."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import actions, errors, known_devices
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.forms import AddressCodeForm, EmailForm, PhoneForm
from accounts.models import Message
from accounts.reauthentication import log_in_again_first

Channel = Message.Channel

FORMS = {Channel.EMAIL: EmailForm, Channel.SMS: PhoneForm}
PAGES = {Channel.EMAIL: "accounts:email", Channel.SMS: "accounts:phone"}
CODE_PAGES = {Channel.EMAIL: "accounts:email_code", Channel.SMS: "accounts:phone_code"}
DONE = {
    Channel.EMAIL: gettext_lazy("Your e-mail is changed. Use it the next time you log in."),
    Channel.SMS: gettext_lazy("Your phone number is changed."),
}
NO = {
    errors.TooManyCodes: gettext_lazy("You have asked many times. Wait an hour, and try again."),
    errors.CodeNotSent: gettext_lazy("We could not send a code there. Is it right? Try again."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def address(request: PersonRequest, channel: Message.Channel) -> HttpResponse:
    form = FORMS[channel](request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if channel is Channel.EMAIL and (first := log_in_again_first(request)):
            return first
        written = form.cleaned_data["address"]
        if not actions.needs_code(channel, written):
            actions.change_address(
                user=request.user, channel=channel, address=written, by=request.user
            )
            return _done(request, channel)
        try:
            actions.ask_for_change(channel=channel, address=written, by=request.user)
        except errors.AddressError as error:
            form.add_error("address", str(NO[type(error)]))
        else:
            return redirect(CODE_PAGES[channel])
    return render(request, "accounts/address.html", {"form": form, "channel": channel})


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def code(request: PersonRequest, channel: Message.Channel) -> HttpResponse:
    waited_for = actions.waited_for(channel=channel, user=request.user)
    owner = request.user if channel is Channel.EMAIL else None
    form = AddressCodeForm(request.POST or None, ends_keys_of=owner)
    if waited_for is not None and request.method == "POST" and form.is_valid():
        try:
            change = actions.confirm_change(
                channel=channel,
                code=form.cleaned_data["code"],
                by=request.user,
                session_key=request.session.session_key,
            )
        except errors.WrongCode:
            form.add_error("code", _("This is not the code we sent."))
            waited_for = actions.waited_for(channel=channel, user=request.user)
        except errors.AddressError:
            waited_for = None
        else:
            if channel is Channel.EMAIL:
                request.user.email = change.address
                known_devices.remember_log_in(request, request.user)
            if form.cleaned_data.get("end_keys"):
                actions.revoke_all_tokens(by=request.user)
            return _done(request, channel)
    if waited_for is None:
        if request.method == "POST":
            messages.info(request, _("The code can't be used any more. Ask for a new one."))
        return redirect(PAGES[channel])
    context = {
        "form": form,
        "channel": channel,
        "address": waited_for.address,
        "again_url": PAGES[channel],
    }
    return render(request, "accounts/address_code.html", context)


def _done(request: PersonRequest, channel: Message.Channel) -> HttpResponse:
    messages.success(request, str(DONE[channel]))
    return redirect("accounts:me")
