"""The main menu of each role."""

from django.urls import reverse

from departments.models import Employee
from tests import factories


def menu_of(client, person, path="/me/"):
    client.force_login(person)
    return [(str(item.url), item.is_current) for item in client.get(path).context["menu"]]


def test_there_is_no_menu_before_log_in(client, db):
    assert not client.get("/accounts/login/").context["menu"]


def test_an_administrator_has_the_pages_of_their_department(client, administrator, department):
    urls = [url for url, _ in menu_of(client, administrator)]
    assert urls[0] == reverse("workflow:today", args=[department.pk])
    assert all(str(department.pk) in url for url in urls)


def test_the_menu_is_of_the_department_of_the_page(client, administrator, other_department):
    factories.EmployeeFactory(
        department=other_department, person=administrator, role=Employee.Role.ADMINISTRATOR
    )
    here = reverse("departments:hours", args=[other_department.pk])
    menu = menu_of(client, administrator, here)
    assert (here, True) in menu
    assert [is_current for _, is_current in menu].count(True) == 1


def test_the_menu_is_of_the_chosen_role_alone(client, administrator, department):
    factories.EmployeeFactory(department=department, person=administrator)
    my_day = reverse("workflow:my_day")
    urls = [url for url, _ in menu_of(client, administrator, reverse("choose_role"))]
    assert urls == [reverse("home")]
    for role, has_my_day in (
        (Employee.Role.ADMINISTRATOR, False),
        (Employee.Role.CARE_WORKER, True),
    ):
        client.post(reverse("choose_role"), {"role": role})
        urls = [item.url for item in client.get("/me/").context["menu"]]
        assert (my_day in urls, len(urls) == 1) == (has_my_day, has_my_day)


def test_a_care_worker_has_only_my_day(client, care_worker):
    assert menu_of(client, care_worker) == [(reverse("workflow:my_day"), False)]


def test_a_former_employee_has_the_menu_of_a_user_without_a_role(client, care_worker):
    Employee.objects.filter(person=care_worker).update(valid_until=factories.LONG_AGO)
    assert menu_of(client, care_worker) == [(reverse("home"), False)]
