"""Actions that change bookings, seats, grants and mandates.

Locks are taken in one order: the Recipient, then Days by (date, department). Nothing is
published inside a transaction: readers find the Day's revision raised.
"""

from booking.actions.agreed_times import (
    agree,
    book_kept_on,
    carry_agreed_times,
    end_agreed_time,
    give_up,
    keep_agreed_times,
    keep_for,
    see_given_up,
    take_back_giving_up,
)
from booking.actions.announcements import announce, due, notify, remind
from booking.actions.bookings import (
    book,
    book_kept,
    cancel,
    cancel_in_pause,
    cancel_of_pattern,
    keep_again_on_commit,
    keep_seat,
    move,
    release_kept,
)
from booking.actions.calls import note_call
from booking.actions.charges import charge, release_unseated
from booking.actions.contacts import add_contact, remove_contact
from booking.actions.coverage import cover_day, undo_cover
from booking.actions.departures import confirm_departure, report_departure, undo_departure
from booking.actions.essential import alert_unbooked, count_slack
from booking.actions.feeds import hashed, make_feed, note_reading, revoke_feed
from booking.actions.grants import (
    ChoiceTerms,
    change_grant,
    grant,
    replace_grant,
    replacement,
)
from booking.actions.invitations import register_invitation_kinds
from booking.actions.keys import change_keys
from booking.actions.mandates import (
    Invited,
    accept_mandate,
    end_mandate,
    give_mandate,
    notify_of_expired_mandates,
    register_guardian,
)
from booking.actions.notes import change_note
from booking.actions.own_plans import (
    add_plan,
    forget_past_plans,
    remove_plan,
    replace_busy_times,
    show_plans_to,
)
from booking.actions.patterns import (
    PatternTerms,
    change_pattern,
    end_pattern,
    leave_out,
    plan_all_patterns,
    plan_date_again,
    plan_missing,
    plan_near,
    plan_pattern,
    plan_patterns_of,
    take_back_left_out,
)
from booking.actions.pauses import (
    Resumed,
    answer_set_visits,
    confirm_pause,
    end_pause,
    pause,
    stop_visits,
)
from booking.actions.reassessments import answer_reassessment, ask_reassessment
from booking.actions.recipients import (
    Particulars,
    add_recipient,
    change_contact_email,
    change_log_in,
    change_recipient,
    invite_by_letter,
    join_recipient,
    keep_name,
    keep_phone,
    opens_more,
)
from booking.actions.relations import declare_relation, end_relation
from booking.actions.seats import give, move_seats, record_given, reseat, take_off
from booking.actions.series import (
    book_all_series,
    book_what_is_near,
    end_series,
    go_on,
    rebook_date,
    repeat,
    skip,
    take_back_skip,
)
from booking.actions.unmade import needs_no_other_time
from booking.actions.visit_requests import answer_open, ask_staff, keep_visit
from booking.actions.wishes import drop, look_for_openings, wish

__all__ = [
    "ChoiceTerms",
    "Invited",
    "Particulars",
    "PatternTerms",
    "Resumed",
    "accept_mandate",
    "add_contact",
    "add_plan",
    "add_recipient",
    "agree",
    "alert_unbooked",
    "announce",
    "answer_open",
    "answer_reassessment",
    "answer_set_visits",
    "ask_reassessment",
    "ask_staff",
    "book",
    "book_all_series",
    "book_kept",
    "book_kept_on",
    "book_what_is_near",
    "cancel",
    "cancel_in_pause",
    "cancel_of_pattern",
    "carry_agreed_times",
    "change_contact_email",
    "change_grant",
    "change_keys",
    "change_log_in",
    "change_note",
    "change_pattern",
    "change_recipient",
    "charge",
    "confirm_departure",
    "confirm_pause",
    "count_slack",
    "cover_day",
    "declare_relation",
    "drop",
    "due",
    "end_agreed_time",
    "end_mandate",
    "end_pattern",
    "end_pause",
    "end_relation",
    "end_series",
    "forget_past_plans",
    "give",
    "give_mandate",
    "give_up",
    "go_on",
    "grant",
    "hashed",
    "invite_by_letter",
    "join_recipient",
    "keep_again_on_commit",
    "keep_agreed_times",
    "keep_for",
    "keep_name",
    "keep_phone",
    "keep_seat",
    "keep_visit",
    "leave_out",
    "look_for_openings",
    "make_feed",
    "move",
    "move_seats",
    "needs_no_other_time",
    "note_call",
    "note_reading",
    "notify",
    "notify_of_expired_mandates",
    "opens_more",
    "pause",
    "plan_all_patterns",
    "plan_date_again",
    "plan_missing",
    "plan_near",
    "plan_pattern",
    "plan_patterns_of",
    "rebook_date",
    "record_given",
    "register_guardian",
    "register_invitation_kinds",
    "release_kept",
    "release_unseated",
    "remind",
    "remove_contact",
    "remove_plan",
    "repeat",
    "replace_busy_times",
    "replace_grant",
    "replacement",
    "report_departure",
    "reseat",
    "revoke_feed",
    "see_given_up",
    "show_plans_to",
    "skip",
    "stop_visits",
    "take_back_giving_up",
    "take_back_left_out",
    "take_back_skip",
    "take_off",
    "undo_cover",
    "undo_departure",
    "wish",
]
