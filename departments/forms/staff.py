"""Forms for employees and absences."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.clean_forms import CleanForm, KeyedForm, OneName
from accounts.phone_field import PhoneField
from accounts.versioned_forms import VersionedForm
from departments.forms.fields import (
    DAY_MINUTES,
    NO_GUESSES,
    WrittenDateField,
    WrittenLastMinuteField,
    WrittenTimeField,
)
from departments.hours import Interval, local_instant
from departments.models import Absence, Department, Employee, Qualification
from departments.queries.staff import employees_of

ONE_DAY = dt.timedelta(days=1)
TIME = pgettext_lazy("of an absence", "Time")


class DateRangeForm(CleanForm):
    """A first and a last date; without a last date it does not end."""

    valid_from = WrittenDateField(label=_("From"))
    valid_until = WrittenDateField(label=_("Until and including"), required=False)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the first."))
        return data


class EmploymentForm(VersionedForm, DateRangeForm):
    """The dates of an employment; of agency staff, who are carers, also the times of day."""

    is_agency = forms.BooleanField(
        label=_("Agency staff, by the hour"),
        required=False,
        help_text=_("They can read about recipients only within these hours."),
    )
    first_time = WrittenTimeField(label=_("First day at"), required=False)
    last_time = WrittenLastMinuteField(label=_("Last day until"), required=False)
    field_order = ["valid_from", "valid_until", "is_agency", "first_time", "last_time"]

    def __init__(self, data: Any = None, *, employee: Employee) -> None:
        initial: dict[str, Any] = {
            "valid_from": employee.valid_from,
            "valid_until": employee.valid_until,
        }
        if employee.agency is not None:
            first, last = _times_of(employee.agency)
            initial |= {"is_agency": True, "first_time": first, "last_time": last}
        super().__init__(data, initial=initial)
        is_agency = data is not None and bool(data.get("is_agency"))
        self.fields["valid_until"].required = is_agency
        for name in ("first_time", "last_time"):
            self.fields[name].required = data is None or is_agency
        if employee.role != Employee.Role.CARE_WORKER:
            for name in ("is_agency", "first_time", "last_time"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors or not data.get("is_agency"):
            return data
        if not self._start() < self._end():
            self.add_error("last_time", _("The end is before the start."))
        return data

    @property
    def terms(self) -> dict[str, Any]:
        """What ``change_employment`` takes."""
        data = self.cleaned_data
        agency = Interval(self._start(), self._end()) if data.get("is_agency") else None
        return {
            "valid_from": data["valid_from"],
            "valid_until": data["valid_until"],
            "agency": agency,
        }

    def _start(self) -> dt.datetime:
        return _instant(self.cleaned_data["valid_from"], self.cleaned_data["first_time"])

    def _end(self) -> dt.datetime:
        return _end_instant(self.cleaned_data["valid_until"], self.cleaned_data["last_time"])


class NameForm(OneName, CleanForm):
    given_name = forms.CharField(
        label=_("First name"), max_length=100, widget=forms.TextInput(attrs=NO_GUESSES)
    )
    family_name = forms.CharField(
        label=_("Last name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs=NO_GUESSES),
    )


class EmployeeNameForm(VersionedForm, NameForm):
    pass


class StaffContactEmailForm(VersionedForm, CleanForm):
    """The e-mail address for messages of somebody without a log-in. Only the tick box removes
    it, never an empty field. ``is_hidden``: it is not shown, and an empty field keeps it."""

    email = forms.EmailField(
        label=_("Messages to this e-mail"),
        max_length=254,
        required=False,
        help_text=_("It is no log-in, and may be the spouse's or a relative's."),
        widget=forms.EmailInput(attrs=NO_GUESSES),
    )

    remove = forms.BooleanField(label=_("Remove the e-mail"), required=False)

    def __init__(self, current: str, data: Any = None, *, is_hidden: bool = False) -> None:
        # Other forms on the page have the same fields.
        initial = {"email": "" if is_hidden else current}
        super().__init__(data, initial=initial, auto_id="contact_%s")
        self.current, self.is_hidden = current, is_hidden
        if not current:
            self.fields["email"].required = True
            del self.fields["remove"]
        elif is_hidden:
            self.fields["email"].help_text = _(
                "It is confidential and not shown. Write here only to change it."
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "email" in self.errors:
            return data
        email = data["email"].lower()
        if data.get("remove"):
            if email not in ("", self.current):
                self.add_error("email", _("Write a new one, or remove it. Not both."))
            email = ""
        elif not email and self.is_hidden:
            email = self.current
        elif not email and self.current:
            self.add_error("email", _("Tick “Remove the e-mail” if there is none any more."))
        return {**data, "email": email}


class NewEmployeeForm(KeyedForm, NameForm, DateRangeForm):
    email = forms.EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs=NO_GUESSES),
        help_text=_("The person gets an invitation here, and can log in once they have said yes."),
    )
    phone = PhoneField(label=_("Phone"), required=False)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Employee.Role.choices,
        widget=forms.RadioSelect,
        initial=Employee.Role.CARE_WORKER,
    )
    # Shown when the department has somebody with the same name and phone.
    is_another = forms.BooleanField(label=_("It is another person"), required=False)
    field_order = ["email", "given_name", "family_name", "phone", "role"]

    def ask_whether_it_is_another(self) -> None:
        self.add_error(
            "is_another",
            _("Somebody here has the same name and phone. Is it the same person? Look first."),
        )


class InviteAgainForm(KeyedForm, CleanForm):
    """Another invitation to an employee who has not accepted one."""

    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs=NO_GUESSES))


class HoldingForm(VersionedForm, DateRangeForm):
    """A qualification that an employee holds."""

    qualification = forms.ModelChoiceField(
        label=_("Qualification"), queryset=Qualification.objects.all(), empty_label=_("Choose")
    )
    field_order = ["qualification"]


class EmployeeField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Employee) -> str:
        return obj.person.full_name


class AbsenceTimesForm(VersionedForm, CleanForm):
    """From when until when an absence lasts. Without a time, the whole day counts."""

    first_date = WrittenDateField(label=_("Away from the day"))
    first_time = WrittenTimeField(label=TIME, required=False)
    last_date = WrittenDateField(label=_("Away until and including the day"))
    last_time = WrittenLastMinuteField(
        label=pgettext_lazy("of an absence", "Time"), required=False
    )

    @staticmethod
    def initial_of(absence: Absence) -> dict[str, Any]:
        first, last = timezone.localtime(absence.starts_at), timezone.localtime(absence.ends_at)
        ends_at_midnight = last.time() == dt.time(0)
        first_time, last_time = _times_of(absence.period)
        return {
            "first_date": first.date(),
            "first_time": first_time,
            "last_date": last.date() - ONE_DAY if ends_at_midnight else last.date(),
            "last_time": last_time,
        }

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not self.errors and not self._start() < self._end():
            self.add_error("last_date", _("The end is before the start."))
        return data

    @property
    def period(self) -> Interval:
        return Interval(self._start(), self._end())

    def _start(self) -> dt.datetime:
        data = self.cleaned_data
        return _instant(data["first_date"], data["first_time"] or dt.time(0))

    def _end(self) -> dt.datetime:
        data = self.cleaned_data
        minutes = DAY_MINUTES if data["last_time"] is None else data["last_time"]
        return _end_instant(data["last_date"], minutes)


class AbsenceForm(AbsenceTimesForm):
    """``key`` is the idempotency key: it becomes the id of the absence."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    employee = EmployeeField(
        label=_("Who"), queryset=Employee.objects.none(), empty_label=_("Choose")
    )
    kind = forms.ChoiceField(
        label=_("Why"),
        choices=Absence.Kind.choices,
        widget=forms.RadioSelect,
        initial=Absence.Kind.SICK,
    )
    field_order = ["key", "employee", "kind"]

    def __init__(self, *args: Any, department: Department, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["employee"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = employees_of(department, timezone.localdate())


class BackForm(VersionedForm, CleanForm):
    """When an absent employee is back at work."""

    back_date = WrittenDateField(label=_("Back at work on the day"))
    back_time = WrittenLastMinuteField(
        label=pgettext_lazy("of an absence", "Time"), required=False
    )

    @property
    def instant(self) -> dt.datetime:
        data = self.cleaned_data
        return _end_instant(data["back_date"], data["back_time"] or 0)


def _times_of(period: Interval) -> tuple[dt.time, dt.time | str]:
    """The local times of both ends, as the fields show them."""
    first, last = timezone.localtime(period.start), timezone.localtime(period.end)
    return first.time(), "24:00" if last.time() == dt.time(0) else last.time()


def _instant(date: dt.date, time: dt.time) -> dt.datetime:
    return local_instant(date, time, timezone.get_default_timezone())


def _end_instant(date: dt.date, minutes: int) -> dt.datetime:
    """Minutes after the date's first midnight by the clock; 1440 is the next midnight."""
    if minutes == DAY_MINUTES:
        return _instant(date + ONE_DAY, dt.time(0))
    return _instant(date, dt.time(*divmod(minutes, 60)))
