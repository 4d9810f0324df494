"""Who gets messages about a recipient, and what each may know."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import dates
from accounts.models import Message, User
from booking.models import Mandate, Recipient


@dataclass(frozen=True)
class Addressee:
    """Somebody who gets messages about a recipient: the recipient, or the holder of a mandate
    (``is_other``). ``user`` is None for a recipient without a log-in and without an e-mail
    address for messages, who gets a letter.

    ``is_copy``: the recipient gets the message too, so that a copy that fails needs no letter.
    """

    user: User | None
    is_other: bool = False
    is_copy: bool = False


def addressees(recipient: Recipient) -> list[Addressee]:
    """The recipient, and the mandate holders who get messages. For a recipient without an
    e-mail address only those holders; without any, a letter to the recipient. Nobody gets
    anything about somebody who has moved away or is dead."""
    if recipient.departed_at:
        return []
    holders = [
        mandate.holder for mandate in mandates_with_messages(recipient).select_related("holder")
    ]
    if recipient.user is None or not recipient.user.message_email:
        return [Addressee(holder, is_other=True) for holder in holders] or [Addressee(None)]
    copies = [Addressee(holder, is_other=True, is_copy=True) for holder in holders]
    return [Addressee(recipient.user), *copies]


def when(instant: dt.datetime) -> str:
    """ "tirsdag 24. november klokka 10.00", in the active language."""
    this_year = timezone.localdate().year
    return f"{dates.day(instant, get_language(), this_year=this_year)} {at(instant)}"


def at(instant: dt.datetime) -> str:
    language = get_language()
    return dates.words(language).at.format(clock=dates.clock(instant, language))


def is_for_other(message: Message, recipient: Recipient) -> bool:
    """Whether the message goes to a mandate holder."""
    return message.user_id is not None and message.user_id != recipient.user_id


def may_know(message: Message, recipient: Recipient) -> bool:
    """Mandate holders may know while the mandate is in force and gives them messages. Nobody
    is told of somebody who has moved away or is dead."""
    return recipient.departed_at is None and (
        not is_for_other(message, recipient)
        or mandates_with_messages(recipient).filter(holder=message.user).exists()
    )


def page_of(recipient: Recipient, message: Message, url: str) -> str:
    """The page that the message links to. Mandate holders get the front page, where they
    choose whom to act for first. Users without a log-in get none."""
    if is_read_without_log_in(message):
        return ""
    return reverse("home") if is_for_other(message, recipient) else url


def see_why(message: Message) -> str:
    """In place of a reason that somebody has written: it may say too much for a message, and
    the page has it."""
    if is_read_without_log_in(message):
        return _("Call us to know why.")
    return _("Log in to see why.")


def is_read_without_log_in(message: Message) -> bool:
    """Whether it is a letter, or goes to somebody who can't log in."""
    if message.channel == Message.Channel.LETTER:
        return True
    return message.user is not None and message.user.email is None


def mandates_with_messages(recipient: Recipient) -> QuerySet[Mandate]:
    return (
        recipient.mandates.in_force(timezone.localdate())
        .filter(is_told=True)
        .exclude(holder=recipient.user_id)
        .exclude(holder__message_choices__for_others=[])
    )
