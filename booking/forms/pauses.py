"""Forms that pause a recipient's help, or report that it ends for good."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanForm, KeyedForm
from booking.models import Departure
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


class DepartureForm(KeyedForm, CleanForm):
    why = forms.ChoiceField(
        label=_("What has happened?"),
        choices=Departure.Why.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what has happened.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "departure_%s")  # the page has the form of a pause too
        super().__init__(*args, **kwargs)
