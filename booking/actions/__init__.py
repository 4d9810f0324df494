"""The verbs that change bookings, seats and grants.

Locks have one order: the Recipient, then Days by (date, department). Nothing is
published inside a transaction; whoever needs to know finds the Day's revision raised.
"""

from booking.actions.bookings import book, cancel, move
from booking.actions.grants import grant, shorten_grant
from booking.actions.seats import give, reseat, take_off

__all__ = ["book", "cancel", "give", "grant", "move", "reseat", "shorten_grant", "take_off"]
