"""Change the e-mail address or phone number of a user.

Users do so themselves with a code that is sent to the new address, so nobody can take an
address that they can't read. If the address belongs to somebody else, the page looks the
same and its owner gets a message instead of a code. Attempts and codes per hour are counted
in the database under lock, so that neither a missing cache nor parallel requests give more.

A new e-mail address ends the user's sessions, except the one in which they changed it. API
tokens remain valid unless they ask for more. django-allauth's own list of addresses is emptied:
otherwise the old address could still be used to log in.

The e-mail address for messages (``is_contact``) opens nothing, so a couple may share one. It
needs a code too, except when staff enter it for somebody without a log-in.
"""

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Iterator
from functools import partial

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from accounts import errors
from accounts.actions.changes import record
from accounts.actions.outbox import post
from accounts.messages import addresses, mails, sms
from accounts.messages.notices import Words
from accounts.messages.texts import text_of
from accounts.models import AddressChange, DeadAddress, Message, User
from accounts.phones import mobile_number
from accounts.sessions import end_sessions
from accounts.signals import phone_changes
from database.versions import check_version

log = logging.getLogger(__name__)

HOUR = dt.timedelta(hours=1)
CODES_AN_HOUR = 5  # for one user
CODES_TO_AN_ADDRESS = 3  # in the same hour, whoever requests them
NOTICE_LASTS = dt.timedelta(days=7)

Channel = Message.Channel


def request_change(
    *,
    channel: Message.Channel,
    address: str,
    by: User,
    is_contact: bool = False,
    version: int | None = None,
) -> AddressChange:
    """Send a code to the new address, which is used once the code is confirmed.

    Earlier codes become invalid. Raises ``TooManyCodes`` and ``CodeNotSent``, and ``Stale``
    when the user has another version than their page showed.
    """
    code = get_random_string(6, "0123456789")
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
        check_version(user.version, version)
        _check_rate(user, channel, address)
        change = AddressChange(
            user=user, by=user, channel=channel, address=address, is_contact=is_contact
        )
        _earlier(change).update(digest="")
        change.old_address = _address(change)
        is_log_in = channel is Channel.EMAIL and not is_contact
        belongs_to_other = is_log_in and _belongs_to_other(user, address)
        change.digest = "" if belongs_to_other else _digest(change, code)
        change.save(force_insert=True)
    try:
        _send(
            change,
            addresses.address_in_use if belongs_to_other else partial(addresses.code, code),
        )
    except Exception as error:  # its text may contain the address
        log.warning("A code by %s was not sent: %s", channel, type(error).__name__)
        raise errors.CodeNotSent from error
    return change


def confirm_change(
    *,
    channel: Message.Channel,
    code: str,
    by: User,
    is_contact: bool = False,
    session_key: str | None = None,
) -> AddressChange:
    """Use the new address if the code is right. ``session_key`` names the session that remains.

    Raises ``WrongCode``, ``NoCode``, and ``AddressTaken`` if somebody else has taken the
    address since the code was sent.
    """
    with _address_taken():
        change = (
            AddressChange.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(user=by, channel=channel, is_contact=is_contact)
            .first()
        )
        if change is None or not change.is_pending(timezone.now()):
            raise errors.NoCode
        is_right = bool(change.digest) and constant_time_compare(
            change.digest, _digest(change, code)
        )
        change.attempts += 1  # committed whether the code is right or wrong
        change.save(update_fields=["attempts"])
        if is_right:
            _apply(change, session_key)
    if not is_right:
        raise errors.WrongCode
    return change


def change_address(
    *,
    user: User,
    channel: Message.Channel,
    address: str,
    by: User,
    is_contact: bool = False,
    version: int | None = None,
) -> None:
    """Change an address without a code: by staff, or to a number that gets no messages, or
    from an e-mail address for messages to none.

    Raises ``AddressTaken``, and ``Stale`` when the user has another version than the page
    showed.
    """
    with _address_taken():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        change = AddressChange(
            user=user, by=by, channel=channel, address=address, is_contact=is_contact
        )
        change.old_address = _address(change)
        if change.address != (user.contact_email if is_contact else change.old_address):
            check_version(user.version, version)
            _earlier(change).update(digest="")
            change.save(force_insert=True)
            _apply(change)


def delete_old_changes(*, before: dt.datetime) -> int:
    return AddressChange.objects.filter(asked_at__lt=before).delete()[0]


def _apply(change: AddressChange, session_key: str | None = None) -> None:
    """Use the new address, and notify the user at the e-mail address they had before."""
    user, channel = change.user, Channel(change.channel)
    if change.is_contact:
        User.objects.filter(pk=user.pk).update(
            contact_email=change.address, version=F("version") + 1
        )
    elif channel is Channel.EMAIL:
        EmailAddress.objects.filter(user=user).delete()
        User.objects.filter(pk=user.pk).update(email=change.address, version=F("version") + 1)
        end_sessions(of=user, but=session_key)
    else:
        phone_changes.send(sender=User, user=user, phone=change.address)
        User.objects.filter(pk=user.pk).update(
            phone=change.address,
            phone_is_confirmed=bool(change.digest),
            version=F("version") + 1,
        )
    if change.is_contact or channel is Channel.SMS or not user.contact_email:
        DeadAddress.objects.filter(user=user, channel=channel).delete()
    change.made_at = timezone.now()
    change.save(update_fields=["made_at"])
    is_log_in = channel is Channel.EMAIL and not change.is_contact
    if is_log_in or change.by == user:  # other changes by staff: they record them
        after = {"channel": channel, "is_contact": change.is_contact}
        record("change_address", by=change.by, subject_id=user.pk, after=after)
    post(
        kind=addresses.kind_of(change),
        key=str(change.pk),
        to=user,
        about_id=change.pk,
        expires_at=change.made_at + NOTICE_LASTS,
    )


@contextlib.contextmanager
def _address_taken() -> Iterator[None]:
    """One transaction; raises ``AddressTaken`` when the address is not unique."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise errors.AddressTaken from error


def _check_rate(user: User, channel: Message.Channel, address: str) -> None:
    recent = AddressChange.objects.filter(asked_at__gt=timezone.now() - HOUR)
    to_address = recent.filter(channel=channel, address=address).count()
    by_user = recent.filter(user=user).count()
    if by_user >= CODES_AN_HOUR or to_address >= CODES_TO_AN_ADDRESS:
        raise errors.TooManyCodes


def _earlier(change: AddressChange) -> QuerySet[AddressChange]:
    """All changes of the same address of the user."""
    return AddressChange.objects.filter(
        user=change.user, channel=change.channel, is_contact=change.is_contact
    )


def _address(change: AddressChange) -> str:
    """The address in use now."""
    user = change.user
    if change.is_contact:
        return user.message_email
    return (user.email or "") if change.channel == Channel.EMAIL else user.phone


def _belongs_to_other(user: User, address: str) -> bool:
    return User.objects.filter(email__iexact=address).exclude(pk=user.pk).exists()


def _digest(change: AddressChange, code: str) -> str:
    """Keyed with the server's secret: a plain hash of six digits could be guessed."""
    return salted_hmac(f"accounts.address:{change.pk}", code, algorithm="sha256").hexdigest()


def _send(change: AddressChange, compose: Callable[[], Words]) -> None:
    with translation.override(change.user.language):
        words = compose()
        if change.channel == Channel.EMAIL:
            mails.send(change.address, words, reference=change.pk)
        else:
            number = mobile_number(change.address)
            sms.gateway().send(number=number, text=text_of(words), reference=str(change.pk))
