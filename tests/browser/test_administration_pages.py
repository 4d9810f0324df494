"""The administrator's pages except opening hours and the board, wide and on a phone."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from booking import actions
from booking.models import Mandate
from departments import actions as department_actions
from departments.models import Department, Employee
from tests import factories
from tests.browser.conftest import PHONE
from tests.browser.sampling import sample

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pages(department, administrator, care_worker, recipient):
    insulin = factories.QualificationFactory(name="Insulin")
    for name, symbol, minutes, needs in (
        ("Laundry", "laundry", 60, []),
        ("Shower", "shower", 45, []),
        ("Medicine", "medicine", 15, [insulin]),
    ):
        factories.ServiceFactory(
            department=department,
            name=name,
            symbol=symbol,
            minutes=minutes,
            description="Clothes and bedding" if name == "Laundry" else "",
            qualifications=needs,
        )
    emil = Employee.objects.get(person=care_worker)
    factories.QualificationHeldFactory(person=care_worker, qualification=insulin)
    for given, family in (("Marte", "Lie"), ("Geir", "Holm"), ("Åse", "Moen")):
        factories.EmployeeFactory(
            department=department, person__given_name=given, person__family_name=family
        )
    factories.EmployeeFactory(department=department, valid_until=dt.date(2025, 1, 31))
    shift = factories.ShiftFactory(
        day__department=department,
        day__date=timezone.localdate() + dt.timedelta(days=3),
        person=care_worker,
    )
    away = factories.take_away(shift)
    at = {"department": department.pk}
    return {
        "services": reverse("departments:services", kwargs=at),
        "service": reverse("departments:new_service", kwargs=at),
        "staff": reverse("departments:staff", kwargs=at),
        "employee": reverse("departments:employee", kwargs={**at, "employee": emil.pk}),
        "employee-new": reverse("departments:new_employee", kwargs=at),
        "absences": reverse("departments:absences", kwargs=at),
        "absence-new": reverse("departments:new_absence", kwargs=at),
        "absence": reverse("departments:absence", kwargs={**at, "absence": away.pk}),
        "settings": reverse("departments:settings", kwargs=at),
        "overview": reverse("departments:overview"),
        "recipients": reverse("booking:recipients", kwargs=at),
        "recipient-new": reverse("booking:new_recipient", kwargs=at),
        "recipient": reverse("booking:recipient", kwargs={**at, "recipient": recipient.pk}),
        "grant": reverse("booking:grant", kwargs={**at, "grant": recipient.grants.get().pk}),
    }


@pytest.mark.parametrize(
    ("look", "options"),
    [
        # in light at 1280, test_every_page looks at them all
        ("390-dark", {"viewport": PHONE, "color_scheme": "dark"}),
    ],
)
def test_the_administrators_pages_have_no_faults(
    pages, administrator, open_page, faults_of, shot, look, options
):
    page = open_page("/", user=administrator, **options)
    for name, address in sample(pages).items():
        page.goto(address)
        shot(page, f"{name}-{look}")
        assert faults_of(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name


def test_an_absence_is_previewed_before_it_is_saved(
    pages, administrator, open_page, faults_of, shot
):
    page = open_page(pages["absence-new"], user=administrator, java_script_enabled=False)
    page.locator("#id_employee").select_option(label="Geir Holm")
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector(".impact")
    page.locator("button[name=confirmed]").click()
    page.wait_for_url("**/absence/")

    assert page.get_by_text("Geir Holm").first.is_visible()


def test_a_coordinator_confirms_a_guardian(
    department, administrator, recipient, open_page, faults_of, shot
):
    actions.register_guardian(
        recipient=recipient,
        to=actions.Invited(email="carl@example.test", name="Carl Berg"),
        may=Mandate.May.BOOK,
        valid_from=timezone.localdate(),
        reference="2026/17",
        department=department,
        by=administrator,
    )
    coordinator = factories.CoordinatorFactory().user
    page = open_page(reverse("booking:guardians"), user=coordinator, viewport=PHONE)
    shot(page, "guardians-390")
    assert faults_of(page) == []
    page.get_by_role("button", name="Carl Berg").click()
    assert page.get_by_text("It is confirmed.").is_visible()
    assert faults_of(page) == []


def test_an_employee_who_has_not_answered(department, administrator, open_page, faults_of, shot):
    employee = department_actions.add_employee(
        department=department,
        email="nora@example.test",
        given_name="Nora",
        family_name="Dahl",
        valid_from=timezone.localdate(),
        by=administrator,
    )
    at = reverse("departments:employee", args=[department.pk, employee.pk])
    page = open_page(at, user=administrator, viewport=PHONE)
    shot(page, "employee-invited-390")
    assert faults_of(page) == []
    assert page.get_by_text("not answered").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.usefixtures("pages")
def test_a_long_word_does_not_widen_a_table(open_page, administrator, department):
    factories.ServiceFactory(department=department, name="Donaudampf" * 6)
    person = {"person__given_name": "A" * 60, "person__family_name": "B" * 60}
    factories.EmployeeFactory(department=department, **person)
    page = open_page(user=administrator)
    for name in ("services", "staff"):
        page.goto(reverse(f"departments:{name}", args=[department.pk]))
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), name


def test_a_decision_by_a_case_worker_that_the_unit_cannot_edit(
    department, administrator, recipient, open_page, faults_of, shot
):
    Department.objects.update(grants_by="case_worker")
    case_worker = factories.EmployeeFactory(department=department, role="case_worker").person
    for user in (administrator, case_worker):
        user.language = "en"
        user.save()
    grant = reverse("booking:grant", args=[department.pk, recipient.grants.get().pk])

    unit = open_page(grant, user=administrator, viewport=PHONE)
    assert unit.locator("#id_amount").count() == 0
    unit.get_by_label("What has changed?").fill("Needs help every day")
    unit.get_by_role("button", name="Ask for reassessment").click()
    unit.get_by_text("Not answered yet.").wait_for()
    shot(unit, "grant-asked")
    assert faults_of(unit) == []

    page = open_page("/", user=case_worker)
    shot(page, "grants")
    assert faults_of(page) == []
    page.get_by_role("link", name="Answer").click()
    page.get_by_role("link", name="Enter a new grant").click()
    page.locator("#id_amount").fill("9")
    page.get_by_role("button", name="See what the change does").click()
    page.get_by_role("alert").first.wait_for()
    shot(page, "replace-grant")
    assert faults_of(page) == []
    page.get_by_role("button", name="Save the new grant").click()
    page.get_by_text("The new grant is entered.").wait_for()

    unit.goto(reverse("booking:recipient", args=[department.pk, recipient.pk]))
    assert unit.get_by_text("9 visits a week").is_visible()
    assert unit.get_by_role("button", name="Add the grant").count() == 0
