"""What can be told: the port upwards for whoever has something to tell.

This storey knows how to reach people, and nothing of visits. A storey above registers
each kind of notice when it starts, with a function that finds the words:

    notices.register(Notice("mandate.given", Topic.BY_OTHERS, compose_given))

and posts one with ``accounts.actions.messages.post``. The words are asked for just
before the message goes out, so that function looks at the world once more and answers
None when there is nothing to tell after all.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Message


class Topic(models.TextChoices):
    """What a person chooses channels for, each by itself."""

    CONFIRMATION = "confirmation", _("When you book, move or cancel")
    BY_OTHERS = "by_others", _("When somebody else changes something for you")
    DAY_BEFORE = "day_before", _("The day before a visit")
    HOURS_BEFORE = "hours_before", _("Two hours before a visit")
    NEWS = "news", _("Other things you have asked to know")
    FOR_OTHERS = "for_others", _("About those you act for")


# Never silent: whoever chose no channel is told over one that reaches them.
MUST_BE_TOLD = frozenset({Topic.BY_OTHERS})
# Of these there is a letter for people whom nothing else reaches,
WORTH_A_LETTER = frozenset({Topic.CONFIRMATION, Topic.BY_OTHERS, Topic.FOR_OTHERS})
# and of these also when it was sent and did not arrive, or could not be sent in time.
NEVER_LOST = frozenset({Topic.BY_OTHERS, Topic.FOR_OTHERS})


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    mimetype: str  # with parameters, but for a charset: "text/calendar; method=PUBLISH"


@dataclass(frozen=True)
class Words:
    """A message in one language. ``subject`` stands on locked screens: no name, no service.
    ``lines`` are short paragraphs, and together the whole text message. ``path`` is our
    page about it, linked from e-mails alone. ``address`` is where to send it instead of where
    the person has it now.
    """

    subject: str
    lines: tuple[str, ...]
    path: str = ""
    attachment: Attachment | None = None
    address: str = ""


# Called in the language of whom it goes to. Reads, and writes nothing.
Compose = Callable[[Message], Words | None]


@dataclass(frozen=True)
class Notice:
    """``may_disturb``: goes out in quiet hours too, when it would be too late afterwards.
    ``over``: this channel alone, whatever was chosen."""

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
    """Raises ``KeyError`` for a kind that no storey has registered."""
    return _notices[kind]
