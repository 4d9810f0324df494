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
from booking.queries.calls import Call, calls_about
from booking.queries.changes import register_changes
from booking.queries.closed_days import names_of_closed_days
from booking.queries.coverage import Given, Suggestion, kind_of, suggestion_for
from booking.queries.department_recipients import (
    FoundRecipient,
    RecipientSummary,
    count_of_letters,
    found_recipients,
    has_namesake,
    last_invitation_to_log_in,
    matching,
    recipient_summary,
    visits_by_day,
    with_grants_here,
)
from booking.queries.departures import (
    cancelled_by_departure,
    departure_of,
    departures_to_confirm,
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
from booking.queries.grants import amount_per_period, grant_of_booking, grants_below
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
from booking.queries.pauses import (
    PausedVisits,
    coming_back,
    departments_of_pause,
    paused_visits,
    pauses_of,
    pauses_to_see,
    visits_of_pause,
    without_paused,
)
from booking.queries.person import Person, offer
from booking.queries.recipients import (
    granted_service,
    is_recipient,
    key_facts,
    recipient_and_service,
    recipient_of_user,
)
from booking.queries.removals import find_removed
from booking.queries.series import (
    DateOfSeries,
    coming_of_series,
    dates_to_come,
    has_running_series,
    running_series,
    running_series_of,
)
from booking.queries.slack import free_days
from booking.queries.slots import laid_over, nearest_free, offer_of, slot_at
from booking.queries.undo import booked_again, is_undo, undo_key
from booking.queries.unmade import to_book_again
from booking.queries.versions import calendar_version, slots_version
from booking.queries.visit_requests import last_request, mark_choice, open_requests
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
    "Call",
    "DateOfSeries",
    "FoundRecipient",
    "Given",
    "Letter",
    "OwnChange",
    "PausedVisits",
    "Person",
    "RecipientSummary",
    "Suggestion",
    "Unbooked",
    "access_log_of",
    "amount_per_period",
    "as_own_changes",
    "balance",
    "balances",
    "booked_again",
    "calendar_version",
    "calls_about",
    "can_be_moved",
    "cancel_deadline",
    "cancelled_by_departure",
    "change_deadline",
    "changes_for",
    "coming",
    "coming_back",
    "coming_of_series",
    "count_of_letters",
    "dates_to_come",
    "dead_channels",
    "departments_of_pause",
    "departure_of",
    "departures_to_confirm",
    "feed",
    "file_of_visit",
    "find_removed",
    "found_recipients",
    "free_days",
    "grant_of_booking",
    "granted_service",
    "grants_below",
    "guardians_to_confirm",
    "has_namesake",
    "has_running_series",
    "has_wishes",
    "history",
    "invited_to_act_for",
    "is_own",
    "is_recipient",
    "is_undo",
    "key_facts",
    "kind_of",
    "laid_over",
    "last_change",
    "last_invitation_to_log_in",
    "last_request",
    "mark_choice",
    "matching",
    "may_book_for",
    "may_confirm",
    "movable_bookings",
    "names_of_closed_days",
    "names_service",
    "nearest_free",
    "next_booking",
    "offer",
    "offer_of",
    "open_feed",
    "open_feeds",
    "open_mandates",
    "open_requests",
    "own_bookings",
    "paused_visits",
    "pauses_of",
    "pauses_to_see",
    "recipient_and_service",
    "recipient_id_of_booking",
    "recipient_of_user",
    "recipient_summary",
    "register_changes",
    "running_series",
    "running_series_of",
    "slot_at",
    "slots_version",
    "suggestion_for",
    "to_book_again",
    "to_print",
    "told_in_vain",
    "unbooked",
    "unbooked_grants",
    "undo_key",
    "unreachable",
    "visits_by_day",
    "visits_of_pause",
    "waiting",
    "waiting_of",
    "wishes_of",
    "with_grants_here",
    "with_last_change",
    "with_roles",
    "without_paused",
    "write",
]
