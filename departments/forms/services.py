"""Forms for services and qualifications."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanForm, CleanModelForm, KeyedForm
from accounts.phone_field import PhoneField
from accounts.versioned_forms import VersionedForm
from departments.forms.fields import NO_GUESSES, WrittenNumberField, WrittenTimeField
from departments.models import ChoiceDeadline, NoContactStep, Qualification, Service

# The icons of the sprite that can represent a service.
SYMBOLS = [
    ("bucket", _("Bucket")),
    ("shower", _("Shower")),
    ("laundry", _("Laundry")),
    ("cutlery", _("Meal")),
    ("basket", _("Shopping")),
    ("medicine", _("Medicine")),
    ("stethoscope", _("Health")),
    ("walk", _("Walk")),
    ("wheelchair", _("Wheelchair")),
    ("travel", _("Travel")),
    ("bed", _("Bed")),
    ("heart", _("Heart")),
    ("hand-heart", _("Help")),
    ("chat", _("Talk")),
    ("video", _("Video")),
    ("school", _("School")),
    ("home", _("Home")),
    ("calendar", _("Calendar")),
]


class SymbolSelect(forms.RadioSelect):
    option_template_name = "departments/_symbol_option.html"


class ServiceForm(VersionedForm, CleanModelForm):
    """``is_certain`` is shown, and required, for a new service that nobody could book."""

    symbol = forms.ChoiceField(
        label=_("Symbol"), choices=SYMBOLS, widget=SymbolSelect, initial="calendar"
    )
    minutes = WrittenNumberField(
        label=_("Length in minutes"),
        min_value=5,
        max_value=720,
        help_text=_("Those who have booked keep the length they booked."),
    )
    carers = WrittenNumberField(
        label=_("Carers needed at the same time"),
        min_value=1,
        max_value=4,
        initial=1,
        help_text=_("Two, for example, for a lift."),
    )
    is_certain = forms.BooleanField(label=_("Add it all the same"), required=False)

    class Meta:
        model = Service
        fields = [
            "name",
            "description",
            "minutes",
            "carers",
            "place",
            "kind_of_time",
            "qualifications",
            "symbol",
            "is_active",
        ]
        widgets = {
            "name": forms.TextInput(attrs=NO_GUESSES),
            "description": forms.TextInput(attrs=NO_GUESSES),
            "place": forms.RadioSelect,
            "kind_of_time": forms.RadioSelect,
            "qualifications": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "name": _("People read this when they book. It must not tell of an illness."),
            "kind_of_time": _(
                "For new grants; each grant can differ. Times that the municipality sets can be"
                " booked, moved and cancelled by staff only, for example medicine."
            ),
            "is_active": _("When it is off, nobody can book it; bookings that exist are kept."),
        }

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        if minutes % 5:
            raise forms.ValidationError(_("Use minutes in steps of five, for example 45."))
        return minutes


class NewServiceForm(KeyedForm, ServiceForm):
    pass


class NoContactStepsForm(VersionedForm, CleanForm):
    """What to do when nobody opens: one row a step, in order. A row without text is no step."""

    def __init__(self, data: Any = None, *, steps: Sequence[NoContactStep] = ()) -> None:
        super().__init__(data)
        for number in range(1, NoContactStep.MOST + 1):
            step = steps[number - 1] if number <= len(steps) else NoContactStep()
            fields = {
                "text": forms.CharField(
                    label=_("What to do"),
                    max_length=200,
                    required=False,
                    initial=step.text,
                    widget=forms.TextInput(attrs=NO_GUESSES),
                ),
                "shows": forms.ChoiceField(
                    label=_("What the carer sees with it"),
                    choices=NoContactStep.Shows.choices,
                    required=False,
                    initial=step.shows,
                ),
                "phone": PhoneField(
                    label=_("Another number"),
                    required=False,
                    initial=step.phone,
                    error_messages={
                        "unsure": _("Is %(number)s the number? Then write only the number."),
                    },
                ),
            }
            self.fields.update({f"{name}_{number}": field for name, field in fields.items()})

    @property
    def rows(self) -> list[dict[str, forms.BoundField]]:
        """The fields of each row by name, for the template."""
        return [
            {name: self[f"{name}_{number}"] for name in ("text", "shows", "phone")}
            for number in range(1, NoContactStep.MOST + 1)
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        for number in range(1, NoContactStep.MOST + 1):
            if data.get(f"phone_{number}") and not data.get(f"text_{number}"):
                self.add_error(f"text_{number}", _("Write what to do with the number."))
        texts = [step["text"] for step in self.steps]
        if len(texts) != len(set(texts)):
            self.add_error(None, _("Two steps have the same words."))
        return data

    @property
    def steps(self) -> list[dict[str, str]]:
        """The rows with text, in order."""
        return [
            {name: self.cleaned_data.get(f"{name}_{number}", "") for name in row}
            for number, row in enumerate(self.rows, start=1)
            if self.cleaned_data.get(f"text_{number}")
        ]


class ChoiceDeadlineForm(VersionedForm, CleanForm):
    """Until when recipients with an agreed time may choose another."""

    working_days = WrittenNumberField(
        label=_("Working days before the visit"), min_value=1, max_value=10
    )
    time = WrittenTimeField(label=_("Time of day"))

    def __init__(self, data: Any = None, *, deadline: ChoiceDeadline) -> None:
        initial = {"working_days": deadline.working_days, "time": deadline.time}
        super().__init__(data, initial=initial)


class QualificationForm(CleanModelForm):
    class Meta:
        model = Qualification
        fields = ["name"]
        labels = {"name": _("New qualification")}
        widgets = {"name": forms.TextInput(attrs=NO_GUESSES)}
