"""Calendar feeds: secret URLs under which calendar programs read a recipient's visits."""

import datetime as dt
import hashlib
import secrets

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from booking.models import CalendarFeed, Recipient

# Calendar programs read every few minutes; the time is saved no more often than this.
NOTED = dt.timedelta(minutes=10)


def make_feed(*, recipient: Recipient, by: User) -> tuple[CalendarFeed, str]:
    """A new feed and its secret, which is not stored."""
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(recipient=recipient, by=by, secret_hash=hashed(secret))
    return feed, secret


def revoke_feed(*, feed: CalendarFeed, by: User) -> None:
    """The feed's URL is a 404 from now on. Revoking twice changes nothing."""
    CalendarFeed.objects.filter(pk=feed.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )


def note_reading(feed: CalendarFeed) -> None:
    """Save that the feed was read now."""
    now = timezone.now()
    CalendarFeed.objects.filter(
        Q(read_at__isnull=True) | Q(read_at__lt=now - NOTED), pk=feed.pk
    ).update(read_at=now)


def hashed(secret: str) -> str:
    """SHA-256: a secret of 256 random bits needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
