"""Visits as an iCalendar file (RFC 5545; RFC 5546 for METHOD).

An entry always keeps its UID. SEQUENCE rises with every change, so that a calendar program
knows the newer of two files. Times are local, with the zone's rules in the file. Programs read
a local time that comes twice as the first of the two: an entry at the second is in UTC.
"""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vDuration,
    vText,
)

PRODUCT = "-//Service Shop//Visits//EN"
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
# Not allowed anywhere in a file (RFC 5545, 3.1). Line breaks are, because they are escaped.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Method(Enum):
    PUBLISH = "PUBLISH"  # add or update the entries
    CANCEL = "CANCEL"  # remove them


@dataclass(frozen=True)
class Entry:
    id: uuid.UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    sequence: int
    changed_at: dt.datetime
    title: str
    description: str = ""
    url: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True)
class Sender:
    """The organizer of the entries."""

    name: str
    email: str


def calendar_file(
    entries: Iterable[Entry],
    *,
    method: Method,
    zone: ZoneInfo,
    sender: Sender,
    name: str = "",
    refresh: dt.timedelta | None = None,
    empty_at: dt.datetime | None = None,
) -> bytes:
    """The file's content. Feeds have a ``name`` and ``refresh``, the interval between readings.

    A calendar must have a component: without entries, the file has the zone's rules around
    ``empty_at``.
    """
    shown = sorted(entries, key=lambda entry: (entry.starts_at, entry.id))
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method.value)
    if name:
        calendar.add("NAME", _text(name))
        calendar.add("X-WR-CALNAME", _text(name))
    if refresh:
        calendar.add("REFRESH-INTERVAL", refresh, parameters={"VALUE": "DURATION"})
        # The library writes a property that it does not know with str(): "1:00:00".
        calendar.add("X-PUBLISHED-TTL", vDuration(refresh))
    instants = [at for entry in shown for at in (entry.starts_at, entry.ends_at)]
    if empty_at and not shown:
        instants = [empty_at]
    calendar.add_component(time_zone(zone, min(instants), max(instants)))
    for entry in shown:
        calendar.add_component(_event(entry, zone, sender))
    file: bytes = calendar.to_ical()
    return file


def time_zone(zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> Timezone:
    """The zone's rules for a year around these instants.

    The library's own function names the onset of summer time an hour late.
    """
    component = Timezone()
    component.add("TZID", zone.key)
    began = first.astimezone(dt.UTC) - 366 * DAY  # a calendar shows the weeks around it, too
    component.add_component(_observance(began, began, zone))
    for onset in _changes(began, last.astimezone(dt.UTC) + 366 * DAY, zone):
        component.add_component(_observance(onset, onset - SECOND, zone))
    return component


def _event(entry: Entry, zone: ZoneInfo, sender: Sender) -> Event:
    event = Event()
    event.add("UID", str(entry.id))
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", entry.changed_at.astimezone(dt.UTC))
    event.add("LAST-MODIFIED", entry.changed_at.astimezone(dt.UTC))
    event.add("DTSTART", _time(entry.starts_at, zone))
    event.add("DTEND", _time(entry.ends_at, zone))
    event.add("SUMMARY", _text(entry.title))
    if entry.description:
        event.add("DESCRIPTION", _text(entry.description))
    if entry.url:
        event.add("URL", entry.url)
    event.add("STATUS", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    event.add("CLASS", "PRIVATE")
    organizer = vCalAddress(f"mailto:{sender.email}")
    organizer.params["CN"] = _text(sender.name)
    event.add("ORGANIZER", organizer, encode=False)
    return event


def _text(text: str) -> vText:
    return vText(CONTROL.sub("", text))


def _time(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    local = instant.astimezone(zone)
    return instant.astimezone(dt.UTC) if local.fold else local


def _observance(
    onset: dt.datetime, before: dt.datetime, zone: ZoneInfo
) -> TimezoneStandard | TimezoneDaylight:
    """The rules from ``onset`` on, which is given in the local time that held just before."""
    held, holds = before.astimezone(zone), onset.astimezone(zone)
    observance = TimezoneDaylight() if holds.dst() else TimezoneStandard()
    offset = held.utcoffset() or dt.timedelta()
    observance.add("DTSTART", (onset + offset).replace(tzinfo=None))
    observance.add("TZOFFSETFROM", offset)
    observance.add("TZOFFSETTO", holds.utcoffset())
    observance.add("TZNAME", holds.tzname())
    return observance


def _changes(first: dt.datetime, last: dt.datetime, zone: ZoneInfo) -> Iterator[dt.datetime]:
    """The instants in between at which the offset changes, to the second."""
    earlier = first
    while earlier < last:
        later = earlier + DAY
        if _offset(earlier, zone) != _offset(later, zone):
            low, high = earlier, later
            while high - low > SECOND:
                middle = low + (high - low) // 2
                if _offset(middle, zone) == _offset(earlier, zone):
                    low = middle
                else:
                    high = middle
            yield high.replace(microsecond=0)
        earlier = later


def _offset(instant: dt.datetime, zone: ZoneInfo) -> dt.timedelta | None:
    return instant.astimezone(zone).utcoffset()
