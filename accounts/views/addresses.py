"""Change one's own e-mail address or phone number, confirmed by a code."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions, errors, queries
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.forms import AddressCodeForm, EmailForm, PhoneForm
from accounts.http_methods import require_http_methods
from accounts.models import Message

Channel = Message.Channel

FORMS = {Channel.EMAIL: EmailForm, Channel.SMS: PhoneForm}
PAGES = {Channel.EMAIL: "accounts:email", Channel.SMS: "accounts:phone"}
CODE_PAGES = {Channel.EMAIL: "accounts:email_code", Channel.SMS: "accounts:phone_code"}
DONE = {
    Channel.EMAIL: gettext_lazy("Your e-mail is changed. Use it the next time you log in."),
    Channel.SMS: gettext_lazy("Your phone number is changed."),
}
REFUSALS = {
    errors.TooManyCodes: gettext_lazy("You have asked many times. Wait an hour, and try again."),
    errors.CodeNotSent: gettext_lazy("We could not send a code there. Is it right? Try again."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def address(request: PersonRequest, channel: Message.Channel) -> HttpResponse:
    form = FORMS[channel](request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        new_address = form.cleaned_data["address"]
        if not queries.needs_code(channel, new_address):
            actions.change_address(
                user=request.user, channel=channel, address=new_address, by=request.user
            )
            return _done(request, channel)
        try:
            actions.request_change(channel=channel, address=new_address, by=request.user)
        except errors.AddressError as error:
            form.add_error("address", str(REFUSALS[type(error)]))
        else:
            return redirect(CODE_PAGES[channel])
    return render(request, "accounts/address.html", {"form": form, "channel": channel})


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def code(request: PersonRequest, channel: Message.Channel) -> HttpResponse:
    pending = queries.pending_change(channel=channel, user=request.user)
    form = AddressCodeForm(request.POST or None)
    if pending is not None and request.method == "POST" and form.is_valid():
        try:
            actions.confirm_change(
                channel=channel, code=form.cleaned_data["code"], by=request.user
            )
        except errors.WrongCode:
            form.add_error("code", _("This is not the code we sent."))
            pending = queries.pending_change(channel=channel, user=request.user)
        except errors.AddressError:
            pending = None
        else:
            return _done(request, channel)
    if pending is None:
        if request.method == "POST":
            messages.info(request, _("The code can't be used any more. Ask for a new one."))
        return redirect(PAGES[channel])
    context = {
        "form": form,
        "channel": channel,
        "address": pending.address,
        "again_url": PAGES[channel],
    }
    return render(request, "accounts/address_code.html", context)


def _done(request: PersonRequest, channel: Message.Channel) -> HttpResponse:
    messages.success(request, str(DONE[channel]))
    return redirect("accounts:me")
