"""Messages about pauses: to the recipient, to today's carers and to administrators. They name
neither services nor departments, and staff's carry no name.
"""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts import dates
from accounts.messages.notices import Notice, Topic, Words, register
from accounts.models import Message
from booking.models import Pause
from booking.notices.audience import is_for_other, may_know, page_of
from booking.queries.own_booking_rows import OwnPause

BEGUN, ENDED = "pause.begun", "pause.ended"
STOPPED, STANDS = "pause.stopped", "pause.stands"  # the visits at set times
CARER, DEPARTMENT = "pause.carer", "pause.department"


def by_others(kind: str) -> str:
    return f"{kind}_by_others"


def for_others(kind: str) -> str:
    return f"{kind}_for_others"


def register_all() -> None:
    for kind in (BEGUN, ENDED, STOPPED, STANDS):
        register(Notice(kind, Topic.CONFIRMATION, compose_pause))
        register(Notice(by_others(kind), Topic.BY_OTHERS, compose_pause))
        register(Notice(for_others(kind), Topic.FOR_OTHERS, compose_pause))
    register(Notice(CARER, Topic.BY_OTHERS, compose_carer, may_disturb=True))
    register(Notice(DEPARTMENT, Topic.BY_OTHERS, compose_department))


def compose_pause(message: Message) -> Words | None:
    """The help rests, or goes on. None when a later change makes the message untrue."""
    pause = Pause.objects.select_related("recipient").filter(pk=str(message.about_id)).first()
    if pause is None or not may_know(message, pause.recipient):
        return None
    kind = message.kind.removesuffix("_by_others").removesuffix("_for_others")
    if pause.is_ended != (kind == ENDED):
        return None
    is_other = is_for_other(message, pause.recipient)
    return Words(
        subject=_SUBJECTS[kind](),
        lines=tuple(_lines(pause, kind, is_other=is_other)),
        path=page_of(pause.recipient, message, reverse("booking:pause")),
    )


_SUBJECTS = {
    BEGUN: lambda: _("The help is paused"),
    ENDED: lambda: _("The help goes on"),
    STOPPED: lambda: _("The answer about your pause"),
    STANDS: lambda: _("The answer about your pause"),
}


def _lines(pause: Pause, kind: str, *, is_other: bool) -> Sequence[str]:
    name, when = pause.recipient.given_name, span(pause)
    if kind == BEGUN:
        text = (
            _("The help of %(name)s is paused %(when)s.")
            if is_other
            else _("Your help is paused %(when)s.")
        )
        lines = [text % {"name": name, "when": when}, *_cancelled(len(pause.cancelled))]
        if pause.waits_for_answer:
            lines.append(_("Visits at times that the municipality sets stand until we answer."))
        return [*lines, _("Tell us when the help shall begin again.")]
    if kind == ENDED:
        text = _("The help of %(name)s goes on.") if is_other else _("Your help goes on.")
        return [text % {"name": name}, *_not_back(len(pause.cancelled))]
    if kind == STOPPED:
        return [
            _("Visits at times that the municipality sets are stopped %(when)s.") % {"when": when}
        ]
    return [_("Visits at times that the municipality sets stand in the pause too. We come.")]


def _cancelled(count: int) -> list[str]:
    if not count:
        return []
    text = ngettext("%(count)s visit is cancelled.", "%(count)s visits are cancelled.", count)
    return [text % {"count": count}]


def _not_back(count: int) -> list[str]:
    if not count:
        return [_("What was cancelled is booked again, or its time has passed.")]
    text = ngettext(
        "%(count)s visit that was cancelled has not come back. Book it again, or call us.",
        "%(count)s visits that were cancelled have not come back. Book them again, or call us.",
        count,
    )
    return [text % {"count": count}]


def span(pause: Pause | OwnPause) -> str:
    """ "from 2 December until and including 6 December", in the active language."""
    language, year = get_language(), timezone.localdate().year
    first = dates.day(pause.first_day, language, this_year=year)
    if pause.last_day is None:
        return _("from %(first)s until further notice") % {"first": first}
    last = dates.day(pause.last_day, language, this_year=year)
    if pause.first_day == pause.last_day:
        return _("on %(day)s") % {"day": first}
    return _("from %(first)s until and including %(last)s") % {"first": first, "last": last}


def compose_carer(message: Message) -> Words:
    """To the carer of a visit today."""
    return Words(
        subject=_("A visit today is cancelled"),
        lines=(_("A visit on your list today is cancelled. Look at your list before you go."),),
        path=reverse("home"),
    )


def compose_department(message: Message) -> Words | None:
    """To administrators. None when the pause has ended, or staff have seen it."""
    pause = Pause.objects.filter(pk=message.facts["pause"], ended_at=None).first()
    if pause is None or pause.confirmed_at is not None:
        return None
    return Words(
        subject=_("Somebody's help is paused"),
        lines=(_("Somebody's help is paused. You see whose on the page of today."),),
        path=reverse("home"),
    )
