"""``{% load dates %}``: the texts of ``accounts.dates`` in the language of the page."""

import datetime as dt

from django import template
from django.utils import timezone, translation

from accounts import dates
from accounts.spoken import spoken_time

register = template.Library()


@register.filter
def day(value: dt.date) -> str:
    return dates.day(value, translation.get_language(), this_year=timezone.localdate().year)


@register.filter
def day_of_year(value: dt.date) -> str:
    """The day with its year, for paper, which is kept."""
    return dates.day(value, translation.get_language(), this_year=0)


@register.filter
def unbroken(text: str) -> str:
    """A day in words whose number and month stay on one line: "Tuesday 24 November"."""
    before, space, after = text.rpartition(" ")
    return f"{before}\N{NO-BREAK SPACE}{after}" if space else text


@register.filter
def short_day(value: dt.date) -> str:
    return dates.short_day(value, translation.get_language())


@register.filter
def end_day(value: dt.datetime) -> str:
    return day(dates.end_date(value))


@register.filter
def end_short_day(value: dt.datetime) -> str:
    return short_day(dates.end_date(value))


@register.filter
def end_hm(value: dt.datetime) -> str:
    return dates.end_hm(value, translation.get_language())


@register.filter
def near_day(value: dt.date) -> str:
    return dates.near_day(value, translation.get_language(), today=timezone.localdate())


@register.filter
def end_near_day(value: dt.datetime) -> str:
    return near_day(dates.end_date(value))


@register.filter
def weekday(value: dt.date) -> str:
    return dates.words(translation.get_language()).weekdays[dates.local_date(value).weekday()]


@register.filter
def short_weekday(value: dt.date) -> str:
    words = dates.words(translation.get_language())
    return words.short_weekdays[dates.local_date(value).weekday()]


@register.filter
def day_of_month(value: dt.date) -> int:
    return dates.local_date(value).day


@register.filter
def short_month(value: dt.date) -> str:
    return dates.words(translation.get_language()).short_months[dates.local_date(value).month - 1]


@register.filter
def month(value: dt.date) -> str:
    """ "november 2026"."""
    date = dates.local_date(value)
    return f"{dates.words(translation.get_language()).months[date.month - 1]} {date.year}"


@register.filter
def week(value: dt.date) -> str:
    number = dates.local_date(value).isocalendar().week
    return dates.words(translation.get_language()).week.format(week=number)


@register.filter
def clock(value: dt.datetime | dt.time) -> str:
    return dates.clock(value, translation.get_language())


@register.filter
def at_clock(value: dt.datetime | dt.time) -> str:
    """ "klokka 10.00"."""
    language = translation.get_language()
    return dates.at_on_page(dates.clock(value, language), language)


@register.filter
def in_words(value: dt.datetime | dt.time) -> str:
    """ ", klokka ti": to be heard after "10.00", which voices read as a decimal. Nothing where
    the time is written "10:00", which they know."""
    return _in_words(value, with_part_of_day=True)


@register.filter
def in_words_before_part(value: dt.datetime | dt.time) -> str:
    """As ``in_words``, before a text that says the part of the day."""
    return _in_words(value, with_part_of_day=False)


def _in_words(value: dt.datetime | dt.time, *, with_part_of_day: bool) -> str:
    language = translation.get_language()
    if ":" in dates.words(language).clock.format(hour=0, minute=0):
        return ""
    said = spoken_time(dates.local_time(value), language, with_part_of_day=with_part_of_day)
    return f", {said}" if said else ""


@register.filter
def clock_to(start: dt.datetime | dt.time, end: dt.datetime | dt.time) -> str:
    """ "10.00–11.30"."""
    language = translation.get_language()
    return f"{dates.clock(start, language)}–{dates.clock(end, language)}"


@register.filter
def hm(value: dt.datetime | dt.time) -> str:
    return dates.hm(value, translation.get_language())


@register.filter
def hm_to(start: dt.datetime | dt.time, end: dt.datetime | dt.time) -> str:
    """ "10:00–11:30"."""
    language = translation.get_language()
    return f"{dates.hm(start, language)}–{dates.hm(end, language)}"


@register.filter
def duration(minutes: int) -> str:
    return dates.duration(minutes, translation.get_language())


@register.filter
def long_duration(minutes: int) -> str:
    return dates.long_duration(minutes, translation.get_language())


@register.filter
def short_duration(minutes: int) -> str:
    return dates.short_duration(minutes, translation.get_language())


@register.simple_tag
def grid(
    start: dt.datetime | dt.time, end: dt.datetime | dt.time, on: dt.date | None = None
) -> str:
    """The CSS classes that place a block on a time grid: "at-1015 for-45".

    With ``on``, the grid shows that date: a start after midnight counts beyond hour 24.
    Times off the grid of five minutes are rounded down, lengths up.
    """
    at, until = _minute(start, on), _minute(end, on)
    if until <= at:
        until += 24 * 60
    at -= at % 5
    length = -(-(until - at) // 5) * 5
    return f"at-{at // 60:02}{at % 60:02} for-{length}"


def _minute(value: dt.datetime | dt.time, on: dt.date | None) -> int:
    time = dates.local_time(value)
    minute = time.hour * 60 + time.minute
    if on is not None and isinstance(value, dt.datetime):
        minute += (dates.local_date(value) - on).days * 24 * 60
    return minute
