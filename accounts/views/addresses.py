"""Change one's own e-mail addresses or phone number, confirmed by a code."""

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions, errors, known_devices, queries
from accounts.access import PersonRequest
from accounts.decorators import person_required
from accounts.forms import AddressCodeForm, ContactEmailForm, EmailForm, PhoneForm
from accounts.http_methods import require_http_methods
from accounts.models import Message
from accounts.reauthentication import log_in_again_first
from database.versions import Stale

Channel = Message.Channel


@dataclass(frozen=True)
class ChannelPages:
    """The two pages that change an address of one channel, and their texts."""

    form: type[EmailForm | ContactEmailForm | PhoneForm]
    page: str  # URL name
    code_page: str  # URL name
    title: str | Promise
    advice: str | Promise  # when no code arrives
    use_another: str | Promise
    done: str | Promise
    back: str = "accounts:me"  # URL name

    @property
    def url(self) -> str:
        return reverse(self.page)


CHANNELS = {
    Channel.EMAIL: ChannelPages(
        form=EmailForm,
        page="accounts:email",
        code_page="accounts:email_code",
        title=gettext_lazy("Change e-mail"),
        advice=gettext_lazy("Look among unwanted mail, and check that the address is right."),
        use_another=gettext_lazy("Use another address"),
        done=gettext_lazy("Your e-mail is changed. Use it the next time you log in."),
    ),
    Channel.SMS: ChannelPages(
        form=PhoneForm,
        page="accounts:phone",
        code_page="accounts:phone_code",
        title=gettext_lazy("Change phone number"),
        advice=gettext_lazy("Check that the number is right."),
        use_another=gettext_lazy("Use another number"),
        done=gettext_lazy("Your phone number is changed."),
    ),
}
CONTACT = ChannelPages(
    form=ContactEmailForm,
    page="accounts:contact_email",
    code_page="accounts:contact_email_code",
    title=gettext_lazy("Where we write to you"),
    advice=gettext_lazy("Look among unwanted mail, and check that the address is right."),
    use_another=gettext_lazy("Use another address"),
    done=gettext_lazy("Your choice is saved."),
    back="accounts:settings",
)
REFUSALS = {
    errors.TooManyCodes: gettext_lazy("You have asked many times. Wait an hour, and try again."),
    errors.CodeNotSent: gettext_lazy("We could not send a code there. Is it right? Try again."),
}


def pages_of(channel: Message.Channel, *, is_contact: bool) -> ChannelPages:
    """``is_contact``: those of the e-mail address for messages."""
    return CONTACT if is_contact else CHANNELS[channel]


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def address(
    request: PersonRequest, channel: Message.Channel, is_contact: bool = False
) -> HttpResponse:
    pages = pages_of(channel, is_contact=is_contact)
    form = pages.form(request.user, request.POST or None).at(request.user.version)
    status = 200
    if request.method == "POST" and form.is_valid():
        if first := log_in_again_first(request):
            return first
        change = {
            "channel": channel,
            "address": form.cleaned_data["address"],
            "by": request.user,
            "is_contact": is_contact,
            "version": form.seen,
        }
        try:
            if not queries.needs_code(channel, change["address"]):
                actions.change_address(user=request.user, **change)
                return _done(request, pages)
            actions.request_change(**change)
        except Stale:
            request.user.refresh_from_db()
            form = form.again(pages.form(request.user).at(request.user.version))
            status = 409
        except errors.AddressError as error:
            form.add_error("address", str(REFUSALS[type(error)]))
        else:
            return redirect(pages.code_page)
    context = {"form": form, "channel": channel, "pages": pages, "is_contact": is_contact}
    return render(request, "accounts/address.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def code(
    request: PersonRequest, channel: Message.Channel, is_contact: bool = False
) -> HttpResponse:
    pages = pages_of(channel, is_contact=is_contact)
    find_pending = partial(
        queries.pending_change, channel=channel, user=request.user, is_contact=is_contact
    )
    pending = find_pending()
    is_log_in = channel is Channel.EMAIL and not is_contact
    owner = request.user if is_log_in else None
    form = AddressCodeForm(request.POST or None, ends_keys_of=owner)
    if pending is not None and request.method == "POST" and form.is_valid():
        try:
            change = actions.confirm_change(
                channel=channel,
                is_contact=is_contact,
                code=form.cleaned_data["code"],
                by=request.user,
                session_key=request.session.session_key,
            )
        except errors.WrongCode:
            form.add_error("code", _("This is not the code we sent."))
            pending = find_pending()
        except errors.AddressError:
            pending = None
        else:
            if is_log_in:
                request.user.email = change.address
                known_devices.remember_log_in(request, request.user)
            if form.cleaned_data.get("end_keys"):
                actions.revoke_all_tokens(by=request.user)
            return _done(request, pages)
    if pending is None:
        if request.method == "POST":
            messages.info(request, _("The code can't be used any more. Ask for a new one."))
        return redirect(pages.page)
    context = {"form": form, "address": pending.address, "pages": pages}
    return render(request, "accounts/address_code.html", context)


def _done(request: PersonRequest, pages: ChannelPages) -> HttpResponse:
    messages.success(request, str(pages.done))
    return redirect(pages.back)
