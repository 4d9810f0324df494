"""The commands that create administrators and coordinators."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import queries
from accounts.models import Change, User
from departments.models import Department, Employee

pytestmark = pytest.mark.django_db
KARI = "kari@example.no"


def create(*arguments):
    call_command("create_administrator", *arguments)


def test_it_creates_a_department_and_its_administrator(capsys):
    create(KARI, "--department", "Avdeling Nord", "--name", "Kari Nordmann")

    employee = Employee.objects.administrators().active(timezone.localdate()).get()
    assert employee.department.name == "Avdeling Nord"
    assert employee.person.email == KARI
    assert (employee.person.given_name, employee.person.family_name) == ("Kari", "Nordmann")
    assert not employee.person.has_usable_password()
    assert KARI in capsys.readouterr().out


def test_an_existing_department_is_used(department):
    create(KARI, "--department", department.name)
    assert Department.objects.get() == department


def test_one_may_administer_two_departments():
    create(KARI, "--department", "Avdeling Nord")
    create(KARI.upper(), "--department", "Avdeling Sør")
    assert User.objects.count() == 1
    assert Employee.objects.administrators().count() == 2


def test_an_existing_administrator_is_refused():
    create(KARI, "--department", "Avdeling Nord")
    with pytest.raises(CommandError, match="already"):
        create(KARI, "--department", "Avdeling Nord")


def test_an_invalid_email_is_refused_and_creates_nothing():
    with pytest.raises(CommandError, match="no e-mail"):
        create("kari", "--department", "Avdeling Nord")
    assert not Department.objects.exists()


def test_a_coordinator_is_created_and_removed(capsys):
    call_command("create_coordinator", KARI, "--name", "Kari Nordmann")
    kari = User.objects.get(email=KARI)
    assert queries.is_coordinator(kari)
    assert kari.full_name == "Kari Nordmann"
    with pytest.raises(CommandError, match="already"):
        call_command("create_coordinator", KARI.upper())

    call_command("create_coordinator", KARI, "--remove")
    assert not queries.is_coordinator(kari)
    assert User.objects.filter(email=KARI).exists()
    with pytest.raises(CommandError, match="no coordinator"):
        call_command("create_coordinator", KARI, "--remove")
    assert capsys.readouterr().out.count(KARI) == 2
    verbs = Change.objects.filter(subject_id=kari.pk, actor=None).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "appoint_coordinator",
        "dismiss_coordinator",
    ]


def test_an_administrator_may_be_a_coordinator_too(administrator):
    call_command("create_coordinator", administrator.email)
    assert queries.is_coordinator(administrator)


def test_a_coordinator_needs_an_email():
    with pytest.raises(CommandError, match="no e-mail"):
        call_command("create_coordinator", "kari")
    assert not User.objects.exists()
