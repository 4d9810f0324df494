"""The form that pauses a recipient's help."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanForm, KeyedForm
from departments.forms.fields import ComingDateField, WrittenDateField


class PauseForm(KeyedForm, CleanForm):
    """``previewed`` is the digest of the visits that the page showed."""

    first_day = ComingDateField(
        label=_("The first day away"), help_text=_("The help stops from this day on.")
    )
    last_day = WrittenDateField(
        label=_("The last day away"),
        help_text=_("Leave it empty if you do not know, and tell us when the help shall begin."),
        required=False,
    )
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first."))
        return data


class StaffPauseForm(PauseForm):
    stops_set_visits = forms.BooleanField(
        label=_("Stop visits at times that the municipality sets too"),
        help_text=_("They stand until you tick this."),
        required=False,
    )
