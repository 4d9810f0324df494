"""The forms that book, move and cancel over HTTP, with what each of them changes."""

import datetime as dt
import uuid
from dataclasses import dataclass
from types import SimpleNamespace


@dataclass(frozen=True)
class Press:
    """A form to be sent: the booking it is about, its time before (``was``) and after. None is no
    time."""

    person: SimpleNamespace  # with ``recipient`` and ``reader``
    visit: uuid.UUID
    request: bytes
    was: dt.datetime | None
    wanted: dt.datetime | None


def booking(person, service, starts_at, note=""):
    """The form on the last page before booking."""
    key = uuid.uuid4()
    fields = {
        "key": key,
        "recipient": person.recipient.pk,
        "service": service.pk,
        "starts_at": starts_at.isoformat(),
        "note": note,
    }
    return Press(person, key, person.reader.post("/book/", fields), None, starts_at)


def moving(person, visit, starts_at):
    request = person.reader.post(
        f"/bookings/{visit.pk}/move/", {"starts_at": starts_at.isoformat()}
    )
    return Press(person, visit.pk, request, visit.starts_at, starts_at)


def cancelling(person, visit):
    request = person.reader.post(f"/bookings/{visit.pk}/cancel/", {})
    return Press(person, visit.pk, request, visit.starts_at, None)
