"""The demonstration's mails and text messages: stored, shown on a page, and a line in the
terminal for each."""

import datetime as dt
import email
import email.policy
import textwrap
from collections.abc import Iterator, Sequence
from email.message import EmailMessage as ParsedMessage
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.http_methods import require_safe

SHOWN = 30
LINE = 100  # characters, before the URL of the page


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "mail"


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            text = message.message()
            name = f"{timezone.now():%Y%m%dT%H%M%S%f}-{id(message):x}.eml"
            (folder / name).write_bytes(text.as_bytes())
            print(_line(message), flush=True)
        return len(email_messages)


def _line(message: EmailMessage) -> str:
    """One line for the terminal; the page has the whole text."""
    kind, text = ("Mail", message.subject) if message.subject else ("Text message", message.body)
    whole = f"{kind} to {', '.join(message.to)}: {' '.join(str(text).split())}"
    return f"{textwrap.shorten(whole, LINE, placeholder=' …')} – {settings.SITE_URL}/demo/mail/"


class SmsGateway:
    """Stores a text message as a mail to the number, without a subject."""

    def send(self, *, number: str, text: str, reference: str) -> None:
        EmailBackend().send_messages([EmailMessage(body=text, to=[number])])


def latest() -> Iterator[ParsedMessage]:
    """The latest mails, newest first."""
    paths = sorted(_folder().glob("*.eml"), reverse=True)
    for path in paths[:SHOWN]:
        yield email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    shown = [
        {
            "to": message["To"],
            "subject": message["Subject"],
            # Django dates mails with "-0000", which is parsed as a naive datetime in UTC.
            "sent": message["Date"].datetime.replace(tzinfo=dt.UTC),
            "text": body.get_content() if (body := message.get_body(["plain"])) else "",
        }
        for message in latest()
    ]
    return render(request, "demo/mails.html", {"mails": shown})
