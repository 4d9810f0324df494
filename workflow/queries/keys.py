"""How the carer of a visit gets in. Shown on the screen only, never on a printed page."""

import datetime as dt

from django.utils import timezone

from booking.models import KeyFacts, Visit
from booking.queries import key_facts
from departments.hours import DAY
from departments.models import Service
from workflow.queries.work_lists import Stop


def keys_of_visit(visit: Visit, now: dt.datetime) -> KeyFacts | None:
    """For the carer of a visit at home today or tomorrow; None for other visits."""
    today = timezone.localdate(now)
    is_near = timezone.localdate(visit.starts_at) in (today, today + DAY)
    if not is_near or visit.booking.service.place != Service.Place.HOME:
        return None
    return key_facts(visit.booking.recipient)


def keys_of_stop(stop: Stop, now: dt.datetime) -> KeyFacts | None:
    """``keys_of_visit``, but None while the address of the visit is not shown either."""
    if stop.is_shielded or not stop.is_named:
        return None
    return keys_of_visit(stop.visit, now)
