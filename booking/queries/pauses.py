"""Pauses: what one would cancel, those of a recipient, and those that staff must look at."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from booking.models import Booking, Grant, Pause, Recipient
from booking.queries.grants import grant_among, kind_of_time
from booking.queries.local_time import midnight
from departments.hours import DAY
from departments.models import Department, KindOfTime

CONFIRMED_FOR = dt.timedelta(days=7)  # after that, staff confirm a long pause again
LONG = dt.timedelta(days=14)  # a pause of essential help that staff confirm


@dataclass(frozen=True)
class PausedVisits:
    """The visits on the days of a pause: those that it cancels, and those at times that the
    municipality sets, which stand until staff stop them."""

    cancelled: Sequence[Booking]
    standing: Sequence[Booking]
    has_set_grant: bool

    @property
    def digest(self) -> str:
        """Tells whether a pause still does what its preview showed."""
        groups = ([*self.cancelled], [*self.standing])
        text = repr([[(str(one.pk), one.sequence) for one in group] for group in groups])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def paused_visits(
    recipient: Recipient, first_day: dt.date, last_day: dt.date | None, now: dt.datetime
) -> PausedVisits:
    """What a pause of these days hits; visits that have begun are left alone."""
    bookings = Booking.objects.confirmed().filter(
        recipient=recipient, starts_at__gt=now, starts_at__gte=midnight(first_day)
    )
    if last_day:
        bookings = bookings.filter(starts_at__lt=midnight(last_day + DAY))
    grants = list(Grant.objects.filter(recipient=recipient))
    cancelled: list[Booking] = []
    standing: list[Booking] = []
    found = bookings.select_related("service__department", "grant").order_by("starts_at")
    for booking in found:
        kind = kind_of_time(booking, grant_among(grants, booking))
        (standing if kind == KindOfTime.SET else cancelled).append(booking)
    return PausedVisits(
        cancelled,
        standing,
        has_set_grant=any(
            grant.times_are_set and grant.overlaps(first_day, last_day) for grant in grants
        ),
    )


def visits_of_pause(pause: Pause, now: dt.datetime) -> PausedVisits:
    """The visits that still stand on the days of a pause."""
    return paused_visits(pause.recipient, pause.first_day, pause.last_day, now)


def pauses_of(recipient: Recipient, on: dt.date) -> list[Pause]:
    """Those that stand or are to come, in order."""
    return list(
        Pause.objects.standing(on).filter(recipient=recipient).select_related("by", "mandate")
    )


def coming_back(pause: Pause, now: dt.datetime) -> list[Booking]:
    """The cancelled visits whose time has not come yet, in order."""
    return list(
        Booking.objects.filter(pk__in=pause.cancelled, starts_at__gt=now)
        .select_related("service__department", "grant", "recipient")
        .order_by("starts_at")
    )


def pauses_to_see(department: Department, now: dt.datetime, on: dt.date) -> list[Pause]:
    """The pauses that the department's staff must look at, longest waiting first:

    - those with visits at set times, until staff have answered whether these stop;
    - a helper's, until staff have seen it;
    - open ones, and long ones of essential help, every week;
    - ended ones with visits at set times that have not come back.
    """
    here = Grant.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=on),
        recipient=OuterRef("recipient"),
        service__department=department,
    )
    unseen = Q(confirmed_at__isnull=True)
    is_due = Q(confirmed_at__lt=now - CONFIRMED_FOR) | Q(unseen, made_at__lt=now - CONFIRMED_FOR)
    is_long = Q(last_day__isnull=True) | (
        Q(last_day__gt=F("first_day") + LONG) & Exists(here.filter(is_essential=True))
    )
    running = Q(ended_at__isnull=True) & (Q(last_day__isnull=True) | Q(last_day__gte=on))
    found = (
        Pause.objects.filter(Exists(here), recipient__departed_at__isnull=True)
        .filter(
            running & Q(set_visits=Pause.SetVisits.WAITING)
            | running & Q(unseen, mandate__isnull=False)
            | running & Q(is_due, is_long, first_day__lte=on)
            | Q(unseen | Q(confirmed_at__lt=F("ended_at")))
            & Q(
                ended_at__gte=now - CONFIRMED_FOR,
                set_visits=Pause.SetVisits.STOPPED,
                cancelled__len__gt=0,
            )
        )
        .select_related("recipient", "mandate")
        .order_by("made_at")
    )
    return list(found)


def without_paused(grants: QuerySet[Grant], on: dt.date) -> QuerySet[Grant]:
    """The grants whose recipients are not away on that date."""
    pauses = Pause.objects.covering(on).filter(recipient=OuterRef("recipient"))
    return grants.exclude(Exists(pauses))


def departments_of_pause(pause: Pause, on: dt.date) -> list[Department]:
    """The departments whose help rests: those with a grant that is valid now or later."""
    grants = Grant.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=on), recipient=pause.recipient_id
    )
    return list(Department.objects.filter(services__in=grants.values("service")).distinct())
