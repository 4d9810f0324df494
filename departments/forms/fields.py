"""Text fields for times, dates and numbers.

Native pickers are not used, because they fail with voice control and screen readers.
"""

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import dates

NO_GUESSES = {"autocomplete": "off"}  # the fields are about other people
WRITTEN_TIME = re.compile(r"^(\d{1,2})(?:[:. ]?(\d{2}))?$")
WITH_SECONDS = re.compile(r"^\d{1,2}([:. ]?)\d{2}\1\d{2}$")
WRITTEN_DURATION = re.compile(
    r"^(?:(\d{1,4}) ?(?:t|h|time|timer|timar|hours?)\.?)?"
    r" ?(?:(\d{1,5}) ?(?:m|min|minutt|minutter|minutes?)?\.?)?$"
)
DAY_MINUTES = 24 * 60


class WrittenTimeField(forms.Field):
    """Accepts half past seven as 07:30, 7.30, 730 or 0730, and seven as 7 or 07."""

    allows_24 = False
    step = 5  # minutes
    default_error_messages = {
        "invalid": _("Write the time with hours and minutes, for example 07:30."),
        "seconds": _("Write the time without seconds, for example 07:30."),
        "step": _("Use minutes in steps of five, for example 07:25."),
        "midnight": _("A day begins at 00:00. Only an end can be 24:00."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=written("numeric", 6), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, dt.time) else value

    def to_python(self, value: Any) -> Any:
        minutes = self._minutes(value)
        return None if minutes is None else dt.time(minutes // 60 % 24, minutes % 60)

    def _minutes(self, value: Any) -> int | None:
        """Minutes after midnight; 1440 for 24:00. None for an empty field."""
        if value in self.empty_values:
            return None
        text = str(value).strip()
        if WITH_SECONDS.match(text):
            raise self._error("seconds")
        found = WRITTEN_TIME.match(text)
        if not found:
            raise self._error("invalid")
        hour, minute = (int(part or 0) for part in found.groups())
        total = hour * 60 + minute
        if total > DAY_MINUTES or minute > 59:
            raise self._error("invalid")
        if minute % self.step:
            raise self._error("step")
        if total == DAY_MINUTES and not self.allows_24:
            raise self._error("midnight")
        return total

    def _error(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)


class WrittenMinuteField(WrittenTimeField):
    """For when something happened: every minute."""

    step = 1


class WrittenEndField(WrittenTimeField):
    """As ``WrittenTimeField``, and 24 or 24:00 for the midnight that ends the day.

    Both midnights are 00:00. For periods whose end is on the next day when it is at or
    before the start.
    """

    allows_24 = True


class WrittenLastMinuteField(WrittenEndField):
    """As ``WrittenEndField``, but in minutes after the day's first midnight: 24:00 is 1440.

    For an end whose date is written beside it, where the two midnights differ.
    """

    def to_python(self, value: Any) -> int | None:
        return self._minutes(value)


class WrittenDateField(forms.DateField):
    """Accepts 13.03.2026, 13.3.26 or 2026-03-13.

    Only years from 2000 to 2099, so that date arithmetic can't overflow.
    """

    default_error_messages = {
        "invalid": _("Write the date with day, month and year, for example 17.05.2027."),
    }

    def to_python(self, value: Any) -> dt.date | None:
        date = super().to_python(value)
        if date is not None and not 2000 <= date.year <= 2099:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return date

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y"],
            widget=forms.DateInput(format="%d.%m.%Y", attrs=written("numeric", 11).attrs),
            **kwargs,
        )


class NextDateField(WrittenDateField):
    """As ``WrittenDateField``; without a year the next such day: 31.1 or 31. januar."""

    def to_python(self, value: Any) -> dt.date | None:
        if isinstance(value, str) and (found := next_such_day(value, timezone.localdate())):
            return found
        return super().to_python(value)


def next_such_day(written: str, today: dt.date) -> dt.date | None:
    """The first day from ``today`` with this day and month; None for anything else."""
    match = re.fullmatch(r"(\d{1,2})(?:\.|/| )\s*(\d{1,2}|[a-z]{3,9})\.?", written.strip().lower())
    if match is None:
        return None
    day, name = match.groups()
    month = int(name) if name.isdigit() else dates.month_number(name)
    for year in (today.year, today.year + 1):
        try:
            date = dt.date(year, month, int(day))
        except ValueError:
            continue  # 29 February
        if date >= today:
            return date
    return None


class ComingDateField(NextDateField):
    """Today or later: changes do not apply to past days."""

    default_error_messages = {
        "past": _("This day has been. Write today's date or a later one."),
    }

    def clean(self, value: Any) -> dt.date | None:
        date: dt.date | None = super().clean(value)
        if date is not None and date < timezone.localdate():
            raise ValidationError(self.error_messages["past"], code="past")
        return date


class WrittenNumberField(forms.IntegerField):
    """A whole number in a text field, without arrows."""

    def __init__(self, *, size: int = 4, **kwargs: Any) -> None:
        super().__init__(widget=written("numeric", size), **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class WrittenDurationField(WrittenNumberField):
    """Whole minutes, written as "2 h", "1 h 30 min" or "45"; shown in the user's language."""

    default_error_messages = {
        "invalid": _("Write hours or minutes, for example 2 h or 30 min."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size=12, **kwargs)
        self.widget.attrs["inputmode"] = "text"

    def prepare_value(self, value: Any) -> Any:
        return dates.short_duration(value, get_language()) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        found = WRITTEN_DURATION.match(str(value).strip().lower())
        if not found or not any(found.groups()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        hours, minutes = (int(part or 0) for part in found.groups())
        return hours * 60 + minutes


def written(inputmode: str, size: int) -> forms.TextInput:
    return forms.TextInput(attrs={**NO_GUESSES, "inputmode": inputmode, "size": size})
