"""Two users have the same form open. What the first saves is never overwritten unseen.

The second gets the form again: it says what has changed, keeps what they wrote, and is saved
when it is sent once more. The first one's change is still there then.
"""

# ruff: noqa: F811 (a fixture has the name of what the tests take)

import datetime as dt
import re
import uuid
from dataclasses import dataclass, replace

import pytest
from django.test import Client
from django.urls import reverse

from accounts import actions as address_actions
from accounts.models import AddressChange, Invitation
from booking import actions as booking_actions
from booking.converters import Clock
from booking.models import Grant, Recipient
from departments import actions, hours, queries
from departments.hours import Interval
from departments.models import Absence, Department, Employee, OpeningHours, Service, Shift
from departments.seats import Reseated
from tests import factories
from tests.departments.conftest import affected, fake_seats  # noqa: F401 (a fixture)
from tests.html_forms import confirmation, form_to
from tests.reauthentication import logged_in_again

NOW = dt.datetime(2026, 11, 25, 11, tzinfo=dt.UTC)  # a Wednesday
FRIDAY = dt.date(2026, 11, 27)
SPECIAL = dt.date(2026, 12, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_wednesday(time_machine):
    time_machine.move_to(NOW, tick=False)


@dataclass
class Kind:
    """A form, and what each of two users writes in it: in different fields."""

    page: str  # URL name
    action: str  # URL name
    row: str  # of ``things``
    first: dict
    second: dict


DEPARTMENT_KINDS = {
    "opening hours": Kind(
        "departments:period",
        "departments:change_period",
        "opening_hours",
        {"staff": "2"},
        {"closes_at": "21:00"},
    ),
    "part of the opening hours": Kind(
        "departments:split_period",
        "departments:split_period",
        "opening_hours",
        {"split_at": "18:00", "first_staff": "5"},
        {"split_at": "18:00", "second_staff": "1"},
    ),
    "a special day": Kind(
        "departments:special_day",
        "departments:set_special_day",
        "special_day",
        {"name": "Course for all"},
        {"kind": "closed"},
    ),
    "a service": Kind(
        "departments:service",
        "departments:change_service",
        "service",
        {"description": "Floors and windows"},
        {"minutes": "90"},
    ),
    "the settings": Kind(
        "departments:settings",
        "departments:change_settings",
        "department",
        {"phone": "33 00 00 99"},
        {"travel_minutes": "25"},
    ),
    "an employment": Kind(
        "departments:employee",
        "departments:change_employment",
        "employee",
        {"valid_until": "24.12.2027"},
        {"valid_from": "07.01.2020"},
    ),
    "an absence": Kind(
        "departments:absence",
        "departments:correct_absence",
        "absence",
        {"first_time": "09:00"},
        {"last_time": "14:00"},
    ),
    "the end of an absence": Kind(
        "departments:absence",
        "departments:end_absence",
        "absence",
        {"back_date": "30.11.2026"},
        {"back_date": "28.11.2026"},
    ),
}

RECIPIENT_KINDS = {
    "a recipient": Kind(
        "booking:recipient",
        "booking:change_recipient",
        "recipient",
        {"phone": "910 00 000"},
        {"directions": "The key is under the mat"},
    ),
    "a grant": Kind(
        "booking:grant", "booking:change_grant", "grant", {"amount": "5"}, {"is_essential": "on"}
    ),
}
OWN_KINDS = {
    "message choices": Kind(
        "accounts:messages", "accounts:messages", "own", {"names_service": "yes"}, {"news": "sms"}
    ),
    "a phone number": Kind(
        "accounts:phone",
        "accounts:phone",
        "own",
        {"address": "33 00 00 01"},
        {"address": "33 00 00 02"},
    ),
}
STAFF_KINDS = DEPARTMENT_KINDS | RECIPIENT_KINDS


@pytest.fixture
def things(department, service, care_worker, recipient):
    """The arguments of the URLs of each row."""
    special = factories.SpecialDayFactory(department=department, date=SPECIAL)
    factories.SpecialHoursFactory(special_day=special, staff=2)
    period = factories.OpeningHoursFactory(
        department=department, weekday=5, opens_at=dt.time(15), closes_at=dt.time(22), staff=3
    )
    absence = factories.AbsenceFactory(
        person=care_worker,
        starts_at=factories.local(FRIDAY, 8),
        ends_at=factories.local(FRIDAY + dt.timedelta(days=7), 16),
    )
    return {
        "department": [department.pk],
        "opening_hours": [department.pk, period.pk],
        "special_day": [department.pk, SPECIAL],
        "service": [department.pk, service.pk],
        "employee": [department.pk, care_worker.employments.get().pk],
        "absence": [department.pk, absence.pk],
        "recipient": [department.pk, recipient.pk],
        "grant": [department.pk, recipient.grants.get().pk],
        "own": [],
    }


@pytest.fixture
def two(administrator, department):
    """Two administrators of the department."""
    colleague = factories.EmployeeFactory(department=department, role="administrator").person
    clients = Client(), Client()
    for client, user in zip(clients, (administrator, colleague), strict=True):
        client.force_login(user)
    return clients


def urls_of(kind, things):
    args = things[kind.row]
    action = kind.action
    is_without_row = action in ("departments:set_special_day", "departments:change_settings")
    return reverse(kind.page, args=args), reverse(
        action, args=args[:1] if is_without_row else args
    )


def save(client, action, body):
    """Send the form, and confirm its preview if there is one."""
    response = client.post(action, body)
    if response.status_code == 200 and 'name="confirmed"' in response.text:
        response = client.post(action, confirmation(response))
    return response


def values_of(client, page, action):
    """What the form shows, without what differs each time it is shown."""
    fields = form_to(action, client.get(page)).fields
    hidden = {"csrfmiddlewaretoken", "key", "first_key", "second_key", "version", "shown"}
    return {name: value for name, value in fields.items() if name not in hidden}


@pytest.mark.parametrize("kind", STAFF_KINDS.values(), ids=STAFF_KINDS)
def test_the_second_of_two_administrators_sees_what_the_first_has_changed(
    kind, things, two, administrator
):
    refused = see_the_other(kind, things, *two)

    assert f"{administrator.full_name} has changed this" in refused.text


@pytest.mark.parametrize("kind", OWN_KINDS.values(), ids=OWN_KINDS)
def test_what_was_changed_on_another_device_is_not_overwritten(kind, things, recipient, settings):
    settings.SMS_GATEWAY = "http"
    recipient.user.phone = "+4790112233"
    recipient.user.save()
    devices = Client(), Client()
    for client in devices:
        client.force_login(recipient.user)
        logged_in_again(client)

    see_the_other(kind, things, *devices, enter_code(recipient.user))


def enter_code(user):
    """After a new address is asked for: as if its code had been entered."""

    def done():
        for change in AddressChange.objects.filter(user=user, made_at=None):
            address_actions.change_address(
                user=user, channel=change.channel, address=change.address, by=user
            )

    return done


def see_the_other(kind, things, one, other, after_saving=lambda: None):
    page, action = urls_of(kind, things)
    first, second = (form_to(action, client.get(page)) for client in (one, other))
    assert save(one, action, {**first.fields, **kind.first}).status_code == 302
    after_saving()
    before = values_of(one, page, action)

    refused = other.post(action, {**second.fields, **kind.second})

    assert refused.status_code == 409
    assert "has changed this while you had the page open" in refused.text
    assert values_of(one, page, action) == before
    again = form_to(action, refused)
    assert kind.second.items() <= again.fields.items()
    if not kind.first.keys() & kind.second.keys():
        assert kind.first.items() <= again.fields.items()
        assert "→" in refused.text
    assert save(other, again.action, again.fields).status_code == 302
    return refused


@pytest.mark.parametrize("kind", STAFF_KINDS.values(), ids=STAFF_KINDS)
def test_a_form_without_a_version_is_shown_again(kind, things, two):
    page, action = urls_of(kind, things)
    form = form_to(action, two[0].get(page))
    before = values_of(two[0], page, action)

    refused = two[0].post(action, {**form.fields, **kind.first, "version": "", "shown": "x"})

    assert refused.status_code == 409
    assert kind.first.items() <= form_to(action, refused).fields.items()
    assert values_of(two[0], page, action) == before


@pytest.mark.parametrize(
    ("first_from", "second_from", "staff"),
    [(11, 4, [4, 2, 2]), (4, 11, [2, 4, 4]), (4, 4, [4] * 3)],
)
def test_a_period_is_not_changed_twice_from_two_dates(
    things, two, department, first_from, second_from, staff
):
    """Each would begin a period without an end, and both would apply: seven shifts."""
    page, action = urls_of(DEPARTMENT_KINDS["opening hours"], things)
    first, second = (form_to(action, client.get(page)).fields for client in two)
    save(two[0], action, {**first, "staff": "2", "valid_from": f"{first_from}.12.2026"})

    body = {**second, "staff": "4", "valid_from": f"{second_from}.12.2026"}
    refused = two[1].post(action, body)
    again = form_to(action, refused)
    saved = save(two[1], again.action, again.fields)

    assert (refused.status_code, saved.status_code) == (409, 302)
    fridays = [dt.date(2026, 12, day) for day in (4, 11, 18)]
    rules = queries.rules_of(department, fridays)
    assert [len(hours.lay_out(date, rules)) for date in fridays] == staff


def test_what_was_previewed_before_the_other_saved_is_shown_again(things, two):
    kind = DEPARTMENT_KINDS["opening hours"]
    page, action = urls_of(kind, things)
    preview = two[1].post(action, {**form_to(action, two[1].get(page)).fields, **kind.second})
    first = form_to(action, two[0].get(page)).fields
    save(two[0], action, {**first, **kind.first})

    confirmed = {**confirmation(preview), "reason": "Quiet evenings"}
    refused = two[1].post(action, confirmed)

    assert refused.status_code == 409
    again = form_to(action, refused)
    assert (again.fields["staff"], again.fields["closes_at"]) == ("2", "21:00")
    assert again.fields["reason"] == "Quiet evenings"
    assert "Quiet evenings" in two[1].post(again.action, again.fields).text


@pytest.mark.parametrize("verb", ["take", "give"])
def test_qualifications_are_not_changed_unseen(verb, things, two, care_worker):
    page = reverse("departments:employee", args=things["employee"])
    insulin, stoma = (factories.QualificationFactory() for _ in range(2))
    held = care_worker.qualifications.create(qualification=insulin, valid_from=FRIDAY)
    give = reverse("departments:give_qualification", args=things["employee"])
    take = reverse("departments:take_qualification", args=[*things["employee"], held.pk])
    first, second = (client.get(page) for client in two)
    save(two[0], give, {**form_to(give, first).fields, "qualification": str(stoma.pk)})

    if verb == "take":
        response = two[1].post(take, form_to(take, second).fields, follow=True)
        assert "Somebody has changed this" in response.text
        assert care_worker.qualifications.count() == 2
    else:
        body = {**form_to(give, second).fields, "qualification": str(stoma.pk)}
        refused = two[1].post(give, {**body, "valid_until": "31.12.2027"})
        assert refused.status_code == 409
        assert form_to(give, refused).fields["valid_until"] == "31.12.2027"


def test_a_special_day_is_not_removed_unseen(things, two, department):
    page = reverse("departments:special_day", args=things["special_day"])
    remove = reverse("departments:remove_special_day", args=things["special_day"])
    shown = form_to(remove, two[1].get(page)).fields
    actions.set_special_day(department=department, date=SPECIAL, name="Course", by=None)

    refused = two[1].post(remove, {**shown, "confirmed": "1"}, follow=True)

    assert "Somebody has changed this" in refused.text
    assert department.special_days.get().name == "Course"


def test_an_absence_is_not_deleted_unseen(things, two, care_worker):
    page = reverse("departments:absence", args=things["absence"])
    end = reverse("departments:end_absence", args=things["absence"])
    version = form_to(end, two[1].get(page)).fields["version"]
    absence = care_worker.absences.get()
    period = Interval(absence.starts_at, absence.ends_at + dt.timedelta(days=1))
    actions.correct_absence(absence=absence, period=period, by=None)

    refused = two[1].post(end, {"never": "1", "version": version, "confirmed": "1"})

    assert refused.status_code == 409
    assert care_worker.absences.exists()


PREVIEWED = {
    name: kind
    for name, kind in DEPARTMENT_KINDS.items()
    if name not in ("a service", "the settings", "an employment")
} | {
    "an employment": replace(
        DEPARTMENT_KINDS["an employment"], first={"valid_until": "26.11.2026"}
    ),
    "a service's qualifications": replace(DEPARTMENT_KINDS["a service"], first={}),
}


@pytest.mark.parametrize("kind", PREVIEWED.values(), ids=PREVIEWED)
def test_a_visit_booked_since_the_preview_is_shown_before_saving(
    kind, things, two, department, care_worker, fake_seats
):
    actions.lay_out_horizon(department)
    friday = department.days.get(date=FRIDAY)
    factories.ShiftFactory(day=friday, person=care_worker, is_manual=True)
    qualification = factories.QualificationFactory()
    page, action = urls_of(kind, things)
    body = {**form_to(action, two[0].get(page)).fields, **kind.first}
    if kind.action == "departments:change_service":
        body["qualifications"] = str(qualification.pk)
    before = values_of(two[0], page, action)
    fake_seats.answer = Reseated(unstaffed=[affected(department, "Nils Bøe")])
    preview = two[0].post(action, body)
    assert "Nils Bøe" in preview.text
    fake_seats.answer += Reseated(unstaffed=[affected(department, "Ruth Skaar")])

    again = two[0].post(action, confirmation(preview))

    assert again.status_code == 409
    assert "Something has changed since you looked" in again.text
    assert "Ruth Skaar" in again.text
    assert values_of(two[0], page, action) == before
    assert two[0].post(action, confirmation(again)).status_code == 302


def test_a_preview_without_visits_does_not_save_a_change_that_affects_one(
    things, two, department, fake_seats
):
    kind = DEPARTMENT_KINDS["opening hours"]
    actions.ensure_laid_out(department, FRIDAY)
    page, action = urls_of(kind, things)
    body = {**form_to(action, two[0].get(page)).fields, **kind.first}
    preview = two[0].post(action, body)
    assert "This concerns no visits" in preview.text
    fake_seats.answer = Reseated(moved=[affected(department)])

    assert two[0].post(action, confirmation(preview)).status_code == 409
    fake_seats.answer = Reseated()
    assert two[0].post(action, confirmation(preview)).status_code == 302


# -- The board --------------------------------------------------------------------------------


@pytest.fixture
def board(department, care_worker, service):
    """A day with two named shifts, and a visit on the first."""
    day = factories.DayFactory(department=department, date=FRIDAY, laid_out_at=NOW)
    nora = factories.EmployeeFactory(department=department).person
    own, other = (
        factories.ShiftFactory(day=day, person=person, is_manual=True)
        for person in (care_worker, nora)
    )
    visit = factories.VisitFactory(
        day=day, shift=own, booking__service=service, booking__starts_at=own.starts_at
    )
    return own, other, visit


def board_url(name, row):
    return reverse(f"workflow:{name}", args=[row.day.department_id, row.day.date, row.pk])


@pytest.mark.parametrize("verb", ["give", "take_off"])
def test_a_visit_is_not_given_away_twice(two, board, verb):
    own, other, visit = board
    page = board_url("board_visit", visit)
    give, second = board_url("give", visit), board_url(verb, visit)
    seen = form_to(second, two[1].get(page)).fields
    two[0].post(give, {**form_to(give, two[0].get(page)).fields, "shift": str(other.pk)})
    visit.refresh_from_db()
    assert visit.shift == other

    third = factories.ShiftFactory(day=own.day)
    refused = two[1].post(second, {**seen, "shift": str(third.pk)}, follow=True)

    assert "Somebody has given this visit to another carer meanwhile" in refused.text
    visit.refresh_from_db()
    assert visit.shift == other
    again = {**form_to(second, refused).fields, "shift": str(third.pk)}
    two[1].post(second, again)
    visit.refresh_from_db()
    assert visit.shift == (third if verb == "give" else None)


def test_giving_a_visit_twice_is_giving_it_once(two, board):
    _own, other, visit = board
    give = board_url("give", visit)
    seen = form_to(give, two[0].get(board_url("board_visit", visit))).fields

    for _ in range(2):
        answer = two[0].post(give, {**seen, "shift": str(other.pk)}, follow=True)

    assert "is given to" in answer.text


@pytest.mark.parametrize("verb", ["name_shift", "unname_shift", "remove_shift"])
def test_a_shift_is_not_changed_unseen(two, board, department, verb):
    _own, shift, _visit = board
    first, second = (factories.EmployeeFactory(department=department).person for _ in range(2))
    page, action = board_url("board_shift", shift), board_url(verb, shift)
    if verb != "name_shift":
        page = action  # the page with the question
    seen = form_to(action, two[1].get(page)).fields
    actions.name_shift(shift=shift, person=first, by=None)

    refused = two[1].post(action, {**seen, "person": str(second.pk)}, follow=True)

    assert "Somebody has changed this" in refused.text
    shift.refresh_from_db()
    assert shift.person == first
    again = form_to(action, two[1].get(page)).fields
    assert two[1].post(action, {**again, "person": str(second.pk)}).status_code == 302
    assert not Shift.objects.filter(pk=shift.pk, person=first).exists()


@pytest.mark.parametrize("verb", ["unname_shift", "remove_shift"])
def test_a_visit_booked_since_the_question_keeps_its_carer(two, board, service, verb):
    own, other, visit = board
    visit.delete()
    other.delete()
    question = two[0].get(board_url(verb, own))
    seen = form_to(question.request["PATH_INFO"], question).fields
    visit = factories.VisitFactory(
        day=own.day,
        shift=own,
        booking__service=service,
        booking__starts_at=own.starts_at,
        booking__carers=1,
    )
    service.qualifications.add(qualification := factories.QualificationFactory())
    Shift.objects.filter(pk=own.pk).update(qualification_ids=[qualification.pk])

    again = two[0].post(board_url(verb, own), seen)

    assert "1 visit will have nobody to go" in again.text
    visit.refresh_from_db()
    assert visit.shift == own
    form = form_to(board_url(verb, own), again).fields
    assert two[0].post(board_url(verb, own), form).status_code == 302
    visit.refresh_from_db()
    assert visit.shift is None


# -- Removed meanwhile ------------------------------------------------------------------------


def remove_absence(things, by):
    absence = Absence.objects.get(pk=things["absence"][1])
    actions.end_absence(absence=absence, ends_at=absence.starts_at, by=by)
    return "departments:correct_absence", things["absence"], {"first_date": "28.11.2026"}


def remove_hours(things, by):
    row = OpeningHours.objects.get(pk=things["opening_hours"][1])
    OpeningHours.objects.filter(pk=row.pk).update(valid_from=FRIDAY)
    row.refresh_from_db()
    actions.remove_opening_hours(row=row, from_date=FRIDAY, by=by)
    return "departments:change_period", things["opening_hours"], {"opens_at": "07:45"}


def remove_special_day(things, by):
    department = Department.objects.get(pk=things["department"][0])
    actions.remove_special_day(department=department, date=SPECIAL, by=by)
    typed = {"reason": "The course is moved"}
    return "departments:remove_special_day", things["special_day"], typed


def remove_qualification(things, by):
    employee = Employee.objects.get(pk=things["employee"][1])
    held = factories.QualificationHeldFactory(
        person=employee.person, department=employee.department
    )
    arguments = [*things["employee"], held.pk]
    actions.take_qualification(held=held, by=by)
    return "departments:take_qualification", arguments, {}


def remove_shift(things, by):
    shift = factories.ShiftFactory(
        day__department_id=things["department"][0], day__date=FRIDAY, is_manual=True
    )
    arguments = [things["department"][0], FRIDAY, shift.pk]
    actions.remove_shift(shift=shift, by=by)
    return "workflow:name_shift", arguments, {}


def cancel_visit(things, by):
    booking = factories.BookingFactory(
        recipient_id=things["recipient"][1],
        service=Recipient.objects.get(pk=things["recipient"][1]).grants.get().service,
        starts_at=factories.local(FRIDAY, 10),
    )
    booking_actions.cancel(booking=booking, by=by)
    arguments = [*things["recipient"], booking.pk]
    return "booking:cancel_by_phone", arguments, {"reason": "In hospital until Monday"}


def end_series(things, by):
    series = factories.BookingSeriesFactory(
        recipient_id=things["recipient"][1],
        service=Recipient.objects.get(pk=things["recipient"][1]).grants.get().service,
        by=by,
    )
    booking_actions.end_series(series=series, by=by, cancels=False)
    return "booking:go_on_by_phone", [*things["recipient"], series.pk], {}


@pytest.mark.parametrize(
    "remove",
    [
        remove_absence,
        remove_hours,
        remove_special_day,
        remove_qualification,
        remove_shift,
        cancel_visit,
        end_series,
    ],
    ids=lambda remove: remove.__name__,
)
def test_what_was_removed_meanwhile_is_named_and_what_was_typed_stays(
    remove, things, two, administrator, other_administrator, fake_seats
):
    name, arguments, typed = remove(things, administrator)
    url = reverse(name, args=arguments)

    removed = two[1].post(url, typed)

    assert removed.status_code == 410
    assert f"{administrator.full_name} removed it on onsdag 25. november" in removed.text
    assert "What you sent is not saved" in removed.text
    for words in typed.values():
        assert words in removed.text
    (way_on,) = re.findall(r'<a class="ds-button" href="([^"]+)"', removed.text)
    assert two[1].get(way_on).status_code == 200

    stranger = Client()
    stranger.force_login(other_administrator)
    not_found = stranger.post(url, typed)
    assert not_found.status_code == 404
    assert administrator.full_name not in not_found.text


def test_a_page_that_is_not_found_shows_what_was_typed(things, two):
    url = reverse("departments:change_service", args=[things["department"][0], uuid.uuid4()])
    sent = {"name": "Shower", "version": "7", "key": str(uuid.uuid4()), "description": ""}
    page = two[0].post(url, sent)
    assert page.status_code == 404
    shown = re.search(r'id="written">.*?</section>', page.text, re.DOTALL)[0]
    assert re.findall("<p>(.*?)</p>", shown) == ["Shower"]


# -- Sent twice -------------------------------------------------------------------------------


@dataclass
class Create:
    """A form that makes a row: ``typed`` is written into it, ``other`` the second time."""

    page: str
    action: str
    row: str
    model: type
    typed: dict
    other: dict


CREATES = [
    Create(
        "workflow:add_shift",
        "workflow:add_shift",
        "day",
        Shift,
        {"starts": "10:00", "ends": "12:00", "person": ""},
        {"ends": "13:00"},
    ),
    Create(
        "departments:new_service",
        "departments:add_service",
        "department",
        Service,
        {"name": "Shower", "minutes": "30", "is_certain": "on"},
        {"name": "Shopping"},
    ),
    Create(
        "departments:new_employee",
        "departments:add_employee",
        "department",
        Employee,
        {"given_name": "Nora", "email": "nora@example.test", "valid_from": "25.11.2026"},
        {"given_name": "Norah"},
    ),
    Create(
        "departments:employee",
        "departments:invite_again",
        "invited",
        Invitation,
        {"email": "nora@example.test"},
        {"email": "norah@example.test"},
    ),
    Create(
        "booking:recipient",
        "booking:add_grant",
        "recipient",
        Grant,
        {"amount": "2", "valid_from": "01.01.2019", "valid_until": "31.12.2019"},
        {"amount": "3"},
    ),
    Create(
        "booking:recipient",
        "booking:register_guardian",
        "recipient",
        Invitation,
        {
            "name": "Carl Berg",
            "email": "carl@example.test",
            "reference": "2026/1",
            "valid_from": "25.11.2026",
        },
        {"reference": "2026/2"},
    ),
    Create(
        "booking:recipient",
        "booking:change_log_in",
        "recipient",
        Invitation,
        {"email": "new@example.test"},
        {"email": "newer@example.test"},
    ),
]


@pytest.mark.parametrize("create", CREATES, ids=lambda create: create.action)
def test_a_form_that_is_sent_twice_makes_one_row(create, things, two, department):
    invited = factories.EmployeeFactory(department=department, person__email=None)
    things |= {
        "day": [department.pk, FRIDAY],
        "invited": [department.pk, invited.pk],
    }
    service = Recipient.objects.get(pk=things["recipient"][1]).grants.get().service
    Grant.objects.update(valid_from=dt.date(2020, 1, 1))
    args = things[create.row]
    action = reverse(create.action, args=args[:1] if create.row == "department" else args)
    body = {
        **form_to(action, two[0].get(reverse(create.page, args=args))).fields,
        "unit": "visits",
        "period": "week",
        "service": str(service.pk),
        "role": "care_worker",
        "symbol": "shower",
        "place": "home",
        "kind_of_time": "free",
        "may": "book",
        **create.typed,
    }
    before = create.model.objects.count()

    first = two[0].post(action, body)
    made = create.model.objects.count()
    second = two[0].post(action, body)

    assert (first.status_code, first.headers.get("Location")) == (
        second.status_code,
        second.headers.get("Location"),
    ), second.text
    assert first.status_code == 302
    assert create.model.objects.count() == made > before

    for client, words in ((two[0], create.other), (two[1], {})):
        refused = client.post(action, {**body, **words})
        assert "This form was used before. Send it once more if you mean it." in refused.text
        assert form_to(action, refused).fields["key"] != body["key"]
    assert create.model.objects.count() == made


# -- A visit that was moved meanwhile ------------------------------------------------------------


@pytest.fixture
def booking(things, recipient, service):
    """On Friday at ten, in a department that is open from eight to four."""
    factories.OpeningHoursFactory(
        department=service.department,
        weekday=5,
        opens_at=dt.time(8),
        closes_at=dt.time(16),
        staff=5,
    )
    return booking_actions.book(
        key=uuid.uuid4(),
        recipient=recipient,
        service=service,
        starts_at=factories.local(FRIDAY, 10),
        by=recipient.user,
    )


@pytest.mark.parametrize("who", ["recipient", "recipient in the simple view", "staff"])
@pytest.mark.parametrize("verb", ["move", "cancel"])
def test_a_visit_that_was_moved_meanwhile_is_not_changed_unseen(
    who, verb, booking, recipient, department, two, administrator
):
    if who == "staff":
        client, args = two[1], [department.pk, recipient.pk, booking.pk]
        page = reverse("booking:phone_visit", args=args)
        action = reverse(f"booking:{verb}_by_phone", args=args)
    else:
        client, action = Client(), reverse(f"booking:{verb}", args=[booking.pk])
        client.force_login(recipient.user)
        if who == "recipient in the simple view":
            recipient.user.preferences = {"view": "simple"}
            recipient.user.save()
        page = action
        if verb == "move":
            page = reverse("booking:move_check", args=[booking.pk, FRIDAY, Clock(dt.time(12))])
    body = {
        **form_to(action, client.get(page)).fields,
        "starts_at": factories.local(FRIDAY, 12).isoformat(),
        "reason": "Asked on the phone",
    }
    moved = factories.local(FRIDAY, 14)
    booking_actions.move(booking=booking, starts_at=moved, by=administrator)

    refused = client.post(action, body, follow=True)

    booking.refresh_from_db()
    assert (booking.starts_at, booking.cancelled_at) == (moved, None)
    assert "The visit was changed while you had the page open" in refused.text
    again = form_to(action, refused).fields
    assert again["version"] == str(booking.sequence)
    if who == "staff":
        assert "Asked on the phone" in refused.text

    client.post(action, {**body, "version": again["version"]})

    booking.refresh_from_db()
    assert booking.sequence == 2
