"""Read typed values from environment variables.

A missing or malformed variable raises ``SettingError`` with its name and the expected format.
The value is never repeated, because it may be a secret.
"""

import os

from django.core.exceptions import ImproperlyConfigured

from accounts.text import clean_text

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class SettingError(ImproperlyConfigured):
    """An environment variable is missing or malformed."""


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise SettingError(f"Set the environment variable {name}.")
    return clean_text(value)


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise SettingError(f"{name} must be one of 1, 0, true, false, yes, no, on, off.")


def number(name: str, default: int) -> int:
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError:
        raise SettingError(f"{name} must be a whole number.") from None


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list; empty items are dropped."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def beginning_with(prefix: str) -> dict[str, str]:
    """All variables with a prefix, by the rest of their names."""
    return {
        name.removeprefix(prefix): value
        for name, value in os.environ.items()
        if name.startswith(prefix)
    }
