"""Calendar files as Google, Outlook and others write them, and files that are refused."""

import contextlib
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.calendar.read_ics import Fault, UnreadableCalendar, busy_times

OSLO = ZoneInfo("Europe/Oslo")
TODAY = dt.date(2026, 12, 1)


def calendar(*events, head=()):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", *head]
    for number, event in enumerate(events):
        uid = () if any(line.startswith("UID:") for line in event) else (f"UID:{number}",)
        lines += ["BEGIN:VEVENT", *uid, *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(*events, **options):
    found = busy_times(calendar(*events, **options), today=TODAY, timezone=OSLO)
    return [(_clock(one.starts_at), _clock(one.ends_at)) for one in found]


def _clock(instant):
    return f"{instant.astimezone(OSLO):%m-%d %H:%M}"


NOON = ("DTSTART:20261212T110000Z", "DTEND:20261212T120000Z")
ONE = [("12-12 12:00", "12-12 13:00")]
GOOGLE_WEEKLY = (
    "DTSTART;TZID=Europe/Oslo:20200107T170000", "DTEND;TZID=Europe/Oslo:20200107T180000",
    "RRULE:FREQ=WEEKLY;UNTIL=20261223T225959Z;BYDAY=TU", "UID:x@google.com",
    "EXDATE;TZID=Europe/Oslo:20261208T170000", "SUMMARY:Trening", "TRANSP:OPAQUE",
)  # fmt: skip
GOOGLE_MOVED = (
    "DTSTART;TZID=Europe/Oslo:20261216T190000", "DTEND;TZID=Europe/Oslo:20261216T200000",
    "UID:x@google.com", "RECURRENCE-ID;TZID=Europe/Oslo:20261215T170000",
)  # fmt: skip
OUTLOOK_ZONE = (
    "METHOD:PUBLISH", "X-WR-CALNAME:Kalender",
    "BEGIN:VTIMEZONE", "TZID:W. Europe Standard Time",
    "BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD",
    "BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT",
    "END:VTIMEZONE",
)  # fmt: skip
OUTLOOK = (
    "DTSTART;TZID=W. Europe Standard Time:20261212T120000",
    "DTEND;TZID=W. Europe Standard Time:20261212T130000",
    "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY",
)  # fmt: skip


def test_google():
    assert read(GOOGLE_WEEKLY, GOOGLE_MOVED, head=["X-WR-TIMEZONE:Europe/Oslo"]) == [
        ("12-01 17:00", "12-01 18:00"),
        ("12-16 19:00", "12-16 20:00"),
        ("12-22 17:00", "12-22 18:00"),
    ]


def test_outlook():
    assert read(OUTLOOK, head=OUTLOOK_ZONE) == ONE
    assert read((*OUTLOOK[:2], "X-MICROSOFT-CDO-BUSYSTATUS:FREE"), head=OUTLOOK_ZONE) == []


@pytest.mark.parametrize(
    ("event", "times"),
    [
        (NOON, ONE),
        (("DTSTART:20261212T110000Z", "DURATION:PT1H"), ONE),
        (("DTSTART:20261212T120000", "DTEND:20261212T130000"), ONE),  # floating: here
        (("DTSTART;VALUE=DATE:20261212",), [("12-12 00:00", "12-13 00:00")]),
        ((*NOON, "STATUS:CANCELLED"), []),
        ((*NOON, "TRANSP:TRANSPARENT"), []),
        (("DTSTART:20261212T110000Z",), []),  # lasts no time
        (("DTSTART:20251212T110000Z", "DTEND:20251212T120000Z"), []),
        (("DTSTART:20270301T110000Z", "DTEND:20270301T120000Z"), []),  # beyond 60 days
        ((*NOON, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), ONE),  # and never again
    ],
)
def test_when_an_event_keeps_somebody_busy(event, times):
    assert read(event) == times


ODD_ZONE = ("DTSTART;TZID=Mars/Base:20261212T110000", "DTEND;TZID=Mars/Base:20261212T120000")
MANY = ("DTSTART:20200101T110000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (b"", Fault.NO_CALENDAR),
        (b"PK\x03\x04 a zip file", Fault.NO_CALENDAR),
        (b"<!doctype html>", Fault.NO_CALENDAR),
        (calendar(NOON)[:-20], Fault.NO_CALENDAR),  # cut off
        (b"BEGIN:VCALENDAR\r\n" * 9000 + b"END:VCALENDAR", Fault.NO_CALENDAR),
        (calendar(("DTEND:20261212T120000Z",)), Fault.NO_CALENDAR),
        (calendar(("DTSTART:yesterday",)), Fault.NO_CALENDAR),
        (calendar(("DTSTART:20261112T100000Z", "DURATION:P99999999999D")), Fault.NO_CALENDAR),
        (calendar(ODD_ZONE), Fault.UNKNOWN_ZONE),
        (calendar((*NOON, "RRULE:FREQ=SECONDLY")), Fault.UNKNOWN_RULE),
        (calendar((*NOON, "RRULE:FREQ=DAILY;BYHOUR=1,2,3")), Fault.UNKNOWN_RULE),
        (calendar((*NOON, "RRULE:FREQ=WEEKLY;INTERVAL=0")), Fault.UNKNOWN_RULE),
        (calendar(*[NOON] * 2001), Fault.TOO_MANY),
        (calendar(*[MANY] * 60), Fault.TOO_MANY),
        (b"x" * 1_000_001, Fault.TOO_LARGE),
    ],
    ids=lambda value: value if isinstance(value, Fault) else str(value[:12]),
)
def test_what_is_refused_says_why(file, fault):
    with pytest.raises(UnreadableCalendar) as error:
        busy_times(file, today=TODAY, timezone=OSLO)
    assert error.value.fault is fault


@given(st.lists(st.text(alphabet="ABDEGINRTUVW:;=-,/ \r\n0129", max_size=40), max_size=8))
def test_no_file_is_an_error_of_ours(lines):
    event = [*NOON[:1], *lines]
    with contextlib.suppress(UnreadableCalendar):
        busy_times(calendar(event), today=TODAY, timezone=OSLO)
