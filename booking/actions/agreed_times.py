"""Keep seats for agreed times until the recipients have chosen, and book what is not chosen.

``keep_for`` brings one recipient up to date. It runs every hour for everybody with agreed times,
and at once when one of their visits is cancelled or something about the agreement changes. It
finds its work in the database, so running it twice, or at the same time, does no harm.

Locks: the recipient, then the Days. Each date has its own transaction, so that a run that was
interrupted continues where it stopped.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import User
from booking import errors, quota
from booking.actions.bookings import (
    book_kept,
    choices_changed,
    keep_again_on_commit,
    keep_seat,
    release_kept,
)
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import AgreedDate, AgreedTime, Booking, Grant, Pause, Recipient
from booking.queries import agreed_times as queries
from booking.queries import own_choice
from booking.queries.entitlement import balance_of
from booking.queries.own_booking_rows import (
    OwnPause,
    charges_of,
    own_around,
    pauses_as_texts,
)
from booking.quota import Charge
from database.transactions import Busy
from departments.hours import DAY

log = logging.getLogger(__name__)

State = AgreedDate.State
Why = AgreedDate.Why

WHY: dict[type[errors.BookingError], Why] = {
    errors.SlotTaken: Why.BUSY,
    errors.NoSuchSlot: Why.CLOSED,
    errors.OverlapsOwn: Why.OWN,
    errors.NotOpen: Why.NOT_OPEN,
}


def keep_agreed_times() -> None:
    for recipient_id in queries.recipients_to_keep_for(timezone.localdate()):
        try:
            keep_for(recipient_id=recipient_id)
        except Exception as error:  # the others must go on
            log.error("agreed times of %s: %s", recipient_id, type(error).__name__)


@receiver(choices_changed)
def _keep_again(*, recipient_id: uuid.UUID, **kwargs: Any) -> None:
    keep_for(recipient_id=recipient_id)


def keep_for(*, recipient_id: uuid.UUID) -> None:
    """Release what is not to be kept any more, book what was not chosen in time, and keep a seat
    on every other date that can be booked or is the next to open."""
    now = timezone.now()
    _release(recipient_id)
    _book_kept_of(recipient_id, now)
    today = timezone.localdate(now)
    if Recipient.objects.filter(pk=recipient_id, departed_at__isnull=False).exists():
        return
    agreed = queries.agreed_times_of(recipient_id, today)
    known = queries.decided(agreed, today)
    for date, one in sorted(_dates(agreed, now), key=lambda pair: (pair[0], pair[1].time)):
        if _is_open(one, known.get((one.pk, date)), date):
            try:
                with one_transaction():
                    _decide(one, date, now)
            except (Busy, errors.BookingError):
                continue  # the next run tries it again


def _book_kept_of(recipient_id: uuid.UUID, now: dt.datetime, day_id: int | None = None) -> None:
    """Book the recipient's kept times whose deadline is over; all of one Day with ``day_id``,
    whose plan is about to be settled."""
    for booking in queries.kept_bookings(recipient_id):
        with one_transaction():
            lock_recipient(recipient_id)
            row = _row_of(booking)
            if row is None:
                continue
            is_on_day = day_id and booking.visits.filter(day=day_id).exists()
            if queries.choice_ends(booking.service, row.date) > now and not is_on_day:
                continue
            if booking.starts_at <= now:  # nothing has run since the deadline
                release_kept([booking])
                _answer(row, State.NO_SEAT, why=Why.CLOSED)
            else:
                book_kept(booking, by=row.agreed_time.by)
                _answer(row, State.BOOKED, booking=booking)


def book_kept_on(*, day_id: int) -> None:
    """Book what is still kept on a Day whose plan is about to be settled."""
    for recipient_id in queries.kept_on(day_id):
        _book_kept_of(recipient_id, timezone.now(), day_id)


def agree(
    *,
    key: uuid.UUID,
    grant: Grant,
    week: int,
    weekday: int,
    time: dt.time,
    agreed_on: dt.date,
    agreed_with: str,
    by: User,
) -> AgreedTime:
    """Agree on a time of the grant's visits, and keep its seats from now on. ``key`` is the
    form's idempotency key and becomes the id.

    Raises ``NotAgreeable`` with the reason, and ``KeyReused``.
    """
    with one_transaction():
        lock_recipient(grant.recipient_id)
        made = AgreedTime.objects.filter(pk=key).first()
        if made is not None:
            if made.grant_id != grant.pk or made.by_id != by.pk:
                raise errors.KeyReused
            return made
        fresh = Grant.objects.select_related("service__department").get(pk=grant.pk)
        if why := queries.why_not_agreeable(fresh, week, weekday, time):
            raise errors.NotAgreeable(str(why.label))
        made = AgreedTime.objects.create(
            pk=key,
            grant=fresh,
            week=week,
            weekday=weekday,
            time=time,
            agreed_on=agreed_on,
            agreed_with=agreed_with,
            by=by,
        )
        _record("agree_time", made, by)
        keep_again_on_commit(fresh.recipient_id)
    return made


def carry_agreed_times(old: Grant, new: Grant) -> None:
    """Let the agreed times of a grant apply to the one that replaces it, as far as it allows
    them, with what became of each on its dates. The caller has locked the recipient."""
    for agreed in AgreedTime.objects.applying().filter(grant=old):
        terms = agreed.week, agreed.weekday, agreed.time
        if queries.why_not_agreeable(new, *terms) is not None:
            continue
        dates = AgreedDate.objects.filter(agreed_time=agreed.pk, date__gte=new.valid_from)
        agreed.pk, agreed.grant, agreed._state.adding = uuid.uuid4(), new, True
        agreed.save(force_insert=True)
        kept = Booking.objects.filter(agreed_date__in=dates, status=Booking.Status.KEPT)
        kept.update(grant=new)
        dates.update(agreed_time=agreed)
    keep_again_on_commit(new.recipient_id)


def end_agreed_time(*, agreed_time: AgreedTime, by: User) -> None:
    """The time is agreed no more: seats that are kept for it are released. What is booked
    already stays. Ending it twice changes nothing."""
    recipient_id = agreed_time.grant.recipient_id
    with one_transaction():
        lock_recipient(recipient_id)
        fresh = AgreedTime.objects.select_related("grant__service").get(pk=agreed_time.pk)
        if fresh.ended_at is not None:
            return
        fresh.ended_at = timezone.now()
        fresh.save(update_fields=["ended_at"])
        _record("end_agreed_time", fresh, by)
        keep_again_on_commit(recipient_id)


def give_up(*, agreed_date: AgreedDate, by: User) -> None:
    """The recipient does not want the agreed time on this date, and the department sees that.
    Giving it up twice changes nothing. Raises ``TooLate`` when it is booked, or another time is
    chosen."""
    with one_transaction():
        row = _locked(agreed_date)
        if row is None or row.state == State.GIVEN_UP:
            return
        if row.state not in (State.KEPT, State.NO_SEAT):
            raise errors.TooLate
        if row.booking:
            release_kept([row.booking])
        _answer(row, State.GIVEN_UP, given_up_by=by)
        _record("give_up_agreed_time", row.agreed_time, by, date=row.date)


def take_back_giving_up(*, agreed_date: AgreedDate, by: User) -> bool:
    """Keep the time again; returns whether it is kept now: it is not when no seat is free any
    more, or the deadline is over."""
    with one_transaction():
        row = _locked(agreed_date)
        if row is not None and row.state == State.GIVEN_UP:
            row.delete()
            _record("take_back_agreed_time", row.agreed_time, by, date=row.date)
    keep_for(recipient_id=agreed_date.agreed_time.grant.recipient_id)
    again = AgreedDate.objects.filter(agreed_time=agreed_date.agreed_time, date=agreed_date.date)
    return again.filter(state=State.KEPT).exists()


def see_given_up(*, agreed_date: AgreedDate, by: User) -> None:
    """A member of staff has seen that the time was given up: it leaves their list."""
    AgreedDate.objects.filter(pk=agreed_date.pk, state=State.GIVEN_UP).update(
        seen_at=timezone.now(), seen_by=by
    )


def _record(verb: str, agreed: AgreedTime, by: User, *, date: dt.date | None = None) -> None:
    grant = agreed.grant
    first = agreed.agreed_on + (agreed.weekday - agreed.agreed_on.weekday()) % 7 * DAY
    accounts_actions.record(
        verb,
        by=by,
        department_id=grant.service.department_id,
        subject_id=grant.recipient_id,
        of=agreed,
        after={
            "name": grant.service.name,
            "first_date": first,
            "time": agreed.time,
            **({"date": date} if date else {}),
        },
    )


def _dates(agreed: Collection[AgreedTime], now: dt.datetime) -> list[tuple[dt.date, AgreedTime]]:
    """The dates on which a seat may be kept now: those that can be booked or open next, and
    whose deadline is not over."""
    tomorrow = timezone.localdate(now) + DAY
    return [
        (date, one)
        for one in agreed
        for date in queries.dates_of(
            one, tomorrow, queries.last_date_to_keep(one.grant.service.department, now)
        )
        if queries.choice_ends(one.grant.service, date) > now
    ]


def _is_open(agreed: AgreedTime, row: AgreedDate | None, date: dt.date) -> bool:
    """Whether nothing has decided the date: another choice counts while it stands in the same
    week or month."""
    if row is None or row.state == State.NO_SEAT:
        return True
    if row.state != State.CHOSEN:
        return False
    if row.booking is None or row.booking.status != Booking.Status.BOOKED:
        return True
    first, last = quota.period_under(agreed.grant, date)
    return not first <= timezone.localdate(row.booking.starts_at) <= last


def _decide(agreed: AgreedTime, date: dt.date, now: dt.datetime) -> None:
    recipient_id = agreed.grant.recipient_id
    lock_recipient(recipient_id)
    row = (
        AgreedDate.objects.filter(agreed_time=agreed, date=date).select_related("booking").first()
    )
    if not _is_open(agreed, row, date) or not _still_applies(agreed, date):
        return
    row = row or AgreedDate(agreed_time=agreed, date=date)
    grant, service = agreed.grant, agreed.grant.service
    own = own_around(grant.recipient, date, date)
    kept = [one.charge for one in own if one.is_kept]
    charges = charges_of(own)
    if chosen := _chosen_on(date, [one for one in charges if one.service_id == service.pk]):
        _answer(row, State.CHOSEN, booking=chosen)
        return
    left = balance_of(grant, [*charges, *kept], date)
    if left.refusal(service.minutes):
        # All of the week or month is chosen already, or kept.
        _answer(row, State.CHOSEN)
        return
    others = [one.date for one in [*charges, *kept] if one.service_id == service.pk]
    if own_choice.refusal_of_spacing(grant, date, others):
        _answer(row, State.NO_SEAT, why=Why.TOO_CLOSE)
        return
    try:
        with transaction.atomic():
            booking = keep_seat(
                recipient=grant.recipient,
                service=service,
                grant=grant,
                starts_at=queries.starts_at(agreed, date),
                now=now,
            )
    except errors.BookingError as error:
        _answer(row, State.NO_SEAT, why=WHY[type(error)])
    else:
        _answer(row, State.KEPT, booking=booking)


def _chosen_on(date: dt.date, charges: Sequence[Charge]) -> Booking | None:
    """A visit of the service on the date that takes the place of no other agreed time."""
    keys = [one.booking_id for one in charges if one.date == date]
    return Booking.objects.filter(pk__in=keys, agreed_date__isnull=True).first()


def _still_applies(agreed: AgreedTime, date: dt.date) -> bool:
    """Read again under the recipient's lock."""
    fresh = AgreedTime.objects.select_related("grant").get(pk=agreed.pk)
    away = Pause.objects.covering(date).filter(recipient=fresh.grant.recipient_id)
    return queries.is_applicable(fresh, date) and not away.exists()


def _release(recipient_id: uuid.UUID) -> None:
    """Release the seats of agreed times that do not stand on their dates any more: the time or
    the grant has ended or changed, or the recipient is away. And those that are more than the
    grant has left: some of it was chosen, or moved, into the same week or month."""
    if not Booking.objects.filter(recipient=recipient_id, status=Booking.Status.KEPT).exists():
        return
    with one_transaction():
        lock_recipient(recipient_id)
        pauses = OwnPause.all_of(
            pauses_as_texts(Pause.objects.filter(recipient=recipient_id, ended_at__isnull=True))
        )
        standing: list[Booking] = []
        resting: list[Booking] = []
        for booking in queries.kept_bookings(recipient_id):
            row = getattr(booking, "agreed_date", None)
            stands = (
                row is not None
                and queries.is_applicable(row.agreed_time, row.date)
                and not any(pause.covers(row.date) for pause in pauses)
            )
            (standing if stands else resting).append(booking)
        surplus = _surplus(standing)
        # Undecided again: they are kept when the agreement stands again.
        AgreedDate.objects.filter(booking__in=resting).delete()
        AgreedDate.objects.filter(booking__in=surplus).update(state=State.CHOSEN, booking=None)
        release_kept([*resting, *surplus])


def _surplus(kept: Sequence[Booking]) -> list[Booking]:
    """The last of the kept bookings, as far as the grant has nothing left for them."""
    surplus: list[Booking] = []
    for booking in reversed(kept):
        grant, date = booking.grant, timezone.localdate(booking.starts_at)
        if grant is None:
            surplus.append(booking)
            continue
        own = own_around(grant.recipient, date, date)
        still = {one.pk for one in kept if one not in surplus}
        charges = charges_of(own) + [one.charge for one in own if one.id in still]
        if balance_of(grant, charges, date).used > grant.amount:
            surplus.append(booking)
    return surplus


def _row_of(booking: Booking) -> AgreedDate | None:
    """The kept booking's date, read again under the recipient's lock; None when it is not kept
    any more."""
    return (
        AgreedDate.objects.filter(booking=booking.pk, state=State.KEPT)
        .select_related("agreed_time__by")
        .first()
    )


def _locked(agreed_date: AgreedDate) -> AgreedDate | None:
    """Lock its recipient and read it again; None when it is undecided again."""
    lock_recipient(agreed_date.agreed_time.grant.recipient_id)
    rows = AgreedDate.objects.select_related("booking", "agreed_time__grant__service")
    return rows.filter(pk=agreed_date.pk).first()


def _answer(
    row: AgreedDate,
    state: State,
    *,
    booking: Booking | None = None,
    why: Why | str = "",
    given_up_by: User | None = None,
) -> None:
    row.state, row.booking, row.why, row.given_up_by = state, booking, why, given_up_by
    row.seen_at = None
    row.save()
