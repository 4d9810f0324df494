"""The department's settings, and the coordinator's figures."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Change
from departments.actions import change_settings
from departments.errors import NoticeTooLong
from departments.models import Employee
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def dina(client, administrator):
    client.force_login(administrator)
    return client


def typed(department, **values):
    return {
        "name": department.name,
        "phone": "",
        "is_open": "on",
        "horizon_days": "14",
        "slot_minutes": "30",
        "settling_time": "18:00",
        "minimum_notice_minutes": "120",
        "change_deadline_minutes": "120",
        "cancel_deadline_minutes": "120",
        "travel_minutes": "15",
        "public_holidays": "sunday",
        "grants_by": "administrator",
        "week_warning_days": "4",
        "month_warning_days": "7",
        "charges_no_contact": "on",
        "no_contact_minutes": "15",
        "version": "1",
        **values,
    }


def test_a_setting_is_previewed_saved_and_in_the_history(dina, department):
    change = reverse("departments:change_settings", args=[department.pk])
    form = typed(department, travel_minutes="20")

    page = dina.post(change, form)
    assert "15 → 20" in page.text
    department.refresh_from_db()
    assert department.travel_minutes == 15

    for _ in range(2):
        dina.post(change, {**form, "confirmed": "1", "reason": "Longer roads"})
    department.refresh_from_db()
    assert (department.travel_minutes, department.configuration_revision) == (20, 2)
    assert Change.objects.get().reason == "Longer roads"
    assert "15 → 20" in dina.get(reverse("departments:settings", args=[department.pk])).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("horizon_days", "0"),
        ("slot_minutes", "7"),
        ("settling_time", "late"),
        ("settling_time", "24"),
        ("settling_time", "17:00:00"),
        ("minimum_notice_minutes", "-1"),
        ("travel_minutes", "500"),
        ("public_holidays", "maybe"),
        ("grants_by", "maybe"),
        ("week_warning_days", "0"),
        ("week_warning_days", "8"),
        ("month_warning_days", "32"),
        ("no_contact_minutes", "4"),
    ],
)
def test_invalid_input_is_explained_and_kept(dina, department, field, value):
    change = reverse("departments:change_settings", args=[department.pk])

    page = dina.post(change, typed(department, phone="33 00 10 01", **{field: value}))

    assert field in page.context["form"].errors
    assert 'value="33 00 10 01"' in page.text
    assert not Change.objects.exists()


def test_settings_are_changed_back_while_they_are_as_set(dina, department, administrator):
    before = (department.horizon_days, department.settling_time)
    values = {"horizon_days": 21, "settling_time": dt.time(16)}
    change_settings(department=department, values=values, by=administrator)
    undo = reverse("departments:undo_change", args=[department.pk, Change.objects.get().pk])
    pages = [
        reverse(f"departments:{name}", args=[department.pk]) for name in ("settings", "changes")
    ]
    assert all(undo in dina.get(page).text for page in pages)

    assert "21 → 14" in dina.post(undo).text
    dina.post(undo, {"confirmed": "1"})

    department.refresh_from_db()
    assert (department.horizon_days, department.settling_time) == before
    assert not any(undo in dina.get(page).text for page in pages)
    assert "changed since" in dina.post(undo, follow=True).text


def test_two_departments_may_not_share_a_name(dina, department, other_department):
    change = reverse("departments:change_settings", args=[department.pk])

    page = dina.post(change, typed(department, name=other_department.name))

    assert "name" in page.context["form"].errors


def test_the_coordinator_sees_figures_without_names(
    client, department, other_department, care_worker, django_assert_max_num_queries
):
    for weekday in (1, 2):
        factories.OpeningHoursFactory(department=department, weekday=weekday, staff=2)
    factories.OpeningHoursFactory(
        department=other_department, opens_at=dt.time(22), closes_at=dt.time(6), every_n_weeks=2
    )
    client.force_login(factories.CoordinatorFactory().user)

    with django_assert_max_num_queries(12):
        page = client.get(reverse("departments:overview"))

    hours = {row.department.name: row.working_hours for row in page.context["figures"].rows}
    assert hours == {"Home care North": 32, "Home care South": 4}
    assert care_worker.family_name not in page.text
    own = reverse("departments:department", args=[department.pk])
    assert own in page.text
    assert reverse("workflow:today", args=[department.pk]) not in page.text
    factories.ServiceFactory(department=department, name="Shower")
    page = client.get(own)
    assert "Shower" in page.text
    assert care_worker.family_name not in page.text
    assert reverse("departments:hours", args=[department.pk]) not in page.text


def test_one_line_says_how_the_departments_stand(client, department):
    client.force_login(factories.CoordinatorFactory(user__language="en").user)
    day = factories.DayFactory(
        department=department, date=timezone.localdate() + dt.timedelta(days=1)
    )
    shift = factories.ShiftFactory(day=day)
    visit = factories.VisitFactory(day=day, shift=shift)
    page = client.get(reverse("departments:overview"))
    assert "The coming visit has somebody to go." in page.text
    visit.shift = None
    visit.save()
    page = client.get(reverse("departments:overview"))
    assert f"1 of 1 coming visits has nobody to go: {department.name}." in page.text


def test_an_administrator_of_two_departments_sees_both(
    dina, administrator, department, other_department
):
    factories.EmployeeFactory(
        department=other_department, person=administrator, role=Employee.Role.ADMINISTRATOR
    )
    factories.DepartmentFactory(name="School nurse")

    page = dina.get(reverse("departments:overview"))

    assert reverse("workflow:today", args=[department.pk]) in page.text
    assert reverse("workflow:today", args=[other_department.pk]) in page.text
    assert "School nurse" not in page.text


def test_the_overview_is_not_found_for_a_care_worker(client, care_worker):
    client.force_login(care_worker)

    assert client.get(reverse("departments:overview")).status_code == 404


@pytest.mark.parametrize(
    ("days", "minutes", "is_possible"),
    [("14", "20160", False), ("1", "1440", False), ("7", "20000", False), ("7", "10075", True)],
)
def test_a_notice_as_long_as_people_book_ahead_is_refused(
    dina, department, days, minutes, is_possible
):
    change = reverse("departments:change_settings", args=[department.pk])
    values = {"horizon_days": days, "minimum_notice_minutes": minutes}

    page = dina.post(change, typed(department, **values, confirmed="1"))

    assert (page.status_code == 302) is is_possible
    if not is_possible:
        assert "minimum_notice_minutes" in page.context["form"].errors
        with pytest.raises(NoticeTooLong):
            change_settings(
                department=department,
                values={name: int(value) for name, value in values.items()},
                by=None,
            )


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("2 t", 120), ("2 timer", 120), ("1 h 30 min", 90), ("1t30", 90), ("45", 45), ("0 min", 0)],
)
def test_deadlines_are_written_in_hours_or_minutes(dina, department, text, minutes):
    change = reverse("departments:change_settings", args=[department.pk])

    dina.post(change, typed(department, cancel_deadline_minutes=text, confirmed="1"))

    department.refresh_from_db()
    assert department.cancel_deadline_minutes == minutes


def test_two_hours_are_shown_as_hours(dina, department):
    form = dina.get(reverse("departments:settings", args=[department.pk])).context["form"]

    assert form["cancel_deadline_minutes"].value() == "2 t"
    assert sorted(form.fields) == sorted(field.name for _, each in form.groups for field in each)
