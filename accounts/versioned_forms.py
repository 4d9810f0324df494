"""Forms that edit a row, and notice when somebody else has changed it meanwhile.

Such a form carries the version of the row and the values that it was shown with. When the
verb raises ``Stale``, the page shows the form again: what the user has changed is kept, the
other fields get the row's present values, and a list says what has changed. Sending it once
more saves it. Templates include ``_version.html`` inside the form.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, Self, TypeVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

Values = dict[str, list[str]]  # by field, as a browser sends them

F = TypeVar("F", bound="VersionedForm")

VERSION, SHOWN = "version", "shown"


class ChangedField(NamedTuple):
    """A field that somebody else has changed, in words."""

    label: str
    before: str
    now: str


class VersionedForm(forms.BaseForm):
    """Mixin. ``at`` gives the form the row's version when it is shown."""

    version = 0
    changed: Sequence[ChangedField] | None = None  # None when the row has not changed
    changed_by = ""  # a name, where the user may know it
    reason = ""  # typed on the preview page

    def at(self, version: int) -> Self:
        self.version = version
        return self

    @property
    def seen(self) -> int:
        """The version that the page showed; 0 when the form did not carry it."""
        return seen_version(self.data)

    @property
    def carried_version(self) -> int:
        return self.seen if self.is_bound else self.version

    @property
    def carried_values(self) -> str:
        """The values that the form was first shown with, as JSON."""
        return self.data.get(SHOWN, "") if self.is_bound else json.dumps(self._initial_values())

    def again(self, fresh: F, *, by: str = "") -> F:
        """``fresh``, the form of the row as it is now, with what the user has changed here.
        ``by`` is the name of the person who has changed the row."""
        shown, sent, now = self._shown_values(), self._sent_values(), fresh._initial_values()
        data = QueryDict(mutable=True)
        data.update(self.data)
        for name, values in now.items():
            if sent[name] == shown.get(name):
                data.pop(self.add_prefix(name), None)
                data.setlistdefault(self.add_prefix(name), values)
        data[VERSION], data[SHOWN] = str(fresh.version), json.dumps(now)
        fresh.changed = [
            ChangedField(
                str(fresh[name].label),
                _in_words(fresh.fields[name], shown[name]),
                _in_words(fresh.fields[name], values),
            )
            for name, values in now.items()
            if name in shown and shown[name] != values
        ]
        fresh.changed_by = by
        fresh.reason = self.data.get("reason", "")
        fresh.data, fresh.is_bound = data, True
        return fresh

    def _initial_values(self) -> Values:
        return {
            name: _as_sent(field, self.get_initial_for_field(field, name))
            for name, field in self.fields.items()
            if not field.widget.is_hidden
        }

    def _sent_values(self) -> Values:
        return {
            name: _as_sent(
                field,
                field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name)),
            )
            for name, field in self.fields.items()
        }

    def _shown_values(self) -> Values:
        try:
            shown = json.loads(self.data.get(SHOWN, ""))
            return {name: [str(value) for value in values] for name, values in shown.items()}
        except (ValueError, AttributeError, TypeError):
            return {}


def seen_version(data: Any) -> int:
    """The version that a page's form carried; 0 when it carried none."""
    text = str(data.get(VERSION, ""))
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _as_sent(field: forms.Field, value: Any) -> list[str]:
    """The value as the browser sends it back when nobody changes it."""
    if isinstance(field, forms.BooleanField):
        return ["on"] if value else []
    shown = field.widget.format_value(field.prepare_value(value))
    values = shown if isinstance(shown, list | tuple) else [shown]
    return sorted(str(one) for one in values if one not in (None, ""))


def _in_words(field: forms.Field, values: Sequence[str]) -> str:
    if isinstance(field, forms.BooleanField):
        return _("yes") if values else _("no")
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        labels = {str(value): str(label) for value, label in choices}
        values = [labels.get(value, value) for value in values]
    return ", ".join(values) or _("nothing")
