"""The verbs that change bookings, seats and grants.

Locks have one order: the Recipient, then Days by (date, department). Nothing is
published inside a transaction; whoever needs to know finds the Day's revision raised.
"""

from booking.actions.bookings import book, cancel, move
from booking.actions.grants import change_grant, grant, shorten_grant
from booking.actions.mandates import Invited, end_mandate, give_mandate, register_guardian
from booking.actions.recipients import (
    Particulars,
    add_recipient,
    change_log_in,
    change_recipient,
)
from booking.actions.seats import give, reseat, take_off
from booking.actions.series import end_series, go_on, repeat, skip, take_back_skip

__all__ = [
    "Invited",
    "Particulars",
    "add_recipient",
    "book",
    "cancel",
    "change_grant",
    "change_log_in",
    "change_recipient",
    "end_mandate",
    "end_series",
    "give",
    "give_mandate",
    "go_on",
    "grant",
    "move",
    "register_guardian",
    "repeat",
    "reseat",
    "shorten_grant",
    "skip",
    "take_back_skip",
    "take_off",
]
