"""Text messages, through whichever gateway the municipality has.

``SMS_GATEWAY`` in the settings names a class; without one, nobody is offered text
messages. Nothing here writes a number or a text to a log.
"""

from functools import cache
from typing import Protocol

import httpx
from django.conf import settings
from django.utils.module_loading import import_string

TIMEOUT = httpx.Timeout(10.0, connect=5.0)  # seconds
# Answers that say the number takes no texts, now or later. All others may pass: a wrong URL
# (404) or a gateway that has moved (410) says nothing of the number.
BAD_NUMBER = {400, 422}


class NumberRefused(Exception):
    """The gateway takes nothing for this number, and will not later."""


class GatewayFailed(Exception):
    """Not sent; worth another attempt."""


class Gateway(Protocol):
    def send(self, *, number: str, text: str, reference: str) -> None:
        """Hand one text to the gateway. The same ``reference`` sent again is the same text.

        Raises ``NumberRefused`` or ``GatewayFailed``.
        """


class HttpGateway:
    """POSTs JSON ``{"to", "from", "text", "reference"}`` with a bearer key to one URL."""

    def send(self, *, number: str, text: str, reference: str) -> None:
        try:
            answer = httpx.post(
                settings.SMS_GATEWAY_URL,
                json={
                    "to": number,
                    "from": settings.SMS_SENDER,
                    "text": text,
                    "reference": reference,
                },
                headers={
                    "Authorization": f"Bearer {settings.SMS_GATEWAY_KEY}",
                    "Idempotency-Key": reference,
                },
                timeout=TIMEOUT,
            )
        except httpx.HTTPError as error:
            raise GatewayFailed(type(error).__name__) from None
        if answer.status_code in BAD_NUMBER:
            raise NumberRefused(str(answer.status_code))
        if not answer.is_success:
            raise GatewayFailed(str(answer.status_code))


class ConsoleGateway:
    """Prints texts instead of sending them, for a developer's machine."""

    def send(self, *, number: str, text: str, reference: str) -> None:
        print(f"\n-- Text message to {number}\n{text}\n", flush=True)


def is_offered() -> bool:
    return bool(settings.SMS_GATEWAY)


def gateway() -> Gateway:
    return _gateway(settings.SMS_GATEWAY)


@cache
def _gateway(path: str) -> Gateway:
    made: Gateway = import_string(path)()
    return made
