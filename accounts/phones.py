"""Phone numbers: read from what people write, stored as E.164, shown as they are read in Norway.

Text that is no number, such as "datter Kari 901 12 233", may be stored from before. Numbers
found in it can be called by a person, who reads the words beside them. No message goes there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import (
    NumberFormat,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    PhoneNumberType,
)

REGION = "NO"
# Letters are left out: the library would read them as the digits of a keypad, or as an extension.
WRITTEN = re.compile(r"[+\d\s()./-]+")
NORWAY = 47
# As Språkrådet recommends: mobile numbers in 3 + 2 + 3 figures, others as the library does.
GROUPS = [
    NumberFormat(r"(\d{3})(\d{2})(\d{3})", r"\1 \2 \3", ["[489]"]),
    NumberFormat(r"(\d{2})(\d{2})(\d{2})(\d{2})", r"\1 \2 \3 \4", ["[235-7]"]),
]
MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


class NoNumber(ValueError):
    """The text contains no phone number that exists."""


class SeveralNumbers(ValueError):
    """The text contains more than one number."""


class UnsureNumber(ValueError):
    """The text contains a number, and words that may say whose it is."""

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number  # E.164


@dataclass(frozen=True)
class FoundNumber:
    """A number to call: for a ``tel:`` link, and as people read it."""

    link: str
    shown: str
    words: str = ""  # the whole text, if it is more than this number


def parse_number(text: str) -> str:
    """The number as "+4790112233"; "" for an empty text.

    Raises ``NoNumber``, ``SeveralNumbers``, and ``UnsureNumber`` when there are words too.
    """
    if not text.strip():
        return ""
    if (number := _stored(text)) is not None:
        return _e164(number)
    found = {_e164(match.number) for match in PhoneNumberMatcher(text, REGION)}
    if not found:
        raise NoNumber
    if len(found) > 1:
        raise SeveralNumbers
    raise UnsureNumber(found.pop())


def normalized(text: str) -> str:
    """The number as "+4790112233", or the text itself if it is not clearly one number."""
    try:
        return parse_number(text)
    except ValueError:
        return text


def searched_digits(text: str) -> str:
    """The digits of a number or a part of one, as they stand in stored numbers, without
    Norway's country code: "+47 901 12" gives "90112". "" for text with anything else in it."""
    if not WRITTEN.fullmatch(text):
        return ""
    digits = re.sub(r"\D", "", text)
    if text.strip().startswith("+"):
        return digits.removeprefix(str(NORWAY))
    return digits.removeprefix(f"00{NORWAY}").removeprefix("00")


def shown_number(phone: str) -> str:
    """A stored number as "901 12 233", or with its country code if it is foreign; other text
    unchanged."""
    number = _stored(phone)
    if number is None:
        return phone
    if number.country_code != NORWAY:
        return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return phonenumbers.format_by_pattern(number, PhoneNumberFormat.NATIONAL, GROUPS)


def numbers_in(phone: str) -> Iterator[FoundNumber]:
    """The numbers that a person may call: the stored one, or those in a text."""
    if (number := _stored(phone)) is not None:
        yield FoundNumber(_e164(number), shown_number(phone))
        return
    seen = set()
    for match in PhoneNumberMatcher(phone, REGION):
        link = _e164(match.number)
        if link not in seen:
            seen.add(link)
            yield FoundNumber(link, shown_number(link), words=phone)


def mobile_number(phone: str) -> str:
    """The stored number as E.164 if it can get text messages, else ""."""
    number = _stored(phone)
    return _e164(number) if number and phonenumbers.number_type(number) in MOBILE else ""


def _stored(phone: str) -> PhoneNumber | None:
    """The number if ``phone`` is nothing else. A number is never guessed from other text."""
    return _valid(phone) if WRITTEN.fullmatch(phone) else None


def _valid(text: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
