"""What this storey tells those above it."""

from django.dispatch import Signal

# Sent after commit with ``day_id`` when a Day's revision has risen. A doorbell, no
# more: whoever misses it finds the day by comparing revisions.
day_changed = Signal()
