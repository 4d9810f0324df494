"""Whom people call, as it is shown in messages and on pages."""

from functools import cache

from django.conf import settings

from accounts.phones import shown_number


def municipality_phone() -> str:
    return shown_phone(settings.MUNICIPALITY_PHONE)


@cache
def shown_phone(phone: str) -> str:
    """The number of a department or of the municipality, as people read it. Every page shows
    one, and parsing takes time. Not for numbers of persons."""
    return shown_number(phone)
