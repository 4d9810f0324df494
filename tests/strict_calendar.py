"""What RFC 5545, 5546 and 7986 forbid in an iCalendar file. The library's parser accepts much
that other programs refuse."""

import re

NAME = r"[A-Za-z0-9-]+"
PARAM = rf'{NAME}=(?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)'
LINE = re.compile(rf"({NAME})((?:;{PARAM})*):([^\x00-\x08\x0a-\x1f\x7f]*)")
TEXT = r"(?:[^\\;,]|\\[\\;,nN])*"
DURATION = r"[+-]?P(?:\d+W|(?=.)(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)"
LOCAL, UTC = r"\d{8}T\d{6}", r"\d{8}T\d{6}Z"
VALUES = {
    "DTSTAMP": UTC, "LAST-MODIFIED": UTC, "DTSTART": f"{LOCAL}Z?", "DTEND": f"{LOCAL}Z?",
    "SEQUENCE": r"\d+", "TZOFFSETFROM": r"[+-]\d{4}", "TZOFFSETTO": r"[+-]\d{4}",
    "REFRESH-INTERVAL": DURATION, "X-PUBLISHED-TTL": DURATION,
    "ORGANIZER": r"mailto:[^\s<>]+@[^\s<>]+",
    "STATUS": "CONFIRMED|CANCELLED", "METHOD": "PUBLISH|CANCEL", "VERSION": r"2\.0",
    "URL": r"https?://\S+", "CLASS": "PRIVATE", "TRANSP": "OPAQUE|TRANSPARENT",
    "BEGIN": NAME, "END": NAME, "TZID": r"\S+",
}  # fmt: skip
REQUIRED = {
    "VCALENDAR": {"PRODID", "VERSION", "METHOD"},
    "VEVENT": {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS", "ORGANIZER",
    },
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
    "DAYLIGHT": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
}  # fmt: skip


def faults_of(file):
    """What is wrong with the file; an empty list if nothing is."""
    faults = [f"{len(line)} octets: {line!r}" for line in file.split(b"\r\n") if len(line) > 75]
    if not file.endswith(b"\r\n") or re.search(rb"(?<!\r)\n|\r(?!\n)", file):
        faults.append("a line does not end in CRLF")
    text = file.decode("utf-8")
    lines = text.replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")[:-1]
    zones, open_, components = set(), [], 0
    for line in lines:
        match = LINE.fullmatch(line)
        if not match:
            faults.append(f"no content line: {line!r}")
            continue
        name, params, value = match[1].upper(), match[2], match[3]
        if not re.fullmatch(VALUES.get(name, TEXT), value):
            faults.append(f"no value of {name}: {value!r}")
        if name == "BEGIN":
            components += len(open_) == 1
            open_.append((value, []))
            continue
        component, names = open_[-1]
        if name == "END":
            faults += _missing(component, names, value)
            open_.pop()
            continue
        names.append(name)
        if component == "VTIMEZONE" and name == "TZID":
            zones.add(value)
        if zone := re.search(r";TZID=([^;:]+)", params):
            faults += [f"unknown zone {zone[1]}"] * (zone[1] not in zones or value.endswith("Z"))
    if not components:
        faults.append("a calendar without a component")
    return faults


def _missing(component, names, ended):
    twice = sorted({name for name in names if names.count(name) > 1})
    return [
        *(f"{component} has no {name}" for name in sorted(REQUIRED[component] - {*names})),
        *(f"{component} has {name} twice" for name in twice),
        *([f"{component} is ended by {ended}"] * (component != ended)),
    ]
