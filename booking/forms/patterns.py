"""Forms that plan visits by a pattern, and end it."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanForm, KeyedForm
from booking.models import Pattern
from booking.models.patterns import MOST_TIMES, MOST_WEEKS
from departments.forms.fields import (
    NO_GUESSES,
    ComingDateField,
    WrittenDateField,
    WrittenNumberField,
    WrittenTimeField,
)
from departments.hours import DAY
from departments.models import Department, Service, Weekday

ALL_DAYS = [1, 2, 3, 4, 5, 6, 7]
BETWEEN_TIMES = re.compile(r"[,;\s]+")


class WrittenTimesField(forms.CharField):
    """Times of a day with commas or spaces between them, on the grid of ``slot_minutes``."""

    default_error_messages = {
        "grid": _("Times here are in steps of %(minutes)s minutes, for example 08:00."),
        "too_many": _("Write at most %(count)s times."),
    }
    slot_minutes = 5

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=100, widget=forms.TextInput(attrs={**NO_GUESSES, "size": 24}), **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return ", ".join(f"{time:%H:%M}" for time in value)
        return value

    def clean(self, value: Any) -> Any:
        parts = [part for part in BETWEEN_TIMES.split(super().clean(value)) if part]
        one = WrittenTimeField()
        times = sorted({one.clean(part) for part in parts})
        if len(times) > MOST_TIMES:
            raise self._error("too_many", count=MOST_TIMES)
        if any((60 * time.hour + time.minute) % self.slot_minutes for time in times):
            raise self._error("grid", minutes=self.slot_minutes)
        return times

    def _error(self, code: str, **params: int) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


class PatternForm(KeyedForm, CleanForm):
    """``previewed`` is the digest of what the page showed that the pattern does."""

    weekday = forms.TypedMultipleChoiceField(
        label=_("Weekdays"),
        choices=Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=ALL_DAYS,
        error_messages={"required": _("Choose a weekday.")},
    )
    times = WrittenTimesField(
        label=_("Times"), help_text=_("One or several, for example 08:00, 20:00.")
    )
    every_n_weeks = WrittenNumberField(
        label=_("Every how many weeks"), min_value=1, max_value=MOST_WEEKS, size=2, initial=1
    )
    first_date = ComingDateField(label=_("From"))
    last_date = WrittenDateField(
        label=_("Until and including"),
        help_text=_("Leave it empty for until further notice. The grant ends it anyway."),
        required=False,
    )
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, department: Department, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        times = self.fields["times"]
        assert isinstance(times, WrittenTimesField)
        times.slot_minutes = department.slot_minutes

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        first, last = data.get("first_date"), data.get("last_date")
        if first and last and last < first:
            self.add_error("last_date", _("The last day is before the first."))
        return data

    @property
    def terms(self) -> dict[str, Any]:
        """What the verbs take."""
        data = self.cleaned_data
        names = ("times", "every_n_weeks", "first_date", "last_date")
        return {"weekdays": data["weekday"], **{name: data[name] for name in names}}

    @staticmethod
    def initial_of(pattern: Pattern, first_date: dt.date) -> dict[str, Any]:
        return {
            "weekday": pattern.weekdays,
            "times": pattern.times,
            "every_n_weeks": pattern.every_n_weeks,
            "first_date": first_date,
            "last_date": pattern.last_date,
        }


class NewPatternForm(PatternForm):
    service = forms.ModelChoiceField(
        label=_("Service"),
        queryset=Service.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose a service.")},
    )
    field_order = ["service"]

    def __init__(self, *args: Any, services: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = services  # type: ignore[attr-defined]


class EndPatternForm(CleanForm):
    """Empty lets the pattern go on until further notice."""

    last_date = WrittenDateField(
        label=_("The last day with visits"),
        help_text=_("Leave it empty for until further notice."),
        required=False,
    )
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_last_date(self) -> dt.date | None:
        last: dt.date | None = self.cleaned_data["last_date"]
        if last is not None and last < self.today - DAY:
            raise ValidationError(
                _("That day has been. Write yesterday's date or a later one."), code="past"
            )
        return last
