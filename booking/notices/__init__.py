"""The texts of booking's messages, composed just before a message is sent."""

from booking.notices import (
    charges,
    essential,
    mandates,
    patterns,
    pauses,
    series,
    visit_requests,
    visits,
    wishes,
)


def register_all() -> None:
    """Register every kind of message with ``accounts.messages.notices``."""
    for module in (
        *(charges, essential, mandates, patterns, pauses),
        *(series, visit_requests, visits, wishes),
    ):
        module.register_all()
