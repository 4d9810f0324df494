"""The e-mail address for messages: a couple may share one, and it opens nothing."""

import datetime as dt
import re
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions, queries
from accounts.messages import mails, notices, sms
from accounts.messages.channels import ContactChannels
from accounts.messages.notices import Notice, Topic, Words
from accounts.models import AddressChange, Change, DeadAddress, Message, User, UserSession
from tests import factories
from tests.reauthentication import logged_in_again

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 24, 11, 0, tzinfo=dt.UTC)
SHARED, PHONE = "kari.og.per@example.test", "+4790112233"
EMAIL, SMS = Message.Channel.EMAIL, Message.Channel.SMS
PAGE, CODE_PAGE = "/settings/contact-email/", "/settings/contact-email/code/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON) as traveller:
        yield traveller


@pytest.fixture
def kari():
    return factories.UserFactory(email="kari@example.test", phone=PHONE, language="en")


@pytest.fixture
def per():
    """Shares the address that Kari logs in with, and her number."""
    return factories.UserFactory(
        email="per@example.test", contact_email="kari@example.test", phone=PHONE, language="en"
    )


@pytest.fixture
def page(client, kari):
    client.force_login(kari)
    return logged_in_again(client)


@pytest.fixture
def notice(monkeypatch):
    """A kind of message whose text is the name of the user."""
    notice = Notice(
        "test.name", Topic.BY_OTHERS, lambda message: Words("Hello", (str(message.user),))
    )
    monkeypatch.setitem(notices._notices, notice.kind, notice)
    return notice


def post(notice, *people):
    for person in people:
        actions.post(
            kind=notice.kind, key="1", to=person, expires_at=timezone.now() + dt.timedelta(days=1)
        )
    actions.send_due()


def code_in(text):
    return re.search(r"\b\d{6}\b", text)[0]


def choose(page, address, version=1):
    page.post(PAGE, {"address": address, "version": version})
    return page.post(CODE_PAGE, {"code": code_in(mail.outbox[-1].body)}, follow=True)


def test_messages_go_there_once_its_code_is_entered_and_the_log_in_stays(page, kari, notice):
    page.post(PAGE, {"address": SHARED.upper(), "version": 1})
    assert [sent.to for sent in mail.outbox] == [[SHARED]]
    kari.refresh_from_db()
    assert kari.contact_email == ""
    sessions = UserSession.objects.count()

    answer = page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)}, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("accounts:settings")
    assert SHARED in answer.text
    kari.refresh_from_db()
    assert (kari.email, kari.contact_email, kari.version) == ("kari@example.test", SHARED, 2)
    assert UserSession.objects.count() == sessions
    change = Change.objects.get(verb="change_address")
    assert (change.actor, change.subject_id) == (kari, kari.pk)
    assert change.after == {"channel": "email", "is_contact": True}
    mail.outbox.clear()
    post(notice, kari)
    notified, named = sorted(
        mail.outbox, key=lambda sent: sent.subject != "We write to another e-mail"
    )
    assert notified.to == ["kari@example.test"]  # where the messages went before
    assert SHARED not in notified.message().as_string()
    assert named.to == [SHARED]


@pytest.mark.parametrize("form", [{"remove": "on"}, {"address": "Kari@example.test"}])
def test_back_to_the_email_of_the_log_in_needs_no_code(page, kari, form):
    User.objects.filter(pk=kari.pk).update(contact_email=SHARED)
    for refused in ({}, {"address": "new@example.test", "remove": "on"}):
        assert "address" in page.post(PAGE, {**refused, "version": 1}).context["form"].errors
    page.post(PAGE, {**form, "version": 1})
    kari.refresh_from_db()
    assert kari.contact_email == ""
    actions.send_due()
    assert [sent.to for sent in mail.outbox] == [[SHARED]]


@pytest.mark.parametrize("written", ["nobody", "", "kari@example.test"])
def test_an_invalid_or_unchanged_address_is_refused(page, written):
    answer = page.post(PAGE, {"address": written, "version": 1})
    assert "address" in answer.context["form"].errors
    assert not AddressChange.objects.exists()


def test_an_older_page_changes_nothing(page, kari):
    User.objects.filter(pk=kari.pk).update(version=2)
    assert page.post(PAGE, {"address": SHARED, "version": 1}).status_code == 409
    assert not AddressChange.objects.exists()


def test_codes_of_the_two_addresses_are_not_mixed_up(page, kari):
    page.post("/settings/email/", {"address": "new@example.test", "version": 1})
    page.post(PAGE, {"address": SHARED, "version": 1})
    for_log_in, for_messages = (code_in(sent.body) for sent in mail.outbox)
    page.post(CODE_PAGE, {"code": for_log_in})
    page.post("/settings/email/code/", {"code": for_messages})
    kari.refresh_from_db()
    assert (kari.email, kari.contact_email) == ("kari@example.test", "")
    page.post(CODE_PAGE, {"code": for_messages})
    page.post("/settings/email/code/", {"code": for_log_in})
    kari.refresh_from_db()
    assert (kari.email, kari.contact_email) == ("new@example.test", SHARED)


def test_somebody_elses_log_in_address_gets_a_code_and_the_same_page(page, kari):
    factories.UserFactory(email="per@example.test", given_name="Per", family_name="Hemmelig")
    known = page.post(PAGE, {"address": "per@example.test", "version": 1}, follow=True).text
    free = page.post(PAGE, {"address": "fri@example.test", "version": 1}, follow=True).text
    csrf = re.compile(r'(csrf[^"]*" value|nonce|hx-headers)=("[^"]*"|\'[^\']*\')')
    same = [
        csrf.sub("", text) for text in (known.replace("per@", "…@"), free.replace("fri@", "…@"))
    ]
    assert same[0] == same[1]
    assert "Hemmelig" not in known
    texts = [re.sub(r"\d{6}", "", sent.body) for sent in mail.outbox]
    assert texts[0] == texts[1]


def test_two_who_share_email_and_phone_get_their_own_messages(
    kari, per, notice, monkeypatch, settings
):
    settings.SMS_GATEWAY = "a gateway"
    texts = []

    class Gateway:
        def send(self, *, number, text, reference):
            texts.append((number, text))

    monkeypatch.setattr(sms, "gateway", Gateway)
    for person in (kari, per):
        actions.choose_messages(
            by=person, channels={Topic.BY_OTHERS: ["email", "sms"]}, names_service=False, version=0
        )

    post(notice, kari, per)

    assert {tuple(sent.to) for sent in mail.outbox} == {("kari@example.test",)}
    assert {
        person for person in (kari, per) if any(str(person) in sent.body for sent in mail.outbox)
    } == {kari, per}
    assert len(mail.outbox) == len(texts) == 2
    assert {number for number, _text in texts} == {PHONE}


def test_the_shared_address_logs_in_its_owner_only(kari, per):
    shared_only = factories.UserFactory(contact_email=SHARED)
    for address in ("kari@example.test", SHARED):
        Client().post(reverse("account_request_login_code"), {"email": address})
        Client().post(reverse("account_reset_password"), {"email": address})
    actions.send_invitations()
    assert {tuple(sent.to) for sent in mail.outbox} <= {("kari@example.test",)}
    assert queries.active_user("kari@example.test") == kari
    assert queries.active_user(SHARED) is None
    Client().post(reverse("account_request_login_code"), {"email": shared_only.email})
    assert mail.outbox[-1].to == [shared_only.email]  # codes never go to the other address


def test_a_shared_address_that_bounces_is_dead_for_all_who_get_messages_there(kari, per):
    elsewhere = factories.UserFactory(contact_email=SHARED)
    actions.record_bounce(email="KARI@example.test")
    actions.record_bounce(email=elsewhere.email)  # only codes go there
    assert {dead.user for dead in DeadAddress.objects.all() if dead.is_in_use} == {kari, per}
    for person in (kari, per):
        assert EMAIL not in ContactChannels.of(person).addresses
    assert ContactChannels.of(elsewhere).addresses[EMAIL] == SHARED


def test_a_refused_message_marks_the_address_of_its_user_only(kari, per, notice, monkeypatch):
    def refuse(address, *args, **kwargs):
        raise SMTPRecipientsRefused({address: (550, b"5.1.1 no such user")})

    monkeypatch.setattr(mails, "send", refuse)
    post(notice, per)
    dead = DeadAddress.objects.get()
    assert (dead.user, dead.address, dead.is_in_use) == (per, "kari@example.test", True)


def test_a_dead_address_leads_to_the_page_that_changes_it(client, per):
    actions.record_bounce(email="kari@example.test")
    client.force_login(per)
    text = client.get("/settings/messages/").text
    assert PAGE in text
    assert "/settings/email/" not in text


def test_a_new_log_in_address_leaves_the_address_for_messages_and_its_state(per):
    actions.record_bounce(email="kari@example.test")
    actions.change_address(user=per, channel=EMAIL, address="new@example.test", by=per)
    per.refresh_from_db()
    assert per.contact_email == "kari@example.test"
    assert [dead.is_in_use for dead in DeadAddress.objects.filter(user=per)] == [True]
    actions.send_due()
    assert mail.outbox[-1].to == ["per@example.test"]
    assert "we write to that one" not in mail.outbox[-1].body


def test_without_it_messages_go_to_the_log_in_address(kari):
    assert kari.message_email == "kari@example.test"
    assert ContactChannels.of(kari).addresses[EMAIL] == "kari@example.test"
