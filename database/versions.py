"""Refuse a change by somebody whose page shows an older version of the row."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Versioned(models.Model):
    """A row that forms edit. Each verb that changes what a form shows raises ``version``
    while it holds the row's lock."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class Stale(Exception):
    """Somebody has changed the row since the page was shown. Nothing was saved."""

    message = _("Somebody has changed this while you had the page open. Look at it again.")

    def __str__(self) -> str:
        return str(self.message)


def check_version(now: int, seen: int | None) -> None:
    """Raise ``Stale`` unless the page showed the version that the row has now.

    Call it under the lock of the row. ``seen`` is None for callers without a page.
    """
    if seen is not None and seen != now:
        raise Stale
