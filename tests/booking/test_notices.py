"""Messages to recipients about their visits."""

import datetime as dt
import email
import uuid

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext
from icalendar import Calendar

from accounts import actions as accounts_actions
from accounts.messages import sms
from accounts.models import Message, MessageChoices, User
from booking import actions
from booking.actions.announcements import announce, due, remind
from booking.models import BookingEvent, Mandate
from booking.notices.visits import DAY_BEFORE, HOURS_BEFORE
from booking.queries.letters import write
from tests import factories
from tests.booking.conftest import NOW, TOMORROW
from tests.factories import local
from tests.strict_calendar import faults_of

pytestmark = pytest.mark.django_db

THURSDAY, FRIDAY = TOMORROW + dt.timedelta(days=1), TOMORROW + dt.timedelta(days=2)


class Texts(list):
    """The text messages, without whom to call."""

    def send(self, *, number, text, reference):
        self.append(text.removesuffix(" Do not answer this. Call 33 00 10 00."))


@pytest.fixture
def texts(monkeypatch, settings):
    settings.SMS_GATEWAY = "a gateway"
    texts = Texts()
    monkeypatch.setattr(sms, "gateway", lambda: texts)
    return texts


@pytest.fixture(autouse=True)
def opened(clock, hours, service, department):
    hours(staff=2)
    return clock


@pytest.fixture
def user(recipient):
    recipient.user.language = "en"
    recipient.user.phone = "90 11 22 33"
    recipient.user.save()
    return recipient.user


@pytest.fixture
def booked(book, recipient, user):
    return book(at(10), recipient)


def at(hour, minute=0, date=TOMORROW):
    return local(date, hour, minute).astimezone(dt.UTC)


def tell():
    """Run the tasks of every few seconds; returns the bodies of the e-mails sent."""
    before = len(mail.outbox)
    announce()
    accounts_actions.send_due()
    return [sent.body for sent in mail.outbox[before:]]


def file_in(message):
    """The attached file: its name, its content and its Content-Type."""
    sent = email.message_from_bytes(message.message().as_bytes(linesep="\r\n"))  # as SMTP does
    (file,) = [part for part in sent.walk() if part.get_content_disposition() == "attachment"]
    content = file.get_payload(decode=True)
    assert faults_of(content) == []
    calendar = Calendar.from_ical(content)
    return file.get_filename(), calendar, file["Content-Type"]


def test_a_confirmation_has_a_calendar_file_and_no_details(booked, department, service):
    (body,) = tell()
    assert body.startswith("You have an appointment Wednesday 25 November at 10:00.")
    (sent,) = mail.outbox
    assert sent.subject == "Your appointment is booked"
    assert f"/bookings/{booked.pk}/" in body
    name, calendar, content_type = file_in(sent)
    assert name == "appointment.ics"
    assert content_type == 'text/calendar; method="PUBLISH"; charset="utf-8"'
    (event,) = calendar.walk("VEVENT")
    assert event["UID"] == str(booked.pk)
    assert event["SUMMARY"] == "Appointment"
    everything = sent.message().as_string() + calendar.to_ical().decode()
    for secret in (service.name, department.name, "Aksel", "Vik"):
        assert secret not in everything


def test_a_claimed_confirmation_is_sent_with_five_statements(booked, django_assert_num_queries):
    """Thousands may be due at once."""
    actions.announce()
    claimed = accounts_actions.claim()
    with django_assert_num_queries(5):  # user and choices, dead addresses, event, result, pause
        assert accounts_actions.deliver(claimed)


def test_a_user_can_choose_to_see_the_service_and_the_department(
    booked, user, service, department
):
    MessageChoices.objects.create(user=user, names_service=True)
    (body,) = tell()
    assert "Cleaning from Home care North." in body
    assert service.name not in mail.outbox[0].subject
    _, calendar, _ = file_in(mail.outbox[0])
    assert calendar.walk("VEVENT")[0]["SUMMARY"] == "Cleaning"

    actions.cancel(booking=booked, by=user)
    (body,) = tell()
    assert "Cleaning from Home care North." in body


def test_messages_are_in_the_users_language(booked, user, translated):
    user.language = "nb"
    user.save()
    (body,) = tell()
    assert "onsdag 25. november klokka 10.00" in body


def test_a_move_names_both_times_and_its_file_replaces_the_first(booked, user):
    tell()
    actions.move(booking=booked, starts_at=at(12), by=user)
    (body,) = tell()
    assert "Your appointment is moved to Wednesday 25 November at 12:00." in body
    assert "It was Wednesday 25 November at 10:00 before." in body
    first, second = (file_in(sent)[1].walk("VEVENT")[0] for sent in mail.outbox)
    assert second["UID"] == first["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"]


def test_a_cancellation_removes_the_visit_from_the_calendar(booked, user):
    tell()
    actions.cancel(booking=booked, by=user)
    (body,) = tell()
    assert "Your appointment Wednesday 25 November at 10:00 is cancelled." in body
    assert "Outlook and some others keep it: there you must delete it yourself." in body
    _, calendar, content_type = file_in(mail.outbox[-1])
    assert calendar["METHOD"] == "CANCEL"
    assert content_type == 'text/calendar; method="CANCEL"; charset="utf-8"'
    assert calendar.walk("VEVENT")[0]["STATUS"] == "CANCELLED"


def test_only_the_last_of_several_changes_is_announced(booked, user):
    actions.move(booking=booked, starts_at=at(12), by=user)
    actions.cancel(booking=booked, by=user)
    (body,) = tell()
    assert "is cancelled" in body
    assert Message.objects.filter(why="not_true").count() == 2


def test_several_moves_are_one_from_the_time_announced_last(booked, user):
    tell()
    actions.move(booking=booked, starts_at=at(12), by=user)
    announce()
    actions.move(booking=booked, starts_at=at(14), by=user)
    (body,) = tell()
    assert "is moved to Wednesday 25 November at 14:00." in body
    assert "It was Wednesday 25 November at 10:00 before." in body

    actions.move(booking=booked, starts_at=at(9), by=user)
    (body,) = tell()
    assert "It was Wednesday 25 November at 14:00 before." in body

    actions.move(booking=booked, starts_at=at(11), by=user)
    actions.cancel(booking=booked, by=user)
    (body,) = tell()
    assert "Your appointment Wednesday 25 November at 11:00 is cancelled." in body
    assert "It was Wednesday 25 November at 09:00 before." in body


def test_a_move_there_and_back_is_not_announced(booked, user):
    tell()
    for hour in (12, 10):
        actions.move(booking=booked, starts_at=at(hour), by=user)
    assert tell() == []


def test_a_move_there_and_back_confirms_an_unannounced_booking(booked, user):
    for hour in (12, 10):
        actions.move(booking=booked, starts_at=at(hour), by=user)
    (body,) = tell()
    assert "is moved to Wednesday 25 November at 10:00." in body
    assert "before." not in body


def test_a_user_without_confirmations_gets_none_for_own_changes(booked, user, administrator):
    MessageChoices.objects.create(user=user, confirmation=[])
    actions.move(booking=booked, starts_at=at(12), by=user)
    assert tell() == []
    actions.move(booking=booked, starts_at=at(14), by=administrator, reason="A carer is ill")
    (body,) = tell()
    assert "It was Wednesday 25 November at 12:00 before." in body


def test_a_visit_cancelled_before_sending_is_not_confirmed(booked, user):
    announce()
    claimed = accounts_actions.claim()
    actions.cancel(booking=booked, by=user)
    assert not accounts_actions.deliver(claimed)
    assert not mail.outbox


def test_a_change_by_staff_is_always_announced_without_its_reason(booked, user, administrator):
    MessageChoices.objects.create(user=user, confirmation=[], by_others=[])
    assert tell() == []
    actions.move(
        booking=booked, starts_at=at(13), by=administrator, reason="The carer is at a course."
    )
    (body,) = tell()
    assert "We have moved your appointment to Wednesday 25 November at 13:00." in body
    assert "Log in to see why." in body
    assert "course" not in mail.outbox[-1].message().as_string()


@pytest.mark.parametrize("change", ["move", "cancel", "book"])
def test_a_reason_reaches_neither_phones_nor_helpers(
    recipient, user, helper, administrator, texts, change
):
    """The reason that somebody writes may say anything. It stands on the page."""
    for person in (user, helper):
        MessageChoices.objects.create(user=person, by_others=["sms"], for_others=["sms", "email"])
    reason = {"by": administrator, "reason": "Aksel fell in the bathroom"}
    visit = book_for(recipient, by=user)
    tell()
    texts.clear()
    if change == "move":
        actions.move(booking=visit, starts_at=at(13), as_staff=True, **reason)
    elif change == "cancel":
        actions.cancel(booking=visit, as_staff=True, **reason)
    else:
        actions.book(
            key=uuid.uuid4(), recipient=recipient, service=visit.service, starts_at=at(14),
            **reason,
        )  # fmt: skip
    bodies = tell()
    sent = "".join([*texts, *bodies, *(one.message().as_string() for one in mail.outbox)])
    assert len(texts) == 2
    assert "bathroom" not in sent
    assert sent.count("Log in to see why.") >= 3


def test_a_letter_says_to_call_about_the_reason(service, administrator):
    hans = factories.RecipientFactory()
    factories.GrantFactory(recipient=hans, service=service)
    visit = book_for(hans, by=administrator)
    actions.cancel(booking=visit, by=administrator, reason="Hans is in hospital", as_staff=True)
    announce()
    letter = write(service.department, hans)
    lines = [line for _message, words in letter.told for line in words.lines]
    assert lines[-1] == gettext("Call us to know why.")
    assert "hospital" not in "".join(lines)


def test_every_message_says_whom_to_call_and_not_to_answer(booked, department, texts, user):
    department.phone = "+4733001010"
    department.save()
    MessageChoices.objects.create(user=user, confirmation=["email", "sms"])
    actions.move(booking=booked, starts_at=at(12), by=user)
    (body,) = tell()
    assert "You can't answer this e-mail. Questions? Call 33 00 10 10." in body
    html = mail.outbox[-1].alternatives[0].content
    assert "You can't answer this e-mail. Questions? Call 33 00 10 10." in html
    assert texts[-1].endswith(" Do not answer this. Call 33 00 10 10.")


@pytest.mark.parametrize(
    ("also_staff", "via", "says"),
    [
        (False, "helper", "Somebody who helps you has"),
        (False, "api", "Somebody who helps you has"),
        (True, "api", "Somebody who helps you has"),
        (True, "phone", "We have"),
    ],
)
def test_a_message_says_whether_a_helper_or_staff_did_it(
    booked, recipient, department, also_staff, via, says
):
    tell()
    helper = factories.MandateFactory(recipient=recipient).holder
    if also_staff:
        factories.EmployeeFactory(person=helper, department=department)
    actions.cancel(booking=booked, by=helper, via=BookingEvent.Via(via))
    (body,) = tell()
    assert f"{says} cancelled your appointment" in body


def test_a_former_helper_who_is_staff_now_is_staff(booked, recipient, user, administrator, opened):
    mandate = factories.MandateFactory(recipient=recipient, holder=administrator)
    actions.end_mandate(mandate=mandate, by=user)
    tell()
    opened.shift(dt.timedelta(minutes=1))
    actions.cancel(booking=booked, by=administrator, via=BookingEvent.Via.API, reason="Ill")
    (body,) = tell()
    assert "We have cancelled your appointment" in body


def test_a_visit_that_has_begun_is_not_announced(booked, opened):
    announce()
    opened.move_to(at(10))
    assert accounts_actions.send_due() == 0
    assert not mail.outbox


def test_two_workers_announce_each_event_once(booked):
    assert announce() == 1
    assert announce() == 0
    BookingEvent.objects.update(announced_at=None)  # a worker died before it saved announced_at
    announce()
    assert accounts_actions.send_due() == 1


def test_messages_add_no_statements_to_a_booking(book, recipient, user):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        book(at(14), recipient)
    assert not any("accounts_message" in query["sql"] for query in asked.captured_queries)


def test_an_event_of_a_change_that_was_rolled_back_is_never_announced(booked, user):
    tell()
    with transaction.atomic():
        actions.cancel(booking=booked, by=user)
        transaction.set_rollback(True)
    assert tell() == []


def test_a_recipient_without_a_log_in_gets_a_letter(service, recipient, administrator):
    hans = factories.RecipientFactory()
    factories.GrantFactory(recipient=hans, service=service)
    actions.book(
        key=uuid.uuid4(), recipient=hans, service=service, starts_at=at(11), by=administrator
    )
    assert tell() == []
    letter = Message.objects.get()
    assert (letter.channel, letter.state) == ("letter", "waiting")
    assert letter.subject_id == hans.pk
    assert letter.department_id == service.department_id


@pytest.fixture
def ward(service):
    """A child without a log-in."""
    ward = factories.RecipientFactory(given_name="Jonas", family_name="Hemmelig")
    factories.GrantFactory(recipient=ward, service=service)
    return ward


@pytest.fixture
def mandate(ward, department, administrator):
    invitation = actions.register_guardian(
        recipient=ward,
        to=actions.Invited(email="carl@example.test", name="Carl Moe"),
        may=Mandate.May.BOOK,
        valid_from=NOW.date(),
        reference="2026/17",
        department=department,
        by=administrator,
    )
    accounts_actions.confirm_invitation(invitation=invitation, by=factories.UserFactory())
    accounts_actions.accept_invitation(invitation=invitation)
    return ward.mandates.get()


def test_the_guardian_gets_the_messages_of_a_recipient_without_log_in(
    book, ward, mandate, administrator
):
    User.objects.update(language="en")
    tell()  # of the mandate itself
    mail.outbox.clear()
    booked = actions.book(
        key=uuid.uuid4(),
        recipient=ward,
        service=ward.grants.get().service,
        starts_at=at(11),
        by=administrator,
    )
    (body,) = tell()
    assert "Jonas has an appointment Wednesday 25 November at 11:00." in body
    (sent,) = mail.outbox
    assert sent.to == ["carl@example.test"]
    assert sent.subject == "An appointment is booked"
    assert "Hemmelig" not in sent.message().as_string()

    actions.cancel(booking=booked, by=administrator, reason="Holiday")
    announce()
    actions.end_mandate(mandate=mandate, by=administrator)
    assert not any("is cancelled" in body for body in tell())
    assert Message.objects.get(kind="visit.cancelled_for_others").why == "not_true"


# -- Who acts for somebody ----------------------------------------------------------


@pytest.fixture
def helper(recipient, user):
    """Gro may book for Aksel, and gets his messages."""
    return factories.MandateFactory(
        recipient=recipient,
        is_told=True,
        holder__email="gro@example.test",
        holder__language="en",
        holder__phone="41 11 22 33",
    ).holder


def book_for(recipient, by, hour=10, date=TOMORROW):
    return actions.book(
        key=uuid.uuid4(),
        recipient=recipient,
        service=recipient.grants.get().service,
        starts_at=at(hour, date=date),
        by=by,
        via=BookingEvent.Via.HELPER,
    )


def told_to():
    return sorted(address for sent in mail.outbox for address in sent.to)


def test_the_recipient_and_the_holder_who_gets_messages_are_told(recipient, user, helper):
    booked = book_for(recipient, by=helper)
    bodies = sorted(tell())
    assert bodies[0].startswith("Aksel has an appointment Wednesday 25 November at 10:00.")
    assert "Somebody who helps you has booked an appointment" in bodies[1]
    assert told_to() == sorted(["gro@example.test", user.email])
    assert all(file_in(sent)[1].walk("VEVENT")[0]["UID"] == str(booked.pk) for sent in mail.outbox)


def test_a_message_that_waits_has_the_new_name(recipient, user, helper):
    book_for(recipient, by=helper)
    actions.announce()
    accounts_actions.rename(user=user, given_name="Sárá", family_name="")
    assert any(
        body.startswith("Sárá has an appointment Wednesday 25 November at 10:00.")
        for body in tell()
    )


def test_text_messages_name_no_service_before_the_number_is_confirmed(booked, user, texts):
    MessageChoices.objects.create(user=user, names_service=True, confirmation=["sms"])
    actions.announce()
    for is_confirmed in (False, True):
        user.phone_is_confirmed = is_confirmed
        user.save()
        Message.objects.update(state="waiting", due_at=timezone.now())
        accounts_actions.send_due()
        assert ("Cleaning" in texts[-1]) is is_confirmed


def test_a_holder_gets_messages_about_the_recipients_own_changes(booked, user, helper):
    tell()
    actions.cancel(booking=booked, by=user)
    bodies = sorted(tell())
    assert "The appointment of Aksel Wednesday 25 November at 10:00 is cancelled." in bodies[0]
    assert "Your appointment" in bodies[1]


def test_a_helper_without_the_messages_gets_none(recipient, user):
    helper = factories.MandateFactory(recipient=recipient).holder
    book_for(recipient, by=helper)
    tell()
    assert told_to() == [user.email]


def test_the_holder_chooses_the_channel_and_may_choose_none(recipient, user, helper, texts):
    MessageChoices.objects.create(user=helper, for_others=["sms"])
    book_for(recipient, by=user, hour=10)
    tell()
    assert texts == ["Aksel has an appointment Wednesday 25 November at 10:00."]
    MessageChoices.objects.filter(user=helper).update(for_others=[])
    book_for(recipient, by=user, hour=12)
    tell()
    assert len(texts) == 1
    assert told_to() == [user.email] * 2


def test_choosing_no_channel_also_stops_waiting_messages(recipient, user, helper):
    book_for(recipient, by=user)
    announce()
    MessageChoices.objects.create(user=helper, for_others=[])
    accounts_actions.send_due()
    assert told_to() == [user.email]


def test_a_guardian_without_messages_leaves_the_letter(ward, mandate, administrator):
    MessageChoices.objects.create(user=mandate.holder, for_others=[])
    book_for(ward, by=administrator)
    announce()
    letter = Message.objects.get(about_id__in=ward.bookings.values("pk"))
    assert (letter.user, letter.channel) == (None, "letter")


def test_a_message_that_cannot_reach_the_guardian_becomes_a_letter(
    ward, mandate, administrator, recipient, user, helper
):
    for holder in (mandate.holder, helper):
        accounts_actions.mark_dead(
            user=holder, channel=Message.Channel.EMAIL, address=holder.email
        )
    book_for(ward, by=administrator, hour=11)
    book_for(recipient, by=user, hour=12)
    announce()
    (letter,) = Message.objects.filter(channel="letter", kind__startswith="visit.")
    assert letter.subject_id == ward.pk


def test_the_service_is_named_when_both_want_it(recipient, user, helper):
    MessageChoices.objects.create(user=helper, names_service=True)
    book_for(recipient, by=user, hour=10)
    assert not any("Cleaning" in body for body in tell())
    MessageChoices.objects.create(user=user, names_service=True)
    book_for(recipient, by=user, hour=12)
    assert all("Cleaning" in body for body in tell())


def test_quiet_hours_and_the_cap_are_the_holders_own(recipient, user, helper, settings):
    settings.MESSAGES_A_DAY = {"email": 1, "sms": 1}
    for hour in (10, 12):
        book_for(recipient, by=user, hour=hour)
    tell()
    assert told_to() == sorted(["gro@example.test", user.email])
    assert Message.objects.filter(why="enough").count() == 2


def test_messages_stop_when_the_mandate_ends(recipient, user, helper, opened):
    book_for(recipient, by=user, date=THURSDAY)
    announce()
    actions.end_mandate(mandate=recipient.mandates.get(), by=user)
    accounts_actions.send_due()
    assert "Aksel" not in "".join(sent.body for sent in mail.outbox)
    assert remind_at(opened, at(16)) == [mail.outbox[-1].body]
    assert mail.outbox[-1].to == [user.email]


def test_both_are_reminded(recipient, user, helper, opened):
    book_for(recipient, by=user, date=THURSDAY)
    bodies = sorted(remind_at(opened, at(16)))
    assert bodies[0].startswith("Remember that Aksel has an appointment tomorrow at 10:00.")
    assert bodies[1].startswith("Remember that you have an appointment tomorrow at 10:00.")
    assert remind_at(opened, at(16, 1)) == []


# -- Reminders --------------------------------------------------------------------


def remind_at(clock, instant):
    """Run the tasks of that minute; returns the e-mails sent."""
    clock.move_to(instant)
    tell()
    before = len(mail.outbox)
    remind(instant)
    accounts_actions.send_due()
    return [sent.body for sent in mail.outbox[before:]]


@pytest.fixture
def in_two_days(book, recipient, user):
    """Booked on Tuesday at nine, for Thursday at ten."""
    visit = book(at(10, date=THURSDAY), recipient)
    tell()
    return visit


def test_the_day_before_at_four_it_reminds(in_two_days, opened):
    assert remind_at(opened, at(15, 59)) == []
    (body,) = remind_at(opened, at(16))
    assert body.startswith("Remember that you have an appointment tomorrow at 10:00.")
    assert remind_at(opened, at(16, 1)) == []


def test_a_reminder_that_names_the_service_says_who_sets_the_time(in_two_days, user, opened):
    MessageChoices.objects.create(user=user, names_service=True)
    in_two_days.recipient.grants.update(kind_of_time="set")
    (body,) = remind_at(opened, at(16))
    assert "Cleaning from Home care North." in body
    assert "The municipality sets this time." in body


def test_two_hours_before_it_reminds_by_text(in_two_days, opened, texts):
    remind_at(opened, at(7, 59, THURSDAY))
    assert not texts
    remind_at(opened, at(8, 0, THURSDAY))
    remind_at(opened, at(8, 1, THURSDAY))
    assert texts == ["Remember that you have an appointment today at 10:00."]


def test_a_visit_just_booked_gets_no_reminder(book, recipient, user, opened):
    opened.move_to(at(15, 30, NOW.date()))
    book(at(10), recipient)
    assert remind_at(opened, at(16, 0, NOW.date())) == []


def test_a_moved_visit_gets_new_reminders(in_two_days, opened, user):
    actions.move(booking=in_two_days, starts_at=at(10, date=FRIDAY), by=user)
    assert remind_at(opened, at(16)) == []
    assert len(remind_at(opened, at(16, date=THURSDAY))) == 1


def test_a_reminder_that_waits_while_the_visit_moves_is_not_sent(in_two_days, opened, user):
    opened.move_to(at(16))
    assert remind(at(16)) == 1
    actions.move(booking=in_two_days, starts_at=at(12, date=THURSDAY), by=user)
    announce()
    accounts_actions.send_due()
    assert [sent.subject for sent in mail.outbox[1:]] == ["Your appointment is moved"]


def test_a_cancelled_visit_gets_no_reminder(in_two_days, opened, user):
    actions.cancel(booking=in_two_days, by=user)
    assert remind_at(opened, at(16)) == []


def test_a_user_without_reminders_gets_none_and_is_skipped(in_two_days, opened, user):
    MessageChoices.objects.create(user=user, day_before=[])
    assert remind_at(opened, at(16)) == []
    assert remind(at(16, 1)) == 0


def test_a_late_worker_still_sends_useful_reminders(in_two_days, opened):
    assert len(remind_at(opened, at(18, 30))) == 1


def test_the_query_count_of_reminding_is_independent_of_sent_reminders(
    book, opened, someone, django_assert_num_queries
):
    for hour in (9, 10, 11, 12):
        book(at(hour, date=THURSDAY), someone())
    remind_at(opened, at(16))
    with django_assert_num_queries(2):
        remind(at(16, 1))


@pytest.mark.parametrize(
    ("visit", "reminded"),
    [
        ("2026-10-25T02:30+02:00", "2026-10-24T16:00+02:00"),
        ("2026-10-25T10:00+01:00", "2026-10-24T16:00+02:00"),
        ("2026-10-26T10:00+01:00", "2026-10-25T16:00+01:00"),
        ("2027-03-28T10:00+02:00", "2027-03-27T16:00+01:00"),
    ],
)
def test_the_day_before_is_the_local_day_before(visit, reminded):
    instant = dt.datetime.fromisoformat(visit)
    assert due(DAY_BEFORE, instant) == dt.datetime.fromisoformat(reminded)


@pytest.mark.parametrize(
    ("visit", "reminded"),
    [
        ("2026-10-25T10:00+01:00", "2026-10-25T08:00+01:00"),
        ("2026-10-25T02:30+01:00", "2026-10-24T20:45+02:00"),
        ("2027-03-28T08:30+02:00", "2027-03-28T07:00+02:00"),
    ],
)
def test_two_hours_before_keeps_quiet_hours_at_the_clock_change(visit, reminded):
    instant = dt.datetime.fromisoformat(visit)
    assert due(HOURS_BEFORE, instant) == dt.datetime.fromisoformat(reminded)


def test_no_message_has_the_fields_of_a_confidential_address(booked, recipient, administrator):
    recipient.has_confidential_address = True
    recipient.directions = "Under the urn"
    recipient.save()
    actions.move(booking=booked, starts_at=at(12), by=administrator, reason="Ill")
    bodies = tell()
    actions.cancel(booking=booked, by=administrator, reason="Ill")
    bodies += tell()
    assert len(bodies) == 2
    for value in (recipient.phone, recipient.address, recipient.directions):
        assert value not in "".join(bodies)
