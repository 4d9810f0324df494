"""The message about a pattern: when visits are planned, changed or ended by staff. It does not
name the service or the department."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import dates
from accounts.messages.notices import Notice, Topic, Words, register
from accounts.models import Message
from booking.models import Pattern
from booking.notices.audience import is_for_other, may_know, page_of
from booking.queries.patterns import in_words
from departments.phones import phone_of

PLANNED, PLANNED_FOR_OTHERS = "pattern.planned", "pattern.planned_for_others"


def register_all() -> None:
    register(Notice(PLANNED, Topic.BY_OTHERS, compose_planned))
    register(Notice(PLANNED_FOR_OTHERS, Topic.FOR_OTHERS, compose_planned))


def compose_planned(message: Message) -> Words | None:
    """The pattern as it is now."""
    pattern = (
        Pattern.objects.select_related("recipient", "service__department")
        .filter(pk=str(message.about_id))
        .first()
    )
    if pattern is None or not may_know(message, pattern.recipient):
        return None
    name = pattern.recipient.given_name
    if pattern.last_date is not None and pattern.last_date < timezone.localdate():
        text = (
            _("The visits of %(name)s are not planned any longer: %(times)s.")
            if is_for_other(message, pattern.recipient)
            else _("Your visits are not planned any longer: %(times)s.")
        )
    else:
        text = (
            _("We have planned visits to %(name)s: %(times)s %(when)s.")
            if is_for_other(message, pattern.recipient)
            else _("We have planned your visits: %(times)s %(when)s.")
        )
    values = {"name": name, "times": in_words(pattern), "when": span(pattern)}
    return Words(
        subject=_("Your visits are planned"),
        lines=(text % values, _("You see each visit in your calendar.")),
        path=page_of(pattern.recipient, message, reverse("booking:visits")),
        phone=phone_of(pattern.service.department),
    )


def span(pattern: Pattern) -> str:
    """ "from 2 December", "from 2 December until and including 6 December"."""
    language, year = get_language(), timezone.localdate().year
    first = dates.day(pattern.first_date, language, this_year=year)
    if pattern.last_date is None:
        return _("from %(day)s") % {"day": first}
    last = dates.day(pattern.last_date, language, this_year=year)
    return _("from %(first)s until and including %(last)s") % {"first": first, "last": last}
