"""Forms for days that do not follow the ordinary week."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanForm
from accounts.versioned_forms import VersionedForm
from departments.forms.fields import (
    NO_GUESSES,
    ComingDateField,
    WrittenEndField,
    WrittenNumberField,
    WrittenTimeField,
)
from departments.hours import Staffing
from departments.models import SpecialDay

MAX_DAYS = 31  # in one form
MAX_PERIODS = 12  # of one day


class DayKind(TextChoices):
    CLOSED = "closed", _("Closed")
    SUNDAY = "sunday", _("As on Sundays")
    OWN = "own", _("Hours of its own")


class SpecialDayForm(VersionedForm, CleanForm):
    date = ComingDateField(label=_("Date"))
    last_date = ComingDateField(label=_("Until and including"), required=False)
    name = forms.CharField(
        label=_("Name that people see"),
        max_length=SpecialDay._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs=NO_GUESSES),
    )
    kind = forms.ChoiceField(
        label=_("What happens this day?"), choices=DayKind.choices, widget=forms.RadioSelect
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        first, last = data.get("date"), data.get("last_date")
        if first and last and last < first:
            self.add_error("last_date", _("The last day is before the first."))
        elif first and last and (last - first).days >= MAX_DAYS:
            self.add_error("last_date", _("At most 31 days at a time."))
        return data

    @property
    def dates(self) -> list[dt.date]:
        first: dt.date = self.cleaned_data["date"]
        last: dt.date = self.cleaned_data["last_date"] or first
        return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


class SpecialPeriodForm(CleanForm):
    """One period of the day. An empty form is ignored."""

    opens_at = WrittenTimeField(label=_("From"))
    closes_at = WrittenEndField(label=_("To"))
    staff = WrittenNumberField(label=_("Employees"), min_value=1, max_value=500)


SpecialPeriods = forms.formset_factory(
    SpecialPeriodForm, extra=2, max_num=MAX_PERIODS, absolute_max=MAX_PERIODS
)


def show_as_many(periods: "forms.BaseFormSet[SpecialPeriodForm]", sent: Mapping[str, str]) -> None:
    """Give a form that is not sent yet as many rows as one that was ``sent`` had."""
    total = sent.get(periods.add_prefix("TOTAL_FORMS"), "")
    if total.isdecimal() and len(total) < 4:
        shown = periods.initial_form_count()
        periods.extra = max(periods.extra, int(total) - shown)


def written_hours(periods: "forms.BaseFormSet[SpecialPeriodForm]") -> list[Staffing]:
    return [Staffing(**form.cleaned_data) for form in periods if form.cleaned_data]
