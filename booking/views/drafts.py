"""What somebody has typed but not yet booked, kept in the session until it is booked.

So a time that went to somebody else, a look at another day, or a session that ended
before the last press costs nobody their words. A draft is given back only to the
recipient it was typed for.
"""

import datetime as dt
import uuid
from dataclasses import asdict, dataclass

from django.http import HttpRequest

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
        """Of a form in which nothing but the note may be wrong. A browser's own way to
        write the time is not kept: ``key_for`` reads it again."""

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

    def key_for(self, starts_at: dt.datetime) -> str:
        """The same key for the same time: what was sent before may have been booked."""
        if dt.datetime.fromisoformat(self.starts_at) == starts_at:
            return self.key
        return str(uuid.uuid4())


def keep(request: HttpRequest, draft: Draft) -> None:
    request.session[SESSION_KEY] = asdict(draft)


def find(request: HttpRequest, *, recipient: uuid.UUID, service: uuid.UUID) -> Draft | None:
    kept = request.session.get(SESSION_KEY)
    if not kept or (kept["recipient"], kept["service"]) != (str(recipient), str(service)):
        return None
    return Draft(**kept)


def forget(request: HttpRequest) -> None:
    if SESSION_KEY in request.session:
        del request.session[SESSION_KEY]
