"""Letters to recipients whom no other channel reaches, printed by their department."""

import datetime as dt
import re
import uuid
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts import attempts
from accounts.actions.invitations import USES
from accounts.errors import OwnInvitation
from accounts.models import AccessLogEntry, Change, DeadAddress, Invitation, Message
from booking import actions
from booking.actions.announcements import announce
from tests import factories
from tests.booking.conftest import TODAY
from tests.booking.test_notices import at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def opened(clock, hours):
    hours(staff=3)
    return clock


@pytest.fixture
def hans(service):
    """Hans is 84 and has neither e-mail nor mobile phone."""
    hans = factories.RecipientFactory(
        given_name="Hans", family_name="Nes", address="Havnegata 4", phone="33 11 22 33"
    )
    factories.GrantFactory(recipient=hans, service=service)
    return hans


@pytest.fixture
def dina(client, administrator):
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    return client


@pytest.fixture
def booked(hans, service, administrator):
    booking = actions.book(
        key=uuid.uuid4(), recipient=hans, service=service, starts_at=at(10), by=administrator
    )
    announce()
    return booking


def url(name, department, *args):
    return reverse(f"booking:{name}", args=[department.pk, *args])


def shown(response):
    return [
        str(message.pk)
        for message in [
            *(message for message, _ in response.context["letter"].told),
            *response.context["letter"].needless,
        ]
    ]


def test_the_letter_says_when_and_not_what(dina, department, hans, booked, service):
    page = dina.get(url("letters", department)).content.decode()
    assert "Hans Nes" in page
    letter = dina.get(url("letter", department, hans.pk))
    text = letter.content.decode()
    assert "onsdag 25. november klokka 10.00" in text  # in Hans' language, not in Dina's
    assert text.count("25. november") == 1
    assert re.search(r'<p class="date">\w+ \d+\. november 2026', text)
    assert "Havnegata 4" in text
    assert service.name not in text
    assert department.name not in text


def test_it_waits_until_it_is_printed_and_is_printed_once(dina, department, hans, booked):
    letter = dina.get(url("letter", department, hans.pk))
    for _ in range(2):
        dina.post(url("letter_printed", department, hans.pk), {"message": shown(letter)})
    assert Message.objects.get().state == "sent"
    assert "Hans Nes" not in dina.get(url("letters", department)).content.decode()


def test_a_message_posted_during_printing_waits(dina, department, hans, booked, administrator):
    letter = dina.get(url("letter", department, hans.pk))
    actions.move(booking=booked, starts_at=at(12), by=administrator, reason="Ill")
    announce()
    dina.post(url("letter_printed", department, hans.pk), {"message": shown(letter)})
    states = set(Message.objects.values_list("kind", "state"))
    assert states == {
        ("visit.booked_by_others", "needless"),
        ("visit.moved_by_others", "waiting"),
    }
    again = dina.get(url("letter", department, hans.pk)).content.decode()
    assert "Ill" not in again
    assert "Call us to know why" in again


@pytest.fixture
def both(booked, service, administrator):
    """Letters for Hans, who reads bokmål, and for Gerd, who reads nynorsk and has another."""
    gerd = factories.RecipientFactory(
        user=factories.UserFactory(language="nn", phone=""), given_name="Gerd"
    )
    DeadAddress.objects.create(user=gerd.user, channel="email", address=gerd.user.email)
    factories.GrantFactory(recipient=gerd, service=service)
    actions.book(
        key=uuid.uuid4(), recipient=gerd, service=service, starts_at=at(12), by=administrator
    )
    announce()
    return [booked.recipient, gerd]


def test_all_letters_are_printed_at_once_each_in_its_language(dina, department, both, translated):
    assert url("all_letters", department) in dina.get(url("letters", department)).text
    page = dina.get(url("all_letters", department))
    letters = page.context["letters"]
    assert [letter.recipient for letter in letters] == both
    assert [letter.language for letter in letters] == ["nb", "nn"]
    assert page.text.count('<article class="letter">') == 2
    assert "onsdag 25. november klokka" in page.text
    assert AccessLogEntry.objects.filter(what="booking:all_letters").count() == 2

    (hans, gerd) = [str(message.pk) for letter in letters for message, _ in letter.told]
    dina.post(url("all_letters", department), {"message": [gerd, "no id"]})
    states = {str(message.pk): message.state for message in Message.objects.all()}
    assert (states[hans], states[gerd]) == ("waiting", "sent")


def test_a_batch_of_letters_has_an_end_and_says_how_many_wait(dina, department, both, monkeypatch):
    monkeypatch.setattr("booking.views.staff.letters.AT_ONCE", 1)
    page = dina.get(url("all_letters", department))
    assert [letter.recipient for letter in page.context["letters"]] == both[:1]
    assert "1 of 2 letters." in page.text
    shown = [message.pk for message, _ in page.context["letters"][0].told]
    dina.post(url("all_letters", department), {"message": shown})
    page = dina.get(url("all_letters", department))
    assert [letter.recipient for letter in page.context["letters"]] == both[1:]


def test_a_confidential_address_is_not_on_the_page(dina, department, hans, booked):
    hans.has_confidential_address = True
    hans.save()
    assert "Havnegata" not in dina.get(url("letter", department, hans.pk)).content.decode()


def test_each_access_to_a_letter_is_logged(dina, department, hans, booked):
    dina.get(url("letters", department))
    dina.get(url("letter", department, hans.pk))
    looks = AccessLogEntry.objects.filter(subject_id=hans.pk).values_list("what", flat=True)
    assert set(looks) == {"booking:letters", "booking:letter"}


def test_another_departments_letters_are_not_found(
    client, other_administrator, other_department, department, hans, booked
):
    client.force_login(other_administrator)
    assert client.get(url("letters", department)).status_code == 404
    assert client.get(url("letter", other_department, hans.pk)).status_code == 404
    assert client.get(url("all_letters", department)).status_code == 404
    gone = client.post(url("letter_printed", other_department, hans.pk))
    assert gone.status_code == 404
    assert Message.objects.get().state == "waiting"


@pytest.mark.parametrize("count", [1, 8])
def test_the_list_takes_as_many_statements_for_many(
    dina, department, service, administrator, count, django_assert_max_num_queries
):
    for _ in range(count):
        recipient = factories.RecipientFactory(user=factories.UserFactory())
        factories.GrantFactory(recipient=recipient, service=service)
        DeadAddress.objects.create(
            user=recipient.user, channel="email", address=recipient.user.email
        )
        accounts_actions.post(
            kind="visit.moved_by_others",
            key="any",
            to=recipient.user,
            subject_id=recipient.pk,
            department_id=department.pk,
            expires_at=at(10),
        )
    with django_assert_max_num_queries(14):
        page = dina.get(url("letters", department))
    assert len(page.context["waiting"]) == count
    assert len(page.context["unreachable"]) == count


def test_an_urgent_letter_asks_staff_to_call(
    dina, department, recipient, book, administrator, settings
):
    settings.MESSAGES_A_DAY = {"email": 0, "sms": 0}
    recipient.phone = "33 11 22 33"
    recipient.save()
    soon = book(at(14, date=TODAY), recipient)
    actions.cancel(booking=soon, by=administrator, reason="A carer is ill")
    announce()
    accounts_actions.send_due()
    told = Message.objects.filter(kind="visit.cancelled_by_others")
    assert set(told.values_list("channel", "state")) == {("email", "dead"), ("letter", "waiting")}

    listed = dina.get(url("letters", department)).text
    assert recipient.full_name in listed
    assert "The post may come too late. Call 33 11 22 33 as well." in listed
    letter = dina.get(url("letter", department, recipient.pk)).text
    assert "Call us to know why" in letter
    assert "A carer is ill" not in letter


@pytest.mark.parametrize(
    ("kind", "days"), [("visit.moved_by_others", 7), ("visit.booked_by_others", 0)]
)
def test_a_letter_that_is_not_urgent_does_not_ask_to_call(dina, department, hans, kind, days):
    accounts_actions.post(
        kind=kind,
        key="any",
        to=None,
        subject_id=hans.pk,
        department_id=department.pk,
        expires_at=at(10) + dt.timedelta(days=days),
    )
    assert "too late" not in dina.get(url("letters", department)).text


# -- Addresses that give messages back ----------------------------------------------


def test_the_department_sees_a_bouncing_address_and_may_trust_it_again(
    dina, department, recipient
):
    page = url("recipient", department, recipient.pk)
    assert "come back" not in dina.get(page).content.decode()
    accounts_actions.record_bounce(email=recipient.user.email)
    assert "come back (E-mail)" in dina.get(page).content.decode()
    assert recipient.full_name in dina.get(url("letters", department)).content.decode()
    dina.post(url("trust_address", department, recipient.pk))
    assert "come back" not in dina.get(page).content.decode()


def test_the_department_sees_that_messages_do_not_reach_a_guardian(dina, department, hans):
    guardian = factories.MandateFactory(
        recipient=hans, guardian=True, is_told=True, holder_name="Carl Berg"
    )
    assert dina.get(url("letters", department)).context["unreachable"] == []
    accounts_actions.record_bounce(email=guardian.holder.email)
    assert dina.get(url("letters", department)).context["unreachable"] == [hans]
    assert "Carl Berg should get" in dina.get(url("recipient", department, hans.pk)).text
    actions.end_mandate(mandate=guardian, by=guardian.holder)
    assert dina.get(url("letters", department)).context["unreachable"] == []


def test_a_new_address_is_not_marked_as_bouncing(dina, department, recipient):
    accounts_actions.record_bounce(email=recipient.user.email)
    recipient.user.email = "ny@example.test"
    recipient.user.save()
    page = url("recipient", department, recipient.pk)
    assert "come back" not in dina.get(page).content.decode()


def test_a_number_that_is_corrected_is_the_one_that_texts_go_to(dina, department, recipient):
    dina.post(
        url("change_recipient", department, recipient.pk),
        {"given_name": "Aksel", "family_name": "Vik", "phone": "90 99 88 77", "version": "1"},
    )
    recipient.user.refresh_from_db()
    assert recipient.user.phone == "+4790998877"


# -- Invitations by letter ------------------------------------------------------------------


def print_letter(dina, department, recipient):
    page = dina.post(url("invite_by_letter", department, recipient.pk))
    return re.search(r'<b class="code">([^<]+)</b>', page.text)[1]


def enter(client, code, email="hans@example.test"):
    return client.post(reverse("accounts:invitation_letter"), {"code": code, "email": email})


@pytest.fixture
def code(dina, department, hans):
    return print_letter(dina, department, hans)


@pytest.fixture
def stranger():
    cache.clear()  # requests are counted for an IP address there
    return Client()


def test_a_letter_carries_a_code_that_is_not_stored(dina, department, hans, administrator):
    earlier = accounts_actions.invite(
        kind="log_in",
        address="mistyped@example.test",
        target_id=hans.pk,
        department_id=department.pk,
        by=administrator,
    )
    Invitation.objects.update(made_at=timezone.now() - dt.timedelta(days=1))

    code = print_letter(dina, department, hans)

    letter = Invitation.objects.get(answer="")
    assert re.fullmatch(r"(\w{4}-){2}\w{4}", code)
    stored = str(Invitation.objects.values()) + str(Change.objects.values())
    assert code not in stored
    assert code.replace("-", "") not in stored
    assert (letter.address, letter.due_at) == ("", None)
    earlier.refresh_from_db()
    assert earlier.answer == "replaced"
    change = Change.objects.get(verb="invite_by_letter")
    assert (change.actor, change.department_id, change.subject_id) == (
        administrator,
        department.pk,
        hans.pk,
    )
    assert (
        "A letter with a code was printed" in dina.get(url("recipient", department, hans.pk)).text
    )


def test_the_code_leads_to_an_invitation_and_a_log_in(stranger, hans, code, mailoutbox):
    answer = enter(stranger, f" {code.lower().replace('-', ' ')}", "Hans@example.test")

    assert answer.url == reverse("accounts:invitation_letter_sent")
    assert accounts_actions.send_invitations() == 1
    (mail,) = mailoutbox
    assert mail.to == ["hans@example.test"]
    link = re.search(r"/invitation/\S+", mail.body)[0]
    assert stranger.post(link, {"accept": "yes"}).url == reverse("account_login")
    hans.refresh_from_db()
    assert hans.user.email == "hans@example.test"
    assert not Invitation.objects.filter(answer="").exists()  # nor the letter
    enter(stranger, code, "other@example.test")
    assert not Invitation.objects.filter(answer="").exists()


def test_nothing_says_whether_a_code_or_an_address_is_known(stranger, hans, code, administrator):
    known = enter(stranger, code, administrator.email)
    Invitation.objects.all().delete()
    unknown = enter(stranger, "ABCD-EFGH-JKMN")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert not Invitation.objects.exists()


def test_a_code_that_can_not_be_one_is_refused_with_what_was_typed(stranger):
    page = enter(stranger, "ABCD-EFG0")
    assert "The code is 12 letters and figures" in page.text
    assert "ABCD-EFG0" in page.text
    assert "hans@example.test" in page.text


def test_a_mistyped_address_is_replaced_and_its_link_does_nothing(stranger, hans, code):
    enter(stranger, code, "mistyped@example.test")
    enter(stranger, code)

    first, second = Invitation.objects.exclude(address="").order_by("made_at")
    assert (first.answer, second.answer) == ("replaced", "")
    page = stranger.post(reverse("accounts:invitation", args=[first.token]), {"accept": "yes"})
    assert "A newer invitation has replaced this one" in page.text
    hans.refresh_from_db()
    assert hans.user is None


def test_tries_are_counted_for_the_address(stranger, code):
    for _ in range(attempts.LETTERS.most):
        enter(stranger, "ABCD-EFGH-JKMN")

    refused = enter(stranger, code)

    assert "You have tried many times today" in unescape(refused.text)
    assert not Invitation.objects.exclude(address="").exists()
    assert enter(stranger, code, "other@example.test").status_code == 302


@pytest.mark.parametrize(
    "end",
    [
        lambda: Invitation.objects.update(expires_at=timezone.now()),
        lambda: Invitation.objects.update(answer="withdrawn"),
        lambda: Invitation.objects.update(attempts=USES),
    ],
    ids=["expired", "withdrawn", "used often"],
)
def test_a_code_that_has_ended_sends_nothing(stranger, code, end):
    end()
    assert enter(stranger, code).url == reverse("accounts:invitation_letter_sent")
    assert not Invitation.objects.exclude(address="").exists()


def test_a_new_letter_replaces_the_one_before(dina, department, hans, code, stranger):
    print_letter(dina, department, hans)
    enter(stranger, code)
    assert not Invitation.objects.exclude(address="").exists()


def test_staff_do_not_become_the_owner_of_the_log_in(stranger, hans, code, administrator):
    enter(stranger, code, administrator.email)
    invitation = Invitation.objects.get(address=administrator.email)
    with pytest.raises(OwnInvitation):
        accounts_actions.accept_invitation(invitation=invitation)


def test_somebody_who_can_log_in_gets_no_letter(dina, department, recipient):
    assert "Print a letter" not in dina.get(url("recipient", department, recipient.pk)).text
    page = dina.post(url("invite_by_letter", department, recipient.pk), follow=True)
    assert "This person can log in by now" in page.text
    assert not Invitation.objects.exists()
