"""Calendar feeds: secret URLs under which calendar programs read a recipient's visits."""

import datetime as dt
import hashlib
import secrets
import uuid

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actions import record
from accounts.models import User
from booking import errors
from booking.models import CalendarFeed, Recipient

# Calendar programs read every few minutes; the time is saved no more often than this.
NOTED = dt.timedelta(minutes=10)


def make_feed(
    *, recipient: Recipient, by: User, key: uuid.UUID | None = None
) -> tuple[CalendarFeed, str]:
    """A new feed and its secret, which is not stored.

    ``key`` is the form's idempotency key and becomes the id. Raises ``KeyReused`` when the form
    is sent again: the secret that it made can't be shown again.
    """
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            feed = CalendarFeed.objects.create(
                pk=key or uuid.uuid4(), recipient=recipient, by=by, secret_hash=hashed(secret)
            )
            record("make_feed", by=by, subject_id=recipient.pk, of=feed)
    except IntegrityError:
        raise errors.KeyReused from None
    return feed, secret


def revoke_feed(*, feed: CalendarFeed, by: User) -> None:
    """The feed's URL is a 404 from now on. Revoking twice changes nothing."""
    found = CalendarFeed.objects.filter(pk=feed.pk, revoked_at__isnull=True)
    with transaction.atomic():
        if found.update(revoked_at=timezone.now()):
            record("revoke_feed", by=by, subject_id=feed.recipient_id, of=feed)


def note_reading(feed: CalendarFeed) -> None:
    """Save that the feed was read now."""
    now = timezone.now()
    CalendarFeed.objects.filter(
        Q(read_at__isnull=True) | Q(read_at__lt=now - NOTED), pk=feed.pk
    ).update(read_at=now)


def hashed(secret: str) -> str:
    """SHA-256: a secret of 256 random bits needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
