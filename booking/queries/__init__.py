"""What is free, what is left, and what a person has booked. Changes nothing."""

from booking.queries.access_log import Look, looks_at, told
from booking.queries.actors import Actor, Actors, is_own
from booking.queries.entitlement import Balance
from booking.queries.essential import AllUnbooked, Unbooked, unbooked, unbooked_grants
from booking.queries.feeds import feed, file_of_visit, names_service, with_last_change
from booking.queries.letters import (
    Letter,
    dead_channels,
    to_print,
    told_in_vain,
    unreachable,
    waiting,
    write,
)
from booking.queries.person import Person, offer
from booking.queries.recipients import granted_service, recipient_and_service, recipient_of_user
from booking.queries.series import DateOfSeries, dates_to_come, running_series
from booking.queries.slots import laid_over, nearest_free, offer_of, slot_at, why_taken
from booking.queries.versions import calendar_version, slots_version
from booking.queries.visits import (
    LAST_ID,
    balance,
    balances,
    cancel_deadline,
    change_deadline,
    coming,
    history,
    next_booking,
    own_bookings,
)
from booking.queries.wishes import can_be_moved, may_book_for

__all__ = [
    "LAST_ID",
    "Actor",
    "Actors",
    "AllUnbooked",
    "Balance",
    "DateOfSeries",
    "Letter",
    "Look",
    "Person",
    "Unbooked",
    "balance",
    "balances",
    "calendar_version",
    "can_be_moved",
    "cancel_deadline",
    "change_deadline",
    "coming",
    "dates_to_come",
    "dead_channels",
    "feed",
    "file_of_visit",
    "granted_service",
    "history",
    "is_own",
    "laid_over",
    "looks_at",
    "may_book_for",
    "names_service",
    "nearest_free",
    "next_booking",
    "offer",
    "offer_of",
    "own_bookings",
    "recipient_and_service",
    "recipient_of_user",
    "running_series",
    "slot_at",
    "slots_version",
    "to_print",
    "told",
    "told_in_vain",
    "unbooked",
    "unbooked_grants",
    "unreachable",
    "waiting",
    "why_taken",
    "with_last_change",
    "write",
]
