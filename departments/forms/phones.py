"""The form for a department's phone numbers by hour."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.clean_forms import CleanForm
from accounts.phone_field import PhoneField
from accounts.versioned_forms import VersionedForm
from departments.forms.fields import WrittenEndField, WrittenTimeField
from departments.models import Weekday
from departments.phones import PhoneHours, PhoneKind

MAX_ROWS = 12
EMPTY_ROWS = 2  # shown after those that are saved
ALL = ("kind", "phone", "first_weekday", "last_weekday", "opens_at", "closes_at")
WRITTEN = ("phone", "opens_at", "closes_at")  # a row without any of these is not filled in


class PhonesForm(VersionedForm, CleanForm):
    """A row for each number, and some empty ones. A number is removed by its own checkbox: an
    empty field never deletes anything."""

    def __init__(self, data: Mapping[str, Any] | None, rows: Sequence[PhoneHours]) -> None:
        super().__init__(data)
        self.count = len(rows)
        shown = min(len(rows) + EMPTY_ROWS, MAX_ROWS)
        while data and shown < MAX_ROWS and f"phone_{shown}" in data:
            shown += 1
        self.shown = shown
        for number in range(shown):
            self._add_row(number, rows[number] if number < len(rows) else None)

    def _add_row(self, number: int, row: PhoneHours | None) -> None:
        is_saved = row is not None
        fields: dict[str, forms.Field] = {
            "kind": forms.ChoiceField(
                label=_("Who calls"),
                required=is_saved,
                choices=PhoneKind.choices,
                initial=row.kind.value if row else PhoneKind.DAY.value,
            ),
            "phone": PhoneField(
                label=_("Phone"),
                required=is_saved,
                initial=row.phone if row else "",
                error_messages={
                    "unsure": _(
                        "Is %(number)s the department's number? Then write only the number."
                    ),
                },
            ),
            "first_weekday": forms.TypedChoiceField(
                label=_("From weekday"),
                choices=Weekday.choices,
                coerce=int,
                required=is_saved,
                initial=row.first_weekday if row else Weekday.MONDAY.value,
            ),
            "last_weekday": forms.TypedChoiceField(
                label=_("To weekday"),
                choices=Weekday.choices,
                coerce=int,
                required=is_saved,
                initial=row.last_weekday if row else Weekday.SUNDAY.value,
            ),
            "opens_at": WrittenTimeField(
                label=_("From"), required=is_saved, initial=row.opens_at if row else None
            ),
            "closes_at": WrittenEndField(
                label=_("To"), required=is_saved, initial=row.closes_at if row else None
            ),
        }
        if row:
            fields["remove"] = forms.BooleanField(label=_("Remove this number"), required=False)
        for field in fields.values():
            # An empty row is left out as a whole: its fields are not "optional" one by one.
            field.is_in_row = True  # type: ignore[attr-defined]
        self.fields.update({f"{name}_{number}": field for name, field in fields.items()})

    @property
    def rows(self) -> list[dict[str, forms.BoundField]]:
        """The fields of each row by name, for the template."""
        found: dict[str, dict[str, forms.BoundField]] = {}
        for field in self:
            name, _sep, number = field.name.rpartition("_")
            found.setdefault(number, {})[name] = field
        return list(found.values())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number in range(self.shown):
            is_filled = number in self._filled_rows()
            for name in ALL:
                key = f"{name}_{number}"
                if not is_filled:
                    self.errors.pop(key, None)
                elif data.get(key) in (None, "") and key not in self.errors:
                    self.add_error(key, _("This field is required."))
        return data

    def _filled_rows(self) -> list[int]:
        """The rows that are saved: not removed, and not an empty one at the end."""
        return [
            number
            for number in range(self.shown)
            if not self.cleaned_data.get(f"remove_{number}")
            and (number < self.count or self._is_written(number))
        ]

    def _is_written(self, number: int) -> bool:
        return any(self.data.get(f"{name}_{number}", "").strip() for name in WRITTEN)

    @property
    def phone_hours(self) -> list[PhoneHours]:
        """What a valid form says."""
        data = self.cleaned_data
        return [
            PhoneHours(
                PhoneKind(data[f"kind_{number}"]),
                data[f"phone_{number}"],
                data[f"first_weekday_{number}"],
                data[f"last_weekday_{number}"],
                data[f"opens_at_{number}"],
                data[f"closes_at_{number}"],
            )
            for number in self._filled_rows()
        ]
