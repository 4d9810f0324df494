"""``{% load phones %}``: phone numbers to read and to call."""

from django import template

from accounts.phones import FoundNumber, numbers_in, shown_number

register = template.Library()

NO_BREAK = "\N{NO-BREAK SPACE}"


@register.filter
def phone(stored: str) -> str:
    """ "901 12 233", on one line; text that is no number as it is."""
    shown = shown_number(stored)
    return shown if shown == stored else shown.replace(" ", NO_BREAK)


@register.filter
def numbers(stored: str) -> list[FoundNumber]:
    """The numbers to call, each for a ``tel:`` link of its own."""
    return list(numbers_in(stored))
