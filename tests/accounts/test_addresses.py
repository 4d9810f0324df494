"""Change of one's own e-mail and phone number: used once the code is confirmed."""

import datetime as dt
import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import actions, errors
from accounts.actions import addresses
from accounts.messages import sms
from accounts.models import AddressChange, DeadAddress, Message, MessageChoices, User
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
    return factories.UserFactory(email="kari@example.test", phone="+4790112233", language="en")


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


def request_change(page, address=NEW, version=1):
    return page.post(EMAIL_PAGE, {"address": address, "version": version}, follow=True)


def email_of(person):
    return User.objects.get(pk=person.pk).email


# -- An e-mail ------------------------------------------------------------------------------


def test_the_new_email_is_used_once_its_code_is_entered(page, person):
    answer = request_change(page)
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


def test_the_old_email_is_notified_whatever_the_choices_and_without_the_new_address(page, person):
    MessageChoices.objects.create(user=person, by_others=["sms"])
    request_change(page)
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)})
    assert actions.send_due() == 1
    notice = mail.outbox[-1]
    assert notice.to == ["kari@example.test"]
    assert "Was it not you?" in notice.body
    assert NEW not in notice.message().as_string()


def test_only_the_new_email_can_log_in(page, person):
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    request_change(page)
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)})
    mail.outbox.clear()
    for address in ("kari@example.test", NEW):
        Client().post(reverse("account_request_login_code"), {"email": address})
    assert [sent.to for sent in mail.outbox] == [[NEW]]


def test_api_tokens_remain_valid(page, person):
    token, _secret = actions.create_token(name="x", scopes=["bookings:read"], days=1, by=person)
    request_change(page)
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)})
    token.refresh_from_db()
    assert (token.owner, token.revoked_at) == (person, None)


def test_a_dead_address_is_deleted_with_the_old_email(page, person):
    actions.record_bounce(email=person.email)
    request_change(page)
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)})
    assert not DeadAddress.objects.filter(user=person).exists()


def test_a_dead_address_that_is_confirmed_again_is_trusted(page, person):
    actions.record_bounce(email=person.email)
    for version, address in enumerate((NEW, "kari@example.test"), start=1):
        request_change(page, address, version)
        page.post(CODE_PAGE, {"code": code_in(mail.outbox[-1].body)})
    assert email_of(person) == "kari@example.test"
    assert not DeadAddress.objects.exists()


def test_another_users_address_gets_the_same_page_and_its_owner_a_mail(page, person):
    other = factories.UserFactory(email=NEW, language="en")
    mine = request_change(page, "free@example.test").text.replace("free@example.test", "…")
    theirs = request_change(page).text.replace(NEW, "…")
    csrf = re.compile(r'(csrf[^"]*" value|nonce|hx-headers)=("[^"]*"|\'[^\']*\')')
    assert csrf.sub("", mine) == csrf.sub("", theirs)
    sent = mail.outbox[-1]
    assert sent.to == [other.email]
    assert not re.search(r"\b\d{6}\b", sent.body)
    assert "Kari" not in sent.message().as_string()
    for guess in ("000000", ""):
        page.post(CODE_PAGE, {"code": guess})
    assert email_of(person) == "kari@example.test"


def test_an_address_that_another_user_takes_meanwhile_is_refused(page, person):
    request_change(page)
    factories.UserFactory(email=NEW)
    answer = page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)}, follow=True)
    assert "be used any more" in answer.text
    assert email_of(person) == "kari@example.test"


def test_five_wrong_codes_are_allowed(page, person):
    request_change(page)
    right = code_in(mail.outbox[0].body)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(4):
        assert "This is not the code we sent." in page.post(CODE_PAGE, {"code": wrong}).text
    page.post(CODE_PAGE, {"code": wrong})
    assert page.post(CODE_PAGE, {"code": right}).headers["Location"] == EMAIL_PAGE
    assert email_of(person) == "kari@example.test"


def test_a_code_is_valid_for_fifteen_minutes_and_once(page, person, clock):
    request_change(page)
    clock.shift(dt.timedelta(minutes=15))
    right = {"code": code_in(mail.outbox[0].body)}
    assert page.post(CODE_PAGE, right).headers["Location"] == EMAIL_PAGE
    assert email_of(person) == "kari@example.test"
    request_change(logged_in_again(page))
    right = {"code": code_in(mail.outbox[1].body)}
    page.post(CODE_PAGE, right)
    assert page.post(CODE_PAGE, right).headers["Location"] == EMAIL_PAGE


def test_only_the_newest_code_counts(page, person):
    request_change(page, "first@example.test")
    request_change(page)
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[0].body)})
    assert email_of(person) == "kari@example.test"
    page.post(CODE_PAGE, {"code": code_in(mail.outbox[1].body)})
    assert email_of(person) == NEW


def test_codes_are_limited_per_user_and_per_address(page, person, clock):
    for n in range(addresses.CODES_AN_HOUR):
        request_change(page, f"n{n}@example.test")
    assert "You have asked many times." in request_change(page).text
    assert len(mail.outbox) == addresses.CODES_AN_HOUR
    clock.shift(dt.timedelta(hours=1))
    for _ in range(addresses.CODES_TO_AN_ADDRESS):
        user = factories.UserFactory()
        actions.request_change(channel=EMAIL, address=NEW, by=user)
    with pytest.raises(errors.TooManyCodes):
        actions.request_change(channel=EMAIL, address=NEW, by=person)


def test_an_unavailable_mail_service_is_reported_and_the_input_is_kept(
    page, person, monkeypatch, caplog
):
    def fail(*args, **kwargs):
        raise ConnectionRefusedError(NEW)

    monkeypatch.setattr("accounts.messages.mails.send", fail)
    answer = page.post(EMAIL_PAGE, {"address": NEW, "version": "1"})
    assert "We could not send a code there." in answer.text
    assert f'value="{NEW}"' in answer.text
    assert "ConnectionRefusedError" in caplog.text
    assert NEW not in caplog.text


@pytest.mark.parametrize("written", ["", "nobody", "Kari@example.test"])
def test_an_invalid_or_unchanged_address_is_refused(page, written):
    answer = page.post(EMAIL_PAGE, {"address": written, "version": "1"})
    assert "address" in answer.context["form"].errors
    assert not AddressChange.objects.exists()


def test_without_a_pending_code_the_code_page_redirects_to_the_address_page(page):
    assert page.get(CODE_PAGE).headers["Location"] == EMAIL_PAGE


def test_the_code_is_not_stored(page):
    request_change(page)
    assert code_in(mail.outbox[0].body) not in AddressChange.objects.get().digest


def test_old_changes_are_deleted(page, clock):
    request_change(page)
    assert actions.delete_old_changes(before=NOON) == 0
    assert actions.delete_old_changes(before=NOON + dt.timedelta(days=1)) == 1


# -- A phone number ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ({"address": ""}, "+4790112233"),
        ({"address": "33 00 10 00", "remove": "on"}, "+4790112233"),
        ({"address": "", "remove": "on"}, ""),
    ],
)
def test_a_number_is_only_removed_by_choice(page, person, form, number):
    page.post("/settings/phone/", {**form, "version": "1"})
    person.refresh_from_db()
    assert person.phone == number


def test_a_mobile_number_is_used_once_its_code_is_entered(page, person, texts):
    page.post("/settings/phone/", {"address": "41 22 33 44", "version": "1"})
    ((number, text),) = texts
    assert number == "+4741223344"
    person.refresh_from_db()
    assert person.phone == "+4790112233"
    page.post("/settings/phone/code/", {"code": f" {code_in(text)[:3]} {code_in(text)[3:]}."})
    person.refresh_from_db()
    assert person.phone == "+4741223344"
    actions.send_due()
    assert mail.outbox[-1].to == ["kari@example.test"]
    assert mail.outbox[-1].subject == "Your phone number with us is changed"


@pytest.mark.parametrize(("written", "number"), [("33 00 10 00", "+4733001000"), ("", "")])
def test_a_number_without_text_messages_is_changed_at_once(page, person, texts, written, number):
    remove = "" if written else "on"
    page.post("/settings/phone/", {"address": written, "remove": remove, "version": "1"})
    person.refresh_from_db()
    assert (person.phone, person.phone_is_confirmed) == (number, False)
    assert not texts


def test_without_a_gateway_no_number_needs_a_code(page, person, settings):
    settings.SMS_GATEWAY = ""
    page.post("/settings/phone/", {"address": "41 22 33 44", "version": "1"})
    person.refresh_from_db()
    assert person.phone == "+4741223344"


def test_the_recipients_number_is_changed_too(page, person):
    recipient = factories.RecipientFactory(user=person, phone="+4790112233")
    page.post("/settings/phone/", {"address": "33 00 10 00", "version": "1"})
    recipient.refresh_from_db()
    assert recipient.phone == "+4733001000"


def test_a_code_is_valid_for_its_channel_only(page, person, texts):
    page.post("/settings/phone/", {"address": "41 22 33 44", "version": "1"})
    page.post(CODE_PAGE, {"code": code_in(texts[0][1])})
    assert email_of(person) == "kari@example.test"
