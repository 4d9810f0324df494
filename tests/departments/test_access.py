import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse

from departments.access import administrator as for_administrators
from departments.access import department_for, employments_of
from departments.models import Employee
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
