"""django-allauth's adapter: no sign-up, our texts, mails in the recipient's language."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import queries


class AccountAdapter(DefaultAccountAdapter):
    # allauth has no nynorsk, and its bokmål differs from ours.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("You cannot log in any more."),
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "enter_current_password": _("This is not the password you have now."),
        "incorrect_code": _("This is not the code we sent."),
        "too_many_login_attempts": _(
            "You have tried many times. Wait a few minutes, and try again."
        ),
        "rate_limited": _("You have tried many times. Wait a few minutes, and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """The municipality creates users; there is no sign-up."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send in the recipient's language, whatever the language of the page."""
        context = {
            **context,
            "municipality": settings.MUNICIPALITY,
            "municipality_phone": settings.MUNICIPALITY_PHONE,
        }
        with translation.override(queries.language_of(email) or translation.get_language()):
            super().send_mail(template_prefix, email, context)

    def format_email_subject(self, subject: str) -> str:
        return str(subject)
