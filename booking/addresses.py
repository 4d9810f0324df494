"""Addresses of bookings, worded once: Django's ``reverse`` takes as long as drawing a day."""

import uuid
from functools import cache

from django.urls import reverse

_ANY = uuid.UUID(int=0)


def address_of(name: str, id_: uuid.UUID) -> str:
    """Of a page with one argument, an id."""
    before, after = _around_id(name)
    return f"{before}{id_}{after}"


@cache
def _around_id(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[_ANY]).partition(str(_ANY))
    return before, after
