"""How often something was tried for one account, counted in the database under lock.

So many requests at once get no more tries than one after the other, and a cache that is away
gives none. What is counted is an account (``accounts.known_devices``), which may be one that
nobody has: an unknown address must be answered as a known one.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import LoginAttempts

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    name: str
    most: int
    within: dt.timedelta

    def take(self, account: str) -> bool:
        """Count one more; False when that is too many."""
        now = timezone.now()
        with transaction.atomic():
            LoginAttempts.objects.bulk_create(
                [LoginAttempts(key=self._key(account), since=now)], ignore_conflicts=True
            )
            row = LoginAttempts.objects.select_for_update().get(pk=self._key(account))
            if row.since <= now - self.within:
                row.count, row.since = 0, now
            if row.count >= self.most:
                return False
            row.count += 1
            row.save()
        return True

    def give_back(self, account: str) -> None:
        """What was counted was right."""
        LoginAttempts.objects.filter(pk=self._key(account), count__gt=0).update(
            count=F("count") - 1
        )

    def is_used_up(self, account: str) -> bool:
        return LoginAttempts.objects.filter(
            pk=self._key(account), count__gte=self.most, since__gt=timezone.now() - self.within
        ).exists()

    def reset(self, account: str) -> None:
        LoginAttempts.objects.filter(pk=self._key(account)).delete()

    def _key(self, account: str) -> str:
        return f"{self.name}:{account}"


CODES = Limit("codes", 10, DAY)
CODE_TRIES = Limit("tries", 3, dt.timedelta(minutes=15))  # since the last code was sent
PASSWORDS = Limit("passwords", 5, dt.timedelta(minutes=5))
LETTERS = Limit("letters", 10, DAY)  # codes of letters
RESETS = Limit("resets", 10, DAY)


def delete_old_attempts() -> int:
    return LoginAttempts.objects.filter(since__lt=timezone.now() - DAY).delete()[0]
