"""The pages for staff and absences."""

import datetime as dt
import re
import uuid

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLogEntry, Invitation, User
from departments import actions
from departments.errors import OutsideAgencyHours
from departments.hours import Interval
from departments.models import Absence, Employee, QualificationHeld, Shift
from departments.seats import AffectedVisit, Reseated
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _on_a_wednesday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 25, 11, 3, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def dina(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def emil(care_worker, department):
    return Employee.objects.get(person=care_worker, department=department)


@pytest.fixture
def shift(department, care_worker):
    return factories.ShiftFactory(
        day__department=department, day__date=dt.date(2026, 11, 27), person=care_worker
    )


def url(name, *args):
    return reverse(f"departments:{name}", args=args)


def test_all_coming_shifts_of_an_employee_can_be_seen(dina, department, emil):
    for days in range(7):
        factories.ShiftFactory(
            day__department=department,
            day__date=TODAY + dt.timedelta(days=days),
            person=emil.person,
        )
    text = dina.get(url("employee", department.pk, emil.pk)).text
    before, _, rest = text.partition('<details class="more">')
    assert [part.count("27. november") + part.count("1. desember") for part in (before, rest)] == [
        1,
        1,
    ]


def test_the_list_has_each_ones_next_shift(dina, department, emil):
    dates = [TODAY + dt.timedelta(days=n) for n in (-1, 2, 3)]
    for date in dates:
        day = factories.DayFactory(department=department, date=date)
        shift = factories.ShiftFactory(day=day, person=emil.person)
        if date == dates[1]:
            factories.take_away(shift)
    page = dina.get(url("staff", department.pk))
    found = {one.employee: one.next_shift for one in page.context["colleagues"]}
    assert found[emil].day.date == dates[2]
    assert page.text.count(url("employee", department.pk, emil.pk)) == 1


@pytest.mark.parametrize(
    ("sent", "full_name", "initials"),
    [
        ({"given_name": "Emilie", "family_name": "Sørli"}, "Emilie Sørli", "ES"),
        ({"given_name": "Emilie", "family_name": ""}, "Emilie", "E"),
        ({"given_name": "", "family_name": "Sørli"}, "Sørli", "S"),
    ],
)
def test_a_renamed_employee_has_the_name_everywhere(
    dina, department, emil, sent, full_name, initials
):
    emil.person.given_name, emil.person.family_name = "Emil", "Lie"
    emil.person.save()
    own = factories.RecipientFactory(user=emil.person, given_name="Emil", family_name="Lie")
    helps, called_uncle = (
        factories.MandateFactory(holder=emil.person, holder_name=name)
        for name in ("Emil Lie", "Onkel")
    )
    sent["version"] = emil.person.version
    for _ in range(2):
        page = dina.post(url("rename_employee", department.pk, emil.pk), sent, follow=True)
        assert f"<h1>{full_name}</h1>" in page.text

    for copy in (own, helps, called_uncle):
        copy.refresh_from_db()
    assert (own.full_name, own.initials, own.revision) == (full_name, initials, 1)
    assert (helps.holder_name, called_uncle.holder_name) == (full_name, "Onkel")
    assert full_name in dina.get(url("staff", department.pk)).text
    (line,) = dina.get(url("changes", department.pk)).context["changes"]
    assert line.description == f"{full_name} has another name now"


def test_a_name_that_somebody_has_changed_is_not_overwritten(dina, department, emil):
    sent = {"given_name": "Emil", "family_name": "Sørli", "version": emil.person.version}
    User.objects.filter(pk=emil.person_id).update(given_name="Emma", version=F("version") + 1)
    page = dina.post(url("rename_employee", department.pk, emil.pk), sent)
    assert page.status_code == 409
    emil.person.refresh_from_db()
    assert emil.person.given_name == "Emma"


def test_nobody_is_without_a_name(dina, department, emil):
    nameless = {"given_name": "\u200b", "family_name": " "}
    page = dina.post(url("rename_employee", department.pk, emil.pk), nameless)
    assert page.context["naming"].errors.keys() == {"given_name"}
    assert dina.post(url("add_employee", department.pk), invited(**nameless)).status_code == 200


def test_an_employee_may_have_one_name(dina, department):
    dina.post(url("add_employee", department.pk), invited(family_name=""))
    assert Employee.objects.get(person__given_name="Nora").person.full_name == "Nora"


def november(day, hour, minute):
    return factories.local(dt.date(2026, 11, day), hour, minute)


def invited(**values):
    return {
        "email": "new@example.test",
        "given_name": "Nora",
        "family_name": "Dahl",
        "role": "care_worker",
        "valid_from": "01.12.2026",
        **values,
    }


def test_somebody_is_invited_and_cannot_log_in_before_they_accept(dina, department):
    dina.post(url("add_employee", department.pk), invited())

    nora = department.employees.get(person__given_name="Nora").person
    assert nora.email is None
    assert not nora.has_usable_password()
    assert Invitation.objects.get().address == "new@example.test"


def test_inviting_twice_is_refused(dina, department):
    add = url("add_employee", department.pk)
    dina.post(add, invited())

    again = dina.post(add, invited(email="New@example.test", is_another="on"))

    assert "email" in again.context["form"].errors
    assert 'value="Nora"' in again.text
    assert Employee.objects.filter(person__given_name="Nora").count() == 1


def test_ending_an_employment_takes_the_name_off_later_shifts(dina, department, emil, shift):
    change = url("change_employment", department.pk, emil.pk)
    form = {"valid_from": "06.01.2020", "valid_until": "26.11.2026", "version": "1"}

    page = dina.post(change, form)
    assert page.context["lost_shifts"] == [shift]
    assert Shift.objects.get().person == emil.person

    confirmed = {**form, "confirmed": "1", "previewed": page.context["preview"].digest}
    for _ in range(2):
        dina.post(change, confirmed)
    assert Shift.objects.get().person is None
    emil.refresh_from_db()
    assert emil.valid_until == dt.date(2026, 11, 26)


def test_the_hours_of_agency_staff_are_set_and_shifts_outside_lose_the_name(
    dina, department, emil, shift
):
    change = url("change_employment", department.pk, emil.pk)
    date = timezone.localtime(shift.starts_at).date()
    form = {
        "valid_from": date.isoformat(),
        "valid_until": date.isoformat(),
        "is_agency": "on",
        "first_time": "06:00",
        "last_time": "24:00",
        "version": "1",
        "confirmed": "1",
    }

    page = dina.post(change, {**form, "last_time": ""})
    assert "last_time" in page.context["employment"].errors
    page = dina.post(change, {**form, "last_time": "05:00"})
    assert "last_time" in page.context["employment"].errors

    assert dina.post(change, form).status_code == 302
    emil.refresh_from_db()
    next_day = date + dt.timedelta(days=1)
    assert emil.agency == Interval(factories.local(date, 6), factories.local(next_day, 0))
    assert Shift.objects.get().person == emil.person
    page = dina.get(url("employee", department.pk, emil.pk))
    assert 'value="24:00"' in page.text

    end = f"{timezone.localtime(shift.ends_at - dt.timedelta(hours=1)):%H:%M}"
    shorter = {**form, "version": "2", "last_time": end}
    preview = dina.post(change, {name: shorter[name] for name in shorter if name != "confirmed"})
    assert preview.context["lost_shifts"] == [shift]
    dina.post(change, {**shorter, "previewed": preview.context["preview"].digest})
    lost = Shift.objects.get()
    assert lost.person is None
    with pytest.raises(OutsideAgencyHours):
        actions.name_shift(shift=lost, person=emil.person, by=None)
    history = dina.get(url("changes", department.pk), {"person": emil.person_id})
    assert "works here as agency staff fredag 27. november 06:00–24:00" in history.text

    dina.post(change, {**form, "version": "3", "is_agency": ""})
    emil.refresh_from_db()
    assert emil.agency is None


def test_an_administrator_has_no_agency_hours(dina, department, administrator):
    own = administrator.employments.get()

    assert "is_agency" not in dina.get(url("employee", department.pk, own.pk)).text


def test_the_last_day_is_not_before_the_first(dina, department, emil):
    page = dina.post(
        url("change_employment", department.pk, emil.pk),
        {"valid_from": "06.01.2020", "valid_until": "05.01.2020"},
    )

    assert "valid_until" in page.context["employment"].errors
    assert 'value="05.01.2020"' in page.text


@pytest.mark.parametrize(
    ("valid_from", "valid_until"), [("06.01.2020", "30.11.2026"), ("01.12.2026", "")]
)
def test_the_last_administrator_cannot_leave(
    dina, administrator, department, valid_from, valid_until
):
    own = administrator.employments.get()
    change = url("change_employment", department.pk, own.pk)
    form = {"valid_from": valid_from, "valid_until": valid_until, "version": "1", "confirmed": "1"}

    page = dina.post(change, form)
    assert page.context["employment"].non_field_errors()
    assert f'value="{valid_from}"' in page.text

    factories.EmployeeFactory(department=department, role=Employee.Role.ADMINISTRATOR)
    assert dina.post(change, form).status_code == 302


def test_a_qualification_is_added_and_removed(dina, department, emil):
    qualification = factories.QualificationFactory(name="Insulin")
    give = url("give_qualification", department.pk, emil.pk)
    form = {"qualification": str(qualification.pk), "valid_from": "01.12.2026", "version": "1"}

    assert "Insulin" in dina.post(give, form).text
    assert not QualificationHeld.objects.exists()
    for _ in range(2):
        dina.post(give, {**form, "confirmed": "1"})
    held = QualificationHeld.objects.get()

    take = url("take_qualification", department.pk, emil.pk, held.pk)
    shown = {"version": "2"}
    dina.post(take, shown)
    assert QualificationHeld.objects.exists()
    dina.post(take, {**shown, "confirmed": "1"})
    assert not QualificationHeld.objects.exists()


def away(emil, **values):
    return {
        "key": str(uuid.uuid4()),
        "employee": str(emil.pk),
        "kind": "sick",
        "first_date": "27.11.2026",
        "first_time": "",
        "last_date": "27.11.2026",
        "last_time": "",
        **values,
    }


def test_the_form_starts_with_sick_from_now(dina, department, emil):
    page = dina.get(url("new_absence", department.pk) + f"?employee={emil.pk}")

    assert 'value="25.11.2026"' in page.text
    assert 'value="12:00"' in page.text
    assert page.context["form"]["employee"].value() == str(emil.pk)
    assert re.search(rf'value="{emil.pk}"\s+selected', page.text)


@pytest.mark.parametrize("has_visit", [True, False])
def test_before_and_after_an_absence_the_page_says_that_nobody_gets_a_message(
    dina, department, emil, shift, has_visit
):
    if has_visit:
        starts_at = shift.starts_at
        factories.VisitFactory(
            day=shift.day,
            shift=shift,
            booking__service__department=department,
            booking__starts_at=starts_at,
        )
    report, form = url("report_absence", department.pk), away(emil)
    page = dina.post(report, form)
    assert ("Nobody gets a message about this." in page.text) == has_visit
    previewed = page.context["preview"].digest if has_visit else ""
    confirmed = {**form, "confirmed": "1", "previewed": previewed}
    saved = dina.post(report, confirmed, follow=True)
    assert ("Nobody got a message about it." in saved.text) == has_visit


def test_an_absence_is_previewed_and_saved_once(dina, department, emil, shift):
    report, form = url("report_absence", department.pk), away(emil)

    page = dina.post(report, form)
    (away_then,) = page.context["shifts"]
    assert (away_then.shift, away_then.period) == (shift, shift.period)
    assert not Absence.objects.exists()

    for _ in range(2):
        dina.post(report, {**form, "confirmed": "1"})
    absence = Absence.objects.get()
    assert absence.starts_at == factories.local(dt.date(2026, 11, 27), 0)
    assert absence.ends_at == factories.local(dt.date(2026, 11, 28), 0)
    shift.refresh_from_db()
    assert shift.is_withdrawn
    assert shift.times_away.get().absence == absence


def test_an_absence_leaves_shifts_elsewhere_and_says_whom_to_ask(
    dina, department, other_department, emil, shift
):
    factories.EmployeeFactory(person=emil.person, department=other_department)
    evening = factories.ShiftFactory(
        day__department=other_department,
        day__date=shift.day.date,
        person=emil.person,
        starts_at=shift.ends_at,
    )
    form = away(emil)
    words = f"1 shift in another department is not changed. Ask {emil.person.given_name}"

    assert words in dina.post(url("report_absence", department.pk), form).text
    dina.post(url("report_absence", department.pk), {**form, "confirmed": "1"})

    absence = Absence.objects.get()
    assert words in dina.get(url("absence", department.pk, absence.pk)).text
    evening.refresh_from_db()
    assert evening.away == []


def test_an_absence_that_another_department_reported_is_not_found(
    dina, department, other_department, emil
):
    factories.EmployeeFactory(person=emil.person, department=other_department)
    theirs = factories.AbsenceFactory(person=emil.person, department=other_department)

    assert dina.get(url("absence", department.pk, theirs.pk)).status_code == 404
    assert dina.post(url("end_absence", department.pk, theirs.pk), {"never": 1}).status_code == 404


def test_a_used_key_of_an_absence_is_refused_in_words(dina, department, emil, shift):
    used = factories.AbsenceFactory()
    report, form = url("report_absence", department.pk), away(emil, key=str(used.pk))

    for confirmed in ({}, {"confirmed": "1"}):
        page = dina.post(report, {**form, **confirmed})
        assert "This form was used before" in page.text
    assert Absence.objects.get() == used


@pytest.mark.parametrize(
    ("first", "last", "starts", "ends"),
    [
        ("", "24", (27, 0, 0), (28, 0, 0)),
        ("", "24:00", (27, 0, 0), (28, 0, 0)),
        ("7", "1000", (27, 7, 0), (27, 10, 0)),
        ("0730", "7.35", (27, 7, 30), (27, 7, 35)),
        ("22", "", (27, 22, 0), (28, 0, 0)),
    ],
)
def test_an_absence_has_written_times(dina, department, emil, first, last, starts, ends):
    form = away(emil, first_time=first, last_time=last, confirmed="1")

    dina.post(url("report_absence", department.pk), form)

    absence = Absence.objects.get()
    assert absence.starts_at == november(*starts)
    assert absence.ends_at == november(*ends)


@pytest.mark.parametrize(
    ("field", "written"), [("first_time", "24"), ("first_time", "7:00:00"), ("last_time", "24:30")]
)
def test_an_absence_with_an_invalid_time_is_refused(dina, department, emil, field, written):
    page = dina.post(url("report_absence", department.pk), away(emil, **{field: written}))

    assert field in page.context["form"].errors
    assert f'value="{written}"' in page.text
    assert not Absence.objects.exists()


def test_midnight_at_the_start_of_the_last_day_ends_before_it(dina, department, emil, shift):
    form = away(emil, first_date="26.11.2026", last_time="0", confirmed="1")

    dina.post(url("report_absence", department.pk), form)

    assert Absence.objects.get().ends_at == factories.local(dt.date(2026, 11, 27), 0)
    shift.refresh_from_db()
    assert not shift.is_withdrawn


def test_back_at_24_is_back_the_next_day(dina, department, emil):
    last = {"last_date": "29.11.2026", "confirmed": "1"}
    dina.post(url("report_absence", department.pk), away(emil, **last))
    end = url("end_absence", department.pk, Absence.objects.get().pk)

    back = {"back_date": "27.11.2026", "back_time": "24", "version": "1"}
    dina.post(end, {**back, "confirmed": "1"})

    assert Absence.objects.get().ends_at == factories.local(dt.date(2026, 11, 28), 0)


def test_visits_of_another_department_are_only_counted(
    dina, department, other_department, emil, shift, fake_seats
):
    def visit(recipient, where):
        ids = [uuid.uuid4() for _ in range(3)]
        return AffectedVisit(
            *ids, recipient, "Care", shift.starts_at, shift.ends_at, where.pk, phone="33 00 00 00"
        )

    fake_seats.answer = Reseated(
        unstaffed=[visit("Ruth Skaar", department), visit("Nils Hemmelig", other_department)],
        moved=[visit("Petra Hemmelig", other_department)],
    )

    page = dina.post(url("report_absence", department.pk), away(emil))

    assert "Ruth Skaar" in page.text
    assert "Hemmelig" not in page.text
    assert "This concerns 1 visit" in page.text
    assert "2 visits elsewhere" in page.text
    assert AccessLogEntry.objects.filter(what="departments:preview").count() == 1


def test_the_end_is_after_the_start(dina, department, emil):
    page = dina.post(url("report_absence", department.pk), away(emil, last_date="26.11.2026"))

    assert "last_date" in page.context["form"].errors


def test_somebody_elses_employee_is_not_a_choice(dina, department, other_administrator):
    other = other_administrator.employments.get()

    page = dina.post(url("report_absence", department.pk), away(other))

    assert "employee" in page.context["form"].errors


def test_ending_an_absence_early_returns_the_shifts(dina, department, emil, shift):
    dina.post(
        url("report_absence", department.pk),
        away(emil, first_date="26.11.2026", last_date="29.11.2026", confirmed="1"),
    )
    absence = Absence.objects.get()
    end = url("end_absence", department.pk, absence.pk)
    form = {"back_date": "27.11.2026", "back_time": "7", "version": "1"}

    preview = dina.post(end, form)
    assert [one.shift for one in preview.context["returned"]] == [shift]
    assert Shift.objects.get().is_withdrawn
    for _ in range(2):
        dina.post(end, {**form, "confirmed": "1"})

    shift.refresh_from_db()
    absence.refresh_from_db()
    assert not shift.is_withdrawn
    assert absence.ends_at == factories.local(dt.date(2026, 11, 27), 7)


def test_a_mistaken_absence_is_deleted(dina, department, emil, shift):
    dina.post(url("report_absence", department.pk), away(emil, confirmed="1"))
    end = url("end_absence", department.pk, Absence.objects.get().pk)

    preview = dina.post(end, {"never": "1", "version": "1"})
    assert [one.shift for one in preview.context["returned"]] == [shift]
    assert Absence.objects.exists()
    dina.post(end, {"never": "1", "version": "1", "confirmed": "1"})

    assert not Absence.objects.exists()
    assert Shift.objects.get().away == []


def test_an_absence_that_is_over_is_corrected(dina, department, emil, care_worker, time_machine):
    today = factories.ShiftFactory(day__department=department, day__date=TODAY, person=care_worker)
    nine = {"first_date": "25.11.2026", "last_date": "25.11.2026", "first_time": "9"}
    dina.post(
        url("report_absence", department.pk), away(emil, **nine, last_time="14", confirmed="1")
    )
    absence = Absence.objects.get()
    time_machine.move_to(factories.local(TODAY, 15), tick=False)
    page = url("absence", department.pk, absence.pk)
    assert page in dina.get(url("absences", department.pk)).text
    assert 'value="14:00"' in dina.get(page).text

    correct = url("correct_absence", department.pk, absence.pk)
    corrected = {**nine, "last_time": "9.05", "version": "1"}
    preview = dina.post(correct, corrected)
    assert [one.shift for one in preview.context["returned"]] == [today]
    assert [one.period.duration for one in preview.context["shifts"]] == [dt.timedelta(minutes=5)]
    absence.refresh_from_db()
    assert absence.ends_at == factories.local(TODAY, 14)
    for _ in range(2):
        dina.post(correct, {**corrected, "confirmed": "1"})

    today.refresh_from_db()
    assert today.away == [factories.local(TODAY, 9), factories.local(TODAY, 9, 5)]


def test_an_absence_is_not_corrected_to_end_before_its_start(dina, department, emil):
    dina.post(url("report_absence", department.pk), away(emil, confirmed="1"))
    correct = url("correct_absence", department.pk, Absence.objects.get().pk)

    page = dina.post(
        correct, {"first_date": "27.11.2026", "first_time": "10", "last_date": "26.11.2026"}
    )

    assert "last_date" in page.context["times"].errors


def test_an_absence_long_over_or_of_somebody_else_is_not_found(
    dina, department, care_worker, other_administrator
):
    long_over = factories.AbsenceFactory(
        person=care_worker, starts_at=factories.local(TODAY - dt.timedelta(days=40), 8)
    )
    elsewhere = factories.AbsenceFactory(person=other_administrator)

    for absence in (long_over, elsewhere):
        for name in ("absence", "correct_absence", "end_absence"):
            page = url(name, department.pk, absence.pk)
            assert dina.post(page, {"never": "1"}).status_code in (404, 405)
        assert dina.get(url("absence", department.pk, absence.pk)).status_code == 404


@pytest.mark.parametrize("count", [1, 15])
def test_the_lists_use_the_same_queries_for_many_people(
    dina, department, count, django_assert_max_num_queries
):
    for _ in range(count):
        employee = factories.EmployeeFactory(department=department)
        factories.QualificationHeldFactory(person=employee.person)
        factories.AbsenceFactory(person=employee.person)
    with django_assert_max_num_queries(10):
        dina.get(url("staff", department.pk))
    with django_assert_max_num_queries(8):
        dina.get(url("absences", department.pk))


# -- The leader -------------------------------------------------------------------------


def test_an_administrator_marks_another_as_the_leader(dina, department, administrator, emil):
    User.objects.filter(pk=administrator.pk).update(language="en")
    other = factories.EmployeeFactory(department=department, role=Employee.Role.ADMINISTRATOR)
    listed, mark = url("staff", department.pk), url("mark_leader", department.pk, other.pk)
    assert "No leader is chosen" in dina.get(listed).text
    shown = dina.get(url("employee", department.pk, other.pk))
    assert "Mark as the leader" in shown.text

    dina.post(mark, {"is_leader": "yes", "version": other.version})
    other.refresh_from_db()
    assert other.is_leader
    page = dina.get(listed).text
    assert "No leader is chosen" not in page
    assert "Administrator, leader" in " ".join(page.split())
    dina.post(mark, {"is_leader": "no", "version": other.version - 1})  # an older page
    other.refresh_from_db()
    assert other.is_leader
    dina.post(mark, {"is_leader": "no", "version": other.version})
    other.refresh_from_db()
    assert not other.is_leader

    own = administrator.employments.get()
    for employment, words in ((own, "Another administrator"), (emil, "Only an administrator")):
        page = url("mark_leader", department.pk, employment.pk)
        refused = dina.post(page, {"is_leader": "yes", "version": 1}, follow=True)
        assert words in refused.text
        employment.refresh_from_db()
        assert not employment.is_leader
    assert "Mark as the leader" not in dina.get(url("employee", department.pk, own.pk)).text
