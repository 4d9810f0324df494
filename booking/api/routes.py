"""The API's endpoints for booking. Each runs one query or one action."""

import datetime as dt
import hashlib
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from ninja import HeaderEx, P, QueryEx, Router
from ninja.responses import Status
from pydantic import TypeAdapter

from accounts.api import Bearer, Problem, Scope, TokenRequest
from accounts.models import User
from booking import actions, errors, queries
from booking.access.programs import (
    ProgramAccess,
    access_of,
    booking_for_program,
    person_for_program,
    service_of,
    service_to_book,
)
from booking.api import slots as slots_json
from booking.api.refusals import out_of_order, range_too_long, reason_required
from booking.api.schemas import (
    BookIn,
    BookingOut,
    CancelIn,
    Date,
    InvalidOut,
    MoveIn,
    ServiceOut,
    SlotsOut,
    SlotTakenOut,
    Unanswerable,
    Unbookable,
)
from booking.models import BookingEvent, Mandate
from booking.queries.entitlement import last_day
from booking.queries.versions import slots_version
from departments.hours import DAY
from departments.models import Service

May = Mandate.May

LONGEST_RANGE = 31  # days

# Errors name a body parameter as ``body.asked``: renaming ``asked`` changes the API.
router = Router(tags=["booking"])

REFUSALS: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 429: Problem}
VERB_REFUSALS: dict[int, Any] = {
    **REFUSALS,
    409: SlotTakenOut,
    413: Problem,
    422: Unbookable,
    503: Problem,
}

read = Bearer(Scope.READ_BOOKINGS)
write = Bearer(Scope.WRITE_BOOKINGS)

_services = TypeAdapter(list[ServiceOut])
_bookings = TypeAdapter(list[BookingOut])


@router.get(
    "services",
    auth=read,
    response={200: list[ServiceOut], 304: None, **REFUSALS, 422: InvalidOut},
    summary="What can be booked, and how much is left",
)
def services(request: TokenRequest, recipient: uuid.UUID | None = None) -> HttpResponseBase:
    """The services that are granted today and take bookings, with what is left of each
    grant in this week or month. Scope `bookings:read`."""
    access, person = person_for_program(request.user, recipient, may=May.LOOK, what="api:services")
    return _answer(
        request,
        _services.dump_json(
            [
                ServiceOut.of(balance)
                for balance in person.balances(timezone.localdate(person.now))
                if access.covers(balance.service)
                and balance.service.is_active
                and balance.service.department.is_open
            ]
        ),
    )


@router.get(
    "slots",
    auth=read,
    response={200: SlotsOut, 304: None, **REFUSALS, 422: Unanswerable},
    summary="When a visit can begin",
)
def slots(
    request: TokenRequest,
    service: uuid.UUID,
    first: QueryEx[Date, P(alias="from")],
    last: QueryEx[Date, P(alias="to")],
    recipient: uuid.UUID | None = None,
) -> HttpResponseBase:
    """Each day from `from` through `to`, at most 31, with the times that can be chosen
    between: `free` can be booked now; `busy` can't, because nobody is left who could come.
    Times that this person can't have whoever else books are left out: gone by or too soon,
    meeting a visit of their own, without a grant on that day or over its amount.
    Unchanged since an earlier answer's `ETag` is 304. Scope `bookings:read`."""
    access, person = person_for_program(request.user, recipient, may=May.LOOK, what="api:slots")
    chosen = person.service(service) or service_of(access, service)
    if not access.covers(chosen):
        raise Http404
    _check_range(chosen, first, last, person.now)
    tag = _tag(slots_version(person, chosen, first, last, as_staff=access.is_staff))
    if unchanged := get_conditional_response(request, etag=tag):
        unchanged.headers["ETag"] = tag
        return unchanged
    days = (last - first).days + 1
    dates = [first + n * DAY for n in range(days)]
    offer = person.offer(chosen, dates, as_staff=access.is_staff)
    return _answer(request, slots_json.days_json(offer).encode(), tag)


@router.post(
    "bookings",
    auth=write,
    response={201: BookingOut, 200: BookingOut, **VERB_REFUSALS},
    summary="Book a visit",
)
def book(
    request: TokenRequest,
    asked: BookIn,
    key: HeaderEx[uuid.UUID, P(alias="Idempotency-Key")],
) -> Status[BookingOut]:
    """Once for each `Idempotency-Key` of the token's owner: the same request again is answered
    200 with the booking that it made, as it stands; another request under that key is refused.
    Keys of different owners have nothing to do with each other.
    A time that was taken meanwhile is 409 with the nearest free times. Scope
    `bookings:write`."""
    access = access_of(request.user, asked.recipient, may=May.BOOK, what="api:book")
    own_key = _own_key(request.user, key)
    service = service_to_book(access, asked.service, key=own_key)
    booking = actions.book(
        key=own_key,
        recipient=access.recipient,
        service=service,
        starts_at=asked.start,
        note=asked.note,
        by=request.user,
        via=BookingEvent.Via.API,
        reason=asked.reason,
        as_staff=access.is_staff,
    )
    return Status(201 if booking.is_new else 200, BookingOut.of(booking))


@router.get(
    "bookings",
    auth=read,
    response={200: list[BookingOut], 304: None, **REFUSALS, 422: InvalidOut},
    summary="Visits to come",
)
def bookings(request: TokenRequest, recipient: uuid.UUID | None = None) -> HttpResponseBase:
    """The visits that are booked and not over, earliest first. Scope `bookings:read`."""
    access = access_of(request.user, recipient, may=May.LOOK, what="api:bookings")
    coming = queries.coming(access.recipient, timezone.now())
    return _answer(
        request,
        _bookings.dump_json(
            [BookingOut.of(booking) for booking in coming if access.covers(booking.service)]
        ),
    )


@router.post(
    "bookings/{uuid:booking}/move",
    auth=write,
    response={200: BookingOut, **VERB_REFUSALS},
    summary="Move a visit",
)
def move(request: TokenRequest, booking: uuid.UUID, asked: MoveIn) -> BookingOut:
    """Takes the new time and lets the old one go, or keeps the old one. Scope
    `bookings:write`."""
    access, visit = booking_for_program(request.user, booking, may=May.BOOK, what="api:move")
    _check_reason(access, asked.reason)
    moved = actions.move(
        booking=visit,
        starts_at=asked.start,
        by=request.user,
        via=BookingEvent.Via.API,
        reason=asked.reason,
        as_staff=access.is_staff,
    )
    return BookingOut.of(moved)


@router.post(
    "bookings/{uuid:booking}/cancel",
    auth=write,
    response={200: BookingOut, **VERB_REFUSALS},
    summary="Cancel a visit",
)
def cancel(request: TokenRequest, booking: uuid.UUID, asked: CancelIn | None = None) -> BookingOut:
    """Cancelling twice changes nothing. Scope `bookings:write`."""
    return _cancel(request, booking, asked)


@router.delete(
    "bookings/{uuid:booking}",
    auth=write,
    response={200: BookingOut, **VERB_REFUSALS},
    summary="Cancel a visit, by another method",
)
def delete(request: TokenRequest, booking: uuid.UUID, asked: CancelIn | None = None) -> BookingOut:
    """The same as `POST …/cancel`. Some proxies drop the body of a DELETE, and with it the
    reason that staff must give. Scope `bookings:write`."""
    return _cancel(request, booking, asked)


def _cancel(request: TokenRequest, booking: uuid.UUID, asked: CancelIn | None) -> BookingOut:
    access, visit = booking_for_program(request.user, booking, may=May.BOOK, what="api:cancel")
    reason = asked.reason if asked else ""
    _check_reason(access, reason)
    cancelled = actions.cancel(
        booking=visit,
        by=request.user,
        via=BookingEvent.Via.API,
        reason=reason,
        as_staff=access.is_staff,
    )
    return BookingOut.of(cancelled)


def _own_key(owner: User, key: uuid.UUID) -> uuid.UUID:
    """The booking's id. Another owner's request with the same key makes another booking."""
    return uuid.uuid5(owner.pk, str(key))


def _check_range(service: Service, first: dt.date, last: dt.date, now: dt.datetime) -> None:
    until = last_day(service.department, now)
    if last > until:
        raise errors.OutsideHorizon(until)
    if last < first:
        raise out_of_order()
    if (last - first).days >= LONGEST_RANGE:
        raise range_too_long(LONGEST_RANGE)


def _check_reason(access: ProgramAccess, reason: str) -> None:
    """Staff must give a reason for changing a recipient's visit."""
    if access.is_staff and not reason.strip():
        raise reason_required()


def _tag(version: str) -> str:
    return f'"{hashlib.blake2b(version.encode(), digest_size=16).hexdigest()}"'


def _answer(request: HttpRequest, content: bytes, tag: str | None = None) -> HttpResponseBase:
    """The JSON, or 304 when the client has it already. Without a ``tag`` the ETag is a hash of
    the content."""
    tag = tag or f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'
    response = HttpResponse(content, content_type="application/json", headers={"ETag": tag})
    answer = get_conditional_response(request, etag=tag, response=response)
    assert answer is not None
    return answer
