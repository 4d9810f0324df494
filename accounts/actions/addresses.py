"""Give somebody another e-mail or phone number.

People do so themselves, with a code that is sent to the new address: nobody can take one
that they do not read. Where it is another's, the page says the same, and its owner is told
instead. The tries and the codes of an hour are counted in the database, under lock: neither a
cache that is down nor many requests at once give more of them.

Another e-mail ends the person's sessions, but for the one in which they changed it. Keys for
programs stay, unless they ask for more. django-allauth's own list of addresses is emptied, or
the old one could still be used to log in.
"""

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Iterator
from functools import partial

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from accounts import errors
from accounts.actions.messages import post
from accounts.messages import addresses as address_notices
from accounts.messages import mails, sms
from accounts.messages.notices import Words
from accounts.models import AddressChange, DeadAddress, Message, User
from accounts.phones import mobile_number
from accounts.sessions import end_sessions
from accounts.signals import phone_changes

log = logging.getLogger(__name__)

CODE_LASTS = dt.timedelta(minutes=15)
TRIES = 5  # of one code
HOUR = dt.timedelta(hours=1)
CODES_AN_HOUR = 5  # to one person
CODES_TO_AN_ADDRESS = 3  # in the same hour, whoever asks
TOLD_FOR = dt.timedelta(days=7)

Channel = Message.Channel


def needs_code(channel: Message.Channel, address: str) -> bool:
    """Whether something will be sent there. Other numbers are only called."""
    return channel is Channel.EMAIL or bool(sms.is_offered() and mobile_number(address))


def ask_for_change(*, channel: Message.Channel, address: str, by: User) -> AddressChange:
    """Send a code to the new address; the one before is used until it has come back. An
    earlier code is worth nothing from now on. Raises ``TooManyCodes`` and ``CodeNotSent``."""
    code = get_random_string(6, "0123456789")
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
        _check_rate(user, channel, address)
        AddressChange.objects.filter(user=user, channel=channel).update(digest="")
        change = AddressChange(
            user=user,
            by=user,
            channel=channel,
            address=address,
            old_address=_address(user, channel),
        )
        is_anothers = channel is Channel.EMAIL and _is_anothers(user, address)
        change.digest = "" if is_anothers else _digest(change, code)
        change.save(force_insert=True)
    try:
        _send(
            change,
            address_notices.to_another if is_anothers else partial(address_notices.code, code),
        )
    except Exception as error:  # its text may carry the address
        log.warning("A code by %s was not sent: %s", channel, type(error).__name__)
        raise errors.CodeNotSent from error
    return change


def waited_for(*, channel: Message.Channel, user: User) -> AddressChange | None:
    """The change whose code may still come back."""
    change = AddressChange.objects.filter(user=user, channel=channel).first()
    return change if change and _is_waited_for(change) else None


def confirm_change(
    *, channel: Message.Channel, code: str, by: User, session_key: str | None = None
) -> AddressChange:
    """The code has come back: the new address is the person's. ``session_key`` is of the
    session that goes on. Raises ``WrongCode``,
    ``NoCode``, and ``AddressTaken`` when somebody else got it meanwhile."""
    with _refusing_what_is_taken():
        change = (
            AddressChange.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(user=by, channel=channel)
            .first()
        )
        if change is None or not _is_waited_for(change):
            raise errors.NoCode
        is_right = bool(change.digest) and constant_time_compare(
            change.digest, _digest(change, code)
        )
        change.attempts += 1  # kept, whatever comes of it
        change.save(update_fields=["attempts"])
        if is_right:
            _make(change, session_key)
    if not is_right:
        raise errors.WrongCode
    return change


def change_address(*, user: User, channel: Message.Channel, address: str, by: User) -> None:
    """Without a code: by staff who know the person, or a number that nothing is sent to.
    Raises ``AddressTaken``."""
    with _refusing_what_is_taken():
        change = AddressChange(
            user=user,
            by=by,
            channel=channel,
            address=address,
            old_address=_address(user, channel),
        )
        if change.address != change.old_address:
            AddressChange.objects.filter(user=user, channel=channel).update(digest="")
            change.save(force_insert=True)
            _make(change)


def forget_old_changes(*, before: dt.datetime) -> int:
    return AddressChange.objects.filter(asked_at__lt=before).delete()[0]


def _make(change: AddressChange, session_key: str | None = None) -> None:
    """The address is in use, and the person is told where they were reached before."""
    user, channel = change.user, Channel(change.channel)
    if channel is Channel.EMAIL:
        EmailAddress.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(email=change.address)
        end_sessions(of=user, but=session_key)
    else:
        phone_changes.send(sender=User, user=user, phone=change.address)
        User.objects.filter(pk=user.pk).update(phone=change.address)
    DeadAddress.objects.filter(user=user, channel=channel).delete()
    change.made_at = timezone.now()
    change.save(update_fields=["made_at"])
    post(
        kind=address_notices.KINDS[channel],
        key=str(change.pk),
        to=user,
        about_id=change.pk,
        expires_at=change.made_at + TOLD_FOR,
    )


def _is_waited_for(change: AddressChange) -> bool:
    is_fresh = change.asked_at > timezone.now() - CODE_LASTS
    return is_fresh and change.made_at is None and change.attempts < TRIES


@contextlib.contextmanager
def _refusing_what_is_taken() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise errors.AddressTaken from error


def _check_rate(user: User, channel: Message.Channel, address: str) -> None:
    recent = AddressChange.objects.filter(asked_at__gt=timezone.now() - HOUR)
    to_it = recent.filter(channel=channel, address=address)
    if recent.filter(user=user).count() >= CODES_AN_HOUR or to_it.count() >= CODES_TO_AN_ADDRESS:
        raise errors.TooManyCodes


def _address(user: User, channel: Message.Channel) -> str:
    return user.email if channel is Channel.EMAIL else user.phone


def _is_anothers(user: User, address: str) -> bool:
    return User.objects.filter(email__iexact=address).exclude(pk=user.pk).exists()


def _digest(change: AddressChange, code: str) -> str:
    """Of six figures a bare hash would tell them: this one takes the server's secret, too."""
    return salted_hmac(f"accounts.address:{change.pk}", code, algorithm="sha256").hexdigest()


def _send(change: AddressChange, compose: Callable[[], Words]) -> None:
    with translation.override(change.user.language):
        words = compose()
        if change.channel == Channel.EMAIL:
            mails.send(change.address, words, reference=change.pk)
        else:
            number = mobile_number(change.address)
            sms.gateway().send(number=number, text=" ".join(words.lines), reference=str(change.pk))
