"""What a recipient may book of one service: their grants, and what these have left."""

import datetime as dt
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from django.db.models import Q
from django.utils import timezone

from booking import quota
from booking.calendar.offers import SlotStatus
from booking.models import Booking, Grant, Pause, Recipient
from booking.queries import own_choice
from booking.queries.local_time import local_date
from booking.queries.own_booking_rows import (
    OwnBooking,
    OwnPause,
    charges_of,
    own_around,
    pauses_as_texts,
)
from booking.quota import Charge
from departments.models import Department, Service


@dataclass(frozen=True)
class Balance:
    """How much of a grant is left in the week or month around a date."""

    grant: Grant
    used: int
    period_start: dt.date
    period_end: dt.date

    @property
    def service(self) -> Service:
        return self.grant.service

    @property
    def unit(self) -> str:
        return self.grant.unit

    @property
    def granted(self) -> int:
        return self.grant.amount

    @property
    def left(self) -> int:
        return max(0, self.granted - self.used)

    @property
    def is_less_than_a_visit(self) -> bool:
        return self.refusal(self.service.minutes) is SlotStatus.GRANT_TOO_SMALL

    def refusal(self, minutes: int) -> SlotStatus | None:
        """Why it gives no visit of that length; None when it does."""
        cost = quota.cost(self.unit, minutes)
        if cost <= self.left:
            return None
        if cost > self.granted:
            return SlotStatus.GRANT_TOO_SMALL
        return SlotStatus.TOO_LITTLE_LEFT if self.left else SlotStatus.OVER_QUOTA


@dataclass(frozen=True)
class Entitlement:
    """A recipient's grants of one service, and their bookings of all services around some
    dates, without the one that is ``moving``. ``now`` is in seconds since 1970."""

    service: Service
    now: int
    grants: Sequence[Grant]
    own: Sequence[OwnBooking]  # earliest first; no two overlap
    charges: Sequence[Charge]
    pauses: Sequence[OwnPause] = ()
    # Staff need not keep the department's shortest notice, the window and the spacing.
    as_staff: bool = False
    keeps_agreement: bool = False  # staff look for times within the window and the spacing
    moves_from: int | None = None  # the start of the booking that is moving
    _balances: dict[tuple[uuid.UUID, quota.Period], Balance] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        recipient: Recipient,
        service: Service,
        dates: Sequence[dt.date],
        now: dt.datetime,
        *,
        moving: Booking | None = None,
    ) -> Self:
        """Read in three statements."""
        first, last = min(dates), max(dates)
        grants = list(
            Grant.objects.filter(recipient=recipient, service=service)
            .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=first), valid_from__lte=last)
            .order_by("valid_from")
        )
        for grant in grants:
            grant.service = service
        own = own_around(recipient, first, last)
        standing = Pause.objects.standing(first).filter(recipient=recipient, first_day__lte=last)
        pauses = OwnPause.all_of(pauses_as_texts(standing))
        return cls.known(service, grants, own, now, pauses=pauses, moving=moving)

    @classmethod
    def known(
        cls,
        service: Service,
        grants: Sequence[Grant],
        own: Iterable[OwnBooking],
        now: dt.datetime,
        *,
        pauses: Sequence[OwnPause] = (),
        moving: Booking | None = None,
        as_staff: bool = False,
        keeps_agreement: bool = False,
    ) -> Self:
        own = sorted(
            (one for one in own if moving is None or one.id != moving.pk),
            key=lambda one: one.starts,
        )
        charges = charges_of(own)
        moves_from = int(moving.starts_at.timestamp()) if moving else None
        return cls(
            service,
            int(now.timestamp()),
            grants,
            own,
            charges,
            pauses,
            as_staff,
            keeps_agreement,
            moves_from,
        )

    def obstacle(self, starts: int, ends: int, date: dt.date) -> SlotStatus | None:
        """Why this recipient can't have a visit then, on that local date, whatever seats are
        free; None when nothing forbids it."""
        if starts <= self.now:
            return SlotStatus.PAST
        if starts < self.bookable_from:
            return SlotStatus.TOO_SOON
        if self.own_between(starts, ends, date):
            return SlotStatus.OWN
        refused = self.refusal(date, ends - starts)
        if refused is None and (window := self.window(date)):
            first, after = window
            if starts < first or ends > after:
                return SlotStatus.OUTSIDE_WINDOW
        return refused

    @cached_property
    def bookable_from(self) -> int:
        """The first second that is not too soon."""
        return self.now if self.as_staff else self.notice_ends

    @property
    def notice_ends(self) -> int:
        """The first second that a recipient may book."""
        return self.now + 60 * self.service.department.minimum_notice_minutes

    def own_between(self, starts: int, ends: int, date: dt.date) -> Sequence[OwnBooking]:
        """The recipient's own bookings that are under way at some time of a period. The seat
        kept on the local ``date`` is left out: a choice on that date takes its place."""
        last = bisect_left(self.own, ends, key=lambda one: one.starts)
        first = bisect_right(self.own, starts, hi=last, key=lambda one: one.ends)
        found = self.own[first:last]
        if self.kept and (replaced := self.kept.get(date)):
            return [one for one in found if one.id != replaced.id]
        return found

    @cached_property
    def kept(self) -> Mapping[dt.date, OwnBooking]:
        """The seats kept for agreed times of this service, by local date. Empty while a booking
        moves, because a move takes the place of none."""
        if self.moves_from is not None:
            return {}
        return {
            local_date(one.starts): one
            for one in self.own
            if one.is_kept and one.service_id == self.service.pk
        }

    def replaced(self, date: dt.date) -> OwnBooking | None:
        """The kept seat whose place a choice on the date takes: the one on that date, else the
        nearest of the same grant in its week or month."""
        if not self.kept or (balance := self.balance(date)) is None:
            return None
        first, last = balance.period_start, balance.period_end
        its = [
            day for day in self.kept if first <= day <= last and self.grant(day) is balance.grant
        ]
        nearest = min(its, key=lambda day: (abs(day - date), day), default=None)
        return self.kept[nearest] if nearest else None

    def refusal(self, date: dt.date, seconds: int) -> SlotStatus | None:
        """Why the grants allow no visit of that length on that date, or a pause stops it; None
        when nothing does."""
        balance = self.balance(date)
        if balance is None:
            return SlotStatus.NOT_GRANTED
        grant = balance.grant
        chosen = None if self.as_staff else own_choice.refusal_of_date(grant, date)
        if chosen:
            return chosen
        if any(pause.stops(grant, date) for pause in self.pauses):
            return SlotStatus.PAUSED
        refused = balance.refusal(seconds // 60)
        if refused or not self._is_bound:
            return refused
        return own_choice.refusal_of_spacing(grant, date, self._others(date))

    def breaks_agreement(self, starts: int, ends: int, date: dt.date) -> bool:
        """Whether the visit would lie outside the window or too close to another visit: what
        staff may book, with a reason."""
        grant = self.grant(date)
        if grant is None:
            return False
        if own_choice.refusal_of_spacing(grant, date, self._others(date)):
            return True
        window = own_choice.window_on(grant, date)
        return window is not None and (starts < window[0] or ends > window[1])

    def window(self, date: dt.date) -> own_choice.Window | None:
        """The window that binds whoever chooses: the person, and staff who keep what is agreed."""
        grant = self.grant(date) if self._is_bound else None
        return own_choice.window_on(grant, date) if grant else None

    @property
    def _is_bound(self) -> bool:
        return self.keeps_agreement or not self.as_staff

    @cached_property
    def _dates(self) -> Sequence[dt.date]:
        """The dates of the recipient's other bookings of this service."""
        return [one.date for one in self.charges if one.service_id == self.service.pk]

    def _others(self, date: dt.date) -> Sequence[dt.date]:
        """The dates of this service's visits beside a new one on the date."""
        if not self.kept:
            return self._dates
        replaced = self.replaced(date)
        return [*self._dates, *(day for day, one in self.kept.items() if one is not replaced)]

    def balance(self, date: dt.date) -> Balance | None:
        """What is left of the grant that is valid on the date; None without one."""
        grant = self.grant(date)
        if grant is None:
            return None
        name = (grant.pk, quota.period_under(grant, date))
        if name not in self._balances:
            self._balances[name] = balance_of(grant, self.charges, date)
        return self._balances[name]

    def grant(self, date: dt.date) -> Grant | None:
        return next((grant for grant in self.grants if grant.is_valid_on(date)), None)


def balance_of(grant: Grant, charges: Iterable[Charge], date: dt.date) -> Balance:
    period = quota.period_under(grant, date)
    return Balance(grant, quota.used(charges, grant.service_id, grant.unit, period), *period)


def last_day(department: Department, now: dt.datetime) -> dt.date:
    """The last local date that can be booked now."""
    return timezone.localdate(now) + dt.timedelta(days=department.horizon_days)
