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
    """Today in ``department``, without shifts and without a plan."""
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
    """Make a visit with a new booking, from a local hour of the day."""

    def make(day, hour, shift=None, **fields):
        starts_at = factories.local(day.date, hour)
        return factories.VisitFactory(day=day, shift=shift, booking__starts_at=starts_at, **fields)

    return make


@pytest.fixture
def change(db):
    """Raise a day's revision, as every action that changes it does."""

    def raise_revision(day):
        day.revision += 1
        day.save(update_fields=["revision"])

    return raise_revision


@pytest.fixture
def planned(change):
    """Raise the day's revision and make its plan again."""

    def make(day):
        change(day)
        actions.make_plan(day_id=day.pk)
        return day

    return make
