"""Forms that book, move or cancel. They check formats; the actions check the rules."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanForm
from accounts.versioned_forms import VERSION, seen_version
from booking.models import Booking, BookingEvent, VisitRequest
from departments.forms.fields import NO_GUESSES


class InstantField(forms.DateTimeField):
    """An instant in a hidden field. Years before 2000 and after 2200 are refused."""

    widget = forms.HiddenInput

    def to_python(self, value: str | dt.datetime | dt.date | None) -> dt.datetime | None:
        instant = super().to_python(value)
        if instant is not None and not 2000 <= instant.year <= 2200:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return instant


class NoteForm(CleanForm):
    note = forms.CharField(
        label=_("Note to the person who comes"),
        help_text=_("For example: “Ring twice.” Do not write about illness here."),
        max_length=Booking._meta.get_field("note").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class BookForm(NoteForm):
    """``key`` is made with the form and becomes the booking's id: pressing twice books once.
    ``recipient`` is whom the page was made for; the user may act for somebody else since.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    recipient = forms.UUIDField(widget=forms.HiddenInput)
    service = forms.UUIDField(widget=forms.HiddenInput)
    starts_at = InstantField()


class ChangeNoteForm(NoteForm):
    """``seen`` is the mark of the note that the page showed."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def shown(cls, visit: Booking) -> dict[str, str]:
        return {"note": visit.note, "seen": visit.note_mark}


CHANGED_MEANWHILE = _("The visit was changed while you had the page open. Look at it again.")


def sent_version(data: QueryDict) -> int | None:
    """The booking's ``sequence`` on the page that sent the form; None when it carried none."""
    return seen_version(data) if VERSION in data else None


class MoveForm(CleanForm):
    starts_at = InstantField()


class AskStaffForm(CleanForm):
    kind = forms.ChoiceField(choices=VisitRequest.Kind.choices)


class KeepVisitForm(CleanForm):
    words = forms.CharField(
        label=_("Answer to the person"),
        help_text=_("The person can read it."),
        max_length=200,
        widget=forms.TextInput(attrs=NO_GUESSES),
    )


class ReasonForm(CleanForm):
    """An administrator who books or changes a recipient's visit gives the reason: one of the
    usual ones, or their own words, which count when both are given. ``reason`` is the text."""

    USUAL = {
        "called": _("You called and asked."),
        "relative": _("Your relative called and asked."),
        "proposed": _("We proposed it."),
    }
    # What the employee chooses from; the person reads the texts above.
    CHOICES = [
        ("called", _("The person called and asked")),
        ("relative", _("A relative called and asked")),
        ("proposed", _("We proposed it")),
    ]
    why = forms.ChoiceField(
        label=_("Why"),
        choices=CHOICES,
        required=False,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Another reason"),
        help_text=_("The person can read it."),
        max_length=BookingEvent._meta.get_field("reason").max_length,
        required=False,
        widget=forms.TextInput(attrs=NO_GUESSES),
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        why = data.pop("why", "")
        if not data.get("reason") and "reason" not in self.errors:
            if why:
                data["reason"] = str(self.USUAL[why])
            else:
                self.add_error("reason", _("Choose why, or write it."))
        return data


class BookByPhoneForm(ReasonForm, NoteForm):
    """An administrator books while the recipient is on the telephone."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    starts_at = InstantField(
        label=_("Time"),
        error_messages={"required": _("Choose a time.")},
        widget=forms.DateTimeInput,  # the page renders the free times as radios
    )

    def with_new_key(self) -> "BookByPhoneForm":
        """The same input, with a key that was not used."""
        form = BookByPhoneForm({**self.data.dict(), "key": uuid.uuid4()})
        form.full_clean()
        return form


class CancelByPhoneForm(ReasonForm):
    """Its page has the form that moves, too: the choices of the two have names of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = _("Why is it cancelled?")

    def add_prefix(self, field_name: str) -> str:
        return "cancel_why" if field_name == "why" else super().add_prefix(field_name)


class MoveByPhoneForm(ReasonForm):
    starts_at = InstantField(
        label=_("Time"),
        error_messages={"required": _("Choose a time.")},
        widget=forms.DateTimeInput,  # the page renders the free times as radios
    )
