"""What actions record, in words, and the pages that show it."""

import datetime as dt
import uuid
from dataclasses import asdict, replace

import pytest
from django.urls import reverse
from django.utils import translation

from accounts import actions as accounts_actions
from accounts.access import ACTING_FOR
from accounts.changes import lines_of
from accounts.models import AccessLogEntry, Change, Message
from booking import actions
from booking.actions import Particulars
from departments import actions as department_actions
from departments.hours import Interval
from departments.models import Employee
from departments.queries import changes_of
from tests import factories
from tests.booking.conftest import TOMORROW
from tests.factories import local
from workflow import actions as workflow_actions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def shift(department, care_worker):
    return factories.ShiftFactory(
        day__department=department, day__date=TOMORROW, person=care_worker
    )


@pytest.fixture
def visit(shift, recipient, service):
    return factories.VisitFactory(
        day=shift.day,
        shift=shift,
        booking__recipient=recipient,
        booking__service=service,
        booking__starts_at=local(TOMORROW, 10),
    )


def recorded(**which):
    """(verb, whom, description) of the changes, oldest first."""
    found = Change.objects.filter(**which).order_by("pk")
    return [
        (change.verb, line.whom, line.description)
        for change, line in zip(found, lines_of(found, 2026), strict=True)
    ]


def particulars(recipient, **values):
    known = {name: getattr(recipient, name) for name in asdict(Particulars("", ""))}
    return replace(Particulars(**known), **values)


def change_particulars(recipient, department, by, **values):
    actions.change_recipient(
        recipient=recipient,
        particulars=particulars(recipient, **values),
        department=department,
        by=by,
    )
    return Change.objects.filter(verb="change_recipient").first()


def test_old_terms_of_a_grant_stand_in_the_history(recipient, service, administrator):
    terms = {
        "unit": "visits",
        "period": "week",
        "valid_from": dt.date(2026, 12, 1),
        "is_essential": False,
        "by": administrator,
    }
    recipient.grants.all().delete()
    made = actions.grant(recipient=recipient, service=service, amount=2, **terms)
    last_day = dt.date(2027, 1, 31)
    for _ in range(2):  # the second changes nothing
        actions.change_grant(grant=made, amount=3, valid_until=last_day, **terms)

    assert recorded(subject_id=recipient.pk, actor=administrator) == [
        (
            "grant",
            "Aksel Vik",
            "New grant of Cleaning: 2 visits a week, from Tuesday 1 December",
        ),
        (
            "change_grant",
            "Aksel Vik",
            "Grant of Cleaning. Amount: 2 → 3; applies until and including: "
            "nothing → Sunday 31 January 2027",
        ),
    ]


def test_confidential_fields_are_only_named(recipient, department, administrator):
    change = change_particulars(
        recipient,
        department,
        administrator,
        phone="90 00 00 02",
        address="Storgata 2",
        directions="Key under the mat",
    )

    assert "Storgata" not in str((change.before, change.after))
    assert "Key" not in str((change.before, change.after))
    assert "9000" not in str((change.before, change.after))
    assert recorded(pk=change.pk) == [
        (
            "change_recipient",
            "Aksel Vik",
            "Phone: changed; address: changed; how to get in: changed",
        )
    ]


def test_a_number_that_an_older_version_recorded_is_not_shown(
    recipient, department, administrator
):
    change = Change.objects.create(
        actor=administrator,
        verb="change_recipient",
        department_id=department.pk,
        subject_id=recipient.pk,
        before={"phone": "+4790000000"},
        after={"phone": "+4790000002"},
    )

    ((_verb, _whom, description),) = recorded(pk=change.pk)
    assert description == "Phone: changed"


def test_nothing_is_recorded_when_nothing_changes(recipient, department, administrator):
    assert change_particulars(recipient, department, administrator) is None


def test_seats_that_people_give_or_that_are_lost(visit, shift, service, administrator, department):
    other = factories.ShiftFactory(day=shift.day)
    actions.give(visit=visit, shift=other, by=administrator)
    actions.take_off(visit=visit, by=administrator)
    actions.give(visit=visit, shift=shift, by=administrator)
    qualification = factories.QualificationFactory()
    department_actions.change_service(
        service=service,
        terms=department_actions.ServiceTerms.of(service),
        qualification_ids=[qualification.pk],
        by=administrator,
    )

    when = "Cleaning Wednesday 25 November 10:00–11:00"
    assert [
        (verb, description)
        for verb, whom, description in recorded(object_id=visit.pk)
        if whom == "Aksel Vik"
    ] == [
        ("give", f"{when}: Emil Haugen → nobody"),
        ("take_off", f"{when}: nobody → nobody"),
        ("give", f"{when}: nobody → Emil Haugen"),
        ("lose_seat", f"{when} has no carer any more, because the shifts changed"),
    ]


def test_shifts_absences_and_qualifications(shift, care_worker, administrator, department):
    by = {"by": administrator}
    shift.person = None
    shift.save()
    department_actions.name_shift(shift=shift, person=care_worker, **by)
    other = factories.EmployeeFactory(department=department).person
    department_actions.name_shift(shift=shift, person=other, **by)
    department_actions.unname_shift(shift=shift, **by)
    evening = Interval(local(TOMORROW, 18), local(TOMORROW, 20))
    extra = department_actions.add_shift(
        department=department, date=TOMORROW, period=evening, **by
    )
    department_actions.remove_shift(shift=extra, **by)
    absence, _ = department_actions.report_absence(
        person=care_worker, department=department, kind="sick", period=evening, **by
    )
    longer = Interval(evening.start, local(TOMORROW, 22))
    department_actions.correct_absence(absence=absence, period=longer, **by)
    department_actions.end_absence(absence=absence, ends_at=evening.start, **by)
    qualification = factories.QualificationFactory(name="Insulin")
    department_actions.give_qualification(
        employee=care_worker.employments.get(),
        qualification=qualification,
        valid_from=TOMORROW,
        **by,
    )
    department_actions.take_qualification(held=care_worker.qualifications.get(), **by)

    day = "Wednesday 25 November"
    found = recorded(department_id=department.pk)
    assert [description for _verb, _whom, description in found] == [
        f"Emil Haugen is put on the shift {day} 08:00–16:00",
        f"Emil Haugen is taken off the shift {day} 08:00–16:00",
        f"{other.full_name} is put on the shift {day} 08:00–16:00",
        f"{other.full_name} is taken off the shift {day} 08:00–16:00",
        f"Extra shift {day} 18:00–20:00, without a name",
        f"No longer: extra shift {day} 18:00–20:00",
        f"Emil Haugen is away {day} 18:00–20:00",
        f"Emil Haugen is away {day} 18:00–22:00, not {day} 18:00–20:00",
        f"Emil Haugen is not away {day} 18:00–22:00 after all",
        f"Emil Haugen knows: Insulin, from {day}",
        "Emil Haugen no longer knows: Insulin",
    ]
    assert {whom for _verb, whom, _description in found} == {""}  # the sentences name them
    assert not any("sick" in str((change.before, change.after)) for change in Change.objects.all())


def test_somebody_who_loses_a_shift_by_another_change_reads_it_in_their_history(
    care_worker, administrator, department
):
    hours = factories.OpeningHoursFactory(department=department, weekday=3)
    department_actions.lay_out_horizon(department)
    first, second = department.days.filter(shifts__isnull=False)[:2]
    for day in (first, second):
        department_actions.name_shift(shift=day.shifts.get(), person=care_worker, by=administrator)
    employee = care_worker.employments.get()
    department_actions.change_employment(
        employee=employee,
        valid_from=employee.valid_from,
        valid_until=second.date - dt.timedelta(days=1),
        by=administrator,
    )
    department_actions.remove_opening_hours(row=hours, by=administrator, drop_named=True)

    assert [
        description
        for _verb, _whom, description in recorded(
            subject_id=care_worker.pk, verb="unname_shift", actor=administrator
        )
    ] == [
        "Emil Haugen is taken off the shift Wednesday 2 December 08:00–16:00",
        "Emil Haugen is taken off the shift Wednesday 25 November 08:00–16:00",
    ]


def test_an_absence_of_all_departments_is_recorded_for_each_and_names_no_staff_of_another(
    care_worker, administrator, department, other_administrator, other_department, client
):
    factories.EmployeeFactory(person=care_worker, department=other_department)
    absence = factories.AbsenceFactory(  # from before departments reported their own
        person=care_worker, starts_at=local(TOMORROW, 8), ends_at=local(TOMORROW, 9)
    )
    department_actions.end_absence(absence=absence, ends_at=absence.starts_at, by=administrator)

    for user, place, shown in (
        (administrator, department, administrator.full_name),
        (other_administrator, other_department, "another department"),
    ):
        client.force_login(user)
        page = client.get(reverse("departments:changes", args=[place.pk]))
        (line,) = page.context["changes"]
        assert (line.by, "Emil Haugen is not away" in line.description) == (shown, True)
        assert (administrator.full_name in page.text) == (user == administrator)


def test_feeds_mandates_keys_and_messages(recipient, administrator, department):
    user = recipient.user
    feed, _secret = actions.make_feed(recipient=recipient, by=user)
    for _ in range(2):
        actions.revoke_feed(feed=feed, by=user)
    token, _secret = accounts_actions.create_token(
        name="My program", scopes=["bookings:read"], days=1, by=user
    )
    accounts_actions.revoke_token(token=token, by=user)
    mandate = factories.MandateFactory(recipient=recipient, guardian=True, holder_name="Per Vik")
    actions.end_mandate(mandate=mandate, department=department, by=administrator)
    accounts_actions.mark_dead(user=user, channel=Message.Channel.EMAIL, address=user.email)
    accounts_actions.trust_again(
        user=user, subject_id=recipient.pk, department_id=department.pk, by=administrator
    )
    accounts_actions.change_address(
        user=user, channel=Message.Channel.EMAIL, address="other@example.test", by=user
    )

    assert [(verb, description) for verb, _whom, description in recorded()] == [
        ("make_feed", "New calendar address"),
        ("revoke_feed", "A calendar address was closed"),
        ("create_token", "New key for programs: My program"),
        ("revoke_token", "Key for programs ended: My program"),
        (
            "end_mandate",
            "Per Vik may no longer: see, book, move and cancel visits (guardian)",
        ),
        ("mark_dead", "The e-mail returns messages"),
        ("trust_again", "Messages are sent again, to the address that returned them"),
        ("change_address", "The e-mail for logging in was changed"),
    ]
    assert "example.test" not in str(list(Change.objects.values_list("before", "after")))
    assert list(Change.objects.filter(department_id=department.pk).values_list("verb")) == [
        ("trust_again",),
        ("end_mandate",),
    ]


def test_invitations_and_their_answers(department, administrator, recipient):
    employee = department_actions.add_employee(
        department=department,
        email="kari@example.test",
        given_name="Kari",
        family_name="Nes",
        valid_from=TOMORROW,
        by=administrator,
    )
    invitation = accounts_actions.invite(
        kind="employment",
        address="kari@example.test",
        target_id=employee.pk,
        department_id=department.pk,
        by=administrator,
    )
    accounts_actions.withdraw_invitation(invitation=invitation, by=administrator)

    assert recorded(subject_id=employee.person_id) == [
        ("add_employee", "", "Kari Nes works here from Wednesday 25 November"),
        ("invite", "Kari Nes", "Invitation to be an employee: sent"),
        (
            "replace_invitation",
            "Kari Nes",
            "Invitation to be an employee: replaced by a newer one",
        ),
        ("invite", "Kari Nes", "Invitation to be an employee: sent"),
        ("withdraw_invitation", "Kari Nes", "Invitation to be an employee: withdrawn"),
    ]


def test_two_people_who_become_one_keep_their_history(recipient, department, administrator):
    other = factories.RecipientFactory(user=None)
    key = uuid.uuid4()
    added = actions.add_recipient(
        key=key,
        particulars=particulars(other),
        department=department,
        by=administrator,
    )
    actions.join_recipient(from_=added, into=recipient)

    assert recorded(subject_id=key) == [("add_recipient", "Aksel Vik", "Added as a recipient")]
    (own,) = changes_of(department, person_id=recipient.pk)
    assert own.verb == "add_recipient"


def test_the_first_outcome_of_a_visit_stands_when_it_is_corrected(
    visit, care_worker, administrator, clock
):
    clock.move_to(local(TOMORROW, 10))
    workflow_actions.report(visit=visit, outcome="done", by=care_worker)
    assert not Change.objects.exists()
    workflow_actions.report(
        visit=visit, outcome="unable", note="Ill", reason="Wrong button", by=administrator
    )

    (change,) = Change.objects.all()
    assert "Ill" not in str((change.before, change.after))
    ((_verb, whom, description),) = recorded()
    assert whom == "Aksel Vik"
    assert description.startswith("Cleaning Wednesday 25 November 10:00–11:00: Done → ")
    assert description.endswith("; the note: changed")


# -- The department's page ---------------------------------------------------------


@pytest.fixture
def dina(client, administrator):
    client.force_login(administrator)
    return client


def changes_url(department, **query):
    return reverse("departments:changes", args=[department.pk], query=query)


@pytest.fixture
def several(recipient, department, administrator, care_worker):
    """A setting, a phone number and a new last day."""
    department_actions.change_settings(
        department=department, values={"travel_minutes": 25}, by=administrator, reason="Snow"
    )
    change_particulars(recipient, department, administrator, phone="90 00 00 02")
    department_actions.change_employment(
        employee=care_worker.employments.get(),
        valid_from=dt.date(2020, 1, 1),
        valid_until=TOMORROW,
        by=administrator,
    )


@pytest.mark.usefixtures("several")
def test_the_history_is_filtered_by_kind_and_by_person(dina, department, recipient, care_worker):
    def shown(**query):
        return [
            line.description
            for line in dina.get(changes_url(department, **query)).context["changes"]
        ]

    everything = shown()
    employment, phone, travel = everything
    assert shown(kind="settings") == [travel]
    assert shown(kind="staff", person=care_worker.pk) == [employment]
    assert shown(person=recipient.pk) == [phone]
    assert shown(kind="hours") == []
    for unknown in ({"kind": "x"}, {"person": "x"}, {"person": uuid.uuid4()}):
        assert shown(**unknown) == everything


@pytest.mark.usefixtures("several")
def test_the_history_says_who_when_why_and_logs_whom_it_shows(
    dina, department, recipient, administrator
):
    page = dina.get(changes_url(department))

    assert f"<b>{recipient.full_name}</b>: Phone:" in page.text
    assert "Snow" in page.text
    assert administrator.full_name in page.text
    entry = AccessLogEntry.objects.get()
    assert (entry.actor, entry.subject_id, entry.what) == (
        administrator,
        recipient.pk,
        "departments:changes",
    )


def test_another_departments_recipient_is_not_named(
    dina, department, other_department, other_administrator, recipient
):
    change_particulars(recipient, other_department, other_administrator, phone="90 00 00 02")

    page = dina.get(changes_url(department, person=recipient.pk))

    assert list(page.context["changes"]) == []
    assert recipient.family_name not in page.text


def test_the_pages_keep_the_filter(dina, department):
    Change.objects.bulk_create(
        Change(department_id=department.pk, verb="close_day", after={"date": "2026-11-20"})
        for _ in range(26)
    )

    page = dina.get(changes_url(department, kind="reports"))

    assert len(page.context["changes"]) == 25
    assert "?kind=reports&amp;page=2" in page.text
    assert "automatically" in page.text


# -- The recipient's page ----------------------------------------------------------


def test_a_recipient_reads_who_changed_what_for_them(
    client, recipient, department, administrator, visit
):
    change_particulars(recipient, department, administrator, phone="90 00 00 02")
    actions.make_feed(recipient=recipient, by=recipient.user)
    accounts_actions.create_token(
        name="My program", scopes=["bookings:read"], days=1, by=recipient.user
    )
    actions.take_off(visit=visit, by=administrator)
    change_particulars(
        factories.RecipientFactory(), department, administrator, phone="90 00 00 03"
    )
    client.force_login(recipient.user)

    page = client.get(reverse("booking:changes"))

    token, feed, phone = page.context["changes"]  # not the carers of visits
    assert (token.is_own, feed.is_own, phone.is_own) == (True, True, False)
    assert (phone.by, phone.roles, phone.department) == (
        administrator.full_name,
        ["Administrator"],
        department,
    )
    assert phone.description == "Phone: changed"


def test_a_guardian_reads_what_is_about_the_recipient_and_not_of_their_log_in(
    client, recipient, administrator
):
    guardian = factories.MandateFactory(recipient=recipient, guardian=True).holder
    actions.make_feed(recipient=recipient, by=recipient.user)
    accounts_actions.create_token(name="x", scopes=["bookings:read"], days=1, by=recipient.user)
    client.force_login(guardian)
    session = client.session
    session[ACTING_FOR] = str(recipient.pk)
    session.save()

    page = client.get(reverse("booking:changes"))

    (feed,) = page.context["changes"]
    assert (feed.description, feed.by) == ("New calendar address", recipient.user.full_name)
    assert ">You<" not in page.text.replace("\n", "").replace(" ", "")


def test_the_page_says_when_nothing_has_been_changed(client, recipient):
    client.force_login(recipient.user)

    assert "Nothing has been changed yet." in client.get(reverse("booking:changes")).text


def test_an_administrator_of_nothing_reads_nothing(client, department, care_worker):
    former = factories.EmployeeFactory(
        department=department, role=Employee.Role.ADMINISTRATOR, valid_until=factories.LONG_AGO
    ).person
    for user in (former, care_worker):
        client.force_login(user)
        assert client.get(changes_url(department)).status_code == 404
