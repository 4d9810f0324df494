"""What the municipality's mail service reports of mails it has sent (django-anymail)."""

from typing import Any

from accounts.actions import messages

# Not "deferred", which passes, nor a soft bounce, which anymail calls so too.
FOR_GOOD = {"bounced", "rejected", "complained"}


def hear(*, event: Any, **_: Any) -> None:
    if event.event_type in FOR_GOOD and event.recipient:
        messages.bounced(email=event.recipient)
