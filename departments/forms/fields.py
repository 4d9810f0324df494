"""Text fields for times, dates and numbers.

Native pickers are not used, because they fail with voice control and screen readers.
"""

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

NO_GUESSES = {"autocomplete": "off"}  # the fields are about other people
WRITTEN_TIME = re.compile(r"^(\d{1,2})(?:[:. ]?(\d{2}))?$")


class WrittenTimeField(forms.Field):
    """Accepts half past seven as 07:30, 7.30, 730 or 0730, and seven as 7 or 07.

    24 means midnight at the end of a day.
    """

    default_error_messages = {
        "invalid": _("Write the time with hours and minutes, for example 07:30."),
        "step": _("Use minutes in steps of five, for example 07:25."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=written("numeric", 6), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, dt.time) else value

    def to_python(self, value: Any) -> dt.time | None:
        if value in self.empty_values:
            return None
        found = WRITTEN_TIME.match(str(value).strip())
        hour, minute = (int(part or 0) for part in found.groups()) if found else (99, 0)
        if (hour, minute) == (24, 0):
            hour = 0
        if hour > 23 or minute > 59:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if minute % 5:
            raise ValidationError(self.error_messages["step"], code="step")
        return dt.time(hour, minute)


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


class ComingDateField(WrittenDateField):
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


def written(inputmode: str, size: int) -> forms.TextInput:
    return forms.TextInput(attrs={**NO_GUESSES, "inputmode": inputmode, "size": size})
