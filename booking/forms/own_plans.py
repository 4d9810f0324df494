"""Forms of a recipient's own plans."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanForm, KeyedForm
from booking.models import OwnPlan
from departments.forms.fields import (
    NO_GUESSES,
    WrittenDateField,
    WrittenEndField,
    WrittenTimeField,
)
from departments.models import Weekday

Every = OwnPlan.Every


class PlanTimeField(WrittenTimeField):
    step = 1


class PlanEndField(WrittenEndField):
    step = 1


class OwnPlanForm(KeyedForm, CleanForm):
    title = forms.CharField(
        label=_("What are you going to do?"),
        max_length=OwnPlan._meta.get_field("title").max_length,
        widget=forms.TextInput(attrs=NO_GUESSES),
    )
    every = forms.TypedChoiceField(
        label=_("How often?"),
        choices=Every.choices,
        coerce=int,
        initial=Every.WEEK,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how often.")},
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Which days?"),
        choices=Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day.")},
    )
    first_day = WrittenDateField(
        label=_("Date"),
        help_text=_("For example 17.05.2027. Every second week: the date of the first time."),
        error_messages={"required": _("Write the date.")},
    )
    starts = PlanTimeField(label=_("From"))
    ends = PlanEndField(label=_("To"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            every = self.data.get("every")
            self.fields["weekdays"].required = every != str(Every.ONCE.value)
            self.fields["first_day"].required = every != str(Every.WEEK.value)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        starts, ends = data.get("starts"), data.get("ends")
        if starts is not None and starts == ends != dt.time(0):
            self.add_error("ends", _("It ends when it begins. Write another time."))
        today = timezone.localdate()
        every, first_day = data.get("every"), data.get("first_day")
        if every == Every.ONCE:
            data["weekdays"] = []
            if first_day and first_day < today:
                self.add_error("first_day", _("This day has been."))
        elif every == Every.WEEK:
            data["first_day"] = today
        return data


class CalendarFileForm(CleanForm):
    """``titles`` keeps what the events are called."""

    file = forms.FileField(
        label=_("Calendar file (.ics)"),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("The file is empty. Choose another one."),
        },
    )
    titles = forms.BooleanField(label=_("Keep what the events are called"), required=False)
