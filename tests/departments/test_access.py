import datetime as dt
import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.utils import timezone

from accounts.models import Change, User
from departments import access
from departments.access import administrator as for_administrators
from departments.access import department_for, employments_of
from departments.models import Employee
from serviceshop.roles import roles_of
from tests import factories

ADMINISTRATOR = Employee.Role.ADMINISTRATOR


def test_an_administrator_has_access_to_their_own_department(department, administrator):
    assert department_for(administrator, department.pk, ADMINISTRATOR) == department


@pytest.mark.parametrize("who", ["other_administrator", "care_worker", "recipient", "former"])
def test_the_department_is_not_found_for_other_users(department, who, request):
    if who == "former":
        user = factories.EmployeeFactory(
            department=department, role=ADMINISTRATOR, valid_until=dt.date(2021, 1, 1)
        ).person
    else:
        user = request.getfixturevalue(who)
        user = getattr(user, "user", user)

    with pytest.raises(Http404):
        department_for(user, department.pk, ADMINISTRATOR)


def test_one_role_of_several_is_enough(department, care_worker):
    roles = [ADMINISTRATOR, Employee.Role.CARE_WORKER]

    assert department_for(care_worker, department.pk, *roles) == department


def test_the_decorator_passes_the_department_to_the_view(department, administrator, rf):
    @for_administrators
    def view(request, department):
        return HttpResponse(department.name)

    request = rf.get("/")
    request.user = administrator
    assert view(request, department=department.pk).content == b"Home care North"

    with pytest.raises(Http404):
        view(request, department=uuid.uuid4())
    request.user = AnonymousUser()
    assert view(request, department=department.pk).status_code == 302


def test_employments_are_current_ones_with_administrators_first(
    department, other_department, care_worker
):
    factories.EmployeeFactory(person=care_worker, valid_until=dt.date(2021, 1, 1))
    factories.EmployeeFactory(person=care_worker, department=other_department, role=ADMINISTRATOR)

    assert [one.department for one in employments_of(care_worker)] == [
        other_department,
        department,
    ]


def test_employments_of_one_role_are_by_name_of_the_department(
    department, other_department, care_worker
):
    factories.EmployeeFactory(
        person=care_worker, department=other_department, valid_from=dt.date(2030, 1, 1)
    )
    earlier = factories.DepartmentFactory(name="Home care East")
    factories.EmployeeFactory(person=care_worker, department=earlier)

    names = [one.department.name for one in employments_of(care_worker)]
    assert names == ["Home care East", "Home care North"]


@pytest.mark.parametrize(
    ("minutes", "has_role"), [(-1, False), (0, True), (419, True), (420, False)]
)
def test_the_role_of_agency_staff_lasts_from_one_instant_to_another(
    department, care_worker, client, time_machine, minutes, has_role
):
    start = dt.datetime(2026, 11, 27, 7, tzinfo=dt.UTC)
    time_machine.move_to(start + dt.timedelta(minutes=minutes), tick=False)
    care_worker.employments.update(
        valid_from=start.date(),
        valid_until=start.date(),
        agency_from=start,
        agency_until=start + dt.timedelta(hours=7),
    )

    assert bool(employments_of(care_worker)) is has_role
    assert roles_of(User.objects.get(pk=care_worker.pk)).is_care_worker is has_role
    client.force_login(care_worker)
    assert client.get("/my-day/").status_code == (200 if has_role else 404)
    if not has_role:
        with pytest.raises(Http404):
            department_for(care_worker, department.pk, Employee.Role.CARE_WORKER)


def test_a_view_gets_the_rest_of_the_url(department, administrator, rf):
    @for_administrators
    def view(request, department, date, *, word):
        return HttpResponse(f"{request.user.pk} {date} {word}")

    request = rf.get("/")
    request.user = administrator
    response = view(request, department=department.pk, date="2026", word="so")
    assert response.content.decode() == f"{administrator.pk} 2026 so"


def test_a_department_with_two_of_ones_roles_is_one(department, administrator):
    factories.EmployeeFactory(person=administrator, department=department)
    roles = [ADMINISTRATOR, Employee.Role.CARE_WORKER]
    assert department_for(administrator, department.pk, *roles) == department


def test_an_administrator_sees_the_departments_they_administer_and_a_coordinator_all(
    department, other_department, administrator, care_worker
):
    factories.EmployeeFactory(person=administrator, department=other_department)
    seen = access.visible_departments(administrator)
    assert list(seen.departments) == [department]
    assert seen.administered_ids == {department.pk}

    coordinator = factories.CoordinatorFactory().user
    seen = access.visible_departments(coordinator)
    assert set(seen.departments) == {department, other_department}
    assert seen.administered_ids == set()

    former = factories.EmployeeFactory(
        department=department, role=ADMINISTRATOR, valid_until=dt.date(2021, 1, 1)
    ).person
    for user in (care_worker, former):
        with pytest.raises(Http404):
            access.visible_departments(user)


def test_objects_are_found_in_their_own_department(department, other_department, care_worker):
    employee = Employee.objects.get(person=care_worker)
    hours = factories.OpeningHoursFactory(department=department)
    special_day = factories.SpecialDayFactory(department=department)
    service = factories.ServiceFactory(department=department)
    absence = factories.AbsenceFactory(person=care_worker)
    change = Change.objects.create(
        department_id=department.pk, verb="undo", after={"special_days": [], "from": "2026-03-13"}
    )
    found = {
        access.opening_hours_of: (hours, hours.pk),
        access.special_day_of: (special_day, special_day.date),
        access.service_of: (service, service.pk),
        access.employee_of: (employee, employee.pk),
        access.absence_of: (absence, absence.pk),
        access.change_of: (change, change.pk),
    }
    for fetch, (expected, key) in found.items():
        assert fetch(department, key) == expected
        with pytest.raises(Http404):
            fetch(other_department, key)


def test_an_absence_that_is_over_is_found_for_31_days(department, care_worker):
    now = timezone.now()
    over, long_over = (
        factories.AbsenceFactory(
            person=care_worker,
            starts_at=now - dt.timedelta(days=days + 2),
            ends_at=now - dt.timedelta(days=days),
        )
        for days in (30, 31)
    )
    assert access.absence_of(department, over.pk) == over
    with pytest.raises(Http404):
        access.absence_of(department, long_over.pk)


def test_a_qualification_is_found_with_who_holds_it(department, care_worker):
    held = factories.QualificationHeldFactory(person=care_worker)
    other = factories.EmployeeFactory(department=department)

    employee = Employee.objects.get(person=care_worker)
    assert access.qualification_held_by(employee, held.pk) == held
    with pytest.raises(Http404):
        access.qualification_held_by(other, held.pk)
