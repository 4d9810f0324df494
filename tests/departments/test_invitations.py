"""Employees are invited: a typed address opens nothing before its owner has accepted."""

import datetime as dt
import re
from html import unescape
from unittest import mock

import pytest
from django.core import signing
from django.urls import reverse

from accounts import actions as accounts_actions
from accounts import queries as accounts_queries
from accounts.errors import InvitationClosed, InvitationRefused
from accounts.messages.channels import ContactChannels
from accounts.models import Change, Invitation, User
from departments import actions, errors, queries
from departments.models import Employee, Shift
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 25)
FRIDAY = dt.date(2026, 11, 27)


@pytest.fixture(autouse=True)
def _on_a_wednesday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 25, 11, 3, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def dina(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def olav(other_department):
    """Works in the other department."""
    person = factories.UserFactory(
        email="olav@example.test", given_name="Olav", family_name="Hemmelig", phone="99 88 77 66"
    )
    factories.EmployeeFactory(department=other_department, person=person)
    return person


def url(name, *args):
    return reverse(f"departments:{name}", args=args)


def form(**values):
    return {
        "email": "olav@example.test",
        "given_name": "Nora",
        "family_name": "Dahl",
        "phone": "90 00 00 01",
        "role": "care_worker",
        "valid_from": "25.11.2026",
        **values,
    }


def add(department, email="olav@example.test", role="care_worker", by=None):
    return actions.add_employee(
        department=department,
        email=email,
        given_name="Nora",
        family_name="Dahl",
        role=role,
        valid_from=TODAY,
        by=by,
    )


def accept(employee):
    invitation = Invitation.objects.get(target_id=employee.pk, answer="")
    return accounts_actions.accept_invitation(invitation=invitation)


@pytest.mark.parametrize("email", ["Olav@example.test", "nobody@example.test"])
def test_the_pages_are_the_same_whether_the_address_is_known_or_not(dina, department, olav, email):
    answer = dina.post(url("add_employee", department.pk), form(email=email), follow=True)

    nora = department.employees.get(person__given_name="Nora")
    page = dina.get(url("employee", department.pk, nora.pk)).text
    for text in (answer.text, page, dina.get(url("staff", department.pk)).text):
        assert "Olav" not in text
        assert "Hemmelig" not in text
        assert "99 88 77 66" not in text
    assert "An invitation is sent" in answer.text
    assert "not answered" in page
    assert nora.person.email is None
    assert olav.employments.count() == 1
    assert not olav.employments.filter(department=department).exists()


@pytest.mark.parametrize("known", [True, False])
def test_the_mail_is_the_same_and_names_nobody(department, mailoutbox, known):
    if known:
        factories.UserFactory(email="olav@example.test", language="en")
    add(department)

    assert accounts_actions.send_invitations() == 1
    assert accounts_actions.send_invitations() == 0

    (mail,) = mailoutbox
    assert mail.to == ["olav@example.test"]
    text = re.sub(r"/invitation/[^/]+/", "/invitation/…/", mail.body)
    assert department.name not in mail.subject + text
    assert "Nora" not in mail.subject + text
    assert text.startswith("Fjordvik kommune asks: Do you want to log in as an employee with us?")


def test_a_mail_that_failed_is_sent_later(department, mailoutbox, time_machine):
    add(department)
    with mock.patch("accounts.messages.mails.send", side_effect=OSError):
        assert accounts_actions.send_invitations() == 0
    time_machine.shift(dt.timedelta(minutes=3))
    assert accounts_actions.send_invitations() == 1


def test_until_the_answer_no_message_goes_to_the_employee(department, settings):
    settings.SMS_GATEWAY = "accounts.messages.sms.ConsoleGateway"
    employee = add(department)
    User.objects.filter(pk=employee.person_id).update(phone="+4790000001")
    employee.person.refresh_from_db()
    assert ContactChannels.of(employee.person).addresses == {}


def test_messages_to_an_employee_without_a_log_in_go_where_staff_say(dina, department, olav):
    employee = add(department)
    sent = {"email": "Olav@example.test", "version": employee.person.version}
    page = dina.post(url("change_contact_email", department.pk, employee.pk), sent, follow=True)
    assert "Hemmelig" not in page.text
    employee.person.refresh_from_db()
    assert ContactChannels.of(employee.person).addresses == {"email": "olav@example.test"}
    assert (employee.person.email, olav.contact_email) == (None, "")
    change = Change.objects.get(verb="change_address")
    assert (change.department_id, change.subject_id) == (department.pk, employee.person_id)

    stale = dina.post(
        url("change_contact_email", department.pk, employee.pk),
        {**sent, "email": "", "remove": "on"},
    )
    assert stale.status_code == 409

    accept(employee)
    employee.refresh_from_db()
    assert employee.person == olav  # who logs in with it, and keeps the own choice
    assert employee.person.contact_email == ""
    again = dina.post(url("change_contact_email", department.pk, employee.pk), sent, follow=True)
    assert "chooses it themselves" in again.text
    olav.refresh_from_db()
    assert olav.contact_email == ""


def test_what_the_department_changes_reaches_nobody_elses_data(department, other_department, olav):
    theirs = factories.ShiftFactory(
        day__department=other_department, day__date=FRIDAY, person=olav
    )
    employee = add(department)

    actions.report_absence(
        person=employee.person,
        department=department,
        kind="sick",
        period=theirs.period,
        by=None,
    )

    theirs.refresh_from_db()
    assert not theirs.is_withdrawn
    assert not olav.absences.exists()


def test_a_new_address_gets_the_log_in_by_accepting(client, department):
    employee = add(department, email="New@example.test")
    link = reverse("accounts:invitation", args=[Invitation.objects.get().token])

    page = client.get(link)
    assert "Do you want to log in as an employee with us?" in page.text
    assert department.name not in page.text
    assert "Nora" not in page.text
    assert accounts_queries.active_user("new@example.test") is None
    answer = client.post(link, {"accept": "yes"})

    assert answer.url == reverse("account_login")
    assert 'value="new@example.test"' in client.get(answer.url).text
    employee.person.refresh_from_db()
    assert employee.person.email == "new@example.test"
    assert "can't be used any more" in unescape(client.get(link).text)
    assert "can't be used any more" in unescape(client.post(link, {"accept": "yes"}).text)


def test_an_existing_user_accepts_under_their_own_settings(client, department, olav):
    shift = factories.ShiftFactory(day__department=department, day__date=FRIDAY, person=None)
    employee = add(department)
    actions.name_shift(shift=shift, person=employee.person, by=None)
    client.force_login(olav)
    page = client.get(reverse("accounts:invitations"))
    assert department.name in page.text

    client.post(
        reverse("accounts:answer_invitation", args=[Invitation.objects.get().pk]),
        {"accept": "yes"},
    )

    assert olav.employments.count() == 2
    shift.refresh_from_db()
    assert shift.person == olav
    assert not User.objects.filter(given_name="Nora").exists()
    olav.refresh_from_db()
    assert olav.full_name == "Olav Hemmelig"


def test_somebody_elses_invitation_is_not_found(client, department, olav, care_worker):
    add(department)
    invitation = Invitation.objects.get()
    client.force_login(care_worker)
    assert department.name not in client.get(reverse("accounts:invitations")).text
    answer = client.post(
        reverse("accounts:answer_invitation", args=[invitation.pk]), {"accept": "yes"}
    )
    assert answer.status_code == 404
    invitation.refresh_from_db()
    assert invitation.answer == ""


def test_joining_moves_everything_and_lists_shifts_that_overlap(
    department, other_department, olav, fake_seats
):
    qualification = factories.QualificationFactory()
    factories.QualificationHeldFactory(person=olav, qualification=qualification)
    employee = add(department)
    nora = employee.person
    other = factories.QualificationHeldFactory(person=nora)
    theirs = factories.ShiftFactory(
        day__department=other_department, day__date=FRIDAY, person=olav
    )
    friday = factories.DayFactory(department=department, date=FRIDAY)
    overlapping = factories.ShiftFactory(day=friday, person=nora)
    evening = factories.ShiftFactory(
        day=friday, person=nora, starts_at=factories.local(FRIDAY, 17)
    )
    absence = factories.AbsenceFactory(
        person=nora,
        starts_at=factories.local(FRIDAY, 15),
        ends_at=factories.local(FRIDAY, 15, 30),
    )

    accept(employee)

    theirs, overlapping, evening = (
        Shift.objects.get(pk=shift.pk) for shift in (theirs, overlapping, evening)
    )
    assert overlapping.person is None
    assert evening.person == olav
    assert evening.qualification_ids == sorted([qualification.pk, other.qualification_id])
    assert theirs.away == [absence.starts_at, absence.ends_at]
    absence.refresh_from_db()
    assert absence.person == olav
    change = Change.objects.get(department_id=department.pk, verb="accept_employment")
    assert (change.subject_id, change.object_id) == (olav.pk, employee.pk)
    assert change.after == {"lost": 1}
    (described,) = queries.describe_changes(department, [change], TODAY)
    assert "1 shift lost the name" in described.description


def test_somebody_who_works_here_already_keeps_one_employment(department, care_worker):
    employee = add(department, email=care_worker.email)

    accept(employee)

    kept = department.employees.get(person=care_worker)
    assert kept.valid_until is None
    assert not Employee.objects.filter(pk=employee.pk).exists()


def test_an_answer_is_given_once_and_in_time(department, olav, time_machine):
    employee = add(department)
    invitation = Invitation.objects.get()
    accounts_actions.decline_invitation(invitation=invitation, by=None)
    with pytest.raises(InvitationClosed):
        accounts_actions.accept_invitation(invitation=invitation)
    actions.invite_again(employee=employee, email="olav@example.test", by=olav)
    late = Invitation.objects.get(answer="")
    time_machine.shift(Invitation.LASTS)
    with pytest.raises(InvitationClosed):
        accounts_actions.accept_invitation(invitation=late)
    assert olav.employments.count() == 1


def test_a_second_invitation_replaces_the_first(dina, department, olav):
    employee = add(department, email="mistyped@example.test")
    first = Invitation.objects.get()

    dina.post(url("invite_again", department.pk, employee.pk), {"email": "new@example.test"})

    first.refresh_from_db()
    assert first.answer == "replaced"
    change = Change.objects.get(verb="replace_invitation")
    assert (change.object_id, change.department_id) == (first.pk, department.pk)
    assert (change.actor_id, change.subject_id) == (first.answered_by_id, employee.person_id)
    link = reverse("accounts:invitation", args=[first.token])
    for page in (dina.get(link), dina.post(link, {"accept": "yes"})):
        assert "A newer invitation has replaced this one" in page.text
        assert "can't be used any more" not in unescape(page.text)
    accept(employee)
    with pytest.raises(errors.HasLogIn):
        actions.invite_again(employee=employee, email="a@example.test", by=olav)


def test_an_ended_employment_cannot_be_accepted(department):
    employee = add(department)
    invitation = Invitation.objects.get()
    employee.delete()
    with pytest.raises(InvitationRefused):
        accounts_actions.accept_invitation(invitation=invitation)
    invitation.refresh_from_db()
    assert invitation.answer == ""


def test_an_invited_administrator_does_not_count_as_one(department, administrator):
    add(department, email="new@example.test", role="administrator")
    dina = department.employees.get(person=administrator)
    with pytest.raises(errors.LastAdministrator):
        actions.change_employment(
            employee=dina, valid_from=dina.valid_from, valid_until=TODAY, by=administrator
        )


def test_a_department_invites_so_many_a_day(dina, department, settings):
    settings.INVITATIONS_A_DAY_OF_A_DEPARTMENT = 1
    add(department, email="one@example.test")

    answer = dina.post(url("add_employee", department.pk), form(email="two@example.test"))

    assert "many invitations today" in answer.text
    assert Invitation.objects.count() == 1
    assert not Employee.objects.filter(person__phone="+4790000001").exists()


def test_a_made_up_link_is_not_found(client, department):
    add(department)
    forged = signing.Signer(salt="accounts.other").sign(str(Invitation.objects.get().pk))
    for token in (forged, str(Invitation.objects.get().pk), "x"):
        assert client.get(reverse("accounts:invitation", args=[token])).status_code == 404


def test_the_page_of_the_link_does_not_repeat_the_secret_in_other_forms(client, department):
    add(department)
    token = Invitation.objects.get().token
    page = client.get(reverse("accounts:invitation", args=[token])).text
    assert token not in "".join(re.findall(r'name="next" value="([^"]+)"', page))


def test_the_same_name_and_phone_twice_is_a_question(dina, department):
    add_page = url("add_employee", department.pk)
    dina.post(add_page, form(email="one@example.test"))

    asked = dina.post(add_page, form(email="two@example.test", given_name="nora"))
    assert "Is it the same person?" in asked.text
    assert Employee.objects.filter(person__phone="+4790000001").count() == 1
    dina.post(add_page, form(email="two@example.test", is_another="on"))
    assert Employee.objects.filter(person__phone="+4790000001").count() == 2
