"""Receives reports of the mail service about undelivered mail (django-anymail)."""

from typing import Any

from accounts import actions

# "deferred" is temporary. anymail reports soft bounces as "deferred" too.
PERMANENT = {"bounced", "rejected", "complained"}
# The reader's mail server refuses us, or does not answer: that says nothing about the address.
OF_SENDER = {"blocked", "timed_out"}


def on_tracking_event(*, event: Any, **_: Any) -> None:
    is_permanent = event.event_type in PERMANENT and event.reject_reason not in OF_SENDER
    if is_permanent and event.recipient:
        actions.record_bounce(email=event.recipient)
