"""Times as people say them: "halv elleve", "quarter past ten".

For texts that are only heard. Voices read "10.30" as "ti punktum tretti". The same rules, and
those for dates, are in ``static/js/spoken.js`` for the button "Read aloud".
"""

# ruff: noqa: SIM905 (split() keeps the tables readable)

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

NIGHT_ENDS, EVENING_BEGINS = 6, 18  # hours; in between, no part of the day is said


@dataclass(frozen=True)
class SpokenTexts:
    numbers: tuple[str, ...]  # of minutes, from 0
    one: str  # the hour
    whole: str
    quarter: str
    minute: tuple[str, str]  # after a number that is no multiple of five
    past: str
    to: str
    half: str  # of the coming hour in Norwegian, of the last one in English
    at_night: str
    in_evening: str


_NUMBERS = "null {one} to tre fire fem seks sju åtte ni ti elleve tolv tretten fjorten"

TEXTS: Mapping[str, SpokenTexts] = {
    "nb": SpokenTexts(
        numbers=tuple(_NUMBERS.format(one="ett").split()),
        one="ett",
        whole="klokka {hour}",
        quarter="kvart",
        minute=("minutt", "minutter"),
        past="{minutes} over {hour}",
        to="{minutes} på {hour}",
        half="halv {hour}",
        at_night="om natta",
        in_evening="om kvelden",
    ),
    "nn": SpokenTexts(
        numbers=tuple(_NUMBERS.format(one="eitt").split()),
        one="eitt",
        whole="klokka {hour}",
        quarter="kvart",
        minute=("minutt", "minutt"),
        past="{minutes} over {hour}",
        to="{minutes} på {hour}",
        half="halv {hour}",
        at_night="om natta",
        in_evening="om kvelden",
    ),
    "en": SpokenTexts(
        numbers=tuple(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen "
            "fourteen fifteen sixteen seventeen eighteen nineteen twenty twenty-one twenty-two "
            "twenty-three twenty-four twenty-five twenty-six twenty-seven twenty-eight "
            "twenty-nine".split()
        ),
        one="one",
        whole="{hour} o’clock",
        quarter="quarter",
        minute=("minute", "minutes"),
        past="{minutes} past {hour}",
        to="{minutes} to {hour}",
        half="half past {hour}",
        at_night="at night",
        in_evening="in the evening",
    ),
}


def spoken_time(
    time: dt.time, language: str | None, *, with_part_of_day: bool = True
) -> str | None:
    """ "kvart over ti", "half past eight in the evening"; None in other languages."""
    return _spoken(time.hour, time.minute, (language or "nb")[:2], with_part_of_day)


@cache
def _spoken(hour: int, minute: int, language: str, with_part_of_day: bool) -> str | None:
    if language not in TEXTS:
        return None
    texts = TEXTS[language]
    text = (_english if language == "en" else _norwegian)(texts, hour, minute)
    if not with_part_of_day:
        return text
    if hour < NIGHT_ENDS:
        return f"{text} {texts.at_night}"
    return f"{text} {texts.in_evening}" if hour >= EVENING_BEGINS else text


def _norwegian(texts: SpokenTexts, hour: int, minute: int) -> str:
    """Minutes are counted from the nearest whole or half hour."""
    coming = _hour(texts, hour + 1)
    if minute == 0:
        return texts.whole.format(hour=_hour(texts, hour))
    if minute <= 15:
        return texts.past.format(minutes=_minutes(texts, minute), hour=_hour(texts, hour))
    half = texts.half.format(hour=coming)
    if minute < 30:
        return texts.to.format(minutes=_minutes(texts, 30 - minute), hour=half)
    if minute == 30:
        return half
    if minute < 45:
        return texts.past.format(minutes=_minutes(texts, minute - 30), hour=half)
    return texts.to.format(minutes=_minutes(texts, 60 - minute), hour=coming)


def _english(texts: SpokenTexts, hour: int, minute: int) -> str:
    if minute == 0:
        return texts.whole.format(hour=_hour(texts, hour))
    if minute == 30:
        return texts.half.format(hour=_hour(texts, hour))
    if minute < 30:
        return texts.past.format(minutes=_minutes(texts, minute), hour=_hour(texts, hour))
    return texts.to.format(minutes=_minutes(texts, 60 - minute), hour=_hour(texts, hour + 1))


def _hour(texts: SpokenTexts, hour: int) -> str:
    number = (hour - 1) % 12 + 1
    return texts.one if number == 1 else texts.numbers[number]


def _minutes(texts: SpokenTexts, minutes: int) -> str:
    if minutes == 15:
        return texts.quarter
    number = texts.numbers[minutes]
    return number if minutes % 5 == 0 else f"{number} {texts.minute[minutes != 1]}"
