"""A department's recipients as its administrators see them: only what concerns the department."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Prefetch, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Invitation
from accounts.phones import searched_digits
from booking.models import (
    Booking,
    BookingSeries,
    Grant,
    Mandate,
    Pattern,
    Recipient,
    Visit,
)
from booking.models.grants import earliest_last_day
from booking.queries.agreed_times import OwnAgreedDate, agreed_dates
from booking.queries.entitlement import Balance, balance_of
from booking.queries.letters import dead_channels, told_in_vain, waiting
from booking.queries.mandates import open_mandates
from booking.queries.own_booking_rows import OwnBooking, charged_span, charges_of
from booking.queries.patterns import is_to_plan, patterns_of
from booking.queries.series import running_series
from booking.queries.visits import coming, own_bookings
from database.alphabet import folded_words
from database.expressions import EpochSeconds, Folded, Replaced
from departments.models import Department

LOG_IN = "log_in"  # kind of invitation; its target is the Recipient


def with_grants_here(
    recipients: QuerySet[Recipient], department: Department
) -> QuerySet[Recipient]:
    """Each with ``grants_here``: the department's grants that are not over, by service."""
    grants = (
        Grant.objects.filter(service__department=department)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=timezone.localdate()))
        .select_related("service")
        .order_by("service__name", "valid_from")
    )
    return recipients.prefetch_related(Prefetch("grants", queryset=grants, to_attr="grants_here"))


def matching(recipients: QuerySet[Recipient], text: str) -> QuerySet[Recipient]:
    """Those with every word of the text in their name, or with its digits in their number.

    None for a text without words. A confidential number finds nobody: that would confirm it.
    """
    if digits := searched_digits(text):
        compact = Replaced(F("phone"), Value(" "), Value(""))
        found = recipients.alias(compact_phone=compact).filter(compact_phone__contains=digits)
        return found.filter(has_confidential_address=False)
    words = folded_words(text)
    if not words:
        return recipients.none()
    recipients = recipients.alias(folded=Folded("given_name", "family_name"))
    for word in words:
        recipients = recipients.filter(folded__contains=word)
    return recipients


@dataclass(frozen=True)
class FoundRecipient:
    """A recipient whom a search has found, at one department of those that were searched."""

    recipient: Recipient
    department: Department
    balances: Sequence[Balance]  # of the department's services that can be booked today


def found_recipients(
    recipients: Sequence[Recipient], departments: Sequence[Department], now: dt.datetime
) -> list[FoundRecipient]:
    """Each at the first of the departments that has granted them something. In two statements,
    however many they are."""
    today = timezone.localdate(now)
    grants = (
        Grant.objects.giving_access(today)
        .filter(recipient__in=recipients, service__department__in=departments)
        .select_related("service")
        .order_by("service__name", "valid_from")
    )
    grants_of: dict[uuid.UUID, list[Grant]] = {}
    for grant in grants:
        grants_of.setdefault(grant.recipient_id, []).append(grant)
    own = _own_bookings(recipients, today)
    found = []
    for recipient in recipients:
        granted = grants_of[recipient.pk]
        theirs = {grant.service.department_id for grant in granted}
        department = next(one for one in departments if one.pk in theirs)
        here = [grant for grant in granted if grant.service.department_id == department.pk]
        balances = _bookable(here, own.get(recipient.pk, ()), today)
        found.append(FoundRecipient(recipient, department, balances))
    return found


def _own_bookings(
    recipients: Iterable[Recipient], today: dt.date
) -> dict[uuid.UUID, list[OwnBooking]]:
    """What counts for the balances of today, by recipient."""
    since, until = charged_span(today, today)
    rows = (
        Booking.objects.charged()
        .filter(recipient__in=recipients, starts_at__gte=since, starts_at__lt=until)
        .order_by()
        .values_list(
            "recipient", "pk", "service", EpochSeconds("starts_at"), EpochSeconds("ends_at")
        )
    )
    own: dict[uuid.UUID, list[OwnBooking]] = {}
    for recipient_id, *booking in rows:
        own.setdefault(recipient_id, []).append(OwnBooking(*booking))
    return own


def _bookable(grants: Iterable[Grant], own: Iterable[OwnBooking], today: dt.date) -> list[Balance]:
    """What is left of the grants that apply today, of services that take bookings."""
    charges = charges_of(own)
    return [
        balance_of(grant, charges, today)
        for grant in grants
        if grant.is_valid_on(today) and grant.service.is_active
    ]


def count_of_letters(department: Department) -> int:
    """How many recipients a letter waits for."""
    return waiting(department).values("subject_id").distinct().count()


@dataclass(frozen=True)
class RecipientSummary:
    """What an administrator's page of one recipient shows."""

    grants: Sequence[Grant]
    coming: Sequence[Booking]
    patterns: Sequence[Pattern]
    has_services_to_plan: bool
    kept: Sequence[OwnAgreedDate]
    all_series: Sequence[tuple[BookingSeries, bool]]  # and whether it waits for an answer
    balances: Sequence[Balance]  # of the services that can be booked today
    guardians: Sequence[Mandate]
    dead_channels: Sequence[str]
    told_in_vain: Sequence[Mandate]
    has_letter: bool
    unstaffed: Collection[uuid.UUID]  # those of ``coming`` without a carer


def grants_of(department: Department, recipient: Recipient) -> list[Grant]:
    """The recipient's grants of the department's services, the newest first."""
    return list(
        Grant.objects.filter(recipient=recipient, service__department=department)
        .select_related("service")
        .order_by("-valid_from", "service__name")
    )


def recipient_summary(
    department: Department, recipient: Recipient, now: dt.datetime
) -> RecipientSummary:
    today = timezone.localdate(now)
    grants = grants_of(department, recipient)
    own = _own_bookings([recipient], today).get(recipient.pk, [])
    booked = [
        visit for visit in coming(recipient, now) if visit.service.department_id == department.pk
    ]
    unstaffed = Visit.objects.filter(booking__in=booked).unstaffed()
    return RecipientSummary(
        grants=grants,
        coming=booked,
        unstaffed=set(unstaffed.values_list("booking", flat=True)),
        patterns=[
            pattern
            for pattern in patterns_of(recipient, today)
            if pattern.service.department_id == department.pk
        ],
        has_services_to_plan=any(is_to_plan(grant, today) for grant in grants),
        kept=[
            one
            for one in agreed_dates(recipient, now)
            if one.is_kept and one.service.department_id == department.pk
        ],
        all_series=[
            (series, series.waits(today))
            for series in running_series(recipient)
            if series.service.department_id == department.pk
        ],
        balances=sorted(_bookable(grants, own, today), key=lambda one: one.service.name),
        guardians=open_mandates(recipient, today, Mandate.Kind.GUARDIAN),
        dead_channels=dead_channels(recipient.user),
        told_in_vain=told_in_vain(Recipient.objects.filter(pk=recipient.pk)),
        has_letter=waiting(department).filter(subject_id=recipient.pk).exists(),
    )


def visits_by_day(
    department: Department, recipient: Recipient, first: dt.date
) -> list[tuple[dt.date, list[Booking]]]:
    """The department's visits in the seven days from ``first``, day by day."""
    dates = [first + dt.timedelta(days=n) for n in range(7)]
    visits = [
        visit
        for visit in own_bookings(recipient, dates[0], dates[-1])
        if visit.service.department_id == department.pk
    ]
    return [
        (date, [visit for visit in visits if timezone.localdate(visit.starts_at) == date])
        for date in dates
    ]


def former_among(department: Department, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the recipients who had grants of the department, and to whom its staff have no
    access any more."""
    today = timezone.localdate()
    gives_access: dict[uuid.UUID, bool] = {}
    for grant in Grant.objects.filter(service__department=department, recipient__in=ids):
        given = gives_access.get(grant.recipient_id, False)
        gives_access[grant.recipient_id] = given or grant.gives_access(today)
    return {recipient_id for recipient_id, given in gives_access.items() if not given}


def hide_former(department: Department, date: dt.date, bookings: Iterable[Booking]) -> None:
    """Hide who the recipients of the bookings are to whom the department's staff have no access
    any more. Looks only when the earliest ``date`` is so long ago."""
    today, days = timezone.localdate(), settings.RECIPIENT_ACCESS_DAYS
    if date >= earliest_last_day(today, days):
        return
    found = list(bookings)
    former = former_among(department, {booking.recipient_id for booking in found})
    for booking in found:
        if booking.recipient_id in former:
            hidden = Recipient(pk=booking.recipient_id, given_name=_("Former recipient"))
            booking.recipient, booking.note = hidden, ""


def has_namesake(
    recipients: QuerySet[Recipient], name: tuple[str, str], phone: str, *, besides: uuid.UUID
) -> bool:
    """Whether another of the recipients has the same name and phone."""
    return (
        recipients.filter(given_name__iexact=name[0], family_name__iexact=name[1], phone=phone)
        .exclude(pk=besides)
        .exists()
    )


def last_invitation_to_log_in(recipient: Recipient, department: Department) -> Invitation | None:
    """The newest that the department has made."""
    return Invitation.objects.filter(
        kind=LOG_IN, target_id=recipient.pk, department_id=department.pk
    ).last()
