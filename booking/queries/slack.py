"""The days on which unbooked essential help can still be given: those of the grant's week or
month that have a free time for this recipient, by the same offer that pages show.

The shared offer of each service and day is computed once, and each recipient's own bookings and
pauses are laid over it.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence

from django.utils import timezone

from booking import quota
from booking.calendar.offers import DayOffer, SlotStatus
from booking.models import Booking, Grant, Pause
from booking.queries.days import facts_of
from booking.queries.entitlement import Entitlement, last_day
from booking.queries.free import SharedDay, shared_days
from booking.queries.own_booking_rows import OwnBooking, OwnPause, charged_span
from booking.queries.slots import laid_over
from database.expressions import EpochSeconds
from departments.hours import DAY
from departments.models import Department


def free_days(
    department: Department,
    grants: Sequence[Grant],
    now: dt.datetime,
    first: dt.date | None = None,
    without: Collection[uuid.UUID] = (),
) -> dict[uuid.UUID, list[dt.date]]:
    """By the id of each grant, with its service: the dates from today, or from the ``first``
    one, to the end of its week or month on which staff can book a visit as agreed, as
    if the bookings ``without`` were not made. Three statements when the days are cached, however
    many grants."""
    today = first or timezone.localdate(now)
    ends = {
        grant.pk: min(quota.period_under(grant, today)[1], last_day(department, now))
        for grant in grants
    }
    if not grants or not department.is_open:
        return {grant.pk: [] for grant in grants}
    last = max(ends.values())
    dates = [today + n * DAY for n in range((last - today).days + 1)]
    facts = facts_of(department.pk, today - DAY)
    services = {grant.service_id: grant.service for grant in grants if grant.service.is_active}
    shared: dict[uuid.UUID, dict[dt.date, SharedDay]] = {}
    for id_, service in services.items():
        service.department = department
        shared[id_] = shared_days(service, dates, facts, now)
    recipients = {grant.recipient_id for grant in grants}
    own, pauses = _own_bookings(recipients, today, last, without), _pauses(recipients, today)
    found: dict[uuid.UUID, list[dt.date]] = {}
    for grant in grants:
        entitlement = Entitlement.known(
            grant.service,
            [grant],
            own[grant.recipient_id],
            now,
            pauses=pauses[grant.recipient_id],
            as_staff=True,
            keeps_agreement=True,
        )
        found[grant.pk] = [
            date
            for date, day in shared.get(grant.service_id, {}).items()
            if date <= ends[grant.pk]
            and (date in entitlement.kept or laid_over(day, entitlement).made(_has_free))
        ]
    return found


def _has_free(day: DayOffer) -> bool:
    return any(slot.status is SlotStatus.FREE for slot in day.slots)


def _own_bookings(
    recipients: set[uuid.UUID], first: dt.date, last: dt.date, without: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[OwnBooking]]:
    since, until = charged_span(first, last)
    rows = (
        Booking.objects.seated()
        .filter(recipient__in=recipients, starts_at__gte=since, starts_at__lt=until)
        .exclude(pk__in=without)
        .order_by()
        .values_list(
            "recipient_id",
            "pk",
            "service_id",
            EpochSeconds("starts_at"),
            EpochSeconds("ends_at"),
            "uncharged_at",
            "status",
        )
    )
    found: dict[uuid.UUID, list[OwnBooking]] = defaultdict(list)
    for recipient, id_, service, starts, ends, uncharged_at, status in rows:
        is_kept = status == Booking.Status.KEPT
        is_charged = uncharged_at is None and not is_kept
        found[recipient].append(
            OwnBooking(id_, service, starts, ends, is_charged, is_kept=is_kept)
        )
    return found


def _pauses(recipients: set[uuid.UUID], today: dt.date) -> dict[uuid.UUID, list[OwnPause]]:
    rows = (
        Pause.objects.standing(today)
        .filter(recipient__in=recipients)
        .values_list("recipient_id", "first_day", "last_day", "set_visits")
    )
    found: dict[uuid.UUID, list[OwnPause]] = defaultdict(list)
    for recipient, first, last, set_visits in rows:
        is_stopped = set_visits == Pause.SetVisits.STOPPED
        found[recipient].append(OwnPause(first, last, is_stopped))
    return found
