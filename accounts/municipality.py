"""Whom people call, as it is shown in messages and on pages."""

from functools import cache

from django.conf import settings

from accounts.phones import shown_number


def municipality_phone() -> str:
    return _shown(settings.MUNICIPALITY_PHONE)


@cache
def _shown(phone: str) -> str:
    """Every page shows it, and parsing takes time. Not for numbers of persons."""
    return shown_number(phone)
