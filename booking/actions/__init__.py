"""Actions that change bookings, seats, grants and mandates.

Locks are taken in one order: the Recipient, then Days by (date, department). Nothing is
published inside a transaction: readers find the Day's revision raised.
"""

from booking.actions.announcements import announce, due, notify, remind
from booking.actions.bookings import book, cancel, move
from booking.actions.contacts import add_contact, remove_contact
from booking.actions.coverage import cover_day
from booking.actions.essential import alert_unbooked
from booking.actions.feeds import hashed, make_feed, note_reading, revoke_feed
from booking.actions.grants import ChoiceTerms, change_grant, grant
from booking.actions.invitations import register_invitation_kinds
from booking.actions.mandates import (
    Invited,
    accept_mandate,
    end_mandate,
    give_mandate,
    notify_of_expired_mandates,
    register_guardian,
)
from booking.actions.notes import change_note
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
from booking.actions.seats import give, move_seats, record_given, reseat, take_off
from booking.actions.series import (
    book_all_series,
    book_what_is_near,
    end_series,
    go_on,
    repeat,
    skip,
    take_back_skip,
)
from booking.actions.wishes import drop, look_for_openings, wish

__all__ = [
    "ChoiceTerms",
    "Invited",
    "Particulars",
    "accept_mandate",
    "add_contact",
    "add_recipient",
    "alert_unbooked",
    "announce",
    "book",
    "book_all_series",
    "book_what_is_near",
    "cancel",
    "change_contact_email",
    "change_grant",
    "change_log_in",
    "change_note",
    "change_recipient",
    "cover_day",
    "drop",
    "due",
    "end_mandate",
    "end_series",
    "give",
    "give_mandate",
    "go_on",
    "grant",
    "hashed",
    "invite_by_letter",
    "join_recipient",
    "keep_name",
    "keep_phone",
    "look_for_openings",
    "make_feed",
    "move",
    "move_seats",
    "note_reading",
    "notify",
    "notify_of_expired_mandates",
    "opens_more",
    "record_given",
    "register_guardian",
    "register_invitation_kinds",
    "remind",
    "remove_contact",
    "repeat",
    "reseat",
    "revoke_feed",
    "skip",
    "take_back_skip",
    "take_off",
    "wish",
]
