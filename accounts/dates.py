"""Dates and times as text in Norwegian and English.

A *day* is "tirsdag 24. november", a *short day* "tir 24. nov". Recipients read a
*clock* as "10.00", staff as "10:00". Tables are used instead of Django's date formats:
they include nynorsk, and are faster for pages that show hundreds of times.
"""

# ruff: noqa: SIM905 (split() keeps the tables readable)

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone


@dataclass(frozen=True)
class LanguageTexts:
    weekdays: tuple[str, ...]  # Monday first
    months: tuple[str, ...]
    short_weekdays: tuple[str, ...]
    short_months: tuple[str, ...]
    near: dict[int, str]  # days from today
    day: str = "{weekday} {day}. {month}"
    other_year: str = "{day} {year}"
    clock: str = "{hour:02}.{minute:02}"
    at: str = "klokka {clock}"
    week: str = "uke {week}"
    minute: tuple[str, str] = ("minutt", "minutter")
    hour: tuple[str, str] = ("time", "timer")
    in_days: tuple[str, str] = ("dag", "dager")
    both: str = "{hours} og {minutes}"
    short: tuple[str, str] = ("t", "min")
    twice: tuple[str, str] = ("sommertid", "vintertid")  # the repeated hour in October


_MONTHS = tuple(
    "januar februar mars april mai juni juli august september oktober november desember".split()
)
_SHORT_MONTHS = tuple("jan feb mars april mai juni juli aug sep okt nov des".split())

WORDS = {
    "nb": LanguageTexts(
        weekdays=tuple("mandag tirsdag onsdag torsdag fredag lørdag søndag".split()),
        months=_MONTHS,
        short_weekdays=tuple("man tir ons tor fre lør søn".split()),
        short_months=_SHORT_MONTHS,
        near={-1: "i går", 0: "i dag", 1: "i morgen"},
    ),
    "nn": LanguageTexts(
        weekdays=tuple("måndag tysdag onsdag torsdag fredag laurdag søndag".split()),
        months=_MONTHS,
        short_weekdays=tuple("mån tys ons tor fre lau søn".split()),
        short_months=_SHORT_MONTHS,
        near={-1: "i går", 0: "i dag", 1: "i morgon"},
        week="veke {week}",
        minute=("minutt", "minutt"),
        hour=("time", "timar"),
        in_days=("dag", "dagar"),
        twice=("sommartid", "vintertid"),
    ),
    "en": LanguageTexts(
        weekdays=tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()),
        months=tuple(
            "January February March April May June July August September October November "
            "December".split()
        ),
        short_weekdays=tuple("Mon Tue Wed Thu Fri Sat Sun".split()),
        short_months=tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()),
        near={-1: "yesterday", 0: "today", 1: "tomorrow"},
        day="{weekday} {day} {month}",
        clock="{hour:02}:{minute:02}",
        at="at {clock}",
        week="week {week}",
        minute=("minute", "minutes"),
        hour=("hour", "hours"),
        in_days=("day", "days"),
        both="{hours} and {minutes}",
        short=("h", "min"),
        twice=("summer time", "winter time"),
    ),
}


def words(language: str | None) -> LanguageTexts:
    """Those of the installation's language for a language that has no table here."""
    found = WORDS.get((language or settings.LANGUAGE_CODE)[:2])
    return found or WORDS.get(settings.LANGUAGE_CODE) or WORDS["nb"]


def month_number(name: str) -> int:
    """Of a month's name in any of the languages, in full or short; 0 for other words."""
    for w in WORDS.values():
        for names in (w.months, w.short_months):
            lowered = [one.lower() for one in names]
            if name.lower() in lowered:
                return lowered.index(name.lower()) + 1
    return 0


def local_date(value: dt.date) -> dt.date:
    """The local calendar day; an aware datetime is converted first."""
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def local_time(value: dt.datetime | dt.time) -> dt.time:
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).time()
    return value


def day(value: dt.date, language: str | None, *, this_year: int | None = None) -> str:
    """ "tirsdag 24. november"; the year is added if it differs from ``this_year``."""
    w, date = words(language), local_date(value)
    text = w.day.format(
        weekday=w.weekdays[date.weekday()], day=date.day, month=w.months[date.month - 1]
    )
    if this_year is not None and date.year != this_year:
        return w.other_year.format(day=text, year=date.year)
    return text


def short_day(value: dt.date, language: str | None) -> str:
    w, date = words(language), local_date(value)
    return w.day.format(
        weekday=w.short_weekdays[date.weekday()],
        day=date.day,
        month=w.short_months[date.month - 1],
    )


def near_day(value: dt.date, language: str | None, *, today: dt.date) -> str:
    """ "i går", "i dag", "i morgen", otherwise the day."""
    date = local_date(value)
    near = words(language).near.get((date - today).days)
    return near or day(date, language, this_year=today.year)


def clock(value: dt.datetime | dt.time, language: str | None) -> str:
    """ "10.00", for recipients. In the repeated hour in October, with the kind of time."""
    w = words(language)
    time = local_time(value)
    text = w.clock.format(hour=time.hour, minute=time.minute)
    repetition = _repetition(value)
    return text if repetition is None else f"{text} ({w.twice[repetition]})"


def at_on_page(clock: str, language: str | None) -> str:
    """ "klokka 10.00" with a no-break space. Not for text messages: GSM-7 has no such space."""
    return words(language).at.format(clock=clock).replace(" ", "\N{NO-BREAK SPACE}", 1)


def hm(value: dt.datetime | dt.time, language: str | None = None) -> str:
    """ "10:00", for staff."""
    time = local_time(value)
    repetition = _repetition(value)
    suffix = "" if repetition is None else f" ({words(language).twice[repetition]})"
    return f"{time.hour:02}:{time.minute:02}{suffix}"


def end_date(value: dt.datetime) -> dt.date:
    """The local day on which a period ends: midnight belongs to the day before, as "24:00"."""
    return local_date(value - dt.timedelta(microseconds=1))


def end_hm(value: dt.datetime, language: str | None = None) -> str:
    """ "15:30"; midnight is "24:00"."""
    return "24:00" if local_time(value) == dt.time.min else hm(value, language)


def duration(minutes: int, language: str | None) -> str:
    """ "1 time og 30 minutter"."""
    w = words(language)
    hours, rest = divmod(minutes, 60)
    in_hours = f"{hours} {w.hour[hours != 1]}"
    in_minutes = f"{rest} {w.minute[rest != 1]}"
    if hours and rest:
        return w.both.format(hours=in_hours, minutes=in_minutes)
    return in_hours if hours else in_minutes


def long_duration(minutes: int, language: str | None) -> str:
    """ "15 dager" for whole days, else as ``duration``."""
    days, rest = divmod(minutes, 24 * 60)
    if rest or not days:
        return duration(minutes, language)
    return f"{days} {words(language).in_days[days != 1]}"


def short_duration(minutes: int, language: str | None) -> str:
    """ "1 t 30 min"."""
    hour, minute = words(language).short
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} {hour}"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} {minute}")
    return " ".join(parts)


def _repetition(value: dt.datetime | dt.time) -> int | None:
    """0 or 1 for an instant in the repeated hour in October, otherwise None."""
    if not isinstance(value, dt.datetime) or timezone.is_naive(value):
        return None
    local = timezone.localtime(value)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return None
    # The offsets also differ in the hour skipped in March, but no instant is in that hour.
    return local.fold
