import datetime as dt

import pytest
from django.utils import timezone

from tests import factories
from workflow import actions

# Afternoon in Norway: today's eight o'clock is past, this evening's settling is not.
NOW = dt.datetime(2026, 11, 27, 13, tzinfo=dt.UTC)


@pytest.fixture
def now(time_machine):
    time_machine.move_to(NOW, tick=False)
    return NOW


@pytest.fixture
def day(now, department):
    """Today in ``department``, with a plan of its own shifts once a test makes it."""
    return factories.DayFactory(department=department, revision=1)


@pytest.fixture
def tomorrow(now, department):
    return factories.DayFactory(
        department=department,
        revision=1,
        date=timezone.localdate() + dt.timedelta(days=1),
    )


@pytest.fixture
def visit_at():
    """A visit of a booking of its own, from a local hour of the day."""

    def make(day, hour, shift=None, **fields):
        starts_at = factories.local(day.date, hour)
        return factories.VisitFactory(day=day, shift=shift, booking__starts_at=starts_at, **fields)

    return make


@pytest.fixture
def change(db):
    """What every verb does that changes a day: raise its revision."""

    def raise_revision(day):
        day.revision += 1
        day.save(update_fields=["revision"])

    return raise_revision


@pytest.fixture
def planned(change):
    """Make the day's plan again, as after a change."""

    def make(day):
        change(day)
        actions.make_plan(day_id=day.pk)
        return day

    return make
