"""Receives reports of the mail service about undelivered mail (django-anymail)."""

from typing import Any

from accounts import actions

# "deferred" is temporary. anymail reports soft bounces as "deferred" too.
PERMANENT = {"bounced", "rejected", "complained"}


def on_tracking_event(*, event: Any, **_: Any) -> None:
    if event.event_type in PERMANENT and event.recipient:
        actions.record_bounce(email=event.recipient)
