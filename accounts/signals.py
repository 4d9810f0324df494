"""What this storey tells those above it."""

from django.dispatch import Signal

# Sent with ``user`` and ``phone`` in the transaction that gives them another number, before
# the user's row is locked: who keeps a copy locks and changes theirs first.
phone_changes = Signal()
