"""Forms: django-allauth's with our texts and without placeholders, and our own."""

import re
import uuid
from collections.abc import Collection
from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.core import context
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import attempts, known_devices
from accounts.actions.invitations import LENGTH, SYMBOLS
from accounts.actions.tokens import revoke_all_tokens
from accounts.clean_forms import CleanForm, CleanText
from accounts.messages.notices import MANDATORY, Topic
from accounts.models import ApiToken, MessageChoices, User, languages
from accounts.phone_field import PhoneField
from accounts.versioned_forms import VersionedForm

LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("The password you have now"),
    "password1": _("New password"),
    "password2": _("New password once more"),
    "code": _("Code"),
    "end_keys": _("Remove my keys for programs, too"),
}
HELP = {
    "password1": _("At least 10 characters. Three or four words that you remember are fine."),
}


class OwnTexts(CleanText):
    """Mixin: our labels and help texts, no placeholders, clean text."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS[name]
            field.help_text = HELP.get(name, "")
            field.widget.attrs.pop("placeholder", None)


class LoginForm(OwnTexts, allauth.LoginForm):
    pass


class RequestLoginCodeForm(OwnTexts, CleanForm):
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class ConfirmLoginCodeForm(OwnTexts, CleanForm):
    code = forms.CharField(
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def clean_code(self) -> str:
        """As people copy it: with spaces, or a dot from the end of the sentence."""
        return re.sub(r"\D", "", self.cleaned_data["code"])


class InvitationLetterForm(CleanForm):
    """The code in a letter, and the address to which the invitation is sent."""

    code = forms.CharField(
        label=_("The code in the letter"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_code(self) -> str:
        """As people copy it: in small letters, with spaces or hyphens."""
        code = re.sub(r"[^0-9A-Z]", "", self.cleaned_data["code"].upper())
        if len(code) != LENGTH or not set(code) <= set(SYMBOLS):
            raise forms.ValidationError(
                _("The code is %(count)s letters and figures. Look at the letter again.")
                % {"count": LENGTH}
            )
        return code


class OwnPasswordForm(OwnTexts, CleanForm):
    """The password of a logged-in user; their tries are counted."""

    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not attempts.PASSWORDS.take(known_devices.account_of(self.user)):
            raise get_adapter().validation_error("too_many_login_attempts")
        if not self.user.check_password(password):
            raise get_adapter().validation_error("enter_current_password")
        return password


class EndsKeys(forms.Form):
    """Asks somebody who has keys for programs whether they end with the old password."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add_end_keys(self, self.user)

    def save(self) -> None:
        super().save()  # type: ignore[misc]
        if self.cleaned_data.get("end_keys"):
            revoke_all_tokens(by=self.user)


def add_end_keys(form: forms.Form, user: User | None) -> None:
    if user is not None and user.api_tokens.unrevoked().exists():
        form.fields["end_keys"] = forms.BooleanField(label=LABELS["end_keys"], required=False)


class ResetPasswordForm(OwnTexts, allauth.ResetPasswordForm):
    users: list[User]

    def clean_email(self) -> str:
        email: str = super().clean_email()
        account = known_devices.account(context.request, email)
        if not attempts.RESETS.take(account):
            raise get_adapter().validation_error("too_many_links")
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """For an unknown address the same is done; the adapter sends nothing to it."""
        self.users = self.users or [User(email=self.cleaned_data["email"])]
        email: str = super().save(request, **kwargs)
        return email


class ResetPasswordKeyForm(OwnTexts, EndsKeys, allauth.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(OwnTexts, EndsKeys, allauth.ChangePasswordForm):
    pass


class SetPasswordForm(OwnTexts, EndsKeys, allauth.SetPasswordForm):
    pass


class LanguageForm(CleanForm):
    language = forms.ChoiceField(choices=languages)


HELP_FOR_TOPIC = {
    Topic.BY_OTHERS: _("This we must tell you."),
    Topic.FOR_OTHERS: _("Without a mark we do not remind you of their visits either."),
}


class MessageChoicesForm(VersionedForm, CleanForm):
    """One field for each topic that concerns the user, with the ``offered`` channels."""

    names_service = forms.TypedChoiceField(
        label=_("What may messages and your calendar say?"),
        choices=[
            ("", _("Only that I have an appointment")),
            ("yes", _("Also which service it is, and who gives it")),
        ],
        coerce=bool,
        empty_value="",
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Others may see your screen or hear your phone."),
    )

    def __init__(self, choices: MessageChoices, offered: Collection[str], *args: Any) -> None:
        super().__init__(*args)
        self.choices, self.offered = choices, offered
        self.topics = [
            topic
            for topic in Topic
            if topic is not Topic.FOR_OTHERS or choices.user.acts_for_others
        ]
        self.channel_choices = [
            choice for choice in MessageChoices.CHANNELS if choice[0] in offered
        ]
        topic_fields = {
            topic.value: forms.MultipleChoiceField(
                label=topic.label,
                choices=self.channel_choices,
                required=topic in MANDATORY,
                help_text=HELP_FOR_TOPIC.get(topic, ""),
                widget=forms.CheckboxSelectMultiple,
                initial=getattr(choices, topic),
                error_messages={"required": _("Choose at least one.")},
            )
            for topic in self.topics
        }
        self.fields = {**topic_fields, **self.fields}
        self.fields["names_service"].initial = "yes" if choices.names_service else ""

    @property
    def topic_fields(self) -> list[forms.BoundField]:
        return [self[topic.value] for topic in self.topics]

    @property
    def channels(self) -> dict[Topic, list[str]]:
        """The chosen channels, and those chosen earlier that this page could not offer."""
        return {
            topic: [
                *self.cleaned_data[topic],
                *(name for name in getattr(self.choices, topic) if name not in self.offered),
            ]
            for topic in self.topics
        }


class EmailForm(VersionedForm, CleanForm):
    address = forms.EmailField(
        label=_("Your new e-mail"),
        max_length=254,
        help_text=_("We send a code there. Until you have written it here, nothing changes."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        self.user = user

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].lower()
        if address == (self.user.email or "").lower():
            raise forms.ValidationError(_("This is the e-mail you have now."))
        return address


class ContactEmailForm(VersionedForm, CleanForm):
    """``address`` is empty when messages shall go to the e-mail that the user logs in with."""

    address = forms.EmailField(
        label=_("E-mail for messages"),
        max_length=254,
        required=False,
        help_text=_(
            "You may share it with others, such as your spouse. We send a code there. Until you"
            " have written it here, nothing changes."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    remove = forms.BooleanField(label=_("Write to the e-mail I log in with"), required=False)

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        self.user = user
        if not user.contact_email:
            self.fields["address"].required = True
            del self.fields["remove"]

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].lower()
        if address and address == self.user.message_email.lower():
            raise forms.ValidationError(_("This is where we write to you now."))
        return address

    def clean(self) -> dict[str, Any]:
        """An empty field alone removes nothing."""
        data: dict[str, Any] = super().clean() or {}
        if "address" in self.errors:
            return data
        if bool(data["address"]) == bool(data.get("remove")):
            self.add_error(
                "address", _("Write an e-mail, or choose the one you log in with. Not both.")
            )
        elif data["address"] == (self.user.email or "").lower():
            data["address"] = ""
        return data


class PhoneForm(VersionedForm, CleanForm):
    address = PhoneField(
        label=_("Your new phone number"),
        required=False,
        help_text=_("We call you there. A mobile number can get text messages, too."),
        autocomplete="tel",
        error_messages={
            "unsure": _("Is %(number)s your own number? Then write only the number."),
        },
    )
    remove = forms.BooleanField(label=_("Remove my number"), required=False)

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        self.user = user
        if not user.phone:
            del self.fields["remove"]

    def clean(self) -> dict[str, Any]:
        """An empty field alone removes nothing."""
        data: dict[str, Any] = super().clean() or {}
        if "address" in self.errors:
            return data
        if bool(data["address"]) == bool(data.get("remove")):
            self.add_error(
                "address",
                _("Write a number, or choose to remove the one you have. Not both.")
                if self.user.phone
                else _("Write a number."),
            )
        return data


class AddressCodeForm(CleanForm):
    """``ends_keys_of`` is a user who is asked whether their keys for programs end."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def __init__(self, *args: Any, ends_keys_of: User | None = None) -> None:
        super().__init__(*args)
        add_end_keys(self, ends_keys_of)

    def clean_code(self) -> str:
        """Digits only: people copy codes with spaces or the full stop after them."""
        return re.sub(r"\D", "", self.cleaned_data["code"])


class KeyForm(CleanForm):
    """``key`` is the form's idempotency key: the id of what it makes."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class TokenForm(KeyForm):
    name = forms.CharField(
        label=_("What is it for?"),
        max_length=60,
        help_text=_("A name you know it by, for example “My calendar program”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        choices=ApiToken.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=_("How long does it last?"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("One year"))],
        initial=90,
        widget=forms.RadioSelect,
    )
