"""The iCalendar file, read back with a parser."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from booking.calendar.ics import Entry, Method, Sender, calendar_file, time_zone
from tests.strict_calendar import faults_of

OSLO = ZoneInfo("Europe/Oslo")
SENDER = Sender("Fjordvik kommune", "tjenesteshop@example.test")
ID = uuid.UUID("8e0d4c1e-6f62-4a3e-9f0a-1d6a2f3b4c5d")


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def entry(starts_at="2026-11-25T09:00", minutes=60, **values):
    starts = utc(starts_at)
    given = {
        "id": ID,
        "starts_at": starts,
        "ends_at": starts + dt.timedelta(minutes=minutes),
        "sequence": 0,
        "changed_at": utc("2026-11-24T08:00"),
        "title": "Appointment",
        **values,
    }
    return Entry(**given)


def file_of(*entries, method=Method.PUBLISH, **values):
    return calendar_file(entries, method=method, zone=OSLO, sender=SENDER, **values)


def read(file):
    assert faults_of(file) == []
    calendar = Calendar.from_ical(file)
    return calendar, calendar.walk("VEVENT")


def test_a_visit_is_read_back_unchanged():
    calendar, (event,) = read(file_of(entry(sequence=3, description="Call, please; soon")))
    assert calendar["METHOD"] == "PUBLISH"
    assert event["UID"] == str(ID)
    assert event["SEQUENCE"] == 3
    assert event.decoded("DTSTART") == utc("2026-11-25T09:00")
    assert event.decoded("DTEND") == utc("2026-11-25T10:00")
    assert event["DTSTART"].params["TZID"] == "Europe/Oslo"
    assert event["SUMMARY"] == "Appointment"
    assert event["DESCRIPTION"] == "Call, please; soon"
    assert event["STATUS"] == "CONFIRMED"
    assert event["CLASS"] == "PRIVATE"
    assert event["ORGANIZER"] == "mailto:tjenesteshop@example.test"


def test_a_cancelled_visit_keeps_its_title_and_is_marked():
    calendar, (event,) = read(file_of(entry(is_cancelled=True, sequence=1), method=Method.CANCEL))
    assert calendar["METHOD"] == "CANCEL"
    assert event["UID"] == str(ID)
    assert event["STATUS"] == "CANCELLED"
    assert event["TRANSP"] == "TRANSPARENT"


def test_the_same_visits_make_the_same_file_whatever_their_order():
    one, other = entry(), entry("2026-11-26T09:00", id=uuid.uuid4())
    assert file_of(one, other) == file_of(other, one)


def test_no_line_is_longer_than_75_octets_and_each_ends_in_crlf():
    file = file_of(entry(title="Blåbær og søppel " * 12))
    lines = file.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in file.replace(b"\r\n", b"")
    assert read(file)[1][0]["SUMMARY"] == "Blåbær og søppel " * 12


@pytest.mark.parametrize(
    ("refresh", "written"),
    [
        (dt.timedelta(hours=1), b"PT1H"),
        (dt.timedelta(minutes=90), b"PT1H30M"),
        (dt.timedelta(days=1), b"P1D"),
        (dt.timedelta(days=1, hours=2), b"P1DT2H"),
    ],
)
def test_a_feed_has_a_name_and_an_interval_and_may_be_empty(refresh, written):
    at = utc("2026-01-01T00:00")
    file = file_of(name="Besøk; avtaler, alle", refresh=refresh, empty_at=at)
    calendar, events = read(file)
    assert not events
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Oslo"]
    for name in ("NAME", "X-WR-CALNAME"):
        assert f"{name}:Besøk\\; avtaler\\, alle\r\n".encode() in file
    assert b"REFRESH-INTERVAL;VALUE=DURATION:" + written + b"\r\n" in file
    assert b"X-PUBLISHED-TTL:" + written + b"\r\n" in file


@pytest.mark.parametrize(
    ("text", "read_back"),
    [
        ("a; b, c\\d", "a; b, c\\d"),
        ("one\ntwo", "one\ntwo"),
        ("bell\x07 null\x00 delete\x7f", "bell null delete"),
        ("BEGIN:VEVENT\r\nUID:other", "BEGIN:VEVENT\nUID:other"),
        ("Sør-Varánger čáppa 👩‍⚕️ " * 9, "Sør-Varánger čáppa 👩‍⚕️ " * 9),
    ],
)
def test_any_text_makes_a_valid_file(text, read_back):
    _, (event,) = read(file_of(entry(title=text, description=text)))
    assert event["SUMMARY"] == event["DESCRIPTION"] == read_back


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ((b":PT1H", b":1:00:00"), "no value of REFRESH-INTERVAL: '1:00:00'"),
        ((b"UID:", b"X-UID:"), "VEVENT has no UID"),
        ((b"SEQUENCE:0", b"SEQUENCE:0\r\nSEQUENCE:1"), "VEVENT has SEQUENCE twice"),
        ((b"SUMMARY:", b"SUMMARY:a;"), "no value of SUMMARY: 'a;Appointment'"),
        ((b"END:VTIMEZONE", b"END:VEVENT"), "VTIMEZONE is ended by VEVENT"),
    ],
)
def test_the_check_of_files_finds_faults(broken, fault):
    file = file_of(entry(), name="x", refresh=dt.timedelta(hours=1))
    assert faults_of(file.replace(*broken, 1))[:1] == [fault]


@pytest.mark.parametrize(
    ("starts_at", "written"),
    [
        ("2026-10-25T00:30", b"DTSTART;TZID=Europe/Oslo:20261025T023000"),  # summer time
        ("2026-10-25T01:30", b"DTSTART:20261025T013000Z"),  # winter time: the second 02.30
        ("2026-10-25T02:00", b"DTSTART;TZID=Europe/Oslo:20261025T030000"),
        ("2027-03-28T00:30", b"DTSTART;TZID=Europe/Oslo:20270328T013000"),
        ("2027-03-28T01:00", b"DTSTART;TZID=Europe/Oslo:20270328T030000"),
    ],
)
def test_a_repeated_hour_is_never_ambiguous(starts_at, written):
    file = file_of(entry(starts_at, minutes=15))
    assert written in file
    _, (event,) = read(file)
    # Local times that come twice are never equal to times of another zone.
    assert event.decoded("DTSTART").astimezone(dt.UTC) == utc(starts_at)
    ends_at = event.decoded("DTEND").astimezone(dt.UTC)
    assert ends_at == utc(starts_at) + dt.timedelta(minutes=15)


def offset_at(component, instant):
    """The offset at that time by the rules in the file, as RFC 5545 defines it."""
    latest = None
    for rule in component.subcomponents:
        onset = rule.decoded("DTSTART").replace(tzinfo=dt.UTC) - rule.decoded("TZOFFSETFROM")
        if onset <= instant and (latest is None or onset >= latest[0]):
            latest = onset, rule.decoded("TZOFFSETTO")
    return latest[1]


@pytest.mark.parametrize("zone", [OSLO, ZoneInfo("America/New_York"), ZoneInfo("UTC")])
def test_the_rules_in_the_file_are_those_of_the_zone(zone):
    first, last = utc("2026-03-01T00:00"), utc("2027-11-05T00:00")
    component = time_zone(zone, first, last)
    instant = first
    while instant < last:
        assert offset_at(component, instant) == instant.astimezone(zone).utcoffset(), instant
        instant += dt.timedelta(
            minutes=15 if instant.day in (1, 7, 8, 14, 25, 28, 29, 31) else 720
        )


def test_the_rules_have_the_dates_of_clock_changes():
    file = file_of(entry("2026-10-20T09:00"))
    assert b"BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\n" in file
    assert b"BEGIN:DAYLIGHT\r\nDTSTART:20270328T020000\r\n" in file
