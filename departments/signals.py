"""Signals that departments sends."""

from django.dispatch import Signal

# Sent after commit with ``day_id`` when a Day's revision has risen. May be lost: receivers
# also compare revisions regularly.
day_changed = Signal()
