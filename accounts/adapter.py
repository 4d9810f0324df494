"""django-allauth's adapter: no sign-up, our texts, mails in the recipient's language."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import attempts, known_devices, queries
from accounts.messages import outgoing
from accounts.municipality import municipality_phone


class AccountAdapter(DefaultAccountAdapter):
    # allauth has no nynorsk, and its bokmål differs from ours.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("You can't log in any more."),
        "email_password_mismatch": _("The e-mail address or the password is wrong."),
        "enter_current_password": _("This is not the password you have now."),
        "incorrect_code": _("This is not the code we sent."),
        "too_many_login_attempts": _(
            "You have tried many times. Wait a few minutes, and try again."
        ),
        "too_many_codes": _(
            "Many codes have been asked for today. Try again tomorrow, or log in with a password."
        ),
        "too_many_links": _(
            "Many links have been asked for today. Try again tomorrow, or log in with a code."
        ),
        "rate_limited": _("You have tried many times. Wait a few minutes, and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """The municipality creates users; there is no sign-up."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send in the recipient's language, whatever the language of the page.

        A mail to an unknown address is rendered and dropped, so that it takes as long.
        """
        user = queries.active_user(email)
        context = {
            **context,
            "request": self.request,
            "email": email,
            "municipality": settings.MUNICIPALITY,
            "municipality_phone": municipality_phone(),
        }
        with translation.override(user.language if user else translation.get_language()):
            mail = self.render_mail(template_prefix, user.email if user else email, context)
        if user:
            outgoing.send_soon(mail)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Tries of a password are counted for the account, in the database; allauth counts
        those of an IP address. Others' tries count for neither in a known device."""
        if not known_devices.is_known(request, credentials["email"]):
            super().pre_authenticate(request, **credentials)
        account = known_devices.account(request, credentials["email"])
        if not attempts.PASSWORDS.take(account):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user:
            attempts.PASSWORDS.give_back(known_devices.account(request, credentials["email"]))
        return user

    def format_email_subject(self, subject: str) -> str:
        return str(subject)
