"""Messages about series: a date that could not be booked, a series that waits for an answer,
one that has ended. They name neither the service nor the department.
"""

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.messages.notices import Notice, Topic, Words, register
from accounts.models import Message
from booking.models import Booking, BookingSeries, SeriesDate
from booking.notices.audience import is_for_other, is_read_without_log_in, may_know, page_of, when
from departments.phones import phone_of

MISSED, MISSED_FOR_OTHERS = "series.missed", "series.missed_for_others"
WAITS, WAITS_FOR_OTHERS = "series.waits", "series.waits_for_others"
ENDED, ENDED_FOR_OTHERS = "series.ended", "series.ended_for_others"


def register_all() -> None:
    # BY_OTHERS can't be turned off: a recipient may rely on a visit that will not come.
    register(Notice(MISSED, Topic.BY_OTHERS, compose_missed))
    register(Notice(MISSED_FOR_OTHERS, Topic.FOR_OTHERS, compose_missed))
    register(Notice(WAITS, Topic.BY_OTHERS, compose_waiting))
    register(Notice(WAITS_FOR_OTHERS, Topic.FOR_OTHERS, compose_waiting))
    register(Notice(ENDED, Topic.BY_OTHERS, compose_ended))
    register(Notice(ENDED_FOR_OTHERS, Topic.FOR_OTHERS, compose_ended))


def compose_missed(message: Message) -> Words | None:
    """A date could not be booked, or the series has ended with the grant. None when the date
    has passed or is no longer missed."""
    found = (
        SeriesDate.objects.select_related("series__recipient", "series__service__department")
        .filter(
            series=message.about_id,
            date=dt.date.fromisoformat(message.facts["date"]),
            state=SeriesDate.State.MISSED,
        )
        .first()
    )
    if found is None:
        return None
    series = found.series
    wanted = series.starts_at(found.date)
    recipient = series.recipient
    if wanted <= timezone.now() or not may_know(message, recipient):
        return None
    text = (
        _("We could not book the repeating appointment of %(name)s %(when)s.")
        if is_for_other(message, recipient)
        else _("We could not book your repeating appointment %(when)s.")
    )
    lines = [
        text % {"when": when(wanted), "name": recipient.given_name},
        str(SeriesDate.Why(found.why).label),
    ]
    if series.why_ended == BookingSeries.Ended.NO_GRANT:
        lines.append(_("It does not repeat any longer."))
    elif is_read_without_log_in(message):
        lines.append(_("Call us, and we find another time with you."))
    else:
        lines.append(_("Log in to see other times."))
    return Words(
        subject=_("An appointment that repeats is not booked"),
        lines=tuple(lines),
        path=page_of(recipient, message, reverse("booking:series", args=[series.pk])),
        phone=phone_of(series.service.department),
    )


def compose_waiting(message: Message) -> Words | None:
    """Nothing more is booked until somebody answers. None when they have, or when the mandate
    is in force again."""
    assert message.about_id is not None
    series = (
        BookingSeries.objects.running()
        .select_related("recipient", "mandate", "service__department")
        .filter(pk=message.about_id)
        .first()
    )
    if series is None or not series.waits(timezone.localdate()):
        return None
    recipient = series.recipient
    if not may_know(message, recipient):
        return None
    last = Booking.objects.upcoming(timezone.now()).filter(series_date__series=series).last()
    text = (
        _("An appointment of %(name)s that repeats waits for an answer.")
        if is_for_other(message, recipient)
        else _("An appointment of yours that repeats waits for your answer.")
    )
    lines = [
        text % {"name": recipient.given_name},
        _("Whoever asked for it can't book any more."),
    ]
    if last:
        lines.append(
            _("The last one that is booked is %(when)s.") % {"when": when(last.starts_at)}
        )
    lines.append(_("Log in or call us, and say if it shall go on. Until then we book no more."))
    return Words(
        subject=_("An appointment that repeats waits for an answer"),
        lines=tuple(lines),
        path=page_of(recipient, message, reverse("booking:series", args=[series.pk])),
        phone=phone_of(series.service.department),
    )


def compose_ended(message: Message) -> Words | None:
    """Somebody else has ended the series for the recipient."""
    assert message.about_id is not None
    series = BookingSeries.objects.select_related("recipient", "service__department").get(
        pk=message.about_id
    )
    recipient = series.recipient
    if not may_know(message, recipient):
        return None
    text = (
        _("An appointment of %(name)s does not repeat any longer.")
        if is_for_other(message, recipient)
        else _("An appointment of yours does not repeat any longer.")
    )
    return Words(
        subject=_("An appointment does not repeat any longer"),
        lines=(
            text % {"name": recipient.given_name},
            _("Somebody who can book for the person has ended it.")
            if is_for_other(message, recipient)
            else _("Somebody who can book for you has ended it."),
            _("What is booked already stays, unless it is cancelled."),
        ),
        path=page_of(recipient, message, reverse("booking:series", args=[series.pk])),
        phone=phone_of(series.service.department),
    )
