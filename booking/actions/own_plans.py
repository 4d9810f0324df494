"""Own plans: what a recipient does otherwise.

Nothing here is recorded: plans are nobody's business, and no promise depends on them.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import User
from booking import errors
from booking.actions.locks import lock_recipient, one_transaction
from booking.calendar.plans import PlanTime
from booking.models import BusyTime, Mandate, OwnPlan, Recipient
from booking.queries.mandates import open_mandates

AT_ONCE = 50  # plans of one recipient
KEPT_FOR = dt.timedelta(days=1)  # until it is past in every time zone


def add_plan(*, key: uuid.UUID, recipient: Recipient, **values: Any) -> OwnPlan:
    """``values`` are those of ``OwnPlanForm``; ``key`` is the form's idempotency key.

    Raises ``KeyReused`` for the key of another's plan, ``TooManyPlans`` beyond fifty.
    """
    with one_transaction():
        lock_recipient(recipient.pk)
        if made := OwnPlan.objects.filter(pk=key).first():
            if made.recipient_id != recipient.pk:
                raise errors.KeyReused
            return made
        if OwnPlan.objects.filter(recipient=recipient).count() >= AT_ONCE:
            raise errors.TooManyPlans
        return OwnPlan.objects.create(pk=key, recipient=recipient, **values)


def remove_plan(*, plan: OwnPlan) -> None:
    """Removing it twice changes nothing."""
    OwnPlan.objects.filter(pk=plan.pk).delete()


def replace_busy_times(
    *, recipient: Recipient, times: Iterable[PlanTime], keep_titles: bool = False
) -> None:
    """Those of a calendar file, in place of those of the file before. No times remove all."""
    length = BusyTime._meta.get_field("title").max_length
    with one_transaction():
        lock_recipient(recipient.pk)
        BusyTime.objects.filter(recipient=recipient).delete()
        BusyTime.objects.bulk_create(
            BusyTime(
                recipient=recipient,
                starts_at=time.starts_at,
                ends_at=time.ends_at,
                title=time.title[:length] if keep_titles else "",
            )
            for time in times
        )


def show_plans_to(*, recipient: Recipient, mandates: Collection[uuid.UUID], by: User) -> None:
    """Let the holders of these mandates see the plans, and no others."""
    with one_transaction():
        lock_recipient(recipient.pk)
        for mandate in open_mandates(recipient, timezone.localdate()):
            sees = mandate.pk in mandates
            if mandate.sees_plans == sees:
                continue
            Mandate.objects.filter(pk=mandate.pk).update(sees_plans=sees)
            if sees:
                _record("show_plans", mandate, by)
            else:
                _record("hide_plans", mandate, by)


def _record(verb: str, mandate: Mandate, by: User) -> None:
    accounts_actions.record(
        verb,
        by=by,
        subject_id=mandate.recipient_id,
        of=mandate,
        after={"name": mandate.holder_name},
    )


def forget_past_plans(now: dt.datetime) -> None:
    """Delete what is over."""
    today = timezone.localdate(now)
    OwnPlan.objects.filter(every=OwnPlan.Every.ONCE, first_day__lt=today - KEPT_FOR).delete()
    BusyTime.objects.filter(ends_at__lt=now - KEPT_FOR).delete()
