"""One's own e-mail and number: used once the code that was sent there has come back."""

import datetime as dt
import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import errors
from accounts.actions import addresses, create_token, messages
from accounts.messages import sms
from accounts.models import AddressChange, DeadAddress, Message, MessageChoices, User
from accounts.phones import is_number
from tests import factories
from tests.reauthentication import logged_in_again

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 24, 11, 0, tzinfo=dt.UTC)
NEW = "kari.ny@example.test"
EMAIL, SMS = Message.Channel.EMAIL, Message.Channel.SMS
EMAIL_PAGE, CODE_PAGE = "/settings/email/", "/settings/email/code/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON) as traveller:
        yield traveller


@pytest.fixture
def person():
    return factories.UserFactory(email="kari@example.test", phone="90 11 22 33", language="en")


@pytest.fixture
def page(client, person):
    client.force_login(person)
    return logged_in_again(client)


@pytest.fixture
def texts(monkeypatch, settings):
    settings.SMS_GATEWAY = "a gateway"
    sent = []

    class Gateway:
        def send(self, *, number, text, reference):
            sent.append((number, text))

    monkeypatch.setattr(sms, "gateway", Gateway)
    return sent


def code_in(text):
    return re.search(r"\b\d{6}\b", text)[0]


def ask(page, address=NEW):
    return page.post(EMAIL_PAGE, {"address": address}, follow=True)


def email_of(person):
    return User.objects.get(pk=person.pk).email


# -- An e-mail ------------------------------------------------------------------------------


def test_the_new_one_is_used_once_its_code_has_come_back(page, person):
    answer = ask(page)
    assert answer.redirect_chain[-1][0] == CODE_PAGE
    assert NEW in answer.text
    (sent,) = mail.outbox
    assert sent.to == [NEW]
    assert email_of(person) == "kari@example.test"

    answer = page.post(CODE_PAGE, {"code": code_in(sent.body)}, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("accounts:me")
    assert "Your e-mail is changed." in answer.text
    assert email_of(person) == NEW
    assert page.get("/me/").status_code == 200  # still logged in


def test_the_old_one_is_told_whatever_was_chosen_and_does_not_tell_the_new(page, person):
    MessageChoices.objects.create(user=person, by_others=["sms"])
    ask(page)
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)})
    assert messages.send_due() == 1
    told = mail.outbox[-1]
    assert told.to == ["kari@example.test"]
    assert "Was it not you?" in told.body
    assert NEW not in told.message().as_string()


def test_the_old_one_logs_in_no_longer_and_the_new_one_does(page, person):
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    ask(page)
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)})
    mail.outbox.clear()
    for address in ("kari@example.test", NEW):
        Client().post(reverse("account_request_login_code"), {"email": address})
    assert [sent.to for sent in mail.outbox] == [[NEW]]


def test_keys_for_programs_stay(page, person):
    token, _secret = create_token(name="x", scopes=["bookings:read"], days=1, by=person)
    ask(page)
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)})
    token.refresh_from_db()
    assert (token.owner, token.revoked_at) == (person, None)


def test_a_mark_that_messages_come_back_goes_with_the_old_one(page, person):
    messages.bounced(email=person.email)
    ask(page)
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)})
    assert not DeadAddress.objects.filter(user=person).exists()


def test_an_address_that_came_back_and_works_again_is_trusted(page, person):
    messages.bounced(email=person.email)
    for address in (NEW, "kari@example.test"):
        ask(page, address)
        page.post(CODE_PAGE, {"code": code_in(mail.outbox[-1].body)})
    assert email_of(person) == "kari@example.test"
    assert not DeadAddress.objects.exists()


def test_somebody_elses_address_is_answered_in_the_same_way_and_its_owner_told(page, person):
    other = factories.UserFactory(email=NEW, language="en")
    mine = ask(page, "free@example.test").text.replace("free@example.test", "…")
    theirs = ask(page).text.replace(NEW, "…")
    csrf = re.compile(r'(csrf[^"]*" value|nonce|hx-headers)=("[^"]*"|\'[^\']*\')')
    assert csrf.sub("", mine) == csrf.sub("", theirs)
    sent = mail.outbox[-1]
    assert sent.to == [other.email]
    assert not re.search(r"\b\d{6}\b", sent.body)
    assert "Kari" not in sent.message().as_string()
    for guess in ("000000", ""):
        page.post(CODE_PAGE, {"code": guess})
    assert email_of(person) == "kari@example.test"


def test_an_address_that_somebody_gets_meanwhile_is_refused(page, person):
    ask(page)
    factories.UserFactory(email=NEW)
    answer = page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)}, follow=True)
    assert "be used any more" in answer.text
    assert email_of(person) == "kari@example.test"


def test_a_wrong_code_can_be_tried_five_times(page, person):
    ask(page)
    right = code_in(mail.outbox[0].body)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(4):
        assert "This is not the code we sent." in page.post(CODE_PAGE, {"code": wrong}).text
    page.post(CODE_PAGE, {"code": wrong})
    assert page.post(CODE_PAGE, {"code": right}).headers["Location"] == EMAIL_PAGE
    assert email_of(person) == "kari@example.test"


def test_a_code_lasts_a_quarter_of_an_hour_and_once(page, person, clock):
    ask(page)
    clock.shift(dt.timedelta(minutes=15))
    right = {"code": code_in(mail.outbox[0].body)}
    assert page.post(CODE_PAGE, right).headers["Location"] == EMAIL_PAGE
    assert email_of(person) == "kari@example.test"
    ask(logged_in_again(page))
    right = {"code": code_in(mail.outbox[1].body)}
    page.post(CODE_PAGE, right)
    assert page.post(CODE_PAGE, right).headers["Location"] == EMAIL_PAGE


def test_only_the_newest_code_counts(page, person):
    ask(page, "first@example.test")
    ask(page)
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)})
    assert email_of(person) == "kari@example.test"
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[1].body)})
    assert email_of(person) == NEW


def test_codes_are_counted_for_who_asks_and_for_the_address(page, person, clock):
    for n in range(addresses.CODES_AN_HOUR):
        ask(page, f"n{n}@example.test")
    assert "You have asked many times." in ask(page).text
    assert len(mail.outbox) == addresses.CODES_AN_HOUR
    clock.shift(dt.timedelta(hours=1))
    for _ in range(addresses.CODES_TO_AN_ADDRESS):
        user = factories.UserFactory()
        addresses.ask_for_change(channel=EMAIL, address=NEW, by=user)
    with pytest.raises(errors.TooManyCodes):
        addresses.ask_for_change(channel=EMAIL, address=NEW, by=person)


def test_a_mail_service_that_is_away_is_said_and_nothing_typed_is_lost(
    page, person, monkeypatch, caplog
):
    def fail(*args, **kwargs):
        raise ConnectionRefusedError(NEW)

    monkeypatch.setattr("accounts.messages.mails.send", fail)
    answer = page.post(EMAIL_PAGE, {"address": NEW})
    assert "We could not send a code there." in answer.text
    assert f'value="{NEW}"' in answer.text
    assert "ConnectionRefusedError" in caplog.text
    assert NEW not in caplog.text


@pytest.mark.parametrize("written", ["", "nobody", "Kari@example.test"])
def test_what_is_no_new_address_is_said(page, written):
    answer = page.post(EMAIL_PAGE, {"address": written})
    assert "address" in answer.context["form"].errors
    assert not AddressChange.objects.exists()


def test_without_a_code_that_is_waited_for_the_page_asks_for_the_address(page):
    assert page.get(CODE_PAGE).headers["Location"] == EMAIL_PAGE


def test_the_database_does_not_hold_the_code(page):
    ask(page)
    assert code_in(mail.outbox[0].body) not in AddressChange.objects.get().digest


def test_old_changes_are_forgotten(page, clock):
    ask(page)
    assert addresses.forget_old_changes(before=NOON) == 0
    assert addresses.forget_old_changes(before=NOON + dt.timedelta(days=1)) == 1


# -- A phone number ---------------------------------------------------------------------------


def test_a_mobile_number_is_used_once_its_code_has_come_back(page, person, texts):
    page.post("/settings/phone/", {"address": "41 22 33 44"})
    ((number, text),) = texts
    assert number == "+4741223344"
    person.refresh_from_db()
    assert person.phone == "90 11 22 33"
    page.post("/settings/phone/code/", {"code": f" {code_in(text)[:3]} {code_in(text)[3:]}."})
    person.refresh_from_db()
    assert person.phone == "41 22 33 44"
    messages.send_due()
    assert mail.outbox[-1].to == ["kari@example.test"]
    assert mail.outbox[-1].subject == "Your phone number with us is changed"


@pytest.mark.parametrize("written", ["33 00 10 00", ""])
def test_a_number_that_nothing_is_sent_to_is_changed_at_once(page, person, texts, written):
    page.post("/settings/phone/", {"address": written})
    person.refresh_from_db()
    assert person.phone == written
    assert not texts


def test_without_a_gateway_no_number_needs_a_code(page, person, settings):
    settings.SMS_GATEWAY = ""
    page.post("/settings/phone/", {"address": "41 22 33 44"})
    person.refresh_from_db()
    assert person.phone == "41 22 33 44"


def test_the_carers_call_the_new_number_too(page, person):
    recipient = factories.RecipientFactory(user=person, phone="90 11 22 33")
    page.post("/settings/phone/", {"address": "33 00 10 00"})
    recipient.refresh_from_db()
    assert recipient.phone == "33 00 10 00"


def test_a_code_for_one_is_none_for_the_other(page, person, texts):
    page.post("/settings/phone/", {"address": "41 22 33 44"})
    page.post(CODE_PAGE, {"code": code_in(texts[0][1])})
    assert email_of(person) == "kari@example.test"


@pytest.mark.parametrize(
    ("written", "is_one"),
    [("33 00 10 00", True), ("+46 (0)70-123", True), ("call my son", False), ("1234", False)],
)
def test_a_number_is_figures(written, is_one):
    assert is_number(written) is is_one
