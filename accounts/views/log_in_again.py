"""The page on which a logged-in user shows that it is still them."""

import uuid

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts import attempts, errors, known_devices
from accounts.access import PersonRequest
from accounts.actions import login_codes
from accounts.decorators import person_required
from accounts.forms import ConfirmLoginCodeForm, OwnPasswordForm
from accounts.http_methods import require_http_methods
from accounts.models import LoginCode
from accounts.reauthentication import has_logged_in_again, resume

CODE = "code_to_log_in_again"  # in the session
AGAIN = LoginCode.Purpose.AGAIN


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def log_in_again(request: PersonRequest) -> HttpResponse:
    """By a code or the password, whichever the user likes."""
    action = request.POST.get("action", "")
    if action == "send":
        return _send(request)
    login = _login(request)
    code_form = ConfirmLoginCodeForm(request.POST if action == "code" else None)
    password_form = OwnPasswordForm(request.user, request.POST if action == "password" else None)
    if password_form.is_valid():
        return _go_on(request, "password")
    if login is not None and code_form.is_valid():
        try:
            login_codes.use_code(login=login, code=code_form.cleaned_data["code"])
        except errors.WrongCode:
            code_form.add_error("code", _error("incorrect_code"))
        except errors.NoCode:
            messages.error(request, _error("too_many_login_attempts"))
            return redirect("accounts:log_in_again")
        else:
            return _go_on(request, "code")
    context = {
        "login": login,
        "code_form": code_form,
        "password_form": password_form if request.user.has_usable_password() else None,
    }
    return render(request, "accounts/log_in_again.html", context)


def _send(request: PersonRequest) -> HttpResponse:
    try:
        login = login_codes.send_code(
            email=request.user.email,
            user=request.user,
            account=known_devices.account_of(request.user),
            purpose=AGAIN,
        )
    except errors.TooManyCodes:
        messages.error(request, _error("too_many_codes"))
    else:
        request.session[CODE] = str(login.pk)
    return redirect("accounts:log_in_again")


def _login(request: PersonRequest) -> LoginCode | None:
    kept = request.session.get(CODE)
    if kept is None:
        return None
    login = login_codes.find_login(login_id=uuid.UUID(kept), purpose=AGAIN)
    return login if login and login.user_id == request.user.pk else None


def _go_on(request: PersonRequest, method: str) -> HttpResponse:
    request.session.pop(CODE, None)
    attempts.PASSWORDS.reset(known_devices.account_of(request.user))
    has_logged_in_again(request, method=method)
    return resume(request)


def _error(code: str) -> str:
    return str(get_adapter().error_messages[code])
