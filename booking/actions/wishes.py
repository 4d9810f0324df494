"""Tell people when a time opens on a day they asked for.

A Day's revision says whether anything can have opened, so a look costs one statement until
something has changed. Nobody is told more than three times a day, and never of a time that
was free before: only a time that opens is an opening.
"""

import datetime as dt
import logging
import uuid

from django.db import transaction
from django.db.models import DateField, ExpressionWrapper, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.actions import messages
from accounts.models import Message, User
from booking import errors, queries
from booking.calendar.offers import SlotStatus
from booking.models import Booking, Recipient, SlotWish
from booking.notices.wishes import OPENING
from booking.queries.entitlement import last_day
from booking.queries.wishes import can_be_moved, may_book_for
from departments.hours import DAY, local_instant
from departments.models import Day, Service

log = logging.getLogger(__name__)

A_DAY = 3  # messages to one person, however many days they asked for
AT_ONCE = 10  # wishes of one person
IN_ONE_GO = 200


def wish(
    *,
    recipient: Recipient,
    service: Service,
    date: dt.date,
    moving: Booking | None = None,
    by: User,
) -> SlotWish:
    """``by`` is told, who may be somebody that acts for the recipient. Asking again changes
    nothing but the visit that would be moved. Raises ``OutsideHorizon`` for a day that can't
    be booked, ``TooLate`` for a visit that can't be moved, ``TooManyWishes`` beyond ten."""
    now = timezone.now()
    if not timezone.localdate(now) <= date <= last_day(service.department, now):
        raise errors.OutsideHorizon(last_day(service.department, now))
    if moving is not None and not can_be_moved(moving, now):
        raise errors.TooLate
    with transaction.atomic():
        Recipient.objects.select_for_update().get(pk=recipient.pk)
        others = SlotWish.objects.filter(recipient=recipient, by=by)
        others = others.exclude(service=service, date=date)
        if others.count() >= AT_ONCE:
            raise errors.TooManyWishes
        made, _is_new = SlotWish.objects.update_or_create(
            recipient=recipient,
            service=service,
            date=date,
            by=by,
            defaults={"moving": moving},
        )
        standing = SlotWish.objects.annotate(standing=_standing()).get(pk=made.pk).standing
        made.free, made.revision = _free(made, now), standing
        made.save(update_fields=["free", "revision"])
    return made


def drop(*, wish: SlotWish) -> None:
    wish.delete()


def look_for_openings() -> int:
    """Look at the wishes whose day has changed since; how many people were told. Any number
    of workers may do so at once."""
    now = timezone.now()
    SlotWish.objects.filter(date__lt=timezone.localdate(now)).delete()
    changed = SlotWish.objects.annotate(standing=_standing()).exclude(standing=F("revision"))
    ids = list(changed.order_by("made_at").values_list("pk", flat=True)[:IN_ONE_GO])
    told = 0
    for id_ in ids:
        try:
            told += _look(id_, now)
        except Exception as error:  # one that fails must not keep the others waiting
            log.error("wish %s: %s", id_, type(error).__name__)
    return told


def _look(wish_id: uuid.UUID, now: dt.datetime) -> bool:
    with transaction.atomic():
        found = (
            SlotWish.objects.annotate(standing=_standing())
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
        # The revision was read before the offer: what changes in between is looked at again.
        free = _free(found, now)
        opened = sorted(set(free) - set(found.free))
        found.free, found.revision = free, found.standing
        found.save(update_fields=["free", "revision"])
        if not opened:
            return False
        # With the person locked nobody else counts at the same time.
        User.objects.select_for_update(no_key=True).get(pk=found.by_id)
        if _told_today(found.by, now) >= A_DAY:
            return False
        _tell(found, opened[0])
        return True


def _standing() -> Coalesce:
    """The sum of the revisions of a wish's Days, which only rises. Nights of the day before
    reach past midnight."""
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
    """The recipient has what was asked for, or no visit that can be moved there any longer."""
    if wish.moving is not None:
        is_there = timezone.localdate(wish.moving.starts_at) == wish.date
        return is_there or not can_be_moved(wish.moving, now)
    own = queries.own_bookings(wish.recipient, wish.date, wish.date)
    return any(
        booking.service_id == wish.service_id and booking.booked_at >= wish.made_at
        for booking in own
    )


def _told_today(user: User, now: dt.datetime) -> int:
    midnight = local_instant(timezone.localdate(now), dt.time(), timezone.get_default_timezone())
    told = Message.objects.filter(kind=OPENING, user=user, posted_at__gte=midnight)
    return told.values("key").distinct().count()


def _tell(wish: SlotWish, start: int) -> None:
    starts_at = dt.datetime.fromtimestamp(start, dt.UTC)
    messages.post(
        kind=OPENING,
        key=f"{wish.pk} {wish.revision}",
        to=wish.by,
        subject_id=wish.recipient_id,
        department_id=wish.service.department_id,
        about_id=wish.pk,
        facts={"at": starts_at.isoformat()},
        expires_at=starts_at,
    )
