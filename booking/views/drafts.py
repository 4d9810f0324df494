"""A booking form that was filled in but not booked, kept in the session.

What was typed survives a time that is taken, and a session that ends before the form is sent.
A draft is used only for the recipient, the service and the day that it was typed for.
"""

import datetime as dt
import uuid
from dataclasses import asdict, dataclass

from django.http import HttpRequest
from django.utils import timezone

from booking.forms.visits import BookForm

SESSION_KEY = "draft"


@dataclass(frozen=True)
class Draft:
    recipient: str
    service: str
    starts_at: str
    key: str
    note: str

    @classmethod
    def of(cls, form: BookForm) -> "Draft":
        """From a form in which only the note may be invalid. The time is normalised, because
        ``key_for`` parses it."""

        def typed(name: str) -> str:
            return str(form[name].value() or "")

        return cls(
            recipient=typed("recipient"),
            service=typed("service"),
            starts_at=(
                form.cleaned_data["starts_at"].isoformat() if form.is_bound else typed("starts_at")
            ),
            key=typed("key"),
            note=typed("note"),
        )

    @property
    def date(self) -> dt.date:
        return timezone.localdate(dt.datetime.fromisoformat(self.starts_at))

    def key_for(self, starts_at: dt.datetime) -> str:
        """The same key for the same time: the request may have been booked already."""
        if dt.datetime.fromisoformat(self.starts_at) == starts_at:
            return self.key
        return str(uuid.uuid4())


def keep(request: HttpRequest, draft: Draft) -> None:
    request.session[SESSION_KEY] = asdict(draft)


def find(
    request: HttpRequest, *, recipient: uuid.UUID, service: uuid.UUID, date: dt.date
) -> Draft | None:
    kept = request.session.get(SESSION_KEY)
    if not kept or (kept["recipient"], kept["service"]) != (str(recipient), str(service)):
        return None
    draft = Draft(**kept)
    return draft if draft.date == date else None


def forget(request: HttpRequest) -> None:
    if SESSION_KEY in request.session:
        del request.session[SESSION_KEY]
