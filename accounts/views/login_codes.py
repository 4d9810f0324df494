"""Log-in by a code that is sent by e-mail.

The log-in under way is a row of the database (``LoginCode``); a cookie holds its random id.
django-allauth's own pages would keep the code itself, in a session.
"""

import uuid
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.mixins import NextRedirectMixin, RedirectAuthenticatedUserMixin
from allauth.account.models import Login
from allauth.core.ratelimit import consume_or_429
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from accounts import errors, known_devices
from accounts.actions import login_codes
from accounts.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from accounts.models import LoginCode

COOKIE = "login_code"
PATH = "/accounts/login/"

LOG_IN = LoginCode.Purpose.LOG_IN


class RequestLoginCode(
    RedirectAuthenticatedUserMixin,  # type: ignore[misc]
    NextRedirectMixin,  # type: ignore[misc]
    FormView,  # type: ignore[type-arg]
):
    form_class = RequestLoginCodeForm
    template_name = "account/request_login_code.html"

    def form_valid(self, form: RequestLoginCodeForm) -> HttpResponse:
        email = form.cleaned_data["email"]
        if refused := self._refused(email):
            return refused
        users = filter_users_by_email(email, is_active=True, for_login=True)
        try:
            login = login_codes.send_code(
                email=email,
                user=users[0] if users else None,
                account=known_devices.account(self.request, email),
                purpose=LOG_IN,
            )
        except errors.TooManyCodes:
            form.add_error("email", _error("too_many_codes"))
            return self.form_invalid(form)
        response = redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))
        response.set_cookie(
            COOKIE,
            str(login.pk),
            max_age=int(login_codes.LASTS.total_seconds()),
            path=PATH,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response

    def _refused(self, email: str) -> HttpResponse | None:
        """Many requests from one IP address; others there do not block a known browser."""
        if known_devices.is_known(self.request, email):
            return None
        refused: HttpResponse | None = consume_or_429(self.request, action="request_login_code")
        return refused


@method_decorator(never_cache, name="dispatch")
class ConfirmLoginCode(
    NextRedirectMixin,  # type: ignore[misc]
    FormView,  # type: ignore[type-arg]
):
    form_class = ConfirmLoginCodeForm
    template_name = "account/confirm_login_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("home")
        login = login_codes.find_login(login_id=_login_id(request), purpose=LOG_IN)
        if login is None:
            return redirect(self.passthrough_next_url(reverse("account_request_login_code")))
        self.login = login
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("action") == "resend":
            return self._resend()
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ConfirmLoginCodeForm) -> HttpResponse:
        try:
            user = login_codes.use_code(login=self.login, code=form.cleaned_data["code"])
        except errors.WrongCode:
            form.add_error("code", _error("incorrect_code"))
            return self.form_invalid(form)
        except errors.NoCode:
            messages.error(self.request, str(_error("too_many_login_attempts")))
            return self._begin_again()
        record_authentication(self.request, user, method="code", email=user.email)
        login = Login(user=user, redirect_url=self.get_next_url(), email=user.email)
        response: HttpResponse = perform_login(self.request, login)
        response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            email=self.login.email,
            can_resend=self.login.codes_sent < login_codes.CODES,
        )

    def _resend(self) -> HttpResponse:
        try:
            login_codes.send_another_code(login=self.login)
        except errors.TooManyCodes:
            messages.error(self.request, str(_error("too_many_codes")))
        return redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))

    def _begin_again(self) -> HttpResponseRedirect:
        response = HttpResponseRedirect(
            self.passthrough_next_url(reverse("account_request_login_code"))
        )
        response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
        return response


def _login_id(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.COOKIES.get(COOKIE, ""))
    except ValueError:
        return None


def _error(code: str) -> Any:
    return get_adapter().error_messages[code]


request_login_code = RequestLoginCode.as_view()
confirm_login_code = ConfirmLoginCode.as_view()
