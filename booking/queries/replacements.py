"""What a grant that replaces another one does to visits that are booked."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import quota
from booking.models import Booking, Grant
from booking.queries.local_time import midnight
from booking.queries.own_choice import window_on


class Hit(TextChoices):
    """Why a booked visit does not agree with a new grant."""

    AFTER_END = "after_end", _("after the last day of the new grant")
    OUTSIDE_WINDOW = "outside_window", _("outside the window of the new grant")
    TOO_MUCH = "too_much", _("more than the new grant gives")


@dataclass(frozen=True)
class Replacement:
    """``new`` is not saved. Each hit visit comes with the reason; none is changed."""

    new: Grant
    hits: Sequence[tuple[Booking, Hit]]

    @property
    def digest(self) -> str:
        """Tells whether the grant still does what its preview showed."""
        new = self.new
        names = [field.attname for field in new._meta.concrete_fields if field.name != "id"]
        values = [str(getattr(new, name)) for name in names]
        text = repr([values, [(str(one.pk), one.sequence, why) for one, why in self.hits]])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def replaced(new: Grant, now: dt.datetime) -> Replacement:
    """The visits from the first day of ``new`` on that do not agree with it. In one statement."""
    since, _last = quota.period_under(new, new.valid_from)
    bookings = (
        Booking.objects.confirmed()
        .filter(recipient=new.recipient_id, service=new.service_id, starts_at__gte=midnight(since))
        .select_related("service")
        .order_by("starts_at")
    )
    used: Counter[quota.Period] = Counter()
    hits = []
    for booking in bookings:
        date = timezone.localdate(booking.starts_at)
        period = quota.period_under(new, date)
        if booking.uncharged_at is None:
            minutes = int((booking.ends_at - booking.starts_at).total_seconds()) // 60
            used[period] += quota.cost(new.unit, minutes)
        if booking.starts_at > now and date >= new.valid_from:
            why = _why_hit(new, booking, date, is_too_much=used[period] > new.amount)
            if why is not None:
                hits.append((booking, why))
    return Replacement(new, hits)


def _why_hit(new: Grant, booking: Booking, date: dt.date, *, is_too_much: bool) -> Hit | None:
    if new.valid_until is not None and date > new.valid_until:
        return Hit.AFTER_END
    if window := window_on(new, date):
        begins, ends = booking.starts_at.timestamp(), booking.ends_at.timestamp()
        if begins < window[0] or ends > window[1]:
            return Hit.OUTSIDE_WINDOW
    return Hit.TOO_MUCH if is_too_much else None


def first_day_of_period(grant: Grant, date: dt.date) -> dt.date:
    """The first day of a period of the grant, on the date or after it."""
    first, last = quota.period_under(grant, date)
    return date if date == first else last + dt.timedelta(days=1)
