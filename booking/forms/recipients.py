"""An administrator's forms about recipients and their grants."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts import dates
from accounts.clean_forms import CleanForm, KeyedForm, OneName
from accounts.models import AccessLogEntry, User
from accounts.phone_field import PhoneField
from accounts.versioned_forms import VersionedForm
from booking.actions import Particulars
from booking.errors import BeginsTooEarly
from booking.models import AgreedTime, Grant, KeyFacts, Reassessment, Recipient
from booking.models.grants import MOST_DAYS_BETWEEN
from booking.models.recipients import CONFIDENTIAL
from booking.queries import first_day_of_period
from booking.queries.agreed_times import weeks_of
from booking.quota import MOST_WEEKS
from departments.forms.fields import (
    NO_GUESSES,
    WrittenDateField,
    WrittenNumberField,
    WrittenTimeField,
)
from departments.hours import DAY
from departments.models import Department, Employee, KindOfTime, Service


class RecipientForm(VersionedForm, OneName, CleanForm):
    """Labels and limits are the model's.

    Confidential fields are never shown: they are empty, and an empty one keeps its value.
    Taking the mark off keeps none of them, so that nobody reads them that way. A number is only
    removed by the tick box for it, never by an empty field.
    """

    FIELDS = [
        "given_name",
        "family_name",
        "phone",
        "address",
        "directions",
        "has_confidential_address",
    ]
    _was_confidential = False

    def __init__(self, data: Any = None, *, instance: Recipient | None = None) -> None:
        initial = forms.model_to_dict(instance, self.FIELDS) if instance else {}
        super().__init__(data, initial=initial)
        self.fields = forms.fields_for_model(
            Recipient,
            self.FIELDS,
            widgets={
                name: forms.TextInput(attrs=NO_GUESSES)
                for name in ("given_name", "family_name", "address", "directions")
            },
            help_texts={
                "directions": gettext("The carer reads this before the visit."),
                "has_confidential_address": gettext(
                    "Address, phone and how to get in are shown to nobody but the carer, for the"
                    " next visit."
                ),
            },
        )
        self.fields["phone"] = PhoneField(
            label=_("Phone"),
            required=False,
            help_text=_("The person's own. Read it back to them: reminders may go there."),
            error_messages={
                "unsure": _(
                    "Is %(number)s the person's own number? Then write only the number. A"
                    " relative's number belongs in “how to get in”."
                ),
            },
        )
        self._kept: dict[str, str] = {}
        if instance and instance.phone:
            self._kept["phone"] = instance.phone
            self._add_removal("phone", gettext("Remove the number"))
        if instance and instance.has_confidential_address:
            self._hide_confidential(instance)

    def _hide_confidential(self, instance: Recipient) -> None:
        self._kept = {name: getattr(instance, name) for name in CONFIDENTIAL}
        for name in CONFIDENTIAL:
            self.initial[name] = ""
            self.fields[name].help_text = _(
                "Confidential. Leave it empty to keep it, or write a new one."
            )
        if instance.directions:
            self._add_removal("directions", gettext("Remove how to get in"))
        self.fields["has_confidential_address"].help_text = _(
            "Take the mark off only with the new address and phone: the old ones are not kept."
        )
        self._was_confidential = True

    def _add_removal(self, name: str, label: str) -> None:
        self.fields[f"remove_{name}"] = forms.BooleanField(label=label, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        is_kept = self._was_confidential and data.get("has_confidential_address")
        for name, kept in self._kept.items():
            if name in self.errors or not kept:
                continue
            if data.get(f"remove_{name}"):
                self._remove(name, kept)
            elif not data.get(name):
                if is_kept:
                    data[name] = kept
                else:
                    self._refuse_empty(name)
        return data

    def _remove(self, name: str, kept: str) -> None:
        if self.cleaned_data[name] not in ("", kept):
            self.add_error(name, _("Write a new one, or remove it. Not both."))
        self.cleaned_data[name] = ""

    def _refuse_empty(self, name: str) -> None:
        if not self._was_confidential:
            self.add_error(name, _("Tick “Remove the number” if there is none any more."))
        elif name != "directions":
            self.add_error(name, _("Write it again: the confidential one is not kept."))

    @property
    def particulars(self) -> Particulars:
        return Particulars(**{name: self.cleaned_data[name] for name in self.FIELDS})


class LogInForm(KeyedForm, CleanForm):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The person logs in with a code that we send there."),
        widget=forms.EmailInput(attrs=NO_GUESSES),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "log_in_%s")  # other forms on the page have the same fields
        super().__init__(*args, **kwargs)


class ContactForm(KeyedForm, CleanForm):
    """Somebody to call about the recipient."""

    name = forms.CharField(
        label=_("Name"), max_length=100, widget=forms.TextInput(attrs=NO_GUESSES)
    )
    phone = PhoneField(
        label=_("Phone"),
        error_messages={
            "unsure": _("Is %(number)s the number? Then write only the number."),
        },
    )
    relation = forms.CharField(
        label=_("Relation"),
        max_length=60,
        required=False,
        help_text=_("For example daughter or neighbour."),
        widget=forms.TextInput(attrs=NO_GUESSES),
    )
    is_called = forms.BooleanField(
        label=_("Call when nobody opens the door"), required=False, initial=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "contact_%s")  # other forms on the page have the same fields
        super().__init__(*args, **kwargs)


class AgreedTimeForm(KeyedForm, CleanForm):
    """A time at which the visit takes place if the person chooses no other. Limits are the
    model's; ``week`` is asked where the grant's period has several."""

    week = forms.TypedChoiceField(label=_("Week of the month"), coerce=int, required=False)
    weekday = forms.TypedChoiceField(label=_("Weekday"), coerce=int)
    time = WrittenTimeField(label=_("Starts at"))
    agreed_on = WrittenDateField(label=_("Agreed on"))
    agreed_with = forms.CharField(
        label=_("Agreed with"),
        max_length=AgreedTime._meta.get_field("agreed_with").max_length,
        help_text=_("For example: the person, or the daughter."),
        widget=forms.TextInput(attrs=NO_GUESSES),
    )

    def __init__(self, data: Any = None, *, grant: Grant) -> None:
        super().__init__(data, initial={"agreed_on": timezone.localdate()}, auto_id="agreed_%s")
        weeks = weeks_of(grant)
        if weeks == 1:
            del self.fields["week"]
        else:
            week = self.fields["week"]
            assert isinstance(week, forms.ChoiceField)
            if grant.period != Grant.Period.MONTH:
                week.label = gettext("Week of the period")
            week.choices = [(n, str(n)) for n in range(1, weeks + 1)]
            if grant.weeks > 1:
                week.label = gettext("Week of the period")
        weekday = self.fields["weekday"]
        assert isinstance(weekday, forms.ChoiceField)
        names = dates.words(get_language()).weekdays
        weekday.choices = [(n, name.capitalize()) for n, name in enumerate(names)]


class KeysForm(VersionedForm, CleanForm):
    """How carers get in. Labels and limits are the model's."""

    FIELDS = ["has_key", "cabinet_number", "has_electronic_lock"]

    def __init__(self, data: Any = None, *, instance: KeyFacts | None = None) -> None:
        initial = forms.model_to_dict(instance, self.FIELDS) if instance else {}
        super().__init__(data, initial=initial, auto_id="keys_%s")
        self.fields = forms.fields_for_model(
            KeyFacts,
            self.FIELDS,
            widgets={"cabinet_number": forms.TextInput(attrs=NO_GUESSES)},
            help_texts={"cabinet_number": gettext("The number alone, no name and no address.")},
        )
        self.version = instance.version if instance else 0

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("cabinet_number") and not data.get("has_key"):
            self.add_error(
                "has_key", _("Tick this when the key is in the cabinet, or remove the number.")
            )
        return data


class RelationForm(CleanForm):
    """An employee of the department who is close to the recipient."""

    person = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Employee"), empty_label=_("Choose")
    )

    def __init__(self, data: Any = None, *, department: Department) -> None:
        super().__init__(data, auto_id="relation_%s")
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)
        employees = Employee.objects.active(timezone.localdate()).filter(department=department)
        person.queryset = User.objects.filter(pk__in=employees.values("person")).order_by(
            "given_name", "family_name", "pk"
        )


class GrantForm(VersionedForm, CleanForm):
    """Labels and limits are the model's. The service of a grant that exists can't be changed."""

    FIELDS = [
        "service",
        "amount",
        "unit",
        "period",
        "weeks",
        "valid_from",
        "valid_until",
        "is_essential",
        "kind_of_time",
        "choice_from",
        "window_start",
        "window_end",
        "at_most_a_day",
        "days_between",
        "reference",
        "decided_on",
    ]

    amount = WrittenNumberField(label=_("How much"), min_value=1, max_value=10_000)
    weeks = WrittenNumberField(
        label=_("Weeks in a period"),
        min_value=1,
        max_value=MOST_WEEKS,
        required=False,
        help_text=_("With 2, the amount is for two weeks, from the week of the first day."),
    )
    valid_from = WrittenDateField(label=_("Applies from"))
    valid_until = WrittenDateField(label=_("Until and including"), required=False)
    kind_of_time = forms.ChoiceField(
        label=_("Who chooses the time"),
        choices=KindOfTime.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text=_(
            "Times that the municipality sets can be booked, moved and cancelled by staff only."
        ),
    )
    choice_from = WrittenDateField(
        label=_("Chooses from"),
        required=False,
        help_text=_("Until then staff plan all visits. Empty: from the first day."),
    )
    window_start = WrittenTimeField(label=_("Window from"), required=False)
    window_end = WrittenTimeField(
        label=_("Window until"),
        required=False,
        help_text=_("The whole visit lies within the window, for example 08:00 to 11:00."),
    )
    at_most_a_day = WrittenNumberField(
        label=_("Visits on one day, at most"), min_value=1, max_value=24, required=False
    )
    days_between = WrittenNumberField(
        label=_("Whole days between two visits, at least"),
        min_value=0,
        max_value=MOST_DAYS_BETWEEN,
        required=False,
    )
    reference = forms.CharField(
        label=_("Case number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs=NO_GUESSES),
    )
    decided_on = WrittenDateField(label=_("Decided on"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        department: Department,
        instance: Grant | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        if instance:
            initial = forms.model_to_dict(instance, self.FIELDS)
        super().__init__(data, initial=initial)
        of_model = forms.fields_for_model(
            Grant,
            self.FIELDS,
            labels={"service": gettext("Service")},
            widgets={"unit": forms.RadioSelect, "period": forms.RadioSelect},
            help_texts={
                "is_essential": gettext(
                    "An essential service that is not booked should be noticed."
                ),
            },
        )
        self.fields = of_model | self.fields
        service = self.fields["service"]
        assert isinstance(service, forms.ModelChoiceField)
        service.queryset = Service.objects.filter(department=department)
        service.empty_label = _("Choose")
        self._service = instance.service if instance else None
        kind = self.fields["kind_of_time"]
        assert isinstance(kind, forms.ChoiceField)
        if instance:
            del self.fields["service"]
        else:
            kind.choices = [("", _("As for the service")), *KindOfTime.choices]
        self._kind_before = instance.kind_of_time if instance else ""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the first."))
        self._check_amount(data)
        data["weeks"] = data.get("weeks") or 1
        if data["weeks"] > 1 and data.get("period") != Grant.Period.WEEK:
            self.add_error("weeks", _("A month is a period alone. Write 1, or choose weeks."))
        service = self._service or data.get("service")
        if not data.get("kind_of_time"):
            data["kind_of_time"] = self._kind_before or (service.kind_of_time if service else "")
        self._check_window(data, service)
        if (data.get("at_most_a_day") or 1) > 1 and data.get("days_between"):
            self.add_error(
                "days_between", _("With days between the visits there is one a day at most.")
            )
        return data

    def _check_window(self, data: dict[str, Any], service: Service | None) -> None:
        """Refuse a window that contradicts itself, its visits or who chooses."""
        first, last = data.get("window_start"), data.get("window_end")
        if "window_start" in self.errors or "window_end" in self.errors:
            return
        if first is None and last is None:
            return
        if first is None or last is None:
            missing = "window_start" if first is None else "window_end"
            self.add_error(missing, _("A window has both a beginning and an end."))
        elif last <= first:
            self.add_error("window_end", _("The window ends before it begins."))
        elif service and _minutes(last) - _minutes(first) < service.minutes:
            text = gettext("One visit takes {minutes} minutes. The window must hold that.")
            self.add_error("window_end", text.format(minutes=service.minutes))
        elif service and data.get("kind_of_time") != KindOfTime.WINDOW:
            self.add_error(
                "window_start",
                _("A window is only for “%(kind)s”.") % {"kind": KindOfTime.WINDOW.label},
            )

    def _check_amount(self, data: dict[str, Any]) -> None:
        """Refuse minutes that are fewer than one visit takes."""
        service, amount = self._service or data.get("service"), data.get("amount")
        if service is None or amount is None or data.get("unit") != Grant.Unit.MINUTES:
            return
        if amount < service.minutes:
            text = gettext("One visit takes {minutes} minutes. Write at least that.")
            self.add_error("amount", text.format(minutes=service.minutes))


def _minutes(time: dt.time) -> int:
    return 60 * time.hour + time.minute


class NewGrantForm(KeyedForm, GrantForm):
    """Of a recipient whom the department has already."""


class ReplacementForm(NewGrantForm):
    """A grant that replaces ``instance`` from its first day. ``previewed`` is the digest of what
    the page showed that it changes."""

    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, department: Department, instance: Grant) -> None:
        super().__init__(data, department=department, instance=instance)
        self.fields["key"].initial = uuid.uuid4
        self.initial.update(
            {
                "valid_from": first_day_of_period(instance, timezone.localdate() + DAY),
                "valid_until": None,
                "reference": "",
                "decided_on": None,
            }
        )

    @property
    def terms(self) -> dict[str, Any]:
        """The values of the new grant."""
        return {name: self.cleaned_data[name] for name in self.FIELDS if name in self.fields}

    def refuse_first_day(self, refused: BeginsTooEarly) -> None:
        text = gettext("The new grant begins after the old one has begun: {day} at the earliest.")
        if refused.gives_less:
            text = gettext(
                "This gives less than now. Less starts with a new period: the first possible day"
                " is {day}."
            )
        language = get_language()
        self.add_error(
            "valid_from",
            text.format(
                day=dates.day(refused.first_day, language, this_year=timezone.localdate().year)
            ),
        )


class ReassessmentForm(CleanForm):
    """What an administrator asks of the case workers."""

    reason = forms.CharField(
        label=_("What has changed?"),
        help_text=_("For example: “Needs help every day.” Do not write about illness here."),
        max_length=Reassessment._meta.get_field("reason").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(CleanForm):
    """A case worker's answer to the department."""

    answer = forms.CharField(
        label=_("Answer to the department"),
        help_text=_("For example: “A new grant is entered.” Do not write about illness here."),
        max_length=Reassessment._meta.get_field("answer").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NewRecipientForm(CleanForm):
    """``key`` becomes the recipient's id, so that sending the form twice adds one recipient.

    ``is_another`` is shown when the department has somebody with the same name and phone.
    """

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        widget=forms.EmailInput(attrs=NO_GUESSES),
        help_text=_("The person gets an invitation here, and can log in once they have said yes."),
    )
    is_another = forms.BooleanField(label=_("It is another person"), required=False)

    def ask_whether_it_is_another(self) -> None:
        self.add_error(
            "is_another",
            _("Somebody here has the same name and phone. Is it the same person? Look first."),
        )

    def with_new_key(self) -> "NewRecipientForm":
        """The same input, with a key that was not used."""
        data = {name: self.data.get(name, "") for name in ("email", "is_another")}
        form = NewRecipientForm({**data, "key": str(uuid.uuid4())})
        form.full_clean()
        return form


class OpeningForm(CleanForm):
    """Why access to a recipient that has ended is needed."""

    reason = forms.CharField(
        label=_("Why do you need it?"),
        max_length=AccessLogEntry._meta.get_field("reason").max_length,
        help_text=_("The person can read this. Do not write about illness."),
    )


class FormerForm(OpeningForm):
    """Also who it is: names and numbers must not be in URLs."""

    name = forms.CharField(
        label=_("Name or phone number"),
        max_length=100,
        widget=forms.TextInput(attrs=NO_GUESSES),
    )
    field_order = ["name", "reason"]


class SearchForm(CleanForm):
    """Sent by POST: names and numbers must not be in URLs."""

    name = forms.CharField(
        label=_("Name or phone number"),
        max_length=100,
        widget=forms.SearchInput(attrs=NO_GUESSES),
    )
