from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workflow.models import Report


@dataclass(frozen=True)
class Choice:
    value: str
    label: str | Promise
    hint: str | Promise = ""


# In the carer's words; the recipient reads the model's.
OUTCOMES = [
    Choice(Report.Outcome.DONE, _("Done")),
    Choice(
        Report.Outcome.NOT_AVAILABLE,
        _("Not there"),
        _("Nobody opened, or the person was out"),
    ),
    Choice(
        Report.Outcome.UNABLE,
        _("Could not be done"),
        _("Something on our side stopped it"),
    ),
]


class ReportForm(forms.Form):
    outcome = forms.ChoiceField(
        choices=[(choice.value, choice.label) for choice in OUTCOMES],
        error_messages={
            "required": _("Choose what happened."),
            "invalid_choice": _("Choose what happened."),
        },
    )

    @property
    def choices(self) -> list[Choice]:
        return OUTCOMES

    @property
    def label(self) -> str:
        """What was chosen, once the form is valid."""
        outcome = self.cleaned_data["outcome"]
        return next(str(choice.label) for choice in OUTCOMES if choice.value == outcome)
