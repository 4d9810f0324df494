"""Text messages through the municipality's gateway.

The setting ``SMS_GATEWAY`` names a class. If it is empty, text messages are not offered.
Numbers and texts are never logged.
"""

from functools import cache
from typing import Protocol

import httpx
from django.conf import settings
from django.utils.module_loading import import_string

TIMEOUT = httpx.Timeout(10.0, connect=5.0)  # seconds
# A refusal is about our request (the key, the sender, the URL) unless one of these answers names
# the number.
BAD_REQUEST = {400, 422}


class NumberRefused(Exception):
    """The gateway will never take messages to this number."""


class GatewayFailed(Exception):
    """Not sent; another attempt may succeed. The text is a status code or a type of error."""


class Gateway(Protocol):
    def send(self, *, number: str, text: str, reference: str) -> None:
        """Hand a text message to the gateway. The same ``reference`` means the same message.

        Raises ``NumberRefused`` or ``GatewayFailed``.
        """


class HttpGateway:
    """POSTs JSON ``{"to", "from", "text", "reference"}`` with a bearer key to one URL.

    A gateway refuses a number by 400 or 422 with JSON that names the field: ``{"field": "to"}``
    or ``{"errors": {"to": …}}``. Connections are kept between text messages.
    """

    def __init__(self) -> None:
        self.client = httpx.Client(timeout=TIMEOUT)

    def send(self, *, number: str, text: str, reference: str) -> None:
        try:
            answer = self.client.post(
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
            )
        except httpx.HTTPError as error:
            raise GatewayFailed(type(error).__name__) from None
        if answer.status_code in BAD_REQUEST and _names_number(answer):
            raise NumberRefused(str(answer.status_code))
        if not answer.is_success:
            raise GatewayFailed(str(answer.status_code))


def _names_number(answer: httpx.Response) -> bool:
    """Whether a refusal says that it is about the number."""
    try:
        body = answer.json()
    except ValueError:
        return False
    if not isinstance(body, dict):
        return False
    errors = body.get("errors")
    listed = errors if isinstance(errors, list) else []
    fields = [body.get("field"), *(one.get("field") for one in listed if isinstance(one, dict))]
    return "to" in fields or (isinstance(errors, dict) and "to" in errors)


def is_offered() -> bool:
    return bool(settings.SMS_GATEWAY)


def gateway() -> Gateway:
    return _gateway(settings.SMS_GATEWAY)


@cache
def _gateway(path: str) -> Gateway:
    gateway: Gateway = import_string(path)()
    return gateway
