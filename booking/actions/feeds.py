"""The secret addresses under which calendar programs read a person's visits."""

import datetime as dt
import hashlib
import secrets

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from booking.models import CalendarFeed, Recipient

# Programs ask every few minutes; that somebody read is noted this often.
NOTED = dt.timedelta(minutes=10)


def make_feed(*, recipient: Recipient, by: User) -> tuple[CalendarFeed, str]:
    """A new address and its secret, which is nowhere to be found again."""
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(recipient=recipient, by=by, secret_hash=hashed(secret))
    return feed, secret


def revoke_feed(*, feed: CalendarFeed, by: User) -> None:
    """From now on nobody finds it. Doing so twice changes nothing."""
    CalendarFeed.objects.filter(pk=feed.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )


def note_reading(feed: CalendarFeed) -> None:
    now = timezone.now()
    CalendarFeed.objects.filter(
        Q(read_at__isnull=True) | Q(read_at__lt=now - NOTED), pk=feed.pk
    ).update(read_at=now)


def hashed(secret: str) -> str:
    """A secret of 256 random bits needs no salt, and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
