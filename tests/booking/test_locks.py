"""One transaction for each verb: what PostgreSQL refuses, and what a lock changes."""

import pytest
from django.db import IntegrityError, connection

from booking import errors
from booking.actions.locks import lay_out_missing, lock_recipient, one_transaction
from booking.models import Grant
from departments.models import Day, Shift
from tests import factories
from tests.booking.conftest import TODAY, TOMORROW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_a_constraint_that_says_something_of_the_domain_is_said_so(recipient, service):
    with pytest.raises(errors.GrantOverlaps) as refused, one_transaction():
        factories.GrantFactory(recipient=recipient, service=service)

    assert isinstance(refused.value.__cause__, IntegrityError)
    assert Grant.objects.count() == 1


def test_any_other_constraint_is_a_fault_of_ours(recipient):
    with pytest.raises(IntegrityError), one_transaction():
        factories.RecipientFactory(user=recipient.user)
    with pytest.raises(IntegrityError), one_transaction():
        raise IntegrityError("without a cause")


def test_what_goes_well_stays(recipient):
    with one_transaction():
        factories.GrantFactory(recipient=recipient)
    assert Grant.objects.filter(recipient=recipient).count() == 2


def test_the_lock_raises_the_revision_of_that_person_alone(recipient, someone):
    other = someone()
    lock_recipient(recipient.pk)
    recipient.refresh_from_db()
    other.refresh_from_db()
    assert (recipient.revision, other.revision) == (1, 0)


def test_days_that_are_not_laid_out_are(hours, department):
    hours(staff=2)
    known = factories.DayFactory(department=department, date=TODAY)
    factories.DayFactory(department=department, date=TOMORROW, laid_out_at=None)
    missing = Day.objects.get(date=TOMORROW)

    assert lay_out_missing([known, missing], department) is True

    assert missing.department is department
    assert set(Shift.objects.values_list("day", flat=True)) == {missing.pk}
    assert Shift.objects.count() == 2
    assert not Day.objects.filter(laid_out_at=None).exists()
    assert lay_out_missing([known], department) is False
    assert lay_out_missing([], department) is False
    assert not connection.needs_rollback
