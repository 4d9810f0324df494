"""What is said when somebody gets another e-mail or phone number."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.messages.notices import Notice, Topic, Words, register
from accounts.models import AddressChange, Message

EMAIL, PHONE = "address.email", "address.phone"
KINDS = {Message.Channel.EMAIL: EMAIL, Message.Channel.SMS: PHONE}


def register_all() -> None:
    for kind, compose in ((EMAIL, tell_email), (PHONE, tell_phone)):
        register(Notice(kind, Topic.BY_OTHERS, compose, over=Message.Channel.EMAIL))


def code(figures: str) -> Words:
    """Sent at once, to an address that is not in use yet."""
    return Words(
        subject=_("Your code"),
        lines=(
            _("Your code is %(code)s.") % {"code": figures},
            _("Write it on the page that asks for it. It is valid for a quarter of an hour."),
            _("Did you not ask for it? Then you need do nothing."),
        ),
    )


def to_another() -> Words:
    """In place of a code, to somebody who logs in with the address already."""
    return Words(
        subject=_("Somebody wrote your e-mail"),
        lines=(
            _("Somebody wanted to log in with this e-mail. It is yours, and nothing is changed."),
            _("You need do nothing."),
        ),
    )


def tell_email(message: Message) -> Words | None:
    """To the address that was the person's until then."""
    assert message.about_id is not None
    change = AddressChange.objects.filter(pk=message.about_id).first()
    if change is None or not change.old_address:
        return None
    return Words(
        subject=_("Your e-mail with us is changed"),
        lines=(
            _("From now on you log in with another e-mail, and we write to that one."),
            _("Was it not you? Call %(phone)s at once.") % {"phone": settings.MUNICIPALITY_PHONE},
        ),
        address=change.old_address,
    )


def tell_phone(message: Message) -> Words | None:
    return Words(
        subject=_("Your phone number with us is changed"),
        lines=(
            _("We have another phone number for you now."),
            _("Was it not you? Call %(phone)s.") % {"phone": settings.MUNICIPALITY_PHONE},
        ),
        path=reverse("accounts:me"),
    )
