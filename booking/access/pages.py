"""Access for pages: to the user's own data, and to that of recipients they may act for. All
else is a 404."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Model, Q
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.access import PersonRequest, act_for, log_access
from accounts.models import User
from accounts.roles import Role
from booking.models import (
    AgreedDate,
    Booking,
    BookingEvent,
    BookingSeries,
    CalendarFeed,
    Grant,
    Mandate,
    OwnPlan,
    Pause,
    Recipient,
    SlotWish,
)
from booking.queries import Person
from booking.queries import recipients as parts
from database.expressions import Alphabetical
from departments.models import Department, Service
from departments.phones import shared_phone_of

# The access log says whether the form was only opened, or sent.
LOGGED_BY_STEP = frozenset(
    {"booking:move", "booking:note", "booking:cancel", "booking:pause", "booking:end_series"}
)


class MandateEnded(Http404):
    """The user has chosen to act for a recipient, but may not, or no longer. The choice has been
    removed from the session: the next request is for the user's own pages."""


class ForAnother(Http404):
    """The page is about other recipients for whom the user may act, or about the user. They are
    asked whether to switch."""

    def __init__(self, recipients: Sequence[Recipient]) -> None:
        super().__init__()
        self.recipients = recipients


@dataclass(frozen=True)
class Whose:
    """Whose pages a request is for.

    ``mandates`` are those in force today that the user holds. ``mandate`` is the one that they
    act under, or None on their own pages.
    """

    mandates: Sequence[Mandate]
    mandate: Mandate | None

    @property
    def is_own(self) -> bool:
        return self.mandate is None

    @property
    def may_book(self) -> bool:
        return self.mandate is None or self.mandate.may_book

    @property
    def via(self) -> BookingEvent.Via:
        """The channel for the history of bookings that the user makes on these pages."""
        return BookingEvent.Via.HELPER if self.mandate else BookingEvent.Via.ONLINE

    @property
    def others(self) -> list[Mandate]:
        """The mandates that the user may choose next."""
        return [mandate for mandate in self.mandates if mandate != self.mandate]


def whose_pages(request: HttpRequest) -> Whose:
    """Read once for each request and cached no longer, so that an ended mandate is refused at
    the next request."""
    known: Whose | None = getattr(request, "_whose", None)
    if known is None:
        mandates = mandates_held_by(request.user) if request.user.is_authenticated else []
        chosen = getattr(request, "acting_for", None)
        known = Whose(mandates, next((m for m in mandates if m.recipient_id == chosen), None))
        request._whose = known  # type: ignore[attr-defined]
    return known


def mandates_held_by(user: User) -> list[Mandate]:
    """The mandates in force today that the user holds, ordered by the recipients' names; none
    while the user acts in a staff role."""
    if not user.acts_for_others or not user.acts_as(Role.PRIVATE):
        return []
    held = list(
        Mandate.objects.in_force(timezone.localdate())
        .filter(holder=user)
        .select_related("recipient")
        .order_by(
            Alphabetical("recipient__given_name"), Alphabetical("recipient__family_name"), "pk"
        )
    )
    for mandate in held:
        mandate.holder = user
    return held


def recipient_for(request: PersonRequest, *, may: Mandate.May = Mandate.May.LOOK) -> Recipient:
    """The recipient whose pages these are: the user, or the one they act for.

    ``may`` is what the mandate must allow. Access to another recipient's data is logged.
    """
    whose = whose_pages(request)
    if request.acting_for is None:
        own = _own_or_none(request.user)
        if own is None:
            raise _not_found(request, lambda recipient: True)
        return own
    if whose.mandate is None:
        own = _own_or_none(request.user)
        if own is not None and own.pk != request.acting_for:
            own = None
        act_for(request, None)
        if own is None:
            raise MandateEnded
        return own
    what = request.resolver_match.view_name if request.resolver_match else ""
    if what in LOGGED_BY_STEP:
        what += ":sent" if request.method == "POST" else ":opened"
    return recipient_under(whose.mandate, may=may, what=what)


def go_to(request: PersonRequest, recipient_id: uuid.UUID, *, may: Mandate.May) -> Recipient:
    """Switch to the pages of this recipient: the user, or one they may act for."""
    act_for(request, recipient_id)
    request._whose = None  # type: ignore[attr-defined]
    return recipient_for(request, may=may)


def own_recipient(request: PersonRequest) -> Recipient:
    """The user as a recipient, for pages on which nobody may act for them."""
    if request.acting_for is not None:
        raise Http404
    return _own(request.user)


def know_departments(request: HttpRequest, departments: Callable[[], list[Department]]) -> None:
    """Tell ``help_phone`` the departments that the page is about, which has read them anyway."""
    request._departments = departments  # type: ignore[attr-defined]


def departments_of_page(request: HttpRequest) -> list[Department]:
    """Those of what the page shows, else where the recipient whose pages these are has a grant now
    or later. Reads them when the page has not."""
    known: Callable[[], list[Department]] | None = getattr(request, "_departments", None)
    if known is not None:
        return known()
    if not request.user.is_authenticated:
        return []
    mandate = whose_pages(request).mandate
    grants = Grant.objects.not_ended(timezone.localdate()).filter(
        Q(recipient=mandate.recipient_id) if mandate else Q(recipient__user=request.user)
    )
    return list(Department.objects.filter(pk__in=grants.values("service__department")))


def help_phone(request: HttpRequest) -> str:
    """The number that answers at this hour for the recipient whose pages these are."""
    return shared_phone_of(departments_of_page(request))


def _own_or_none(user: User) -> Recipient | None:
    """The user as a recipient; None while they act in a staff role."""
    return parts.recipient_of_user(user.pk) if user.acts_as(Role.PRIVATE) else None


def _own(user: User) -> Recipient:
    recipient = _own_or_none(user)
    if recipient is None:
        raise Http404
    return recipient


def _not_found(request: PersonRequest, is_about: Callable[[Recipient], bool]) -> Http404:
    """The exception for a page that does not exist for whom the user acts now: ``ForAnother``
    when it is about another of those for whom they may act."""
    whose = whose_pages(request)
    others = [mandate.recipient for mandate in whose.others]
    if whose.mandate and (own := _own_or_none(request.user)):
        others.append(own)
    found = [recipient for recipient in others if is_about(recipient)]
    return ForAnother(found) if found else Http404()


def _belongs_to(model: type[Model], pk: uuid.UUID) -> Callable[[Recipient], bool]:
    return lambda recipient: model._default_manager.filter(pk=pk, recipient=recipient).exists()


def recipient_under(mandate: Mandate, *, may: Mandate.May, what: str) -> Recipient:
    """The mandate's recipient, after the holder's access was logged."""
    if may == Mandate.May.BOOK and not mandate.may_book:
        raise Http404
    log_access(by=mandate.holder, subject_id=mandate.recipient_id, what=what, department_id=None)
    return mandate.recipient


def granted_service(recipient: Recipient, service_id: uuid.UUID) -> Service:
    """A service that the recipient has or had a grant of, with its department."""
    service = parts.granted_service(recipient.pk, service_id)
    if service is None:
        raise Http404
    return service


def whose_order(request: PersonRequest, service_id: uuid.UUID) -> tuple[Recipient, Service]:
    """The recipient for whom these pages book a service, and that service. One statement when
    it is the user."""

    def has_grant(other: Recipient) -> bool:
        return parts.granted_service(other.pk, service_id) is not None

    if request.acting_for is not None:
        recipient = recipient_for(request, may=Mandate.May.BOOK)
        service = parts.granted_service(recipient.pk, service_id)
        if service is None:
            raise _not_found(request, has_grant)
        found = recipient, service
    else:
        own, its = request.user, None
        if own.acts_as(Role.PRIVATE):
            its = parts.recipient_and_service(own.pk, service_id)
        if its is None:
            raise _not_found(request, has_grant)
        found = its
    know_departments(request, lambda: [found[1].department])
    return found


def person_for(request: PersonRequest) -> Person:
    """``Person`` of the recipient whose pages these are."""
    now = timezone.now()
    if request.acting_for is None:
        user, person = request.user, None
        if user.acts_as(Role.PRIVATE):
            person = Person.of_user(user.pk, now)
        if person is None:
            raise _not_found(request, lambda recipient: True)
        found = person
    else:
        found = Person.of(recipient_for(request), now)
    know_departments(request, lambda: found.current_departments)
    return found


def booking_for(
    request: PersonRequest, booking_id: uuid.UUID, *, may: Mandate.May = Mandate.May.LOOK
) -> Booking:
    bookings = Booking.objects.exclude(status=Booking.Status.KEPT).select_related(
        "service__department", "grant"
    )
    try:
        recipient = recipient_for(request, may=may)
        booking = bookings.get(pk=booking_id, recipient=recipient)
    except (Booking.DoesNotExist, ForAnother):
        raise _not_found(request, _belongs_to(Booking, booking_id)) from None
    booking.recipient = recipient
    know_departments(request, lambda: [booking.service.department])
    return booking


def series_for(
    request: PersonRequest, series_id: uuid.UUID, *, may: Mandate.May = Mandate.May.LOOK
) -> BookingSeries:
    every = BookingSeries.objects.select_related("service__department", "mandate__holder")
    try:
        recipient = recipient_for(request, may=may)
        series = every.get(pk=series_id, recipient=recipient)
    except (BookingSeries.DoesNotExist, ForAnother):
        raise _not_found(request, _belongs_to(BookingSeries, series_id)) from None
    series.recipient = recipient
    know_departments(request, lambda: [series.service.department])
    return series


def agreed_date_for(
    request: PersonRequest, agreed_time_id: uuid.UUID, date: dt.date, *, may: Mandate.May
) -> AgreedDate:
    recipient = recipient_for(request, may=may)
    found = get_object_or_404(
        AgreedDate.objects.select_related("agreed_time__grant__service__department"),
        agreed_time=agreed_time_id,
        date=date,
        agreed_time__grant__recipient=recipient,
    )
    know_departments(request, lambda: [found.agreed_time.grant.service.department])
    return found


def pause_for(request: PersonRequest, pause_id: uuid.UUID, *, may: Mandate.May) -> Pause:
    recipient = recipient_for(request, may=may)
    found = get_object_or_404(Pause, pk=pause_id, recipient=recipient)
    found.recipient = recipient
    return found


def wish_for(request: PersonRequest, wish_id: uuid.UUID, *, may: Mandate.May) -> SlotWish:
    return get_object_or_404(SlotWish, pk=wish_id, recipient=recipient_for(request, may=may))


def sees_plans(request: HttpRequest) -> bool:
    """Whether the reader may see the own plans of the recipient whose pages these are."""
    mandate = whose_pages(request).mandate
    return mandate is None or mandate.sees_plans


def recipient_of_plans(
    request: PersonRequest, *, may: Mandate.May = Mandate.May.LOOK
) -> Recipient:
    """The user, or the recipient who lets them see their own plans."""
    if not sees_plans(request):
        raise Http404
    return recipient_for(request, may=may)


def plan_for(request: PersonRequest, plan_id: uuid.UUID, *, may: Mandate.May) -> OwnPlan:
    recipient = recipient_of_plans(request, may=may)
    return get_object_or_404(OwnPlan, pk=plan_id, recipient=recipient)


def own_feed(request: PersonRequest, feed_id: uuid.UUID) -> CalendarFeed:
    return get_object_or_404(CalendarFeed, pk=feed_id, recipient=recipient_of_feeds(request))


def recipient_of_feeds(request: PersonRequest) -> Recipient:
    """The user as a recipient: calendar feeds are theirs alone, not their helpers'."""
    recipient = recipient_for(request)
    if recipient.user_id != request.user.pk:
        raise Http404
    return recipient
