"""Every page of a department is closed to users without access."""

import uuid

import pytest
from django.urls import URLPattern, URLResolver, reverse

from accounts.models import Change
from departments import urls
from departments.models import (
    Absence,
    Employee,
    OpeningHours,
    QualificationHeld,
    Service,
)
from tests import factories

pytestmark = pytest.mark.django_db

POSTS = {
    "add_period",
    "change_phones",
    "change_period",
    "undo_change",
    "set_special_day",
    "remove_special_day",
    "add_service",
    "change_service",
    "add_qualification",
    "add_employee",
    "invite_again",
    "change_employment",
    "rename_employee",
    "mark_leader",
    "give_qualification",
    "take_qualification",
    "report_absence",
    "end_absence",
    "correct_absence",
    "change_settings",
    "change_contact_email",
}


def patterns(entries=urls.department_urls):
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns)
        elif isinstance(entry, URLPattern):
            yield entry


@pytest.fixture
def urls_by_name(department, care_worker):
    """The URL of every page of the department, with rows that exist."""
    rows = {
        "row": factories.OpeningHoursFactory(department=department).pk,
        "date": "2030-01-01",
        "service": factories.ServiceFactory(department=department).pk,
        "employee": Employee.objects.get(person=care_worker).pk,
        "held": factories.QualificationHeldFactory(person=care_worker).pk,
        "absence": factories.AbsenceFactory(person=care_worker).pk,
        "change": Change.objects.create(
            department_id=department.pk,
            verb="undo",
            after={"special_days": [], "from": "2026-03-13"},
        ).pk,
    }
    factories.SpecialDayFactory(department=department, date="2030-01-01")
    return {
        pattern.name: reverse(
            f"departments:{pattern.name}",
            kwargs={"department": department.pk}
            | {name: rows[name] for name in pattern.pattern.converters},
        )
        for pattern in patterns()
    }


def rows():
    models = (OpeningHours, Service, Employee, QualificationHeld, Absence, Change)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("somebody", ["other_administrator", "care_worker", "recipient", "nobody"])
def test_every_page_is_only_for_the_departments_administrator(
    client, request, urls_by_name, somebody
):
    before = rows()
    if somebody != "nobody":
        who = request.getfixturevalue(somebody)
        before = rows()
        client.force_login(getattr(who, "user", who))
    for name, url in urls_by_name.items():
        responses = [client.post(url, {"confirmed": "1"})]
        if name not in POSTS:
            responses.append(client.get(url))
        for response in responses:
            if somebody == "nobody" and response.status_code != 405:
                assert response.url.startswith("/accounts/login/"), name
            else:
                assert response.status_code in (404, 405), name
    assert rows() == before


def test_changes_are_posted(client, administrator, urls_by_name):
    client.force_login(administrator)
    for name, url in urls_by_name.items():
        status = client.get(url).status_code
        assert status == (405 if name in POSTS else 200), name


def test_rows_of_another_department_are_not_found(
    client, administrator, department, other_department, urls_by_name
):
    client.force_login(administrator)
    elsewhere = factories.EmployeeFactory(department=other_department)
    theirs = {
        "row": factories.OpeningHoursFactory(department=other_department).pk,
        "service": factories.ServiceFactory(department=other_department).pk,
        "employee": elsewhere.pk,
        "absence": factories.AbsenceFactory(person=elsewhere.person).pk,
        "held": factories.QualificationHeldFactory(person=elsewhere.person).pk,
        "change": Change.objects.create(
            department_id=other_department.pk,
            verb="undo",
            after={"special_days": [], "from": "2026-03-13"},
        ).pk,
        "date": "2031-01-01",
    }
    for pattern in patterns():
        parameters = pattern.pattern.converters
        if not parameters or pattern.name in ("special_day", "hours"):
            continue
        url = reverse(
            f"departments:{pattern.name}",
            kwargs={"department": department.pk} | {name: theirs[name] for name in parameters},
        )
        response = client.post(url) if pattern.name in POSTS else client.get(url)
        assert response.status_code == 404, pattern.name


def test_a_missing_department_is_not_found(client, administrator):
    client.force_login(administrator)

    assert client.get(reverse("departments:hours", args=[uuid.uuid4()])).status_code == 404
