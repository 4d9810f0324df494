"""Base classes of all forms: the text that is sent is cleaned."""

import uuid
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text import clean_text


class CleanText:
    """Mixin: text is cleaned before it is validated or shown again (``accounts.text``).

    Passwords are left alone: they are compared, and never shown.
    """

    data: Any
    fields: dict[str, forms.Field]

    def full_clean(self) -> None:
        self.data = self.clean_data_of_fields()
        super().full_clean()  # type: ignore[misc]

    def clean_data_of_fields(self) -> Any:
        """A copy of ``data`` in which this form's fields are clean."""
        data = self.data.copy()
        for name, field in self.fields.items():
            name = self.add_prefix(name)  # type: ignore[attr-defined]
            if name not in data or isinstance(field.widget, forms.PasswordInput):
                continue
            clean = partial(clean_text, multiline=isinstance(field.widget, forms.Textarea))
            if hasattr(data, "setlist"):
                data.setlist(name, [clean(value) for value in data.getlist(name)])
            elif isinstance(data[name], str):
                data[name] = clean(data[name])
        return data


class OneName(CleanText):
    """Mixin for a first and a last name: one is enough, in either field."""

    def clean_data_of_fields(self) -> Any:
        data = super().clean_data_of_fields()
        given, family = (
            self.add_prefix(name)  # type: ignore[attr-defined]
            for name in ("given_name", "family_name")
        )
        if not data.get(given) and data.get(family):
            data[given], data[family] = data[family], ""
        return data


class CleanForm(CleanText, forms.Form):
    pass


class CleanModelForm(CleanText, forms.ModelForm):  # type: ignore[type-arg]
    pass


class KeyedForm(CleanText, forms.BaseForm):
    """Mixin for a form that makes a row. ``key`` becomes the row's id, so that sending the form
    twice makes one row; the verb raises ``KeyReused`` for another form's key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"] = forms.UUIDField(
            widget=forms.HiddenInput, required=False, initial=uuid.uuid4
        )

    def refuse_key(self) -> None:
        """Show what was typed, with a key that was not used."""
        self.add_error(None, _("This form was used before. Send it once more if you mean it."))
        data: Any = self.data
        self.data = data = data.copy()
        data[self.add_prefix("key")] = str(uuid.uuid4())
