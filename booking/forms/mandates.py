"""Forms that give a mandate to act for a recipient."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanForm, KeyedForm
from booking.actions import Invited
from booking.models import Mandate
from departments.forms.fields import NO_GUESSES, NextDateField, WrittenDateField


class MandateForm(KeyedForm, CleanForm):
    """A recipient's own helper. Valid from today: one field less to fill in."""

    name = forms.CharField(
        label=_("What is the person called?"),
        max_length=100,
        widget=forms.TextInput(attrs=NO_GUESSES),
    )
    email = forms.EmailField(
        label=_("The person's e-mail"),
        help_text=_("They get an invitation there, and can help once they have said yes."),
        widget=forms.EmailInput(attrs=NO_GUESSES),
    )
    may = forms.ChoiceField(
        label=_("What may they do?"),
        choices=Mandate.May.choices,
        initial=Mandate.May.BOOK,
        widget=forms.RadioSelect,
    )
    is_told = forms.BooleanField(
        label=_("They also get the messages about my visits"),
        required=False,
    )
    valid_until = NextDateField(
        label=_("Last day"),
        required=False,
        help_text=_(
            "For example 17.05.2027, or 17 May. Leave it empty if it is to last until you end it."
        ),
    )

    def clean_valid_until(self) -> dt.date | None:
        last: dt.date | None = self.cleaned_data["valid_until"]
        if last and last < self.first_day:
            raise forms.ValidationError(_("The last day has passed already."))
        return last

    @property
    def first_day(self) -> dt.date:
        return timezone.localdate()

    @property
    def invited(self) -> Invited:
        return Invited(email=self.cleaned_data["email"], name=self.cleaned_data["name"])

    @property
    def terms(self) -> dict[str, Any]:
        """The arguments of the action, besides who gives the mandate to whom."""
        return {
            "key": self.cleaned_data["key"],
            "may": Mandate.May(self.cleaned_data["may"]),
            "is_told": self.cleaned_data["is_told"],
            "valid_from": self.first_day,
            "valid_until": self.cleaned_data["valid_until"],
        }


class GuardianForm(MandateForm):
    """As in the decision that appoints a guardian."""

    valid_from = WrittenDateField(label=_("Applies from"))
    reference = forms.CharField(
        label=_("The paper's reference"),
        max_length=100,
        help_text=_("The case number of the County Governor's decision, so that it can be found."),
        widget=forms.TextInput(attrs=NO_GUESSES),
    )
    field_order = ["name", "email", "reference", "may", "is_told", "valid_from", "valid_until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "guardian_%s")  # other forms on the page have the same fields
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("The guardian's name")
        self.fields["email"].label = _("The guardian's e-mail")
        self.fields["is_told"].label = _("Gets the messages about the visits")
        self.fields["is_told"].help_text = _(
            "Beside the recipient, or in their place if they have no log-in."
        )
        self.fields["is_told"].initial = True
        self.fields["valid_until"].label = _("Until and including")
        self.fields["valid_until"].help_text = ""

    @property
    def first_day(self) -> dt.date:
        return self.cleaned_data.get("valid_from") or timezone.localdate()

    @property
    def terms(self) -> dict[str, Any]:
        return super().terms | {"reference": self.cleaned_data["reference"]}
