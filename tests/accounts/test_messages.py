"""The outbox: a posted message is sent once to the right address, or says why not."""

import base64
import datetime as dt
import logging
import multiprocessing
import os
import signal
import smtplib
import threading
import uuid

import httpx
import pytest
import time_machine
from anymail.signals import AnymailTrackingEvent, tracking
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from django.core import mail
from django.core.exceptions import SuspiciousOperation
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, connections, transaction

from accounts import actions
from accounts.actions import delivery, sending_pauses
from accounts.messages import mails, sms
from accounts.models import DeadAddress, Message, MessageChoices, SendingPause
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]

NOON = dt.datetime(2026, 11, 24, 11, 0, tzinfo=dt.UTC)  # 12:00 local time
HOUR = dt.timedelta(hours=1)


class Texts(list):
    def send(self, *, number, text, reference):
        self.append((number, text, reference))


@pytest.fixture(autouse=True)
def texts(monkeypatch, settings):
    settings.SMS_GATEWAY = "a gateway"
    texts = Texts()
    monkeypatch.setattr(sms, "gateway", lambda: texts)
    return texts


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def person(db):
    return factories.UserFactory(email="kari@example.test", phone="90 11 22 33", language="en")


def post(to, topic="news", **values):
    given = {
        "kind": f"test.{topic}",
        "key": str(uuid.uuid4()),
        "to": to,
        "expires_at": NOON + dt.timedelta(days=3),
        **values,
    }
    return actions.post(**given)


def states():
    return sorted((one.channel, one.state, one.why) for one in Message.objects.all())


def test_a_message_is_sent_as_plain_text_and_html(clock, person, settings):
    settings.SITE_URL = "https://shop.example"
    (posted,) = post(person)
    assert actions.send_due() == 1

    (sent,) = mail.outbox
    assert sent.to == ["kari@example.test"]
    assert sent.subject == "Something is new"
    assert "Something is new.\n\nLook." in sent.body
    assert "https://shop.example/settings/messages/" in sent.body
    assert "<p>Something is new.</p>" in sent.alternatives[0][0]
    assert sent.message()["Message-ID"] == f"<{posted.pk}@shop.example>"
    assert states() == [("email", "sent", "")]
    assert actions.send_due() == 0


def test_a_message_that_is_rolled_back_is_not_sent(clock, person):
    with transaction.atomic():
        post(person)
        transaction.set_rollback(True)
    assert actions.send_due() == 0
    assert not Message.objects.exists()


def test_posting_twice_with_one_key_sends_once(clock, person):
    for _ in range(2):
        post(person, key="one")
    assert actions.send_due() == 1


def test_one_key_may_be_posted_to_two_people(clock, person):
    for to in (person, factories.UserFactory()):
        post(to, key="one")
    assert actions.send_due() == 2


def test_each_topic_uses_the_chosen_channels(clock, person, texts):
    MessageChoices.objects.create(
        user=person, news=["email", "sms"], day_before=["sms"], confirmation=[]
    )
    for topic in ("news", "day_before", "confirmation"):
        post(person, topic)
    assert actions.send_due() == 3
    assert len(mail.outbox) == 1
    assert [number for number, *_ in texts] == ["+4790112233"] * 2
    assert texts[0][1].startswith("Something is new. Look. Do not answer")
    assert ("none", "needless", "not_wanted") in states()


def test_a_choice_made_while_the_message_waits_applies(clock, person):
    post(person)
    MessageChoices.objects.create(user=person, news=[])
    assert actions.send_due() == 0
    assert states() == [("email", "needless", "not_wanted")]


def test_a_mandatory_topic_is_sent_without_a_chosen_channel(clock, person):
    MessageChoices.objects.create(user=person, by_others=[])
    post(person, "by_others")
    assert actions.send_due() == 1


def test_without_a_gateway_a_mandatory_text_message_is_sent_by_email(
    clock, person, settings, texts
):
    settings.SMS_GATEWAY = ""
    MessageChoices.objects.create(user=person, by_others=["sms"], news=["sms"])
    post(person, "by_others")
    post(person, "news")
    assert actions.send_due() == 1
    assert len(mail.outbox) == 1
    assert not texts


def test_a_recipient_without_a_log_in_gets_a_letter(clock):
    somebody, department = uuid.uuid4(), uuid.uuid4()
    post(None, "by_others", subject_id=somebody, department_id=department)
    post(None, "day_before", subject_id=somebody, department_id=department)
    assert actions.send_due() == 0
    assert states() == [("letter", "waiting", ""), ("none", "needless", "not_wanted")]


def test_a_message_that_is_no_longer_true_is_not_sent(clock, person, world):
    post(person)
    world.is_true = False
    assert actions.send_due() == 0
    assert not mail.outbox
    assert states() == [("email", "needless", "not_true")]


def test_a_message_that_becomes_untrue_after_the_claim_is_not_sent(clock, person, world):
    post(person)
    claimed = actions.claim()
    world.is_true = False
    assert not actions.deliver(claimed)
    assert not mail.outbox


def test_an_expired_message_is_not_sent(clock, person):
    post(person, expires_at=NOON + HOUR)
    clock.shift(HOUR)
    assert actions.send_due() == 0
    assert states() == [("email", "needless", "too_late")]


def test_a_message_waits_until_it_is_due(clock, person):
    post(person, due_at=NOON + HOUR)
    assert actions.send_due() == 0
    clock.shift(HOUR)
    assert actions.send_due() == 1


# -- Quiet hours and caps ---------------------------------------------------------


def test_a_message_in_quiet_hours_waits_for_the_morning(clock, person):
    clock.move_to(dt.datetime(2026, 11, 24, 20, 30, tzinfo=dt.UTC))  # 21:30 local time
    post(person)
    assert actions.send_due() == 0
    assert states() == [("email", "waiting", "quiet")]
    assert Message.objects.get().due_at == dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.UTC)
    clock.move_to(dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.UTC))
    assert actions.send_due() == 1


def test_a_message_that_would_expire_in_quiet_hours_may_disturb(clock, person):
    clock.move_to(dt.datetime(2026, 11, 24, 20, 30, tzinfo=dt.UTC))
    early = dt.datetime(2026, 11, 25, 5, 30, tzinfo=dt.UTC)
    post(person, "soon", expires_at=early)
    post(person, "soon", expires_at=early + 2 * HOUR)
    post(person, "news", expires_at=early)
    assert actions.send_due() == 1


def test_messages_over_the_daily_limit_are_sent_the_next_day(clock, person, settings):
    settings.MESSAGES_A_DAY = {"email": 2, "sms": 1}
    for _ in range(4):
        post(person)
    post(factories.UserFactory())
    assert actions.send_due() == 3
    assert states().count(("email", "waiting", "enough")) == 2
    clock.move_to(dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.UTC))
    assert actions.send_due() == 2


def test_a_mandatory_message_over_the_daily_limit_becomes_a_letter_if_it_would_expire(
    clock, person, settings
):
    settings.MESSAGES_A_DAY = {"email": 1, "sms": 1}
    tonight, somebody, department = NOON + 8 * HOUR, uuid.uuid4(), uuid.uuid4()
    post(person)
    actions.send_due()
    post(person, "by_others", department_id=department, subject_id=somebody)
    post(person, "by_others", department_id=department, subject_id=somebody, expires_at=tonight)
    post(person, "news", department_id=department, subject_id=somebody, expires_at=tonight)
    assert actions.send_due() == 0
    assert states() == [
        ("email", "dead", "enough"),
        ("email", "sent", ""),
        ("email", "waiting", "enough"),
        ("email", "waiting", "enough"),
        ("letter", "waiting", ""),
    ]
    assert Message.objects.get(channel="letter").expires_at == tonight
    clock.move_to(dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.UTC))
    assert actions.send_due() == 1
    assert ("email", "needless", "enough") in states()  # the news


def test_a_mandatory_message_becomes_a_letter_if_it_would_expire_in_quiet_hours(clock, person):
    clock.move_to(dt.datetime(2026, 11, 24, 20, 30, tzinfo=dt.UTC))  # 21:30 local time
    early = dt.datetime(2026, 11, 25, 5, 30, tzinfo=dt.UTC)
    values = {"department_id": uuid.uuid4(), "subject_id": uuid.uuid4(), "expires_at": early}
    post(person, "by_others", **values)
    assert actions.send_due() == 0
    assert states() == [("email", "dead", "too_late"), ("letter", "waiting", "")]


def test_claimed_messages_count_towards_the_daily_limit(clock, person, settings):
    settings.MESSAGES_A_DAY = {"email": 1, "sms": 1}
    post(person)
    post(person)
    assert actions.claim().state == "sending"
    assert actions.claim().state == "waiting"


def test_all_mails_of_a_run_use_one_connection(clock, person, monkeypatch):
    opened, closed = [], []
    monkeypatch.setattr(EmailBackend, "open", lambda self: opened.append(self))
    monkeypatch.setattr(EmailBackend, "close", lambda self: closed.append(self))
    for _ in range(3):
        post(person)
    assert actions.send_due() == 3
    assert len(opened) == 3  # an open connection stays open
    assert len(set(map(id, opened))) == 1
    assert closed == opened[:1]


def test_a_mail_that_fails_closes_the_connection_for_the_next_one(clock, person, monkeypatch):
    closed = []
    monkeypatch.setattr(EmailBackend, "close", lambda self: closed.append(self))
    post(person)
    with monkeypatch.context() as context:
        fail_with(context, ConnectionResetError())
        actions.send_due()
    assert len(closed) == 2  # after the failure, and at the end of the run


# -- When it fails ----------------------------------------------------------------


def fail_with(monkeypatch, error):
    def send(*args, **kwargs):
        raise error

    monkeypatch.setattr("accounts.messages.mails.send", send)


def test_a_failure_is_retried_after_growing_pauses(clock, person, monkeypatch):
    post(person)
    with monkeypatch.context() as context:
        fail_with(context, ConnectionRefusedError())
        pauses = []
        for _ in range(3):
            actions.send_due()
            waiting = Message.objects.get()
            pauses.append(waiting.due_at - dt.datetime.now(dt.UTC))
            clock.move_to(waiting.due_at)
    assert pauses == [dt.timedelta(minutes=n) for n in (1, 2, 4)]
    assert actions.send_due() == 1
    assert states() == [("email", "sent", "")]


def test_a_message_that_never_succeeds_ends_dead_and_a_mandatory_one_becomes_a_letter(
    clock, person, monkeypatch
):
    fail_with(monkeypatch, ConnectionRefusedError())
    post(person, "by_others", department_id=uuid.uuid4(), subject_id=uuid.uuid4())
    for _ in range(delivery.ATTEMPTS):
        actions.send_due()
        clock.shift(HOUR)
    assert states() == [("email", "dead", "failed"), ("letter", "waiting", "")]


def test_a_refused_address_is_not_used_again(clock, person, monkeypatch):
    refusal = smtplib.SMTPRecipientsRefused({"kari@example.test": (550, b"no such user")})
    with monkeypatch.context() as context:
        fail_with(context, refusal)
        post(person)
        actions.send_due()
    assert states() == [("email", "dead", "refused")]
    assert DeadAddress.objects.get().address == "kari@example.test"
    post(person)
    assert actions.send_due() == 0

    person.email = "kari.ny@example.test"
    person.save()
    post(person)
    assert actions.send_due() == 1


@pytest.mark.parametrize("codes", [[450], [451, 550]])
def test_a_temporary_smtp_failure_is_retried(clock, person, monkeypatch, codes):
    refused = {f"{code}@example.test": (code, b"greylisted") for code in codes}
    post(person)
    with monkeypatch.context() as context:
        fail_with(context, smtplib.SMTPRecipientsRefused(refused))
        assert actions.send_due() == 0
    assert states() == [("email", "waiting", "failed")]
    assert not DeadAddress.objects.exists()
    clock.shift(delivery.FIRST_PAUSE)
    assert actions.send_due() == 1


def test_a_refused_number_is_not_used_again(clock, person, monkeypatch, texts):
    MessageChoices.objects.create(user=person, news=["sms"])

    def refuse(**kwargs):
        raise sms.NumberRefused("404")

    with monkeypatch.context() as context:
        context.setattr(texts, "send", refuse, raising=False)
        post(person)
        actions.send_due()
    post(person)
    assert actions.send_due() == 0
    actions.trust_again(user=person, by=person)
    post(person)
    assert actions.send_due() == 1


def test_after_a_few_failures_in_a_row_no_attempt_is_made_for_a_while(
    clock, person, monkeypatch, texts, caplog
):
    """A wrong key or sender: no number is marked, and no message is given up."""
    tried = []

    def refuse(**kwargs):
        tried.append(kwargs)
        raise sms.GatewayFailed("401")

    people = [factories.UserFactory(phone=f"90 11 22 {n}") for n in range(10, 15)]
    for to in people:
        MessageChoices.objects.create(user=to, news=["sms"])
        post(to)
    post(person)
    with monkeypatch.context() as context:
        context.setattr(texts, "send", refuse, raising=False)
        assert actions.send_due() == 1  # the e-mail
        assert len(tried) == sending_pauses.IN_A_ROW
        assert "the last 3 failed (GatewayFailed 401)" in caplog.text
        for pause in (1, 2, 4, 8, 15, 15):
            tried.clear()
            clock.shift(dt.timedelta(minutes=pause))
            actions.send_due()
            assert len(tried) == 1
    assert not DeadAddress.objects.exists()
    assert Message.objects.filter(channel="sms", state="waiting").count() == 5
    clock.shift(HOUR)
    assert actions.send_due() == 5
    assert not SendingPause.objects.filter(failures__gt=0).exists()


def test_a_mail_server_that_refuses_us_is_not_tried_for_each_message(clock, person, monkeypatch):
    tried = []

    def refuse(*args, **kwargs):
        tried.append(args)
        raise smtplib.SMTPAuthenticationError(535, b"wrong password")

    monkeypatch.setattr("accounts.messages.mails.send", refuse)
    for _ in range(6):
        post(person)
    actions.send_due()
    assert len(tried) == sending_pauses.IN_A_ROW


@pytest.mark.parametrize(
    ("code", "reply", "is_dead"),
    [
        (550, b"no such user", True),
        (550, b"5.1.1 no such user", True),
        (552, b"5.2.1 mailbox disabled", True),
        (554, b"5.7.1 relay access denied", False),
        (550, b"5.7.26 unauthenticated mail from this domain", False),
        (530, b"5.7.0 authentication required", False),
        (553, b"5.1.8 sender address rejected", False),
        (554, b"transaction failed", False),
    ],
)
def test_only_a_reply_about_the_address_marks_it(clock, person, monkeypatch, code, reply, is_dead):
    fail_with(monkeypatch, smtplib.SMTPRecipientsRefused({person.email: (code, reply)}))
    post(person)
    actions.send_due()
    assert DeadAddress.objects.exists() == is_dead
    assert SendingPause.objects.filter(failures=1).exists() == (not is_dead)


def test_refused_addresses_do_not_stop_the_others(clock, monkeypatch):
    refused = {"any@example.test": (451, b"greylisted")}
    people = [factories.UserFactory() for _ in range(5)]
    for to in people:
        post(to)
    with monkeypatch.context() as context:
        fail_with(context, smtplib.SMTPRecipientsRefused(refused))
        actions.send_due()
    assert Message.objects.filter(attempts=1, why="failed").count() == 5
    assert not SendingPause.objects.exists()


def test_a_mandatory_message_that_would_expire_in_the_pause_becomes_a_letter(clock, person):
    values = {"department_id": uuid.uuid4(), "subject_id": uuid.uuid4()}
    SendingPause.objects.create(channel="email", failures=9, until=NOON + HOUR)
    post(person, "by_others", expires_at=NOON + HOUR / 2, **values)
    assert actions.send_due() == 0
    assert states() == [("email", "dead", "failed"), ("letter", "waiting", "")]


def test_the_log_contains_no_personal_data(clock, person, monkeypatch, caplog):
    refusal = smtplib.SMTPRecipientsRefused({"kari@example.test": (550, b"kari is away")})
    fail_with(monkeypatch, refusal)
    post(person)
    with caplog.at_level(logging.DEBUG):
        actions.send_due()
    assert "SMTPRecipientsRefused" in caplog.text
    assert "kari" not in caplog.text
    assert person.full_name not in caplog.text


def test_an_unknown_kind_does_not_block_other_messages(clock, person):
    post(person)
    Message.objects.update(kind="gone.with_its_version")
    post(person)
    assert actions.send_due() == 1


@pytest.mark.parametrize(
    ("event_type", "reason", "is_dead"),
    [
        ("bounced", None, True),
        ("rejected", "invalid", True),
        ("deferred", None, False),
        ("rejected", "blocked", False),  # the reader's mail server blocks us
        ("bounced", "timed_out", False),
    ],
)
def test_bounces_mark_addresses_as_dead(person, event_type, reason, is_dead):
    event = AnymailTrackingEvent(
        event_type=event_type, reject_reason=reason, recipient="Kari@example.test"
    )
    tracking.send(sender=None, event=event, esp_name="any")
    assert DeadAddress.objects.filter(user=person).exists() == is_dead


def test_the_bounce_webhook_requires_the_secret(rf, person, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": "name:secret"}
    view = MailjetTrackingWebhookView.as_view()
    event = [{"event": "bounce", "email": person.email, "time": 1, "hard_bounce": True}]

    def report(**kwargs):
        return view(rf.post("/", event, "application/json", secure=True, **kwargs))

    with pytest.raises(SuspiciousOperation):
        report()
    assert not DeadAddress.objects.exists()
    key = base64.b64encode(b"name:secret").decode()
    assert report(headers={"Authorization": f"Basic {key}"}).status_code == 200
    assert DeadAddress.objects.get().address == person.email


# -- Many workers -----------------------------------------------------------------


def test_another_worker_sends_after_the_lease_of_a_dead_one(clock, person):
    post(person)
    assert actions.claim()  # and then it died
    clock.shift(delivery.LEASE - dt.timedelta(seconds=1))
    assert actions.send_due() == 0
    clock.shift(dt.timedelta(seconds=1))
    assert actions.send_due() == 1


def test_a_slow_worker_does_not_overwrite_the_result_of_its_successor(clock, person):
    post(person)
    slow = actions.claim()
    clock.shift(delivery.LEASE)
    actions.send_due()
    delivery._try_again(slow)
    assert states() == [("email", "sent", "")]


@pytest.mark.django_db(transaction=True)
def test_a_claim_skips_locked_messages(clock, person):
    first, second = (post(person, due_at=NOON - n * HOUR)[0] for n in (2, 1))
    locked, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Message.objects.select_for_update().get(pk=first.pk)
            locked.set()
            done.wait(30)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    locked.wait(30)
    try:
        assert actions.claim().pk == second.pk
        assert actions.claim() is None
    finally:
        done.set()
        other.join()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_message_once_within_the_daily_limit(settings, tmp_path):
    settings.QUIET_FROM = settings.QUIET_UNTIL = 0
    settings.MESSAGES_A_DAY = {"email": 5, "sms": 5}
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    people = [factories.UserFactory(email=f"p{n}@example.test") for n in range(8)]
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    for _ in range(8):
        for person in people:
            post(person, expires_at=later)
    connections.close_all()
    fork = multiprocessing.get_context("fork")

    def work():
        actions.send_due()
        connections.close_all()

    workers = [fork.Process(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert all(worker.exitcode == 0 for worker in workers)

    sent = "".join(file.read_text() for file in tmp_path.iterdir())
    for person in people:
        assert sent.count(f"To: {person.email}") == 5
    assert Message.objects.filter(state="sent", attempts=1).count() == 40
    assert Message.objects.filter(state="waiting", why="enough").count() == 24


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("dies", "copies"), [("before", 1), ("after", 2)])
def test_a_worker_killed_while_sending_loses_nothing_and_a_duplicate_has_the_same_id(
    settings, tmp_path, dies, copies, person
):
    """At least once: a mail that is sent again has the same Message-ID."""
    settings.QUIET_FROM = settings.QUIET_UNTIL = 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    (posted,) = post(person, expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=3))
    connections.close_all()

    def work():
        hand_over = mails.send

        def send(*args, **kwargs):
            if dies == "after":
                hand_over(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)

        mails.send = send
        actions.send_due()

    worker = multiprocessing.get_context("fork").Process(target=work)
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    assert actions.send_due() == 0  # the lease holds
    Message.objects.update(due_at=dt.datetime.now(dt.UTC))  # and has run out
    assert actions.send_due() == 1
    assert actions.send_due() == 0
    sent = "".join(file.read_text() for file in tmp_path.iterdir())
    assert sent.count(f"Message-ID: <{posted.pk}@") == copies
    assert sent.count("Message-ID:") == copies


def test_old_messages_are_deleted_and_expired_letters_end(clock, person):
    post(person)
    actions.send_due()
    post(None, "by_others", subject_id=uuid.uuid4(), department_id=uuid.uuid4())
    clock.shift(dt.timedelta(days=4))
    assert actions.end_overdue() == 1
    assert actions.delete_old_messages(before=NOON + HOUR) == 1
    assert states() == [("letter", "needless", "too_late")]


# -- The gateway ------------------------------------------------------------------


@pytest.fixture
def gateway(monkeypatch, settings):
    """The HTTP gateway with a given response; returns the requests."""
    settings.SMS_GATEWAY_URL = "https://gateway.example/send"
    settings.SMS_GATEWAY_KEY = "secret"
    settings.SMS_SENDER = "Fjordvik"
    requests = []

    def answer_with(answer, **content):
        def post(client, url, **request):
            requests.append((url, request))
            if isinstance(answer, Exception):
                raise answer
            return httpx.Response(answer, **content)

        monkeypatch.setattr(httpx.Client, "post", post)
        return requests

    return answer_with


def send(number="+4790112233"):
    sms.HttpGateway().send(number=number, text="You have an appointment.", reference="abc")


def test_the_gateway_is_not_waited_for_longer_than_ten_seconds():
    assert sms.HttpGateway().client.timeout.read == 10


def test_the_gateway_gets_number_text_and_reference_with_the_key(gateway):
    requests = gateway(202)
    send()
    ((url, request),) = requests
    assert url == "https://gateway.example/send"
    assert request["json"] == {
        "to": "+4790112233",
        "from": "Fjordvik",
        "text": "You have an appointment.",
        "reference": "abc",
    }
    assert request["headers"]["Authorization"] == "Bearer secret"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 429, 500, 503])
def test_a_refusal_that_does_not_name_the_number_allows_another_attempt(gateway, status):
    gateway(status)
    with pytest.raises(sms.GatewayFailed, match=str(status)):
        send()


def test_a_gateway_timeout_allows_another_attempt(gateway):
    gateway(httpx.ReadTimeout("number +4790112233"))
    with pytest.raises(sms.GatewayFailed, match="ReadTimeout"):
        send()


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (400, {"field": "to", "message": "no such number"}, sms.NumberRefused),
        (422, {"errors": {"to": ["no such number"]}}, sms.NumberRefused),
        (422, {"errors": [{"field": "to"}]}, sms.NumberRefused),
        (400, {"field": "from", "message": "at most 11 letters"}, sms.GatewayFailed),
        (422, {"errors": {"from": ["at most 11 letters"]}}, sms.GatewayFailed),
        (400, ["to"], sms.GatewayFailed),
        (401, {"field": "to"}, sms.GatewayFailed),
        (503, {"field": "to"}, sms.GatewayFailed),
    ],
)
def test_only_a_refusal_that_names_the_number_is_about_the_number(gateway, status, answer, error):
    gateway(status, json=answer)
    with pytest.raises(error):
        send()
