from dataclasses import replace

import pytest

from accounts.models import Change
from departments import actions
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_service_is_added_with_its_qualifications(department, administrator):
    qualification = factories.QualificationFactory()

    service = actions.add_service(
        department=department,
        terms=actions.ServiceTerms(name="Shower", minutes=45, carers=2),
        qualification_ids=[qualification.pk],
        by=administrator,
    )

    assert list(service.qualifications.all()) == [qualification]
    assert actions.ServiceTerms.of(service).carers == 2


def test_a_changed_service_is_recorded_and_invalidates_cached_offers(service, administrator):
    actions.change_service(
        service=service,
        terms=replace(actions.ServiceTerms.of(service), minutes=90),
        qualification_ids=[],
        by=administrator,
        reason="Larger flats",
    )

    service.refresh_from_db()
    assert service.minutes == 90
    assert service.department.configuration_revision == 2
    change = Change.objects.get()
    assert (change.before["minutes"], change.after["minutes"]) == (60, 90)
    assert (change.actor, change.reason) == (administrator, "Larger flats")


def test_an_unchanged_service_is_not_recorded(service, administrator):
    actions.change_service(
        service=service,
        terms=actions.ServiceTerms.of(service),
        qualification_ids=[],
        by=administrator,
    )

    assert not Change.objects.exists()


def test_settings_changed_together_are_one_record(department, administrator):
    actions.change_settings(
        department=department,
        values={"phone": "+4733002000", "travel_minutes": 10, "horizon_days": 14},
        by=administrator,
    )

    department.refresh_from_db()
    assert (department.phone, department.travel_minutes) == ("+4733002000", 10)
    assert department.configuration_revision == 2
    assert Change.objects.get().after == {
        "phone": "+4733002000",
        "travel_minutes": 10,
    }


def test_an_unknown_setting_is_refused(department, administrator):
    with pytest.raises(ValueError, match="configuration_revision"):
        actions.change_settings(
            department=department, values={"configuration_revision": 1}, by=administrator
        )
