import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanForm, KeyedForm
from accounts.models import User
from booking.forms.visits import InstantField
from departments.forms.fields import WrittenEndField, WrittenMinuteField, WrittenTimeField
from departments.hours import Interval, is_unusual, local_instant
from departments.models import Department
from departments.queries import care_workers
from departments.templatetags.staffing import long_hours
from workflow.models import Attempt, NoContact, Report


@dataclass(frozen=True)
class Choice:
    value: str
    label: str | Promise
    hint: str | Promise = ""


HINTS = {
    Report.Outcome.PARTLY: _("Something is left to do"),
    Report.Outcome.NO_CONTACT: _("Follow the routine"),
    Report.Outcome.DECLINED: _("You met them, and they said no"),
    Report.Outcome.UNABLE: _("The cause is with us"),
}
OUTCOMES = [Choice(one.value, one.label, HINTS.get(one, "")) for one in Report.Outcome]


class SickForm(CleanForm):
    """What the button that reports a shift's carer sick sends. ``key`` makes one absence of a
    form that is sent twice; ``person`` is who takes over, if anybody."""

    key = forms.UUIDField()
    sick = forms.UUIDField()
    starts_at = InstantField()
    person = forms.UUIDField(required=False)


class KeyForm(CleanForm):
    """A button that makes one row, also when it is sent twice."""

    key = forms.UUIDField()


class DutyForm(CleanForm):
    """The departments whose duty lead a shift's person is, of those that the user administers."""

    duty_for = forms.ModelMultipleChoiceField(
        label=_("Duty lead for"),
        queryset=Department.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "From one hour before the shift to one hour after it, its carer can also look after"
            " all visits, shifts and absences of the day."
        ),
    )
    with_later = forms.BooleanField(
        label=_("The carer's later shifts at these hours too"), required=False
    )

    def __init__(self, data: Any = None, *, departments: list[Department], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["duty_for"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Department.objects.filter(pk__in=[one.pk for one in departments])


class ReportForm(CleanForm):
    outcome = forms.ChoiceField(
        label=_("What happened?"),
        choices=[(choice.value, choice.label) for choice in OUTCOMES],
        error_messages={
            "required": _("Choose what happened."),
            "invalid_choice": _("Choose what happened."),
        },
    )
    # How the user has met the recipient of a visit that is without contact.
    how = forms.ChoiceField(
        label=_("How do you know?"),
        choices=NoContact.How.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    # The version of the report that the page showed; empty when there was none.
    seen = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    @property
    def choices(self) -> list[Choice]:
        return OUTCOMES

    @property
    def label(self) -> str:
        """The label of the chosen outcome. The form must be valid."""
        outcome = self.cleaned_data["outcome"]
        return next(str(choice.label) for choice in OUTCOMES if choice.value == outcome)


class StaffReportForm(ReportForm):
    """A report by an administrator. The reason is required once the day ``is_closed``."""

    note = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        help_text=_("What the department should know. Do not write about illness."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Why you record it, and not the carer. It is kept with the report."),
        error_messages={"required": _("Write why you record it now: the day is closed.")},
    )

    def __init__(self, data: Any = None, *, is_closed: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["reason"].required = is_closed


class AttemptForm(CleanForm):
    """What a button of a step sends: ``step`` is its number, ``contact`` who was called."""

    key = forms.UUIDField()
    step = forms.IntegerField(min_value=1)
    contact = forms.UUIDField(required=False)
    result = forms.ChoiceField(choices=Attempt.Result.choices)


class ConfirmContactForm(CleanForm):
    """``met_at`` becomes the latest instant with that time of the day."""

    BEFORE = dt.timedelta(hours=1)  # so long before *no contact* the person may have been met

    how = forms.ChoiceField(
        label=_("I have met the person"),
        choices=NoContact.How.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you know.")},
    )
    met_at = WrittenMinuteField(label=_("When"), help_text=_("The time, for example 10:15."))

    def __init__(self, data: Any = None, *, opened_at: dt.datetime) -> None:
        now = timezone.localtime()
        super().__init__(data, initial={"met_at": now.time()})
        self.opened_at = opened_at

    def clean_met_at(self) -> dt.datetime:
        now, here = timezone.now(), timezone.get_default_timezone()
        today = timezone.localdate(now)
        found = local_instant(today, self.cleaned_data["met_at"], here)
        if found > now:
            yesterday = today - dt.timedelta(days=1)
            found = local_instant(yesterday, self.cleaned_data["met_at"], here)
        if found < self.opened_at - self.BEFORE:
            raise forms.ValidationError(_("Write a time after the carer got no contact."))
        return found


class AddShiftForm(KeyedForm, CleanForm):
    """Hours on one date. ``ends`` at or before ``starts`` means the next day.

    ``is_certain`` is shown, and required, for a long shift or one that lasts past midnight.
    """

    starts = WrittenTimeField(label=_("From"))
    ends = WrittenEndField(label=_("To"))
    person: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label=_("Who"), queryset=None, required=False, empty_label=_("No name yet")
    )
    is_certain = forms.BooleanField(label=_("Yes, that is right"), required=False)

    def __init__(
        self, data: Any = None, *, department: Department, date: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.date = date
        people = self.fields["person"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = care_workers(department, date)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts is not None and ends is not None:
            here = timezone.get_default_timezone()
            last = self.date if ends > starts else self.date + dt.timedelta(days=1)
            start = local_instant(self.date, starts, here)
            end = local_instant(last, ends, here)
            if end <= start:
                raise forms.ValidationError(_("The end is before the start."))
            cleaned["period"] = period = Interval(start, end)
            if is_unusual(period, here) and not cleaned.get("is_certain"):
                question = _("The shift lasts {length}. Is that right?")
                self.add_error("is_certain", str(question).format(length=long_hours(period)))
        return cleaned
