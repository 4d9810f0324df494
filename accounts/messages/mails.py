"""Send a message as an e-mail: plain text, and the same text in simple HTML."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from accounts.messages.notices import Words
from accounts.municipality import municipality_phone
from accounts.phones import shown_number


@contextmanager
def connection() -> Iterator[BaseEmailBackend]:
    """A connection for several e-mails; opened by the first one, closed at the end."""
    backend: BaseEmailBackend = get_connection()
    try:
        yield backend
    finally:
        reset(backend)


def reset(backend: BaseEmailBackend) -> None:
    """Close the connection. The next e-mail opens another one."""
    with suppress(Exception):  # it is broken already
        backend.close()


def send(
    address: str,
    words: Words,
    *,
    reference: UUID,
    connection: BaseEmailBackend | None = None,
) -> None:
    """Send in the active language. Raises what the mail backend raises.

    The same ``reference`` gives the same Message-ID, so that a mail that was sent twice can
    be recognised as one.
    """
    context = {
        "words": words,
        "url": f"{settings.SITE_URL}{words.path}" if words.path else "",
        "site_url": settings.SITE_URL,
        "municipality": settings.MUNICIPALITY,
        "phone": shown_number(words.phone) or municipality_phone(),
    }
    mail = EmailMultiAlternatives(
        subject=words.subject,
        body=render_to_string("accounts/email/message.txt", context).strip() + "\n",
        to=[address],
        headers={
            "Message-ID": f"<{reference}@{urlsplit(settings.SITE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string("accounts/email/message.html", context), "text/html")
    if words.attachment:
        file = words.attachment
        mail.attach(file.name, file.content, file.mimetype)
    if connection:
        connection.open()
        mail.connection = connection
    mail.send()
