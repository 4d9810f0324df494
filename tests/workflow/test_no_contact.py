"""A visit without contact stays open until a named person has met the recipient."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.messages import sms
from accounts.messages.sms import GatewayFailed
from accounts.models import AccessLogEntry, Change, Message
from booking import outcomes
from booking.actions import release_unseated, take_off
from booking.models import Booking, Contact
from departments.models import Day, Department, Employee, KindOfTime, Service
from tests import factories
from workflow import actions, queries
from workflow.errors import NotConfirmed, NotConfirmedYet
from workflow.models import Attempt, NoContact, Report

pytestmark = pytest.mark.django_db

SILENT = Report.Outcome.NO_CONTACT
DUTY, ADMINISTRATORS = "+4790000001", "+4790000002"


@pytest.fixture
def visit(now, day, care_worker, visit_at, planned, department):
    Department.objects.filter(pk=department.pk).update(phone=DUTY)
    visit = visit_at(
        day,
        9,
        factories.ShiftFactory(day=day, person=care_worker),
        booking__service=factories.ServiceFactory(department=department),
    )
    planned(day)
    return visit


@pytest.fixture
def silent(visit, care_worker):
    actions.report(visit=visit, outcome=SILENT, by=care_worker)
    return NoContact.objects.get()


@pytest.mark.parametrize(
    ("place", "kind_of_time", "is_opened"),
    [
        (Service.Place.HOME, KindOfTime.FREE, True),
        (Service.Place.OFFICE, KindOfTime.SET, False),
        (Service.Place.REMOTE, KindOfTime.SET, True),
        (Service.Place.REMOTE, KindOfTime.FREE, False),
    ],
)
def test_no_contact_at_home_or_at_a_set_time_by_phone_is_opened(
    visit, care_worker, place, kind_of_time, is_opened
):
    Service.objects.update(place=place, kind_of_time=kind_of_time)
    for _ in range(2):
        actions.report(visit=visit, outcome=SILENT, by=care_worker)
    assert NoContact.objects.filter(visit=visit, confirmed_at=None).count() == is_opened


@pytest.mark.parametrize("outcome", [one for one in Report.Outcome.values if one != SILENT])
def test_a_correction_ends_it_only_with_who_met_the_recipient(silent, outcome, care_worker):
    with pytest.raises(NotConfirmed):
        actions.report(visit=silent.visit, outcome=outcome, by=care_worker)
    assert Report.objects.get().outcome == SILENT

    actions.report(visit=silent.visit, outcome=outcome, by=care_worker, how="seen")

    silent.refresh_from_db()
    assert (silent.confirmed_by, silent.how, silent.alarm_due_at) == (care_worker, "seen", None)
    assert silent.closed_at


def test_an_unseated_visit_is_not_released_before_it_is_confirmed(visit, administrator):
    """Its recipient would get a message."""
    take_off(visit=visit, by=administrator)
    actions.report(visit=visit, outcome=SILENT, by=administrator)
    assert release_unseated(visit.ends_at + dt.timedelta(hours=2)) == 0
    assert not Message.objects.filter(subject_id=visit.booking.recipient_id).exists()


def test_it_outlives_midnight_and_the_closing_of_the_day(silent, department, time_machine, day):
    time_machine.shift(dt.timedelta(days=4))
    actions.close_due_days()

    assert Day.objects.get(pk=day.pk).is_closed
    assert list(queries.unclosed_no_contacts([department])) == [silent]


def test_it_is_closed_as_a_wasted_trip_after_it_is_confirmed(silent, administrator, department):
    with pytest.raises(NotConfirmedYet):
        actions.close_as_wasted_trip(no_contact=silent, by=administrator)
    actions.confirm_contact(no_contact=silent, how="spoken", by=administrator)
    assert list(queries.unclosed_no_contacts([department])) == [silent]

    actions.close_as_wasted_trip(no_contact=silent, by=administrator)

    assert not queries.unclosed_no_contacts([department])
    assert Report.objects.get().outcome == SILENT
    assert {one.verb for one in Change.objects.all()} == {"confirm_contact", "close_no_contact"}


def test_the_first_who_confirms_is_kept(silent, administrator, care_worker):
    for person in (administrator, care_worker):
        found = actions.confirm_contact(no_contact=silent, how="seen", by=person)
    assert found.confirmed_by == administrator


@pytest.mark.parametrize(
    "fields", [{"closed_at": timezone.now()}, {"confirmed_at": timezone.now()}]
)
def test_the_database_refuses_an_end_without_a_person(silent, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        NoContact.objects.update(**fields)


def test_the_recipient_is_told_nothing_before_it_is_confirmed(silent, administrator):
    booking = silent.visit.booking_id
    Department.objects.update(charges_no_contact=False)
    assert outcomes.registered().of([booking]) == {}
    assert Booking.objects.get(pk=booking).uncharged_at is None
    assert not Message.objects.exists()
    assert not Change.objects.exists()  # the recipient reads those about them

    actions.confirm_contact(no_contact=silent, how="seen", by=administrator)

    assert booking in outcomes.registered().of([booking])
    assert Booking.objects.get(pk=booking).uncharged_at
    assert Message.objects.exists()


# -- Alarms ---------------------------------------------------------------------------


class Texts:
    def __init__(self):
        self.sent, self.broken = [], set()

    def send(self, *, number, text, reference):
        if number in self.broken:
            raise GatewayFailed("500")
        self.sent.append((number, text))

    def numbers(self):
        sent, self.sent = self.sent, []
        return [number for number, _text in sent]


@pytest.fixture
def texts(settings, monkeypatch, administrator):
    settings.SMS_GATEWAY = "a gateway"
    found = Texts()
    monkeypatch.setattr(sms, "gateway", lambda: found)
    administrator.phone = ADMINISTRATORS
    administrator.save()
    return found


def test_alarms_are_sent_until_it_is_confirmed(silent, texts, time_machine, administrator):
    found = []
    for _ in range(4):
        actions.send_alarms()
        actions.send_alarms()  # not due
        found.append(texts.numbers())
        time_machine.shift(dt.timedelta(minutes=15, seconds=1))
    both = [DUTY, ADMINISTRATORS]
    assert found == [[DUTY], [DUTY], both, both]

    actions.confirm_contact(no_contact=silent, how="seen", by=administrator)
    assert actions.send_alarms() == 0
    assert texts.numbers() == []


def test_an_alarm_ignores_quiet_hours_and_names_nobody(silent, texts, time_machine, department):
    time_machine.move_to(factories.local(silent.visit.day.date, 23), tick=False)
    actions.send_alarms()

    ((_number, text),) = texts.sent
    recipient = silent.visit.booking.recipient
    for word in (recipient.given_name, recipient.family_name, recipient.address):
        assert not word or word not in text
    assert silent.visit.booking.service.name not in text


@pytest.mark.parametrize("why", ["refused", "landline"])
def test_administrators_are_told_at_once_when_the_duty_phone_is_not_reached(
    silent, texts, department, why
):
    if why == "refused":
        texts.broken = {DUTY}
    else:
        Department.objects.update(phone="+4733000009")
    actions.send_alarms()
    assert texts.numbers() == [ADMINISTRATORS]
    silent.refresh_from_db()
    assert (silent.alarms, silent.reached_duty) == (1, False)


def test_an_alarm_that_reached_nobody_is_tried_again(silent, texts, time_machine, mailoutbox):
    texts.broken = {DUTY, ADMINISTRATORS}
    assert actions.send_alarms() == 0
    silent.refresh_from_db()
    assert (silent.alarms, silent.alarmed_at) == (0, None)

    texts.broken = set()
    time_machine.shift(61)
    assert actions.send_alarms() == 1
    assert texts.numbers() == [DUTY]


def test_without_text_messages_administrators_get_an_e_mail(silent, administrator, mailoutbox):
    actions.send_alarms()
    assert [mail.to for mail in mailoutbox] == [[administrator.email]]


# -- Pages ------------------------------------------------------------------------------


def own(name, silent):
    return reverse(f"workflow:{name}", args=[silent.visit.day.date, silent.visit.pk])


def staff(name, silent):
    return reverse(f"workflow:{name}", args=[silent.visit.day.department_id, silent.pk])


def test_no_contact_leads_the_carer_to_the_steps(visit, care_worker, client):
    client.force_login(care_worker)
    Contact.objects.create(
        recipient=visit.booking.recipient,
        position=1,
        name="Tone Strand",
        phone="+4733000021",
        relation="daughter",
    )
    url = reverse("workflow:report", args=[visit.day.date, visit.pk])
    page = client.post(url, {"outcome": SILENT, "seen": ""}, follow=True)

    assert page.request["PATH_INFO"] == own("no_contact", NoContact.objects.get())
    assert 'href="tel:+4733000021"' in page.text
    assert f'href="tel:{DUTY}"' in page.text
    assert "daughter" in page.text


def test_the_carer_notes_what_was_tried(silent, care_worker, client):
    contact = Contact.objects.create(
        recipient=silent.visit.booking.recipient, position=1, name="T", phone="+4733000021"
    )
    stranger = Contact.objects.create(
        recipient=factories.RecipientFactory(), position=1, name="X", phone="+4733000022"
    )
    client.force_login(care_worker)
    key = uuid.uuid4()
    sent = {"key": key, "step": "2", "contact": contact.pk, "result": "no_answer"}
    for data in (sent, sent, {**sent, "contact": stranger.pk}, {**sent, "step": "9"}):
        client.post(own("no_contact", silent), data)

    found = {one.contact: (one.result, one.by) for one in Attempt.objects.all()}
    assert found == dict.fromkeys([contact, None], ("no_answer", care_worker))
    for outcome, how in (("done", "seen"), (SILENT, "")):
        actions.report(visit=silent.visit, outcome=outcome, how=how, by=care_worker)
    client.post(own("no_contact", silent), sent)  # from a page of the first time
    assert Attempt.objects.filter(contact=contact).count() == 2


def test_what_was_tried_stands_at_its_step_in_each_language(silent, care_worker, client):
    client.force_login(care_worker)
    sent = {"key": uuid.uuid4(), "step": "4", "result": "answered"}
    client.post(own("no_contact", silent), sent)
    for language in ("nb", "nn", "en"):
        with translation.override(language):
            steps = queries.steps_to_do(silent, timezone.now())
        assert [len(step.attempts) for step in steps] == [0, 0, 0, 1]


def test_the_carer_who_meets_the_person_ends_it_with_one_press(silent, care_worker, client):
    client.force_login(care_worker)
    assert own("no_contact", silent) in client.get(reverse("workflow:my_day")).text
    page = client.post(own("report", silent), {"outcome": "done", "seen": "1"})
    assert page.context["form"].errors["how"]

    client.post(own("report", silent), {"outcome": "done", "seen": "1", "how": "seen"})

    silent.refresh_from_db()
    assert silent.confirmed_by == care_worker
    assert Report.objects.get().outcome == "done"


def test_the_department_sees_it_first_and_confirms_it(silent, administrator, client):
    client.force_login(administrator)
    today = reverse("workflow:today", args=[silent.visit.day.department_id])
    assert staff("staff_no_contact", silent) in client.get(today).text
    visit = silent.visit
    board = reverse(
        "workflow:board_visit", args=[visit.day.department_id, visit.day.date, visit.pk]
    )

    def state():
        return client.get(board).context["card"].state

    assert state() == "alarm"
    assert staff("staff_no_contact", silent) in client.get(board).text
    url = staff("staff_no_contact", silent)
    assert client.post(url, {"met_at": "10:00"}).context["form"].errors["how"]
    early = {"how": "spoken", "met_at": "02:00"}
    assert client.post(url, early).context["form"].errors["met_at"]
    client.post(staff("close_no_contact", silent))
    assert not NoContact.objects.filter(closed_at__isnull=False)

    client.post(url, {"how": "spoken", "met_at": "13:55"})

    silent.refresh_from_db()
    assert (silent.confirmed_by, silent.how) == (administrator, "spoken")
    assert silent.met_at == factories.local(silent.visit.day.date, 13) + dt.timedelta(minutes=55)
    client.post(staff("close_no_contact", silent))
    assert staff("staff_no_contact", silent) not in client.get(today).text
    assert state() == "no_contact"
    assert AccessLogEntry.objects.filter(what="workflow:staff_no_contact", actor=administrator)


@pytest.mark.parametrize("who", ["other_administrator", "care_worker", "colleague"])
def test_others_can_not_confirm_or_close_it(who, silent, request, client, department):
    user = (
        factories.EmployeeFactory(department=department, role=Employee.Role.CARE_WORKER).person
        if who == "colleague"
        else request.getfixturevalue(who)
    )
    client.force_login(user)
    data = {"how": "seen", "met_at": "13:55"}
    for name in ("staff_no_contact", "close_no_contact"):
        assert client.post(staff(name, silent), data).status_code == 404
    if who != "care_worker":
        for name in ("no_contact", "report"):
            sent = {**data, "outcome": "done", "key": uuid.uuid4(), "step": 1, "result": "done"}
            assert client.post(own(name, silent), sent).status_code == 404
    silent.refresh_from_db()
    assert silent.is_open
    assert not silent.attempts.exists()


def test_only_the_carer_sees_what_is_confidential(silent, care_worker, administrator, client):
    recipient = silent.visit.booking.recipient
    recipient.has_confidential_address, recipient.phone = True, "+4791827364"
    recipient.directions = "under urnen"
    recipient.save()
    Contact.objects.create(recipient=recipient, position=1, name="Tone", phone="+4733000021")
    secrets = ("91827364", "33000021", "Tone", "under urnen")
    client.force_login(care_worker)
    page = client.get(own("no_contact", silent))
    assert all(secret in page.text for secret in secrets)
    client.force_login(administrator)
    for url in (
        staff("staff_no_contact", silent),
        reverse("workflow:today", args=[silent.visit.day.department_id]),
    ):
        assert not [secret for secret in secrets if secret in client.get(url).text]
