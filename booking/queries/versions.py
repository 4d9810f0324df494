"""Versions of the calendar and of slots: the texts that their ETags are computed from.

A version includes everything that the content depends on: the recipient's revision, the Days
and settings of the departments where they may book, and the clock in steps of five minutes,
the finest grid of times (once as it is, once with the shortest notice added).
"""

import datetime as dt

from django.conf import settings

from booking.queries.person import Person
from departments.hours import DAY
from departments.models import Service

STEP = 300  # seconds


def calendar_version(person: Person) -> str:
    seconds = int(person.now.timestamp())
    notices = [(seconds + 60 * (minutes or 0)) // STEP for minutes in person.notices]
    return repr((person.facts, person.today, seconds // STEP, notices))


def slots_version(
    person: Person, service: Service, first: dt.date, last: dt.date, *, as_staff: bool = False
) -> str:
    """The version of one service's slots on these dates, for this recipient, or for staff
    who book for the recipient."""
    department, seconds = service.department, int(person.now.timestamp())
    # A visit after midnight belongs to the Day before.
    days = [
        (day.pk, day.revision)
        for day in person.days.get(department.pk, ())
        if first <= day.date + DAY and day.date <= last
    ]
    # A start is too soon up to and including this second.
    notice = (seconds + department.minimum_notice_minutes * 60 - 1) // STEP
    clock = (person.today, seconds // STEP, notice)
    rules = (service.pk, department.configuration_revision, settings.VERSION)
    own = (person.recipient.pk, person.recipient.revision, as_staff)
    return repr((own, clock, first, last, rules, sorted(days)))
