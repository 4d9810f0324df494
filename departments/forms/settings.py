"""The form for a department's settings."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanModelForm
from accounts.phone_field import PhoneField
from accounts.versioned_forms import VersionedForm
from departments.actions.settings import MINUTES_PER_DAY
from departments.errors import NoticeTooLong
from departments.forms.fields import (
    NO_GUESSES,
    WrittenDurationField,
    WrittenNumberField,
    WrittenTimeField,
)
from departments.models import Department

TWO_WEEKS = 14 * MINUTES_PER_DAY

GROUPS = (
    (_("The department"), ("name", "phone", "is_open")),
    (
        _("Booking rules"),
        (
            "horizon_days",
            "slot_minutes",
            "minimum_notice_minutes",
            "change_deadline_minutes",
            "cancel_deadline_minutes",
            "travel_minutes",
        ),
    ),
    (
        _("Days and warnings"),
        (
            "settling_time",
            "public_holidays",
            "week_warning_days",
            "month_warning_days",
            "no_contact_minutes",
        ),
    ),
    (_("Visits that are not made"), ("charges_declined", "charges_no_contact")),
    (_("Grants"), ("grants_by", "appeal_text")),
)


class SettingsForm(VersionedForm, CleanModelForm):
    phone = PhoneField(
        label=capfirst(Department._meta.get_field("phone").verbose_name),
        required=False,
        help_text=_("People call this number when something is wrong."),
        error_messages={
            "unsure": _("Is %(number)s the department's number? Then write only the number."),
        },
    )
    horizon_days = WrittenNumberField(
        label=_("Days ahead that can be booked"),
        min_value=1,
        max_value=90,
        help_text=_("With 14, people can book from today up to and including two weeks ahead."),
    )
    settling_time = WrittenTimeField(
        label=_("When the next day's plan is settled"),
        help_text=_("After this hour the evening before, who goes where stays as it is."),
    )
    minimum_notice_minutes = WrittenDurationField(
        label=_("Shortest time from booking to visit"),
        min_value=0,
        max_value=TWO_WEEKS,
        help_text=_("Times that begin sooner than this are not offered."),
    )
    change_deadline_minutes = WrittenDurationField(
        label=_("Latest time before a visit to move it"),
        min_value=0,
        max_value=TWO_WEEKS,
        help_text=_("Later than this, people are asked to call."),
    )
    cancel_deadline_minutes = WrittenDurationField(
        label=_("Latest time before a visit to cancel it"),
        min_value=0,
        max_value=TWO_WEEKS,
        help_text=_("Later than this, people are asked to call."),
    )
    travel_minutes = WrittenNumberField(
        label=_("Minutes of travel between two visits"),
        min_value=0,
        max_value=120,
        help_text=_("Kept free after each visit that is booked from now on."),
    )
    week_warning_days = WrittenNumberField(
        label=_("Days before the end of a week to warn of essential services not booked"),
        min_value=1,
        max_value=7,
        help_text=_("With 4, administrators are told on Thursday. Nothing is booked by itself."),
    )
    month_warning_days = WrittenNumberField(
        label=_("Days before the end of a month to warn of essential services not booked"),
        min_value=1,
        max_value=31,
        help_text=_("With 7, administrators are told when the month's last week begins."),
    )
    no_contact_minutes = WrittenNumberField(
        label=_("Minutes until a visit without contact is alarmed again"),
        min_value=5,
        max_value=120,
        help_text=_(
            "First the duty phone gets a text message, twice; then the administrators too."
        ),
    )

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(str(title), [self[name] for name in names]) for title, names in GROUPS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        days, minutes = data.get("horizon_days"), data.get("minimum_notice_minutes")
        if days is not None and minutes is not None and minutes >= days * MINUTES_PER_DAY:
            self.add_error("minimum_notice_minutes", NoticeTooLong.message)
        return data

    class Meta:
        model = Department
        fields = [name for group in GROUPS for name in group[1]]
        widgets = {
            "public_holidays": forms.RadioSelect,
            "grants_by": forms.RadioSelect,
            "appeal_text": forms.Textarea(attrs={"rows": 3}),
            "name": forms.TextInput(attrs=NO_GUESSES),
        }
        help_texts = {
            "name": _("People see it on their bookings. It must not tell of an illness."),
            "is_open": _("When it is off, nobody can book; bookings that exist are kept."),
            "slot_minutes": _("With 30, visits can begin at every whole and half hour."),
            "charges_declined": _("Otherwise the person can choose another time instead."),
            "charges_no_contact": _(
                "Never when the municipality sets the time, or the person chooses within a window."
            ),
            "grants_by": _(
                "Case workers get their role under Staff. Administrators then see grants, and ask"
                " for reassessment."
            ),
            "appeal_text": _(
                "Stands below people's grants. Empty: that they can appeal within three weeks."
            ),
            "public_holidays": _("A special day of your own goes before this rule."),
        }
