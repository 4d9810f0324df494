"""Read when somebody is busy from a calendar file (RFC 5545), strictly and within limits.

Programs write a small part of what the format allows. What a file does beyond that is refused,
because a rule may repeat every second, or never and be searched for until the year 9999.
"""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Component

from booking.calendar.plans import PlanTime
from departments.hours import DAY, local_instant

MOST_BYTES = 1_000_000
MOST_EVENTS = 2_000
MOST_TIMES = 2_000  # after events that repeat are spread out
DAYS = 60  # ahead
MOST_SECONDS = 3.0  # of work

RULE_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
RULE_PARTS_BY = {
    "DAILY": {"BYDAY"},
    "WEEKLY": {"BYDAY"},
    "MONTHLY": {"BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"},
}


class Fault(StrEnum):
    TOO_LARGE = "too_large"
    NO_CALENDAR = "no_calendar"
    TOO_MANY = "too_many"
    UNKNOWN_ZONE = "unknown_zone"
    UNKNOWN_RULE = "unknown_rule"


class UnreadableCalendar(Exception):
    """``fault`` says why nothing was read."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def busy_times(file: bytes, *, today: dt.date, timezone: dt.tzinfo) -> list[PlanTime]:
    """When the calendar's owner is busy from ``today`` on, ``DAYS`` days, in order.

    Cancelled events, and those marked as free, are left out; an event without a clock lasts all
    day in ``timezone``. Raises ``UnreadableCalendar``.
    """
    begun = time.monotonic()
    found: list[PlanTime] = []
    for events in _series(_events(file)):
        if time.monotonic() - begun > MOST_SECONDS:
            raise UnreadableCalendar(Fault.TOO_MANY)
        for event in _spread(events, today, timezone):
            if one := _time(event, timezone):
                found.append(one)
        if len(found) > MOST_TIMES:
            raise UnreadableCalendar(Fault.TOO_MANY)
    return sorted(found, key=lambda one: (one.starts_at, one.ends_at))


def _events(file: bytes) -> list[Component]:
    if len(file) > MOST_BYTES:
        raise UnreadableCalendar(Fault.TOO_LARGE)
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableCalendar(Fault.NO_CALENDAR) from None
    marks = text.strip().upper()
    if not (marks.startswith("BEGIN:VCALENDAR") and marks.endswith("END:VCALENDAR")):
        raise UnreadableCalendar(Fault.NO_CALENDAR)
    if marks.count("\nBEGIN:") + 1 != marks.count("\nEND:"):  # parts that never end
        raise UnreadableCalendar(Fault.NO_CALENDAR)
    if marks.count("BEGIN:VEVENT") > MOST_EVENTS:
        raise UnreadableCalendar(Fault.TOO_MANY)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        events = [event for one in calendars for event in one.walk("VEVENT")]
        for event in events:
            _check(event)
    except UnreadableCalendar:
        raise
    except Exception:  # the library raises all kinds for a broken file
        raise UnreadableCalendar(Fault.NO_CALENDAR) from None
    return events


def _check(event: Component) -> None:
    """Raise ``UnreadableCalendar`` for what is not read."""
    if event.errors or "DTSTART" not in event:
        raise UnreadableCalendar(Fault.NO_CALENDAR)
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        value = event.get(name)
        if value is None:
            continue
        is_floating = isinstance(value.dt, dt.datetime) and value.dt.tzinfo is None
        if is_floating and "TZID" in value.params:
            raise UnreadableCalendar(Fault.UNKNOWN_ZONE)
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        _check_rule(rule)
    if "EXRULE" in event:
        raise UnreadableCalendar(Fault.UNKNOWN_RULE)


def _check_rule(rule: Any) -> None:
    (frequency,) = rule.get("FREQ", [""])
    allowed = RULE_PARTS_BY.get(str(frequency).upper())
    if allowed is None or not set(rule) <= RULE_PARTS | allowed:
        raise UnreadableCalendar(Fault.UNKNOWN_RULE)
    if any(int(step) < 1 for step in rule.get("INTERVAL", [1])):
        raise UnreadableCalendar(Fault.UNKNOWN_RULE)


def _series(events: Iterable[Component]) -> Iterator[list[Component]]:
    """The events by UID: one that repeats, and the dates on which it differs."""
    by_id: dict[str, list[Component]] = defaultdict(list)
    for number, event in enumerate(events):
        by_id[str(event.get("UID", number))].append(event)
    yield from by_id.values()


def _spread(events: list[Component], today: dt.date, timezone: dt.tzinfo) -> list[Component]:
    calendar = Calendar()
    for event in events:
        calendar.add_component(event)
    first = local_instant(today, dt.time(0), timezone).astimezone(timezone)
    last = local_instant(today + DAYS * DAY, dt.time(0), timezone).astimezone(timezone)
    try:
        return list(recurring_ical_events.of(calendar).between(first, last))
    except Exception:  # as above
        raise UnreadableCalendar(Fault.NO_CALENDAR) from None


def _time(event: Component, timezone: dt.tzinfo) -> PlanTime | None:
    """None for an event that keeps nobody busy."""
    is_free = (
        str(event.get("STATUS", "")).upper() == "CANCELLED"
        or str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
        or str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE"
    )
    starts_at = _instant(event.decoded("DTSTART"), timezone)
    ends_at = _instant(event.decoded("DTEND"), timezone)
    if is_free or ends_at <= starts_at:
        return None
    return PlanTime(starts_at, ends_at, str(event.get("SUMMARY", "")))


def _instant(value: dt.datetime | dt.date, timezone: dt.tzinfo) -> dt.datetime:
    if not isinstance(value, dt.datetime):
        return local_instant(value, dt.time(0), timezone)
    if value.tzinfo is None:
        return local_instant(value.date(), value.time(), timezone)
    return value.astimezone(dt.UTC)
