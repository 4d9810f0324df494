"""Kinds of notices. The apps above register theirs here.

This app knows how to reach people, and knows nothing of visits. An app above registers each
kind of notice at start-up, with a function that writes the text:

    notices.register(Notice("mandate.given", Topic.BY_OTHERS, compose_given))

and posts messages of this kind with ``accounts.actions.post``. The function is called just
before the message is sent. It reads the current state, and returns None if the message is
not true any more.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Message


class Topic(models.TextChoices):
    """Users choose channels for each topic."""

    CONFIRMATION = "confirmation", _("When you book, move or cancel")
    BY_OTHERS = "by_others", _("When somebody else changes something for you")
    DAY_BEFORE = "day_before", _("The day before a visit")
    HOURS_BEFORE = "hours_before", _("Two hours before a visit")
    NEWS = "news", _("Other things you have asked to know")
    FOR_OTHERS = "for_others", _("About those you act for")


# Always sent: if no channel is chosen, over any that works.
MANDATORY = frozenset({Topic.BY_OTHERS})
# Sent as a letter to people without a working address.
LETTER_TOPICS = frozenset({Topic.CONFIRMATION, Topic.BY_OTHERS, Topic.FOR_OTHERS})
# Also sent as a letter if the message could not be delivered, or not in time.
LETTER_ON_FAILURE = frozenset({Topic.BY_OTHERS, Topic.FOR_OTHERS})


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    mimetype: str  # with parameters except charset: "text/calendar; method=PUBLISH"


@dataclass(frozen=True)
class Words:
    """The text of a message in one language.

    ``subject`` is visible on locked screens: no name, no service. ``lines`` are short
    paragraphs; joined, they are the SMS, which may lack the last of them. ``path`` is our page
    about it, linked in e-mails only. ``phone`` is whom to call; the municipality if it is empty.
    ``address`` replaces the user's current address.
    """

    subject: str
    lines: tuple[str, ...]
    path: str = ""
    attachment: Attachment | None = None
    address: str = ""
    phone: str = ""


# Called in the recipient's language. Must not write to the database.
Compose = Callable[[Message], Words | None]


@dataclass(frozen=True)
class Notice:
    """A kind of notice.

    ``may_disturb``: sent in quiet hours too if it would expire before they end.
    ``over``: always this channel, whatever the user has chosen.
    """

    kind: str
    topic: Topic
    compose: Compose
    may_disturb: bool = False
    over: Message.Channel | None = None


_notices: dict[str, Notice] = {}


def register(notice: Notice) -> None:
    _notices[notice.kind] = notice


def is_known(kind: str) -> bool:
    return kind in _notices


def find(kind: str) -> Notice:
    """Raises ``KeyError`` for a kind that is not registered."""
    return _notices[kind]
