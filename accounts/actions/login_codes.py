"""Codes by e-mail: to log in, and to show that it is still you.

Of a code only a digest is kept. A code is right once, for 15 minutes, in the browser it was
requested in. An unknown address gets the same answers after the same work.
"""

import datetime as dt
import uuid

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from accounts import attempts, errors
from accounts.models import LoginCode, User

LASTS = dt.timedelta(minutes=15)
CODES = 4  # of one log-in: the first, and three more when it does not come

Purpose = LoginCode.Purpose


def send_code(*, email: str, user: User | None, account: str, purpose: Purpose) -> LoginCode:
    """Begin a log-in. Raises ``TooManyCodes``."""
    return _send(LoginCode(email=email, user=user, account=account, purpose=purpose))


def send_another_code(*, login: LoginCode) -> LoginCode:
    """The earlier code of this log-in is worth nothing from now on. Raises ``TooManyCodes``."""
    if login.codes_sent >= CODES:
        raise errors.TooManyCodes
    login.codes_sent += 1
    return _send(login)


def find_login(*, login_id: uuid.UUID | None, purpose: Purpose) -> LoginCode | None:
    """One that is still under way."""
    return _valid(login_id, purpose).first()


def use_code(*, login: LoginCode, code: str) -> User:
    """Raises ``WrongCode``, or ``NoCode`` when there are no more tries."""
    # Counted first, and committed by itself: however many come at once, no more are compared.
    has_tries = attempts.CODE_TRIES.take(login.account)
    with transaction.atomic():
        found = _valid(login.pk, login.purpose).select_for_update(of=("self",)).first()
        if found is None:
            raise errors.NoCode
        user = found.user
        matches = constant_time_compare(found.digest, _digest(found, code))
        is_right = has_tries and matches and user is not None and user.is_active
        if is_right or not has_tries:
            found.delete()
    if is_right and user is not None:
        attempts.CODE_TRIES.reset(login.account)
        return user
    if not has_tries or attempts.CODE_TRIES.is_used_up(login.account):
        raise errors.NoCode
    raise errors.WrongCode


def delete_old_codes() -> int:
    return LoginCode.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def _valid(login_id: uuid.UUID | None, purpose: str) -> QuerySet[LoginCode]:
    if login_id is None:
        return LoginCode.objects.none()
    return LoginCode.objects.select_related("user").filter(
        pk=login_id, purpose=purpose, expires_at__gt=timezone.now()
    )


def _send(login: LoginCode) -> LoginCode:
    if not attempts.CODES.take(login.account):
        raise errors.TooManyCodes
    attempts.CODE_TRIES.reset(login.account)
    code = get_random_string(6, "0123456789")
    login.digest = _digest(login, code)
    login.expires_at = timezone.now() + LASTS
    login.save()
    get_adapter().send_mail("account/email/login_code", login.email, {"code": code})
    return login


def _digest(login: LoginCode, code: str) -> str:
    """Keyed: six figures could be guessed from a bare hash."""
    return salted_hmac(f"accounts.login:{login.pk}", code, algorithm="sha256").hexdigest()
