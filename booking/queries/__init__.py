"""Queries about recipients: free times, balances, bookings, mandates, letters. They change
nothing."""

from booking.queries.access_log import (
    AccessLogLine,
    OwnChange,
    access_log_of,
    as_own_changes,
    changes_for,
    with_roles,
)
from booking.queries.actors import Actor, Actors, is_own
from booking.queries.changes import register_changes
from booking.queries.department_recipients import (
    RecipientSummary,
    count_of_letters,
    has_namesake,
    last_invitation_to_log_in,
    named,
    recipient_summary,
    visits_by_day,
    with_grants_here,
)
from booking.queries.entitlement import Balance
from booking.queries.essential import AllUnbooked, Unbooked, unbooked, unbooked_grants
from booking.queries.feeds import (
    feed,
    file_of_visit,
    last_change,
    names_service,
    open_feed,
    open_feeds,
    with_last_change,
)
from booking.queries.grants import amount_per_period
from booking.queries.letters import (
    Letter,
    dead_channels,
    to_print,
    told_in_vain,
    unreachable,
    waiting,
    waiting_of,
    write,
)
from booking.queries.mandates import (
    guardians_to_confirm,
    invited_to_act_for,
    may_confirm,
    open_mandates,
)
from booking.queries.person import Person, offer
from booking.queries.recipients import (
    granted_service,
    is_recipient,
    recipient_and_service,
    recipient_of_user,
)
from booking.queries.series import (
    DateOfSeries,
    coming_of_series,
    dates_to_come,
    has_running_series,
    running_series,
    running_series_of,
)
from booking.queries.slots import laid_over, nearest_free, offer_of, slot_at
from booking.queries.undo import booked_again, undo_key
from booking.queries.versions import calendar_version, slots_version
from booking.queries.visits import (
    LAST_ID,
    balance,
    balances,
    cancel_deadline,
    change_deadline,
    coming,
    history,
    movable_bookings,
    next_booking,
    own_bookings,
    recipient_id_of_booking,
)
from booking.queries.wishes import can_be_moved, has_wishes, may_book_for, wishes_of

__all__ = [
    "LAST_ID",
    "AccessLogLine",
    "Actor",
    "Actors",
    "AllUnbooked",
    "Balance",
    "DateOfSeries",
    "Letter",
    "OwnChange",
    "Person",
    "RecipientSummary",
    "Unbooked",
    "access_log_of",
    "amount_per_period",
    "as_own_changes",
    "balance",
    "balances",
    "booked_again",
    "calendar_version",
    "can_be_moved",
    "cancel_deadline",
    "change_deadline",
    "changes_for",
    "coming",
    "coming_of_series",
    "count_of_letters",
    "dates_to_come",
    "dead_channels",
    "feed",
    "file_of_visit",
    "granted_service",
    "guardians_to_confirm",
    "has_namesake",
    "has_running_series",
    "has_wishes",
    "history",
    "invited_to_act_for",
    "is_own",
    "is_recipient",
    "laid_over",
    "last_change",
    "last_invitation_to_log_in",
    "may_book_for",
    "may_confirm",
    "movable_bookings",
    "named",
    "names_service",
    "nearest_free",
    "next_booking",
    "offer",
    "offer_of",
    "open_feed",
    "open_feeds",
    "open_mandates",
    "own_bookings",
    "recipient_and_service",
    "recipient_id_of_booking",
    "recipient_of_user",
    "recipient_summary",
    "register_changes",
    "running_series",
    "running_series_of",
    "slot_at",
    "slots_version",
    "to_print",
    "told_in_vain",
    "unbooked",
    "unbooked_grants",
    "undo_key",
    "unreachable",
    "visits_by_day",
    "waiting",
    "waiting_of",
    "wishes_of",
    "with_grants_here",
    "with_last_change",
    "with_roles",
    "write",
]
