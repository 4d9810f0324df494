from dataclasses import replace

import pytest

from departments.actions.services import ServiceTerms, add_service, change_service, terms_of
from departments.actions.settings import change_settings
from departments.models import ConfigurationChange
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_service_is_added_with_its_demands(department, administrator):
    skill = factories.QualificationFactory()

    service = add_service(
        department=department,
        terms=ServiceTerms(name="Shower", minutes=45, carers=2),
        qualification_ids=[skill.pk],
        by=administrator,
    )

    assert list(service.qualifications.all()) == [skill]
    assert terms_of(service).carers == 2


def test_a_changed_service_leaves_a_trail_and_retires_old_offers(service, administrator):
    change_service(
        service=service,
        terms=replace(terms_of(service), minutes=90),
        qualification_ids=[],
        by=administrator,
        reason="Larger flats",
    )

    service.refresh_from_db()
    assert service.minutes == 90
    assert service.department.configuration_revision == 2
    change = ConfigurationChange.objects.get()
    assert (change.before["minutes"], change.after["minutes"]) == (60, 90)
    assert (change.by, change.reason) == (administrator, "Larger flats")


def test_saving_a_service_unchanged_leaves_no_trail(service, administrator):
    change_service(
        service=service, terms=terms_of(service), qualification_ids=[], by=administrator
    )

    assert not ConfigurationChange.objects.exists()


def test_settings_change_together_and_leave_one_trail(department, administrator):
    change_settings(
        department=department,
        values={"phone": "33 00 20 00", "travel_minutes": 10, "horizon_days": 14},
        by=administrator,
    )

    department.refresh_from_db()
    assert (department.phone, department.travel_minutes) == ("33 00 20 00", 10)
    assert department.configuration_revision == 2
    assert ConfigurationChange.objects.get().after == {
        "phone": "33 00 20 00",
        "travel_minutes": 10,
    }


def test_what_is_no_setting_is_refused(department, administrator):
    with pytest.raises(ValueError, match="configuration_revision"):
        change_settings(
            department=department, values={"configuration_revision": 1}, by=administrator
        )
