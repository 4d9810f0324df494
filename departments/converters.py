"""Dates in URLs: ``<date:date>`` matches 2026-11-30."""

import datetime as dt

from django.urls import register_converter

YEARS = range(2000, 2100)  # so that date arithmetic can't overflow


class DateConverter:
    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        return date_of(value)

    def to_url(self, value: dt.date | str) -> str:
        return str(value)


def date_of(text: str) -> dt.date:
    """The date of "2026-11-30", also for query parameters. Raises ``ValueError`` when the text
    is no date of the years that the pages show."""
    date = dt.date.fromisoformat(text)
    if date.year not in YEARS:
        raise ValueError("A year that no page shows.")
    return date


register_converter(DateConverter, "date")
