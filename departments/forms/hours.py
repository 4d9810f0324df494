"""Forms for opening hours."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanForm
from accounts.versioned_forms import VersionedForm
from departments.forms.fields import (
    ComingDateField,
    WrittenEndField,
    WrittenNumberField,
    WrittenTimeField,
)
from departments.hours import Staffing, WeeklyHours
from departments.models import OpeningHours, Qualification, Weekday
from departments.queries.hours import weekly_hours_of

DAY = 24 * 60
WORKDAYS = [1, 2, 3, 4, 5]
ALL_DAYS = [1, 2, 3, 4, 5, 6, 7]


class Often(TextChoices):
    WEEKLY = "weekly", _("Every week")
    SELDOM = "seldom", _("Every second week or more seldom")


class PeriodForm(VersionedForm, CleanForm):
    """A period of the ordinary week. ``key`` is the idempotency key: it becomes the row's id."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    opens_at = WrittenTimeField(label=_("From"))
    closes_at = WrittenEndField(label=_("To"))
    staff = WrittenNumberField(
        label=_("Employees at work at the same time"), min_value=1, max_value=500
    )
    often = forms.ChoiceField(
        label=_("How often"),
        choices=Often.choices,
        widget=forms.RadioSelect,
        initial=Often.WEEKLY,
    )
    every_n_weeks = WrittenNumberField(
        label=_("Every how many weeks"), required=False, min_value=2, max_value=8, size=2
    )
    valid_from = ComingDateField(label=_("Applies from"))
    valid_until = ComingDateField(label=_("Until and including"), required=False)
    break_starts_at = WrittenEndField(label=_("Break from"), required=False)
    break_minutes = WrittenNumberField(
        label=_("Minutes of break"), required=False, min_value=0, max_value=120
    )
    qualifications = forms.ModelMultipleChoiceField(
        label=_("What everybody on this shift knows"),
        queryset=Qualification.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    @staticmethod
    def initial_of(row: OpeningHours, valid_from: dt.date) -> dict[str, Any]:
        is_weekly = row.every_n_weeks == 1
        return {
            "opens_at": row.opens_at,
            "closes_at": row.closes_at,
            "staff": row.staff,
            "often": Often.WEEKLY if is_weekly else Often.SELDOM,
            "every_n_weeks": None if is_weekly else row.every_n_weeks,
            "valid_from": valid_from,
            "valid_until": row.valid_until,
            "break_starts_at": row.break_starts_at,
            "break_minutes": row.break_minutes or None,
            "qualifications": [one.pk for one in row.qualifications.all()],
        }

    def hours(self, weekday: int, *, is_other: bool = False) -> WeeklyHours:
        """The hours of a weekday. ``is_other`` gives them an id of their own."""
        data = self.cleaned_data
        return WeeklyHours(
            staffing=Staffing(
                opens_at=data["opens_at"],
                closes_at=data["closes_at"],
                staff=data["staff"],
                break_starts_at=data["break_starts_at"],
                break_minutes=data["break_minutes"] or 0,
                qualification_ids=frozenset(one.pk for one in data["qualifications"]),
                id=uuid.uuid5(data["key"], str(weekday)) if is_other else data["key"],
            ),
            weekday=weekday,
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            every_n_weeks=1 if data["often"] == Often.WEEKLY else data["every_n_weeks"],
        )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        is_seldom = data.get("often") == Often.SELDOM
        if is_seldom and not data.get("every_n_weeks") and "every_n_weeks" not in self.errors:
            self.add_error("every_n_weeks", _("Write a number from 2 to 8."))
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the first."))
        self._check_break(data)
        return data

    def _check_break(self, data: dict[str, Any]) -> None:
        if {"break_starts_at", "break_minutes", "opens_at", "closes_at"} & self.errors.keys():
            return
        starts, minutes = data["break_starts_at"], data["break_minutes"]
        if starts is None and minutes:
            self.add_error("break_starts_at", _("Write when the break starts."))
        elif starts is not None and not minutes:
            self.add_error("break_minutes", _("Write how many minutes the break lasts."))
        elif starts is not None:
            length = minutes_after(data["opens_at"], data["closes_at"]) or DAY
            if minutes_after(data["opens_at"], starts) + minutes > length:
                self.add_error("break_starts_at", _("The break is outside the period."))


class NewPeriodForm(PeriodForm):
    weekday = forms.TypedMultipleChoiceField(
        label=_("Weekdays"),
        choices=Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose a weekday.")},
    )
    field_order = ["weekday"]

    @staticmethod
    def initial_for(usual: OpeningHours | None) -> dict[str, Any]:
        """Monday to Friday from today, with the times of ``usual``."""
        return {
            "weekday": WORKDAYS,
            "valid_from": timezone.localdate(),
            "opens_at": usual.opens_at if usual else dt.time(8),
            "closes_at": usual.closes_at if usual else dt.time(15, 30),
            "staff": usual.staff if usual else None,
        }

    def hours_of_days(self) -> list[WeeklyHours]:
        first, *others = sorted(self.cleaned_data["weekday"])
        return [self.hours(first), *(self.hours(day, is_other=True) for day in others)]


class ChangePeriodForm(PeriodForm):
    """``also`` are the other weekdays that get the same hours."""

    also = forms.TypedMultipleChoiceField(
        label=_("The same on"),
        choices=Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, weekday: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["also"].choices = [  # type: ignore[attr-defined]
            choice for choice in Weekday.choices if choice[0] != weekday
        ]

    def other_hours(self) -> list[WeeklyHours]:
        return [self.hours(day, is_other=True) for day in sorted(self.cleaned_data["also"])]


class RemovePeriodForm(VersionedForm, CleanForm):
    valid_from = ComingDateField(label=_("The period is gone from"))


class SplitPeriodForm(VersionedForm, CleanForm):
    """One period becomes two that follow each other."""

    first_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    second_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    split_at = WrittenEndField(label=_("Split at"))
    first_staff = WrittenNumberField(label=_("Employees before"), min_value=1, max_value=500)
    second_staff = WrittenNumberField(label=_("Employees after"), min_value=1, max_value=500)
    valid_from = ComingDateField(label=_("Applies from"))

    def __init__(self, *args: Any, row: OpeningHours, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row

    def clean_split_at(self) -> dt.time:
        at: dt.time = self.cleaned_data["split_at"]
        length = minutes_after(self.row.opens_at, self.row.closes_at) or DAY
        if not 0 < minutes_after(self.row.opens_at, at) < length:
            raise forms.ValidationError(_("Write a time within the period."))
        return at

    def halves(self) -> tuple[WeeklyHours, WeeklyHours]:
        """A break is kept by the half that contains it; a break across the split is dropped."""
        data = self.cleaned_data
        whole = replace(weekly_hours_of(self.row), valid_from=data["valid_from"])
        first = replace(
            whole.staffing,
            id=data["first_key"],
            closes_at=data["split_at"],
            staff=data["first_staff"],
        )
        second = replace(
            whole.staffing,
            id=data["second_key"],
            opens_at=data["split_at"],
            staff=data["second_staff"],
        )
        return (
            replace(whole, staffing=_with_own_break(first)),
            replace(whole, staffing=_with_own_break(second)),
        )


def minutes_after(opens: dt.time, time: dt.time) -> int:
    """Minutes from ``opens`` to the next ``time``, also after midnight."""
    return (time.hour * 60 + time.minute - opens.hour * 60 - opens.minute) % DAY


def _with_own_break(half: Staffing) -> Staffing:
    if half.break_starts_at is None:
        return half
    ends = minutes_after(half.opens_at, half.break_starts_at) + half.break_minutes
    if ends <= (minutes_after(half.opens_at, half.closes_at) or DAY):
        return half
    return replace(half, break_starts_at=None, break_minutes=0)
