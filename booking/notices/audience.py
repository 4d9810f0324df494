"""Who is told about a recipient, and what each of them may know."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from accounts import dates
from accounts.models import Message, User
from booking.models import Mandate, Recipient


@dataclass(frozen=True)
class Addressee:
    """Somebody to be told what concerns a recipient: the person, who has a log-in or none
    (``user`` is None: a letter's business), or the holder of a mandate (``is_other``).

    ``is_copy``: what can't reach them need not go by letter, the person is told anyway.
    """

    user: User | None
    is_other: bool = False
    is_copy: bool = False


def addressees(recipient: Recipient) -> list[Addressee]:
    """The person always, and those who are told under a mandate; these in place of somebody
    without a log-in, who otherwise gets a letter."""
    holders = [mandate.holder for mandate in told_of(recipient).select_related("holder")]
    if recipient.user is None:
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
    """Whether it goes to somebody who acts for the recipient."""
    return message.user_id is not None and message.user_id != recipient.user_id


def may_know(message: Message, recipient: Recipient) -> bool:
    """Whoever acts for somebody is told for as long as the mandate lasts and says so."""
    return (
        not is_for_other(message, recipient)
        or told_of(recipient).filter(holder=message.user).exists()
    )


def page_of(recipient: Recipient, message: Message, url: str) -> str:
    """The page about it; whoever acts for others chooses first for whom to look."""
    return reverse("home") if is_for_other(message, recipient) else url


def told_of(recipient: Recipient) -> QuerySet[Mandate]:
    return (
        recipient.mandates.in_force(timezone.localdate())
        .filter(is_told=True)
        .exclude(holder=recipient.user_id)
        .exclude(holder__message_choices__for_others=[])
    )
