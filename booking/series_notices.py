"""What people are told when a repeating visit can't be booked. Discreet: neither what it
is nor from whom."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Message
from accounts.notices import Notice, Topic, Words, register
from booking.models import BookingSeries, SeriesDate
from booking.notices import when

MISSED = "series.missed"


def register_all() -> None:
    # Whoever relies on a visit that does not come must learn of it.
    register(Notice(MISSED, Topic.BY_OTHERS, tell_missed))


def tell_missed(message: Message) -> Words | None:
    """That a date could not be booked, or that the whole series has ended with the grant;
    None when it is over or decided otherwise since."""
    found = (
        SeriesDate.objects.select_related("series")
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
    if wanted <= timezone.now():
        return None
    lines = [
        _("We could not book your repeating appointment %(when)s.") % {"when": when(wanted)},
        str(SeriesDate.Why(found.why).label),
    ]
    if series.why_ended == BookingSeries.Ended.NO_GRANT:
        lines.append(_("It does not repeat any longer."))
    else:
        lines.append(_("Log in to see other times."))
    return Words(
        subject=_("An appointment that repeats is not booked"),
        lines=tuple(lines),
        path=reverse("booking:series", args=[series.pk]),
    )
