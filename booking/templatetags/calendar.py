"""``{% load calendar %}``: the list of days and the week view, rendered from cached fragments.

A fragment is cached by every value that it shows, so that it is never out of date, and holds
nothing about the user: the URL of an own visit is put in for each request.
"""

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import dates
from booking.calendar.reasons import Kind
from booking.calendar.timetable import (
    DayPart,
    OwnVisit,
    PartOfDay,
    Row,
    Run,
    WeekPicture,
    part_at,
)
from booking.choosing import Choosing
from booking.converters import TimeUrls

register = template.Library()

PART_NAMES = {
    DayPart.NIGHT: gettext_lazy("night"),
    DayPart.MORNING: gettext_lazy("morning"),
    DayPart.AFTERNOON: gettext_lazy("afternoon"),
    DayPart.EVENING: gettext_lazy("evening"),
}

# What the grant says of who chooses.
OWN_CHOICE = {
    Kind.SET: gettext_lazy("The municipality sets the time"),
    Kind.NOT_YOURS_YET: gettext_lazy("Staff choose the time"),
    Kind.OUTSIDE_WINDOW: gettext_lazy("Outside the agreed window"),
    Kind.ENOUGH_THAT_DAY: gettext_lazy("Has a visit that day"),
    Kind.TOO_CLOSE: gettext_lazy("Too few days between"),
}

REASONS = {
    Kind.BUSY: gettext_lazy("None free"),
    Kind.MINE: gettext_lazy("None free"),
    Kind.OVER: gettext_lazy("None free"),
    Kind.TOO_SOON: gettext_lazy("Too late to book"),
    Kind.USED_UP: gettext_lazy("All used"),
    Kind.TOO_LITTLE_LEFT: gettext_lazy("Too little left"),
    Kind.GRANT_TOO_SMALL: gettext_lazy("Grant too small"),
    Kind.NOT_GRANTED: gettext_lazy("No grant"),
    **OWN_CHOICE,
    Kind.PAUSED: gettext_lazy("Paused"),
    Kind.NO_TIMES: gettext_lazy("No times"),
    Kind.CLOSED: gettext_lazy("Not open for booking"),
}


RUN_WORDS = {
    Kind.FREE: gettext_lazy("Free"),
    Kind.BUSY: gettext_lazy("Busy"),
    Kind.OVER: gettext_lazy("Over"),
    Kind.TOO_SOON: gettext_lazy("Too late to book"),
    Kind.USED_UP: gettext_lazy("All used"),
    Kind.TOO_LITTLE_LEFT: gettext_lazy("Too little left"),
    Kind.GRANT_TOO_SMALL: gettext_lazy("Grant too small"),
    Kind.NOT_GRANTED: gettext_lazy("No grant"),
    **OWN_CHOICE,
    Kind.PAUSED: gettext_lazy("Paused"),
    Kind.NO_TIMES: gettext_lazy("No times"),
    Kind.CLOSED: gettext_lazy("Not open"),
    Kind.NOT_YET: gettext_lazy("Not open yet"),
}


register.filter("part_name", lambda part: PART_NAMES[part])
register.filter("run_word", lambda kind: RUN_WORDS[kind])


@register.filter
def why_none(row: Row) -> str:
    """Why the day has no free time: "All used"; empty when it has."""
    return str(REASONS[row.reason]) if row.reason else ""


@register.filter
def with_free(parts: list[PartOfDay]) -> list[PartOfDay]:
    """The day parts that have a free time."""
    return [part for part in parts if part.free]


@register.filter
def run_class(kind: Kind) -> str:
    """The CSS class: own, free and busy times have their own, all others are "shut"."""
    return kind if kind in (Kind.MINE, Kind.FREE, Kind.BUSY) else "shut"


@register.filter
def soon_day(starts_at: dt.datetime) -> str:
    """ "this evening", "tomorrow", "Wed", or "Tue 9 Dec" from a week on."""
    language, today = translation.get_language(), timezone.localdate()
    date = dates.local_date(starts_at)
    is_evening = part_at(starts_at, timezone.get_current_timezone()) is DayPart.EVENING
    if date == today and is_evening:
        return _("this evening")
    if near := dates.words(language).near.get((date - today).days):
        return near
    if date - today < dt.timedelta(days=7):
        return dates.words(language).weekdays[date.weekday()]
    return dates.short_day(date, language)


@register.simple_tag
def day_rows(choosing: Choosing, rows: list[Row]) -> SafeString:
    """The ``<li>`` elements of a list of days."""
    language, today, last = translation.get_language(), choosing.today, choosing.last_day
    return SafeString(
        "".join(
            _day_row(
                language,
                today,
                row,
                choosing.urls.times(row.date) if row.free else "",
                row.date == last,
            )
            for row in rows
        )
    )


def _day_row(
    language: str | None, today: dt.date, row: Row, url: str, is_last: bool
) -> SafeString:
    notes = []
    if near := dates.words(language).near.get((row.date - today).days):
        notes.append(near)
    if is_last:
        notes.append(_("the last day you can book now"))
    elif row.is_all_day:
        notes.append(_("all day"))
    elif row.free:
        notes.append(joined([str(PART_NAMES[part]) for part in row.parts]))
    if row.why:
        notes.append(row.why)
    return _fragment(
        "booking/_day_row.html",
        {
            "row": row,
            "url": url,
            "note": " · ".join(notes),
            "count": ngettext("{number} free", "{number} free", row.free).format(number=row.free),
            "reason": why_none(row),
        },
    )


def joined(words: list[str]) -> str:
    """ "morning, afternoon and evening"."""
    if len(words) < 2:
        return "".join(words)
    return _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


@register.simple_tag(takes_context=True)
def week_columns(
    context: dict[str, Any], picture: WeekPicture, heading: str, choosing: Choosing | None
) -> SafeString:
    """The columns of the week view; free times link to the page where they are chosen."""
    language, today = translation.get_language(), timezone.localdate()
    whose = context.get("whose")
    is_own = whose is None or whose.is_own
    html = []
    for column in picture.columns:
        date = column.date
        before, after = _frame(language, date, date == today, heading)
        html.append(before)
        html += [
            _own_run(language, run, run.visit, date, is_own=is_own)
            if run.visit
            else _run(language, run, date, choosing.urls if choosing else None)
            for run in column.runs
        ]
        html.append(after)
    return SafeString("".join(html))


@lru_cache(maxsize=512)
def _frame(language: str | None, date: dt.date, is_today: bool, heading: str) -> tuple[str, str]:
    """The HTML before and after the runs of a column."""
    short = dates.words(language).short_weekdays[date.weekday()]
    weekday, number, month = dates.day(date, language).split(" ", 2)
    frame = _fragment(
        "booking/_week_column.html",
        {
            "date": date,
            "heading": heading,
            "is_today": is_today,
            "weekday": short,
            "rest_of_weekday": weekday.removeprefix(short),
            "number": number,
            "month": month,
            "runs": _PLACEHOLDER,
        },
    )
    before, _, after = frame.partition(_PLACEHOLDER)
    return before, after


_PLACEHOLDER = "\ufdd0"  # a code point that is never a character


@lru_cache(maxsize=4096)
def _run(
    language: str | None, run: Run, date: dt.date, urls: TimeUrls | None, *, is_own: bool = True
) -> SafeString:
    """``urls``: where a free time is chosen. ``is_own``: the reader's visits, not those of a
    recipient whom they act for."""
    if run.visit:
        url = reverse("booking:visit", args=[run.visit.id])
    else:
        url = urls.times(date) if urls else ""
    context = {"run": run, "date": date, "url": url, "is_own": is_own}
    return _fragment("booking/_week_run.html", context)


def _own_run(
    language: str | None, run: Run, visit: OwnVisit, date: dt.date, *, is_own: bool
) -> str:
    """Cached without the id, so that users with visits at the same times share a fragment."""
    shared = replace(run, visit=replace(visit, id=_NO_ID))
    html = _run(language, shared, date, None, is_own=is_own)
    return html.replace(str(_NO_ID), str(visit.id))


_NO_ID = UUID(int=0)


def _fragment(template_name: str, context: dict[str, Any]) -> SafeString:
    return SafeString(get_template(template_name).render(context))


@register.simple_tag
def times_url(choosing: Choosing, date: dt.date) -> str:
    return choosing.urls.times(date)


@register.simple_tag
def check_url(choosing: Choosing, starts_at: dt.datetime) -> str:
    return choosing.urls.check(starts_at)


@register.filter
def day_after(date: dt.date) -> dt.date:
    return date + dt.timedelta(days=1)
