"""The form field for phone numbers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.phones import (
    NoNumber,
    SeveralNumbers,
    UnsureNumber,
    parse_number,
    shown_number,
)


class PhoneField(forms.CharField):
    """The value is E.164. Asks when the text contains more than a number: it may be somebody
    else's, and messages would go there."""

    default_error_messages = {
        "no_number": _(
            "Write a number with eight figures. Begin a foreign number with + and its country"
            " code."
        ),
        "several": _("Write one number only."),
        "unsure": _("Is %(number)s the person's own number? Then write only the number."),
    }

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": kwargs.pop("autocomplete", "off"), "inputmode": "tel"}
        super().__init__(max_length=60, widget=forms.TextInput(attrs=attrs), **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}

    def prepare_value(self, value: Any) -> Any:
        return shown_number(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            return parse_number(text)
        except NoNumber:
            raise ValidationError(self.error_messages["no_number"], code="no_number") from None
        except SeveralNumbers:
            raise ValidationError(self.error_messages["several"], code="several") from None
        except UnsureNumber as error:
            raise ValidationError(
                self.error_messages["unsure"],
                code="unsure",
                params={"number": shown_number(error.number)},
            ) from None
