"""Each change that can cost a visit its carer is shown in a preview before it is saved."""

import datetime as dt
import inspect
import uuid
from dataclasses import dataclass

import pytest
from django.urls import resolve, reverse

from accounts.models import Change
from booking import actions as booking_actions
from departments import actions
from departments.actions import Impact
from departments.hours import Interval, Staffing, WeeklyHours
from departments.models import Absence, Department, Qualification, Shift
from departments.seats import Reseated
from tests import factories
from tests.factories import local

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 12, 21)
DATE = dt.date(2026, 12, 25)  # a Friday, and a public holiday
BEFORE = DATE - dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _on_a_monday(time_machine):
    time_machine.move_to(local(TODAY, 9), tick=False)


@dataclass
class Scene:
    """A department with one carer and one visit, on ``DATE`` from ten to eleven."""

    department: Department
    by: object
    emil: object
    service: object
    insulin: Qualification
    held: object
    hours: object
    shift: Shift
    visit: object

    def url(self, name, *args):
        return reverse(name, args=[self.department.pk, *args])

    @property
    def hours_version(self):
        return str(Department.objects.get(pk=self.department.pk).hours_version)

    def period(self, **values):
        return {
            "version": self.hours_version,
            "key": str(uuid.uuid4()),
            "opens_at": "08:00",
            "closes_at": "16:00",
            "staff": "1",
            "often": "weekly",
            "valid_from": DATE.isoformat(),
            "qualifications": [str(self.insulin.pk)],
            **values,
        }

    def special(self, **values):
        management = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0"}
        base = {"version": self.hours_version, "date": DATE.isoformat(), "name": "Planning"}
        return {**base, **management, **values}

    def settings(self, **values):
        fields = {name: getattr(self.department, name) for name in actions.settings.SETTINGS}
        version = Department.objects.get(pk=self.department.pk).version
        shown = {**fields, "version": str(version), "is_open": "on", "settling_time": "18:00"}
        return {**shown, **values}

    def terms(self, **values):
        return {
            "version": str(self.service.version),
            "name": self.service.name,
            "minutes": "60",
            "carers": "1",
            "place": "home",
            "kind_of_time": "free",
            "symbol": "shower",
            "is_active": "on",
            "qualifications": [str(self.insulin.pk)],
            **values,
        }


@pytest.fixture
def scene(department, administrator, care_worker, client):
    insulin = factories.QualificationFactory(name="Insulin")
    service = factories.ServiceFactory(department=department, qualifications=[insulin])
    held = factories.QualificationHeldFactory(person=care_worker, qualification=insulin)
    Department.objects.update(public_holidays=Department.PublicHolidays.AS_USUAL)
    department.refresh_from_db()
    short = factories.OpeningHoursFactory(
        department=department, weekday=5, closes_at=dt.time(9), valid_from=DATE
    )
    long = Staffing(dt.time(8), dt.time(16), 1, id=short.pk)
    actions.change_opening_hours(row=short, hours=WeeklyHours(long, 5, DATE), by=administrator)
    shift = Shift.objects.get(day__date=DATE)
    actions.name_shift(shift=shift, person=care_worker, by=administrator)
    recipient = factories.RecipientFactory(given_name="Ruth", family_name="Skaar")
    factories.GrantFactory(recipient=recipient, service=service)
    booking = booking_actions.book(
        key=uuid.uuid4(),
        recipient=recipient,
        service=service,
        starts_at=local(DATE, 10),
        by=administrator,
    )
    client.force_login(administrator)
    return Scene(
        department, administrator, care_worker, service, insulin, held, short,
        shift, booking.visits.get(),
    )  # fmt: skip


# -- Verb → the form that would cost the visit its carer ----------------------------------


def change_opening_hours(scene):
    return scene.url("departments:change_period", scene.hours.pk), scene.period(closes_at="10:30")


def a_break(scene):
    values = {"break_starts_at": "10:15", "break_minutes": "30"}
    return scene.url("departments:change_period", scene.hours.pk), scene.period(**values)


def split_opening_hours(scene):
    form = {
        "version": scene.hours_version,
        "first_key": str(uuid.uuid4()),
        "second_key": str(uuid.uuid4()),
        "split_at": "10:30",
        "first_staff": "1",
        "second_staff": "1",
        "valid_from": DATE.isoformat(),
    }
    return scene.url("departments:split_period", scene.hours.pk), form


def remove_opening_hours(scene):
    version = scene.hours_version
    form = {"valid_from": DATE.isoformat(), "drop_named": "1", "version": version}
    return scene.url("departments:remove_period", scene.hours.pk), form


def add_opening_hours(scene):
    """Never costs a visit its carer, but is previewed like the other changes of hours."""
    form = scene.period(weekday="5", opens_at="17:00", closes_at="20:00")
    return scene.url("departments:add_period"), form


def set_special_days(scene):
    own = {"kind": "own", "form-0-opens_at": "12", "form-0-closes_at": "16", "form-0-staff": "1"}
    return scene.url("departments:set_special_day"), scene.special(**own)


def a_closed_day(scene):
    return scene.url("departments:set_special_day"), scene.special(kind="closed")


def remove_special_day(scene):
    actions.set_special_day(
        department=scene.department,
        date=DATE,
        name="Open late",
        hours=[Staffing(dt.time(8), dt.time(20), 1)],
        by=scene.by,
    )
    actions.remove_opening_hours(row=scene.hours, by=scene.by)
    form = {"drop_named": "1", "version": scene.hours_version}
    return scene.url("departments:remove_special_day", DATE), form


def undo_change(scene):
    change = Change.objects.get(verb="change_opening_hours")
    return scene.url("departments:undo_change", change.pk), {}


def undo_service_change(scene):
    """The service has not required the qualification for a while."""
    nora = factories.UserFactory(given_name="Nora", family_name="Vik")
    factories.EmployeeFactory(department=scene.department, person=nora)
    terms = actions.ServiceTerms.of(scene.service)
    actions.change_service(service=scene.service, terms=terms, qualification_ids=[], by=scene.by)
    actions.name_shift(shift=scene.shift, person=nora, by=scene.by)
    change = Change.objects.get(verb="change_service")
    return scene.url("departments:undo_change", change.pk), {}


def change_settings(scene):
    return scene.url("departments:change_settings"), scene.settings(public_holidays="closed")


def change_service(scene):
    other = factories.QualificationFactory(name="Lifting")
    both = [str(scene.insulin.pk), str(other.pk)]
    form = scene.terms(qualifications=both)
    return scene.url("departments:change_service", scene.service.pk), form


def report_absence(scene):
    form = {
        "key": str(uuid.uuid4()),
        "employee": str(scene.emil.employments.get().pk),
        "kind": "sick",
        "first_date": DATE.isoformat(),
        "last_date": DATE.isoformat(),
    }
    return scene.url("departments:report_absence"), form


def _absence(scene, starts_at, ends_at):
    absence, _ = actions.report_absence(
        person=scene.emil,
        department=scene.department,
        kind=Absence.Kind.SICK,
        period=Interval(starts_at, ends_at),
        by=scene.by,
    )
    return absence


def correct_absence(scene):
    absence = _absence(scene, local(BEFORE, 8), local(BEFORE, 16))
    dates = {"first_date": BEFORE.isoformat(), "last_date": DATE.isoformat()}
    form = {**dates, "version": str(absence.version)}
    return scene.url("departments:correct_absence", absence.pk), form


def end_absence(scene):
    """Gives the visit its carer back."""
    absence = _absence(scene, local(DATE, 12), local(DATE, 16))
    return scene.url("departments:end_absence", absence.pk), {
        "never": "1",
        "version": str(absence.version),
    }


def change_employment(scene):
    employee = scene.emil.employments.get()
    dates = {"valid_from": "2020-01-01", "valid_until": BEFORE.isoformat()}
    form = {**dates, "version": str(employee.version)}
    return scene.url("departments:change_employment", employee.pk), form


def give_qualification(scene):
    """The same qualification from the same day, with an end."""
    form = {
        "qualification": str(scene.insulin.pk),
        "valid_from": scene.held.valid_from.isoformat(),
        "valid_until": BEFORE.isoformat(),
        "version": str(scene.emil.version),
    }
    employee = scene.emil.employments.get()
    return scene.url("departments:give_qualification", employee.pk), form


def take_qualification(scene):
    form = {"version": str(scene.emil.version)}
    employee = scene.emil.employments.get()
    return scene.url("departments:take_qualification", employee.pk, scene.held.pk), form


def travel_minutes(scene):
    return scene.url("departments:change_settings"), scene.settings(travel_minutes="60")


def closed_for_booking(scene):
    form = scene.settings()
    del form["is_open"]
    return scene.url("departments:change_settings"), form


def fewer_days_ahead(scene):
    return scene.url("departments:change_settings"), scene.settings(horizon_days="2")


def minutes_of_a_service(scene):
    return scene.url("departments:change_service", scene.service.pk), scene.terms(minutes="90")


def carers_of_a_service(scene):
    return scene.url("departments:change_service", scene.service.pk), scene.terms(carers="2")


def a_service_that_ends(scene):
    form = scene.terms()
    del form["is_active"]
    return scene.url("departments:change_service", scene.service.pk), form


LOSES = [
    change_opening_hours,
    a_break,
    split_opening_hours,
    remove_opening_hours,
    set_special_days,
    a_closed_day,
    remove_special_day,
    undo_change,
    undo_service_change,
    change_settings,
    change_service,
    report_absence,
    correct_absence,
    change_employment,
    give_qualification,
    take_qualification,
]
# Visits that are booked keep their time, length, carers and travel.
KEEPS = [
    add_opening_hours,
    end_absence,
    travel_minutes,
    closed_for_booking,
    fewer_days_ahead,
    minutes_of_a_service,
    carers_of_a_service,
    a_service_that_ends,
]


def shown_version(scene, url):
    """The version that a page shows now of what the form at ``url`` changes."""
    name = resolve(url).url_name
    department = Department.objects.get(pk=scene.department.pk)
    if name == "change_settings":
        return department.version
    if name == "change_service":
        return scene.service.version
    if name == "change_employment":
        return scene.emil.employments.get().version
    if name.endswith("_qualification"):
        return scene.emil.version
    if name.endswith("_absence"):
        return Absence.objects.values_list("version", flat=True).first() or ""
    return department.hours_version


def by_name(changes):
    return [pytest.param(change, id=change.__name__) for change in changes]


@pytest.mark.parametrize("change", by_name(LOSES))
def test_the_preview_shows_the_visit_that_loses_its_carer(client, scene, change):
    url, form = change(scene)
    form = {**form, "version": shown_version(scene, url)}
    booked_since = {**form, "confirmed": "1"}  # the preview showed no visit

    for body, status in ((form, 200), (booked_since, 409)):
        page = client.post(url, body)

        assert page.context.get("preview"), page.context["form"].errors
        assert page.status_code == status
        assert [one.visit_id for one in page.context["preview"].lost] == [scene.visit.pk]
        assert "Ruth Skaar" in page.text
        scene.visit.refresh_from_db()
        assert scene.visit.shift == scene.shift


@pytest.mark.parametrize("change", by_name(KEEPS))
def test_other_changes_are_previewed_without_a_loss(client, scene, change):
    url, form = change(scene)

    page = client.post(url, {**form, "version": shown_version(scene, url)})

    assert page.context.get("preview"), page.context["form"].errors
    assert page.context["preview"].lost == []


# -- The board shows the preview of a shift's change beside the shift ------------------------


def test_a_name_that_costs_a_visit_its_carer_is_previewed_first(client, scene, department):
    nora = factories.UserFactory(given_name="Nora", family_name="Vik")
    factories.EmployeeFactory(department=department, person=nora)
    url = scene.url("workflow:name_shift", DATE, scene.shift.pk)

    scene.shift.refresh_from_db()
    form = {"person": str(nora.pk), "version": scene.shift.version}
    page = client.post(url, form)

    assert [one.visit_id for one in page.context["impact"].unstaffed] == [scene.visit.pk]
    scene.shift.refresh_from_db()
    assert scene.shift.person == scene.emil
    client.post(url, {**form, "previewed": page.context["previewed"]})
    scene.shift.refresh_from_db()
    assert scene.shift.person == nora


@pytest.mark.parametrize("name", ["unname_shift", "remove_shift"])
def test_a_shift_that_loses_its_name_or_goes_is_previewed(client, scene, name):
    Shift.objects.filter(pk=scene.shift.pk).update(is_manual=True)

    page = client.get(scene.url(f"workflow:{name}", DATE, scene.shift.pk))

    assert [one.visit_id for one in page.context["impact"].unstaffed] == [scene.visit.pk]
    scene.visit.refresh_from_db()
    assert scene.visit.shift == scene.shift


# -- No verb is left out ----------------------------------------------------------------------

ON_THE_BOARD = {
    "name_shift",
    "unname_shift",
    "remove_shift",
    "report_sick",  # tests/workflow/test_sickness.py
}
CALLED_BY_OTHERS = {
    "change_shifts",
    "lay_out",
    "lay_out_again",
    "set_special_day",
    "undo_settings_change",
}


def test_every_verb_that_moves_visits_is_tried_here():
    verbs = {
        name
        for name in actions.__all__
        if inspect.isfunction(verb := getattr(actions, name))
        and {"Impact", "Reseated"} & set(str(inspect.signature(verb).return_annotation).split("."))
        | ({verb.__annotations__.get("return")} & {Impact, Reseated})
    }
    tried = {change.__name__ for change in [*LOSES, *KEEPS]}

    assert verbs - tried == ON_THE_BOARD | CALLED_BY_OTHERS
