"""What an administrator writes about recipients and their grants."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.actions import Particulars
from booking.models import Grant, Recipient
from departments.forms.fields import NO_GUESSES, WrittenDateField, WrittenNumberField
from departments.models import Department, Service


class VerbForm(forms.ModelForm):  # type: ignore[type-arg]
    """Takes labels and limits from its model, and leaves the row alone: the verb writes
    it, and PostgreSQL has the last word."""

    def _post_clean(self) -> None:
        pass


class RecipientForm(VerbForm):
    """A confidential address is written, never read: the field comes up empty, and left
    empty it keeps what is there."""

    class Meta:
        model = Recipient
        fields = [
            "given_name",
            "family_name",
            "phone",
            "address",
            "directions",
            "has_confidential_address",
        ]
        widgets = {
            name: forms.TextInput(attrs=NO_GUESSES)
            for name in ("given_name", "family_name", "phone", "address", "directions")
        }
        help_texts = {
            "directions": _("The carer reads this before the visit."),
            "has_confidential_address": _("Shown to nobody but the carer, for the next visit."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept_address = ""
        if self.instance.has_confidential_address:
            self.kept_address = self.instance.address
            self.initial["address"] = ""
            self.fields["address"].help_text = _(
                "Confidential. Leave it empty to keep it, or write a new one."
            )

    @property
    def particulars(self) -> Particulars:
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return Particulars(**{**values, "address": values["address"] or self.kept_address})


class LogInForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The person logs in with a code that we send there."),
        widget=forms.EmailInput(attrs=NO_GUESSES),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "log_in_%s")  # the page has other forms beside it
        super().__init__(*args, **kwargs)


class GrantForm(VerbForm):
    amount = WrittenNumberField(label=_("How much"), min_value=1, max_value=10_000)
    valid_from = WrittenDateField(label=_("Applies from"))
    valid_until = WrittenDateField(label=_("Until and including"), required=False)

    class Meta:
        model = Grant
        fields = [
            "service",
            "amount",
            "unit",
            "period",
            "valid_from",
            "valid_until",
            "is_essential",
        ]
        labels = {"service": _("Service")}
        widgets = {"unit": forms.RadioSelect, "period": forms.RadioSelect}
        help_texts = {
            "is_essential": _("An essential service that is not booked should be noticed."),
        }

    def __init__(self, *args: Any, department: Department, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service = self.fields["service"]
        assert isinstance(service, forms.ModelChoiceField)
        service.queryset = Service.objects.filter(department=department)
        service.empty_label = _("Choose")
        if not self.instance._state.adding:
            del self.fields["service"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the first."))
        return data


class NewRecipientForm(forms.Form):
    """``key`` becomes the recipient's id, so that sending the form twice makes one."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        widget=forms.EmailInput(attrs=NO_GUESSES),
        help_text=_("With an e-mail they log in themselves, with a code that is sent to them."),
    )


class SearchForm(forms.Form):
    """Sent by POST: a name never stands in an address."""

    name = forms.CharField(
        label=_("Search by name"), max_length=100, widget=forms.TextInput(attrs=NO_GUESSES)
    )
