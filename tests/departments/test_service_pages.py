import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Change
from departments import actions
from departments.models import ChoiceDeadline, Qualification, Service
from departments.seats import Reseated
from tests import factories
from tests.departments.conftest import affected

pytestmark = pytest.mark.django_db


@pytest.fixture
def dina(client, administrator):
    client.force_login(administrator)
    return client


def typed(**values):
    return {
        "name": "Shower",
        "minutes": "45",
        "carers": "2",
        "place": "home",
        "symbol": "shower",
        "kind_of_time": "free",
        "is_active": "on",
        "version": "1",
        **values,
    }


def test_a_service_is_added_once(dina, department):
    add = reverse("departments:add_service", args=[department.pk])
    qualification = factories.QualificationFactory()

    assert dina.post(add, typed(qualifications=[str(qualification.pk)])).status_code == 302
    again = dina.post(add, typed())

    service = Service.objects.get()
    assert (service.minutes, service.carers, service.symbol) == (45, 2, "shower")
    assert list(service.qualifications.all()) == [qualification]
    assert again.status_code == 200
    assert again.context["form"].errors


def test_a_changed_service_is_in_the_history(dina, department, service):
    change = reverse("departments:change_service", args=[department.pk, service.pk])

    form = typed(name="Cleaning", minutes="90")
    assert "60 → 90" in dina.post(change, form).text
    for _ in range(2):
        dina.post(change, {**form, "confirmed": "1"})

    service.refresh_from_db()
    assert service.minutes == 90
    assert Change.objects.count() == 1
    page = dina.get(reverse("departments:changes", args=[department.pk]))
    assert "60 → 90" in page.text


def test_a_name_in_brackets_is_only_a_name(dina, department, service):
    dina.post(reverse("departments:add_service", args=[department.pk]), typed(name="[here]"))
    change = reverse("departments:change_service", args=[department.pk, service.pk])

    assert dina.post(change, typed(name="//[here]", confirmed="1")).status_code == 302
    for page in ("services", "changes"):
        assert "[here]" in dina.get(reverse(f"departments:{page}", args=[department.pk])).text


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("minutes", "3"), ("minutes", "47"), ("carers", "9"), ("symbol", "dragon")],
)
def test_invalid_input_is_explained_and_kept(dina, department, service, field, value):
    change = reverse("departments:change_service", args=[department.pk, service.pk])

    page = dina.post(change, typed(description="Kept words", **{field: value}))

    assert field in page.context["form"].errors
    assert "Kept words" in page.text
    service.refresh_from_db()
    assert service.minutes == 60


def test_two_services_may_not_share_a_name(dina, department, service):
    other = factories.ServiceFactory(department=department, name="Shower")
    change = reverse("departments:change_service", args=[department.pk, service.pk])

    page = dina.post(change, typed(name=other.name))

    assert "name" in page.context["form"].errors
    service.refresh_from_db()
    assert service.name == "Cleaning"


def test_a_required_qualification_is_previewed_where_visits_lose_their_carer(
    dina, department, service, fake_seats
):
    factories.DayFactory(department=department, laid_out_at=timezone.now())
    change = reverse("departments:change_service", args=[department.pk, service.pk])
    form = typed(name="Cleaning", qualifications=[str(factories.QualificationFactory().pk)])
    fake_seats.answer = Reseated(unstaffed=[affected(department)])

    preview = dina.post(change, form)
    assert "Ruth Skaar" in preview.text
    assert not service.qualifications.exists()
    seen = {"confirmed": "1", "previewed": preview.context["preview"].digest}
    assert dina.post(change, {**form, **seen}).status_code == 302

    assert service.qualifications.exists()


def test_an_inactive_service_stays_in_the_list(dina, department, service):
    change = reverse("departments:change_service", args=[department.pk, service.pk])
    form = typed(name=service.name)
    del form["is_active"]

    dina.post(change, {**form, "confirmed": "1"})

    assert not Service.objects.get().is_active
    page = dina.get(reverse("departments:services", args=[department.pk]))
    assert service.name in page.text


def test_a_qualification_is_added_once(dina, department):
    add = reverse("departments:add_qualification", args=[department.pk])

    assert dina.post(add, {"name": "Insulin"}).status_code == 302
    again = dina.post(add, {"name": "Insulin"})

    assert Qualification.objects.count() == 1
    assert again.context["form"].errors


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_uses_the_same_queries_for_many_services(
    dina, department, count, django_assert_max_num_queries
):
    for _ in range(count):
        factories.ServiceFactory(
            department=department, qualifications=[factories.QualificationFactory()]
        )
    with django_assert_max_num_queries(9):
        dina.get(reverse("departments:services", args=[department.pk]))


def test_a_changed_service_can_be_changed_back_once(dina, department, service, administrator):
    insulin = factories.QualificationFactory(name="Insulin")
    terms = replace(actions.ServiceTerms.of(service), minutes=90)
    actions.change_service(
        service=service, terms=terms, qualification_ids=[insulin.pk], by=administrator
    )
    undo = reverse("departments:undo_change", args=[department.pk, Change.objects.get().pk])
    history = reverse("departments:changes", args=[department.pk])
    assert undo in dina.get(history).text

    assert "90 → 60" in dina.post(undo).text
    dina.post(undo, {"confirmed": "1"})

    service.refresh_from_db()
    assert (service.minutes, list(service.qualifications.all())) == (60, [])
    assert undo not in dina.get(history).text
    dina.post(undo, {"confirmed": "1"})
    assert Change.objects.count() == 2


@pytest.mark.parametrize(
    ("amount", "unit", "minutes", "warned"),
    [(60, "minutes", 90, True), (90, "minutes", 90, False), (1, "visits", 90, False),
     (60, "minutes", 45, False), (30, "minutes", 90, False)],
)  # fmt: skip
def test_longer_visits_than_grants_give_are_counted(
    dina, department, service, recipient, administrator, amount, unit, minutes, warned
):
    """A grant that was too small before is no news."""
    recipient.grants.update(amount=amount, unit=unit)
    change = reverse("departments:change_service", args=[department.pk, service.pk])
    text = f"1 grant gives less than one visit of {minutes} minutes."

    assert (text in dina.post(change, typed(name="X", minutes=str(minutes))).text) == warned

    shorter = replace(actions.ServiceTerms.of(service), minutes=30)
    longer = replace(shorter, minutes=60)
    for terms in (longer, shorter):
        actions.change_service(
            service=service, terms=terms, qualification_ids=[], by=administrator
        )
    recipient.grants.update(amount=30, unit="minutes")
    undo = reverse("departments:undo_change", args=[department.pk, Change.objects.last().pk])
    assert "1 grant gives less than one visit of 60 minutes." in dina.post(undo).text


# -- What can never be booked ------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"minutes": "245"}, "4 timer"),  # four hours before the break, three after
        ({"carers": "3"}, "at most 2 are at work"),
        ({"qualifications": ["insulin"]}, "Insulin"),
    ],
)
def test_a_new_service_that_nobody_could_book_is_a_question(dina, department, values, words):
    insulin = factories.QualificationFactory(name="Insulin")
    factories.OpeningHoursFactory(
        department=department, staff=2, break_starts_at="12:00", break_minutes=60
    )
    if "qualifications" in values:
        values = {"qualifications": [str(insulin.pk)]}
    add = reverse("departments:add_service", args=[department.pk])

    page = dina.post(add, typed(**values))
    assert words in page.context["form"].errors["is_certain"][0]
    assert not Service.objects.exists()

    assert dina.post(add, typed(**values, is_certain="on")).status_code == 302
    assert Service.objects.exists()


def test_a_change_that_stops_a_service_is_in_its_preview(
    dina, department, service, administrator, care_worker
):
    insulin = factories.QualificationFactory(name="Insulin")
    factories.OpeningHoursFactory(department=department)
    change = reverse("departments:change_service", args=[department.pk, service.pk])
    form = typed(name=service.name, carers="1", qualifications=[str(insulin.pk)])

    assert "no carer here has all of this: Insulin" in dina.post(change, form).text

    held = factories.QualificationHeldFactory(person=care_worker, qualification=insulin)
    page = dina.post(change, form)
    assert "Insulin" not in page.text
    dina.post(change, {**form, "confirmed": "1"})
    employee = care_worker.employments.get()
    take = reverse("departments:take_qualification", args=[department.pk, employee.pk, held.pk])
    assert "Nobody can book Cleaning" in dina.post(take, {"version": "1"}).text


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "words"),
    [
        ("08:00", "08:30", "no shift is longer than 30 minutter"),
        ("16:00", "12:00", "Each shift lasts 20 timer"),
    ],
)
def test_hours_that_fit_no_visit_or_are_very_long_are_in_the_preview(
    dina, department, service, opens_at, closes_at, words
):
    row = factories.OpeningHoursFactory(department=department)
    change = reverse("departments:change_period", args=[department.pk, row.pk])
    form = {
        "key": str(uuid.uuid4()),
        "opens_at": opens_at,
        "closes_at": closes_at,
        "staff": "1",
        "often": "weekly",
        "valid_from": timezone.localdate().isoformat(),
        "version": "1",
    }

    assert words in dina.post(change, form).text


# -- When nobody opens --------------------------------------------------------------------


def test_the_steps_when_nobody_opens_are_written_for_a_service(dina, department, service):
    page = reverse("departments:no_contact_steps", args=[department.pk, service.pk])
    shown = dina.get(page).context["form"]
    usual = {name: field.initial for name, field in shown.fields.items()} | {"version": "1"}
    dina.post(page, usual)
    assert not service.no_contact_steps.exists()

    own = usual | {"text_1": "Look in", "phone_1": "33 00 00 21", "text_2": ""}
    dina.post(page, own)

    assert list(service.no_contact_steps.values_list("position", "text", "shows", "phone")) == [
        (1, "Look in", "person", "+4733000021"),
        (2, usual["text_3"], "key", ""),
        (3, usual["text_4"], "duty", ""),
    ]
    stale = dina.post(page, {**own, "text_1": "Look through the window"})
    assert stale.status_code == 409
    assert "Look in" in dina.get(reverse("departments:changes", args=[department.pk])).text
    lacks = dina.post(page, {**usual, "version": "2", "text_1": "", "phone_1": "33 00 00 21"})
    assert lacks.context["form"].errors["text_1"]


def test_the_deadline_for_choosing_another_time_than_the_agreed_one(dina, department, service):
    page = reverse("departments:choice_deadline", args=[department.pk, service.pk])
    assert 'value="12:00"' in dina.get(page).content.decode()
    for sent, is_saved in (
        ({"working_days": "11", "time": "9", "version": "1"}, False),
        ({"working_days": "1", "time": "9", "version": "1"}, True),
        ({"working_days": "3", "time": "9", "version": "1"}, False),  # by an older page
    ):
        response = dina.post(page, sent)
        assert (response.status_code == 302) is is_saved
    deadline = ChoiceDeadline.of(service)
    assert (deadline.working_days, deadline.time) == (1, dt.time(9))
    history = dina.get(reverse("departments:changes", args=[department.pk])).content.decode()
    assert f"{service.name}: " in history
