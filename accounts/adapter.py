"""How django-allauth behaves here: nobody signs up, and it speaks our words."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    # allauth has no nynorsk, and its bokmål is not ours.
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
        """People are invited by the municipality; nobody makes a user of their own."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of the person it goes to, whatever the page spoke."""
        language = (
            User.objects.filter(email__iexact=email).values_list("language", flat=True).first()
        )
        told = {
            **context,
            "municipality": settings.MUNICIPALITY,
            "municipality_phone": settings.MUNICIPALITY_PHONE,
        }
        with translation.override(language or translation.get_language()):
            super().send_mail(template_prefix, email, told)

    def format_email_subject(self, subject: str) -> str:
        return str(subject)
