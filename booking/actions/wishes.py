"""Wishes for a free time: post a message when a time opens on the day.

A time can only open when a Day's revision has been raised, so checking all wishes takes one
statement until then. A user gets at most three messages a day, and none for a time that was
free when the wish was made or checked before.
"""

import datetime as dt
import logging
import uuid

from django.db import transaction
from django.db.models import DateField, ExpressionWrapper, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import Message, User
from booking import errors, queries
from booking.calendar.offers import SlotStatus
from booking.models import Booking, Recipient, SlotWish
from booking.notices.wishes import OPENING
from booking.queries import own_choice
from booking.queries.entitlement import last_day
from booking.queries.local_time import midnight
from booking.queries.wishes import can_be_moved, may_book_for
from departments.hours import DAY
from departments.models import Day, Service

log = logging.getLogger(__name__)

MESSAGES_A_DAY = 3  # to one user, for all wishes together
AT_ONCE = 10  # of one user for one recipient
BATCH = 200


def wish(
    *,
    recipient: Recipient,
    service: Service,
    date: dt.date,
    moving: Booking | None = None,
    by: User,
) -> SlotWish:
    """Wish for a free time on a date. ``by`` gets the message: the recipient, or a user who
    acts for them. Wishing again only changes the visit that would be moved.

    Raises ``OutsideHorizon`` for a date that can't be booked, ``TooLate`` for a visit that
    can't be moved, ``TooManyWishes`` beyond ten, and ``TimesAreSet`` or ``NotYoursYet`` when
    the person does not choose the time.
    """
    now = timezone.now()
    if not timezone.localdate(now) <= date <= last_day(service.department, now):
        raise errors.OutsideHorizon(last_day(service.department, now))
    if moving is not None and not can_be_moved(moving, now):
        raise errors.TooLate
    if refused := _refusal(recipient, service, date, moving):
        raise errors.error_of(refused)
    with transaction.atomic():
        Recipient.objects.select_for_update().get(pk=recipient.pk)
        others = SlotWish.objects.filter(recipient=recipient, by=by)
        others = others.exclude(service=service, date=date)
        if others.count() >= AT_ONCE:
            raise errors.TooManyWishes
        made, is_new = SlotWish.objects.update_or_create(
            recipient=recipient,
            service=service,
            date=date,
            by=by,
            defaults={"moving": moving},
        )
        current = SlotWish.objects.annotate(current=_revision()).get(pk=made.pk).current
        made.free, made.revision = _free(made, now), current
        made.save(update_fields=["free", "revision"])
        if is_new:
            _record("wish", made, by)
    return made


def _refusal(
    recipient: Recipient, service: Service, date: dt.date, moving: Booking | None
) -> SlotStatus | None:
    """Why the person does not choose the time on the date, or of the visit that is moving."""
    grant = recipient.grants.filter(service=service).valid_on(date).first()
    refused = own_choice.refusal_of_date(grant, date) if grant else None
    return refused or (own_choice.refusal_of_booking(moving) if moving else None)


def drop(*, wish: SlotWish, by: User) -> None:
    """End a wish. Dropping it twice changes nothing."""
    with transaction.atomic():
        found = SlotWish.objects.select_for_update().filter(pk=wish.pk).first()
        if found is not None:
            _record("drop", found, by)
            found.delete()


def _record(verb: str, wish: SlotWish, by: User) -> None:
    """Read by the recipient: staff need not know what somebody waits for."""
    accounts_actions.record(
        verb,
        by=by,
        subject_id=wish.recipient_id,
        of=wish,
        after={"name": wish.service.name, "date": wish.date},
    )


def look_for_openings() -> int:
    """Check the wishes whose Days have changed since they were checked; returns the number of
    messages. Any number of workers may run it at once."""
    now = timezone.now()
    SlotWish.objects.filter(date__lt=timezone.localdate(now)).delete()
    changed = SlotWish.objects.annotate(current=_revision()).exclude(current=F("revision"))
    ids = list(changed.order_by("made_at").values_list("pk", flat=True)[:BATCH])
    sent = 0
    for id_ in ids:
        try:
            sent += _check(id_, now)
        except Exception as error:  # the other wishes must go on
            log.error("wish %s: %s", id_, type(error).__name__)
    return sent


def _check(wish_id: uuid.UUID, now: dt.datetime) -> bool:
    with transaction.atomic():
        found = (
            SlotWish.objects.annotate(current=_revision())
            .filter(pk=wish_id)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related(
                "recipient__user", "service__department", "moving__service__department", "by"
            )
            .first()
        )
        if found is None:
            return False
        if _is_over(found, now) or not may_book_for(found.by, found.recipient):
            found.delete()
            return False
        # The revision was read before the offer: a change in between is found next time.
        free = _free(found, now)
        opened = sorted(set(free) - set(found.free))
        found.free, found.revision = free, found.current
        found.save(update_fields=["free", "revision"])
        if not opened:
            return False
        # The user is locked, so that no other worker counts their messages at the same time.
        User.objects.select_for_update(no_key=True).get(pk=found.by_id)
        if _messages_today(found.by, now) >= MESSAGES_A_DAY:
            return False
        _notify(found, opened[0])
        return True


def _revision() -> Coalesce:
    """The sum of the revisions of a wish's Days, which only rises. The Day before is one of
    them: its night shifts last past midnight."""
    before = ExpressionWrapper(OuterRef("date") - DAY, output_field=DateField())
    days = Day.objects.filter(
        department=OuterRef("service__department"), date__in=[OuterRef("date"), before]
    )
    total = days.order_by().values("department").annotate(total=Sum("revision")).values("total")
    return Coalesce(Subquery(total), 0)


def _free(wish: SlotWish, now: dt.datetime) -> list[int]:
    (day,) = queries.offer(
        service=wish.service,
        recipient=wish.recipient,
        dates=[wish.date],
        now=now,
        moving=wish.moving,
    )
    return [
        int(slot.starts_at.timestamp()) for slot in day.slots if slot.status is SlotStatus.FREE
    ]


def _is_over(wish: SlotWish, now: dt.datetime) -> bool:
    """The wish is fulfilled, or its visit can no longer be moved."""
    if wish.moving is not None:
        is_there = timezone.localdate(wish.moving.starts_at) == wish.date
        return is_there or not can_be_moved(wish.moving, now)
    own = queries.own_bookings(wish.recipient, wish.date, wish.date)
    return any(
        booking.service_id == wish.service_id and booking.booked_at >= wish.made_at
        for booking in own
    )


def _messages_today(user: User, now: dt.datetime) -> int:
    sent = Message.objects.filter(
        kind=OPENING, user=user, posted_at__gte=midnight(timezone.localdate(now))
    )
    return sent.values("key").distinct().count()


def _notify(wish: SlotWish, start: int) -> None:
    starts_at = dt.datetime.fromtimestamp(start, dt.UTC)
    accounts_actions.post(
        kind=OPENING,
        key=f"{wish.pk} {wish.revision}",
        to=wish.by,
        subject_id=wish.recipient_id,
        department_id=wish.service.department_id,
        about_id=wish.pk,
        facts={"at": starts_at.isoformat()},
        expires_at=starts_at,
    )
