"""Read typed values from environment variables.

A missing or malformed variable raises ``SettingError`` with its name and the expected format.
The value is never repeated, because it may be a secret. An empty variable counts as unset: a
line of .env without a value means the default.
"""

import os
import re
from collections.abc import Collection
from email.utils import getaddresses
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from accounts.text import clean_text

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
HOST = r"\.?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]|\*"
LOCAL_HOST = r"localhost|.+\.localhost|127(\.\d+){3}|\[::1\]|testserver"
PHONE = r"\+?[\d ()/-]*\d[\d ()/-]*"
# What mobile networks accept as a sender: a name, or a number.
SMS_SENDER = r"(?=.*[A-Za-z])[A-Za-z0-9 .&_-]{1,11}|\+?\d{3,15}"

names: set[str] = set()  # every variable that was read


class SettingError(ImproperlyConfigured):
    """An environment variable is missing or malformed."""


def secret(name: str, default: str | None = None, *, shortest: int = 0) -> str:
    """The value as it is. ``shortest`` is in characters."""
    value = _read(name)
    if value is None:
        if default is None:
            raise SettingError(f"Set the environment variable {name}.")
        return default
    if len(value) < shortest:
        raise SettingError(f"{name} must have at least {shortest} characters.")
    if not (value.isascii() and value.isprintable()):
        raise SettingError(f"{name} must be one line of ASCII characters.")
    return value


def text(name: str, default: str | None = None, *, pattern: str = "", expected: str = "") -> str:
    """One line, cleaned. ``expected`` says in words what ``pattern`` is."""
    value = _read(name)
    if value is None:
        if default is None:
            raise SettingError(f"Set the environment variable {name}.")
        return default
    value = clean_text(value)
    if pattern and not re.fullmatch(pattern, value):
        raise SettingError(f"{name} must be {expected}.")
    return value


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "").lower()
    if not value:
        return default
    if value in TRUE | FALSE:
        return value in TRUE
    raise SettingError(f"{name} must be one of 1, 0, true, false, yes, no, on, off.")


def number(name: str, default: int, lowest: int = 0, highest: int = 1_000_000) -> int:
    value = text(name, str(default))
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not lowest <= int(value) <= highest:
        raise SettingError(f"{name} must be a whole number from {lowest} to {highest}.")
    return int(value)


def choice(name: str, default: str, choices: Collection[str]) -> str:
    value = text(name, default)
    if value not in choices:
        raise SettingError(f"{name} must be one of {', '.join(choices)}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list; empty items are dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def hosts(name: str) -> list[str]:
    """Host names, without scheme and port."""
    found = words(name)
    if not all(re.fullmatch(HOST, host) for host in found):
        raise SettingError(
            f"{name} must be host names such as tjenesteshop.example.no, without https:// and"
            " without a port."
        )
    return found


def is_local(host: str) -> bool:
    """Whether only programs on this machine reach the host name."""
    return bool(re.fullmatch(LOCAL_HOST, host))


def phone(name: str, default: str | None) -> str:
    return text(name, default, pattern=PHONE, expected="a phone number")


def origins(name: str) -> list[str]:
    """URLs without a path."""
    found = words(name)
    if not all(_is_origin(origin) for origin in found):
        raise SettingError(f"{name} must be URLs without a path: https://tjenesteshop.example.no.")
    return found


def origin(name: str, default: str) -> str:
    value = text(name, default).rstrip("/")
    if not _is_origin(value):
        raise SettingError(
            f"{name} must be a URL without a path: https://tjenesteshop.example.no."
        )
    return value


def url(
    name: str, default: str | None = None, schemes: Collection[str] = ("https", "http")
) -> str:
    value = text(name, default)
    if value and not ((parts := _split(value)) and parts.scheme in schemes and _has_place(parts)):
        beginnings = " or ".join(f"{scheme}://" for scheme in schemes)
        raise SettingError(f"{name} must be a URL that begins with {beginnings}.")
    return value


def sender(name: str, default: str | None) -> str:
    """An e-mail address, with or without a name: ``Fjordvik kommune <post@example.no>``."""
    value = text(name, default)
    found = getaddresses([value])
    try:
        validate_email(found[0][1] if len(found) == 1 else "")
    except ValidationError:
        raise SettingError(
            f'{name} must be an e-mail address, or "Name <post@example.no>".'
        ) from None
    return value


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise SettingError(f"{name} must be a time zone such as Europe/Oslo.") from None
    return value


def languages(name: str) -> list[tuple[str, str]]:
    """Codes and names: ``pl=Polski,se=Davvisámegiella``."""
    found = [tuple(word.split("=")) for word in words(name)]
    if not all(len(one) == 2 and re.fullmatch("[a-z]{2}", one[0]) and one[1] for one in found):
        raise SettingError(f"{name} must be codes of two letters and names: pl=Polski,sv=Svenska.")
    return [(code, label) for code, label in found]


def beginning_with(prefix: str) -> dict[str, str]:
    """All variables with a prefix, by the rest of their names."""
    found = {name: secret(name, "") for name in os.environ if name.startswith(prefix)}
    return {name.removeprefix(prefix): value for name, value in found.items() if value}


def _read(name: str) -> str | None:
    """The value; None if it is missing or empty."""
    names.add(name)
    value = os.environ.get(name, "")
    return value if value.strip() else None


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 -- raises ValueError for a port that is no number
    except ValueError:
        return None
    return parts


def _has_place(parts: SplitResult) -> bool:
    """Whether there is a host or, for a database or Redis, the path of a socket."""
    is_web = parts.scheme in {"http", "https"}
    return bool(parts.hostname or (parts.path.strip("/") and not is_web))


def _is_origin(value: str) -> bool:
    parts = _split(value)
    return bool(
        parts
        and parts.scheme in {"http", "https"}
        and parts.hostname
        and not (parts.path or parts.query or parts.fragment or parts.username)
    )
