"""Signals that this app sends to the apps above it."""

from django.dispatch import Signal

# Sent with ``user`` and ``phone`` in the transaction that changes the number, before the user's
# row is locked, so that receivers with a copy of the number lock their rows first.
phone_changes = Signal()

# Sent with ``user``, as before the change, and the new ``given_name`` and ``family_name``. As
# above, in the transaction and before the user's row is locked.
name_changes = Signal()
