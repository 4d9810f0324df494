"""Texts about a changed e-mail address or phone number."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.messages.notices import Notice, Topic, Words, register
from accounts.models import AddressChange, Message
from accounts.municipality import municipality_phone

EMAIL, PHONE, CONTACT = "address.email", "address.phone", "address.contact"


def kind_of(change: AddressChange) -> str:
    if change.is_contact:
        return CONTACT
    return EMAIL if change.channel == Message.Channel.EMAIL else PHONE


def register_all() -> None:
    kinds = ((EMAIL, compose_email), (PHONE, compose_phone), (CONTACT, compose_contact))
    for kind, compose in kinds:
        register(Notice(kind, Topic.BY_OTHERS, compose, over=Message.Channel.EMAIL))


def code(digits: str) -> Words:
    """The code that proves a new address. Sent at once, not through the outbox."""
    return Words(
        subject=_("Your code"),
        lines=(
            _("Your code is %(code)s.") % {"code": digits},
            _("Write it on the page that asks for it. It is valid for a quarter of an hour."),
            _("Did you not ask for it? Then you need do nothing."),
        ),
    )


def address_in_use() -> Words:
    """Sent in place of a code when the address already belongs to another user."""
    return Words(
        subject=_("Somebody wrote your e-mail"),
        lines=(
            _("Somebody wanted to log in with this e-mail. It is yours, and nothing is changed."),
            _("You need do nothing."),
        ),
    )


def compose_email(message: Message) -> Words | None:
    """Goes to the old address."""
    assert message.about_id is not None
    change = AddressChange.objects.filter(pk=message.about_id).first()
    if change is None or not change.old_address:
        return None
    has_contact = message.user is not None and message.user.contact_email
    return Words(
        subject=_("Your e-mail with us is changed"),
        lines=(
            _("From now on you log in with another e-mail.")
            if has_contact
            else _("From now on you log in with another e-mail, and we write to that one."),
            _("Was it not you? Call %(phone)s at once.") % {"phone": municipality_phone()},
        ),
        address=change.old_address,
    )


def compose_contact(message: Message) -> Words | None:
    """Goes to the address that got the messages before."""
    assert message.about_id is not None
    change = AddressChange.objects.filter(pk=message.about_id).first()
    if change is None or not change.old_address:
        return None
    return Words(
        subject=_("We write to another e-mail"),
        lines=(
            _("From now on our messages go to another e-mail."),
            _("Was it not you? Call %(phone)s.") % {"phone": municipality_phone()},
        ),
        address=change.old_address,
    )


def compose_phone(message: Message) -> Words | None:
    return Words(
        subject=_("Your phone number with us is changed"),
        lines=(
            _("We have another phone number for you now."),
            _("Was it not you? Call %(phone)s.") % {"phone": municipality_phone()},
        ),
        path=reverse("accounts:me") if message.user and message.user.email else "",
    )
