"""Recipients and their log-ins."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import F, Model
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts import queries as accounts_queries
from accounts.models import AccessLogEntry, Invitation, Message, User
from booking import errors
from booking.actions.grants import grant
from booking.actions.locks import lock_recipient, one_transaction
from booking.models import (
    Booking,
    BookingSeries,
    BusyTime,
    CalendarFeed,
    Contact,
    Departure,
    Grant,
    KeyFacts,
    Mandate,
    OwnPlan,
    Pattern,
    Pause,
    Recipient,
    Relation,
    SlotWish,
)
from booking.models.recipients import CONFIDENTIAL
from booking.queries.department_recipients import LOG_IN
from database.versions import check_version
from departments.actions import bump_revision, lock_days
from departments.models import Department, Employee

HOLDER_NAME_LENGTH = Mandate._meta.get_field("holder_name").max_length


@dataclass(frozen=True)
class Particulars:
    """A recipient's details that the municipality registers."""

    given_name: str
    family_name: str
    phone: str = ""
    address: str = ""
    directions: str = ""
    has_confidential_address: bool = False


def add_recipient(
    *,
    key: uuid.UUID,
    particulars: Particulars,
    terms: Mapping[str, Any] | None = None,
    email: str = "",
    department: Department,
    by: User,
) -> Recipient:
    """Add a recipient with a grant (``terms``, as ``grant`` takes them), and invite the owner of
    the e-mail, if there is one, to log in as them.

    Nothing of an existing user is opened before they accept (``booking.actions.invitations``).
    ``key`` is the form's idempotency key: sending the form twice adds one recipient. Raises
    ``KeyReused`` when it was sent by somebody else, for another department or with other words,
    ``OwnAddress``, and ``TooManyInvitations``.
    """
    with one_transaction():
        recipient, is_new = Recipient.objects.get_or_create(
            pk=key, defaults={**asdict(particulars), "added_by": by, "added_in": department}
        )
        if not is_new:
            sender = (recipient.added_by_id, recipient.added_in_id)
            if sender != (by.pk, department.pk) or not _is_same(
                recipient, particulars, terms, email
            ):
                raise errors.KeyReused
        if is_new:
            accounts_actions.record(
                "add_recipient",
                by=by,
                department_id=department.pk,
                subject_id=recipient.pk,
                of=recipient,
            )
            if terms:
                grant(recipient=recipient, **terms, by=by)
        if is_new and email:
            _invite(recipient, email, department, by)
        return recipient


def _is_same(
    recipient: Recipient, particulars: Particulars, terms: Mapping[str, Any] | None, email: str
) -> bool:
    """Whether the recipient is as a form says that was sent before."""
    values = asdict(particulars)
    if accounts_actions.values_of(recipient, values) != values:
        return False
    if terms and not Grant.objects.filter(recipient=recipient, **terms).exists():
        return False
    invited = Invitation.objects.filter(kind=LOG_IN, target_id=recipient.pk)
    return not email or invited.filter(address__iexact=email).exists()


def change_recipient(
    *,
    recipient: Recipient,
    particulars: Particulars,
    department: Department | None = None,
    by: User,
    version: int | None = None,
) -> None:
    """Change the details. A new name and number are also the user's.

    Text messages go to that number: a change of it is announced to the user's e-mail address.
    ``department`` is that of the staff.

    Raises ``Stale`` when the details have another version than the user's page showed.
    """
    with one_transaction():
        lock_recipient(recipient.pk)
        fresh = Recipient.objects.get(pk=recipient.pk)
        new = asdict(particulars)
        if accounts_actions.values_of(fresh, new) != new:
            check_version(fresh.version, version)
            _record_particulars(fresh, particulars, department, by)
            Recipient.objects.filter(pk=recipient.pk).update(**new, version=fresh.version + 1)
        user = User.objects.filter(recipient=recipient).first()
        if user is not None:
            name = (particulars.given_name, particulars.family_name)
            if (fresh.given_name, fresh.family_name) != name:
                accounts_actions.rename(user=user, given_name=name[0], family_name=name[1])
            accounts_actions.change_address(
                user=user, channel=Message.Channel.SMS, address=particulars.phone, by=by
            )


def _record_particulars(
    recipient: Recipient, particulars: Particulars, department: Department | None, by: User
) -> None:
    new = asdict(particulars)
    old = accounts_actions.values_of(recipient, new)
    # Also while the address is not confidential: it may become so, and changes stay.
    before, after = accounts_actions.differing(old, new, without_value=CONFIDENTIAL)
    if after:
        accounts_actions.record(
            "change_recipient",
            by=by,
            department_id=department.pk if department else None,
            subject_id=recipient.pk,
            of=recipient,
            before=before,
            after=after,
        )


def keep_phone(*, user: User, phone: str, **_: Any) -> None:
    """Copy a user's new number to the recipient (``accounts.signals.phone_changes``), for
    carers to call."""
    Recipient.objects.filter(user=user).update(phone=phone, version=F("version") + 1)


def keep_name(*, user: User, given_name: str, family_name: str, **_: Any) -> None:
    """Copy a user's new name (``accounts.signals.name_changes``) to the recipient, and to
    mandates on which the user stands with the full name. One's own calendar is rendered again.
    """
    new = User(given_name=given_name, family_name=family_name)
    for recipient_id in Recipient.objects.filter(user=user).values_list("pk", flat=True):
        lock_recipient(recipient_id)
        Recipient.objects.filter(pk=recipient_id).update(
            given_name=given_name, family_name=family_name, version=F("version") + 1
        )
    Mandate.objects.filter(holder=user, holder_name=user.full_name).update(
        holder_name=new.full_name[:HOLDER_NAME_LENGTH]
    )


def change_log_in(
    *,
    recipient: Recipient,
    email: str,
    department: Department,
    key: uuid.UUID | None = None,
    by: User,
) -> None:
    """Invite the owner of an e-mail to log in as the recipient, in place of the invitations
    made before. When the recipient has a log-in, accepting changes its e-mail, and the old
    address gets a message.

    A log-in that also opens another department's services, somebody else's pages or staff
    pages can only be changed by its owner. Raises ``NotOnlyOurs`` then, ``OwnAddress``, and
    ``TooManyInvitations``.
    """
    with one_transaction():
        lock_recipient(recipient.pk)
        user = Recipient.objects.select_related("user").get(pk=recipient.pk).user
        has_log_in = user is not None and user.email is not None
        if user is not None and has_log_in and opens_more(user, recipient, department.pk):
            raise errors.NotOnlyOurs
        _invite(recipient, email, department, by, key)


def invite_by_letter(*, recipient: Recipient, department: Department, by: User) -> str:
    """Invite a recipient to log in by a letter; return the code that it carries. Earlier
    invitations are replaced.

    Raises ``HasLogIn``, ``HasDeparted``, and ``TooManyInvitations``.
    """
    with one_transaction():
        lock_recipient(recipient.pk)
        fresh = Recipient.objects.select_related("user").get(pk=recipient.pk)
        if fresh.departed_at:
            raise errors.HasDeparted
        if fresh.user is not None and fresh.user.email is not None:
            raise errors.HasLogIn
        return accounts_actions.invite_by_letter(
            kind=LOG_IN, target_id=recipient.pk, department_id=department.pk, by=by
        )


def change_contact_email(
    *,
    recipient: Recipient,
    email: str,
    department: Department,
    by: User,
    version: int | None = None,
) -> None:
    """Send the messages of a recipient without a log-in to an e-mail address; letters again if
    it is empty.

    The address may be a spouse's, who may log in with it: it opens nothing on either side. The
    old address gets a message. Raises ``HasLogIn``, and ``Stale`` when the details have another
    version than the user's page showed.
    """
    with one_transaction():
        lock_recipient(recipient.pk)
        fresh = Recipient.objects.select_related("user").get(pk=recipient.pk)
        user = fresh.user
        if user is not None and user.email is not None:
            raise errors.HasLogIn
        if email == (user.contact_email if user else ""):
            return
        check_version(fresh.version, version)
        if user is None:
            user = User.objects.create_user(
                None,
                given_name=fresh.given_name,
                family_name=fresh.family_name,
                phone=fresh.phone,
            )
        Recipient.objects.filter(pk=fresh.pk).update(user=user, version=fresh.version + 1)
        accounts_actions.change_address(
            user=user, channel=Message.Channel.EMAIL, address=email, by=by, is_contact=True
        )
        accounts_actions.record(
            "change_address",
            by=by,
            department_id=department.pk,
            subject_id=fresh.pk,
            of=fresh,
            after={"channel": Message.Channel.EMAIL, "is_contact": True},
        )


# Rows of a recipient that become those of the one they turned out to be. ``KeyFacts`` do when
# the other has none.
FOLLOWING: tuple[type[Model], ...] = (
    Grant,
    Booking,
    BookingSeries,
    Pattern,
    SlotWish,
    CalendarFeed,
    Mandate,
    Contact,
    Pause,
    Departure,
    OwnPlan,
    BusyTime,
)


def join_recipient(*, from_: Recipient, into: Recipient) -> None:
    """Make two recipients one, who turned out to be the same person. ``from_`` has no log-in.

    Raises ``OverlapsOwn``, ``GrantOverlaps`` or ``MandateOverlaps`` when the two have visits,
    grants or mandates at the same time. The address stays confidential when either's was.
    """
    with one_transaction():
        for recipient_id in sorted([from_.pk, into.pk]):
            lock_recipient(recipient_id)
        from_.refresh_from_db(fields=["has_confidential_address"])
        coming = Booking.objects.upcoming(timezone.now()).filter(recipient=from_)
        days = lock_days(
            coming.values_list("visits__day__department_id", "visits__day__date")
            .filter(visits__isnull=False)
            .distinct()
        )
        _join_pauses(from_, into)
        if into.departures.filter(undone_at__isnull=True).exists():
            from_.departures.filter(undone_at__isnull=True).delete()
        for model in FOLLOWING:
            model._default_manager.filter(recipient=from_).update(recipient=into)
        known = Relation.objects.filter(recipient=into).values("person")
        Relation.objects.filter(recipient=from_).exclude(person__in=known).update(recipient=into)
        if not KeyFacts.objects.filter(recipient=into).exists():
            KeyFacts.objects.filter(recipient=from_).update(recipient=into)
        # The log's and the messages' plain keys follow, so that the person reads who looked.
        AccessLogEntry.objects.filter(subject_id=from_.pk).update(subject_id=into.pk)
        Message.objects.filter(subject_id=from_.pk).update(subject_id=into.pk)
        Invitation.objects.filter(target_id=from_.pk).update(target_id=into.pk)
        for day in days:
            bump_revision(day)
        accounts_actions.record("join_recipient", by=into.user, subject_id=into.pk, of=from_)
        if from_.has_confidential_address:
            Recipient.objects.filter(pk=into.pk).update(
                has_confidential_address=True, version=F("version") + 1
            )
        from_.delete()


def _join_pauses(from_: Recipient, into: Recipient) -> None:
    """Pauses of one recipient do not overlap: where both are away, a pause of ``into`` gets the
    days of the other too, and the visits that it cancelled. Staff answer again about visits at
    set times when the two say different things."""
    kept = list(into.pauses.filter(ended_at__isnull=True))
    for pause in from_.pauses.filter(ended_at__isnull=True):
        met = [one for one in kept if one.overlaps(pause)]
        if not met:
            continue
        joined, *others = met
        for other in (*others, pause):
            joined.first_day = min(joined.first_day, other.first_day)
            if joined.last_day is not None:
                joined.last_day = other.last_day and max(joined.last_day, other.last_day)
            if other.set_visits != joined.set_visits:
                joined.set_visits = Pause.SetVisits.WAITING
            joined.cancelled += other.cancelled
            Pause.objects.filter(pk=other.pk).update(ended_at=timezone.now(), cancelled=[])
        joined.version += 1
        joined.save()
        kept = [one for one in kept if one not in others]


def _invite(
    recipient: Recipient,
    email: str,
    department: Department,
    by: User,
    key: uuid.UUID | None = None,
) -> None:
    if recipient.departed_at:
        raise errors.HasDeparted
    if by.email == email.lower():
        raise errors.OwnAddress
    accounts_actions.invite(
        kind=LOG_IN,
        address=email,
        target_id=recipient.pk,
        department_id=department.pk,
        key=key,
        by=by,
    )


def opens_more(user: User, recipient: Recipient, department_id: uuid.UUID | None) -> bool:
    """Whether the log-in opens more than this department's services for the recipient."""
    return (
        user.acts_for_others
        or accounts_queries.is_coordinator(user)
        or Employee.objects.filter(person=user).exists()
        or recipient.grants.exclude(service__department=department_id).exists()
    )
