"""Whether and how people get a message, said beforehand to whoever changes a visit for another,
and what the outbox then has."""

import uuid

import pytest

from accounts.actions import mark_dead
from accounts.models import Message, MessageChoices
from booking import actions
from booking.actions.announcements import announce
from booking.models import BookingEvent
from booking.notices.notified import notified_for_helper, notified_for_staff
from tests import factories
from tests.booking.conftest import TOMORROW
from tests.factories import local

pytestmark = pytest.mark.django_db

EMAIL, SMS = Message.Channel.EMAIL, Message.Channel.SMS


@pytest.fixture(autouse=True)
def opened(clock, hours, service, settings):
    hours(staff=2)
    settings.SMS_GATEWAY = "a gateway"


@pytest.fixture
def berit(service):
    berit = factories.RecipientFactory(
        user=factories.UserFactory(phone="90 11 22 33"), given_name="Berit", phone="+4755302010"
    )
    factories.GrantFactory(recipient=berit, service=service)
    return berit


@pytest.fixture
def gro(berit):
    """A helper who gets the messages about Berit."""
    return factories.MandateFactory(
        recipient=berit,
        is_told=True,
        holder__given_name="Gro",
        holder__family_name="Lie",
        holder__phone="+4741112233",
    ).holder


def test_a_helper_with_a_confidential_address_keeps_the_number(berit, gro):
    choose(gro, for_others=["sms"])
    mark_dead(user=gro, channel=SMS, address="+4741112233")
    told = [line for line in notified_for_staff(berit) if "Gro" in line]
    assert told == ["Gro Lie gets no message about this. Call 411 12 233."]
    factories.RecipientFactory(user=gro, has_confidential_address=True)
    told = [line for line in notified_for_staff(berit) if "Gro" in line]
    assert told == ["Gro Lie gets no message about this."]


def choose(user, **topics):
    MessageChoices.objects.update_or_create(user=user, defaults=topics)


def posted(recipient, by, via=BookingEvent.Via.PHONE):
    """What the outbox has for each person after a change: their names and the channels."""
    actions.book(
        key=uuid.uuid4(),
        recipient=recipient,
        service=recipient.grants.get().service,
        starts_at=local(TOMORROW, 10),
        by=by,
        via=via,
        reason="Asked",
    )
    announce()
    found = {}
    for message in Message.objects.filter(kind__startswith="visit."):
        own = message.user_id is None or message.user_id == recipient.user_id
        name = recipient.given_name if own else message.user.full_name
        found.setdefault(name, set()).add(message.channel)
    return found


BY = {
    "Berit gets an e-mail about this.": {"email"},
    "Berit gets a text message about this.": {"sms"},
    "Berit gets an e-mail and a text message about this.": {"email", "sms"},
    "Berit gets a letter about this. It waits under “Letters” to be printed.": {"letter"},
}


@pytest.mark.parametrize(
    ("chosen", "dead", "said"),
    [
        (None, [], "Berit gets an e-mail about this."),
        (["sms"], [], "Berit gets a text message about this."),
        (["email", "sms"], [], "Berit gets an e-mail and a text message about this."),
        (["email", "sms"], [EMAIL], "Berit gets a text message about this."),
        ([], [], "Berit gets an e-mail about this."),  # it can't be turned off
        (["sms"], [SMS], "Berit gets an e-mail about this."),
        (
            ["email"],
            [EMAIL, SMS],
            "Berit gets a letter about this. It waits under “Letters” to be printed.",
        ),
    ],
)
def test_staff_read_what_the_outbox_will_do(berit, administrator, chosen, dead, said):
    if chosen is not None:
        choose(berit.user, by_others=chosen)
    for channel in dead:
        address = berit.user.email if channel == EMAIL else "+4790112233"
        mark_dead(user=berit.user, channel=channel, address=address)
    assert notified_for_staff(berit) == [said]
    assert posted(berit, administrator) == {"Berit": BY[said]}


@pytest.mark.parametrize(
    ("chosen", "is_dead", "said", "channel"),
    [
        (["email"], False, ["Gro Lie gets an e-mail about this."], "email"),
        (["sms"], False, ["Gro Lie gets a text message about this."], "sms"),
        (["email"], True, ["Gro Lie gets no message about this. Call 411 12 233."], "none"),
        ([], False, [], None),
    ],
)
def test_staff_read_it_for_helpers_too(
    berit, gro, administrator, settings, chosen, is_dead, said, channel
):
    choose(gro, for_others=chosen)
    if is_dead:
        settings.SMS_GATEWAY = ""
        mark_dead(user=gro, channel=EMAIL, address=gro.email)
    assert notified_for_staff(berit) == ["Berit gets an e-mail about this.", *said]
    found = posted(berit, administrator)
    assert found.get("Gro Lie") == ({channel} if channel else None)


@pytest.mark.parametrize("has_guardian", [False, True])
def test_a_recipient_without_a_log_in_gets_a_letter_or_the_guardian_a_mail(
    berit, gro, administrator, has_guardian
):
    berit.user = None
    berit.save()
    if has_guardian:
        said, channels = "Gro Lie gets an e-mail about this.", {"Gro Lie": {"email"}}
    else:
        berit.mandates.all().delete()
        said = "Berit gets a letter about this. It waits under “Letters” to be printed."
        channels = {"Berit": {"letter"}}
    assert notified_for_staff(berit) == [said]
    assert posted(berit, administrator) == channels


def test_a_visit_that_has_begun_is_not_in_any_message(berit, gro):
    assert notified_for_staff(berit, is_too_late=True) == [
        "Berit gets no message about this. Call 55 30 20 10.",
        "Gro Lie gets no message about this. Call 411 12 233.",
    ]


def test_a_helper_reads_it_of_the_recipient_and_of_themselves(berit, gro):
    factories.MandateFactory(recipient=berit, is_told=True, holder__given_name="Carl")
    assert notified_for_helper(berit, gro) == [
        "Berit gets an e-mail about this.",
        "You get an e-mail about this.",
    ]
    assert posted(berit, gro, BookingEvent.Via.HELPER)["Gro Lie"] == {"email"}


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (["sms"], "You get a text message about this."),
        (["email", "sms"], "You get an e-mail and a text message about this."),
    ],
)
def test_a_helper_reads_their_own_channels(berit, gro, chosen, said):
    choose(gro, for_others=chosen)
    assert notified_for_helper(berit, gro)[-1] == said


def test_a_helper_without_the_messages_reads_of_the_recipient_only(berit):
    helper = factories.MandateFactory(recipient=berit).holder
    assert notified_for_helper(berit, helper) == ["Berit gets an e-mail about this."]
    berit.user = None
    berit.save()
    assert notified_for_helper(berit, helper) == ["Berit gets a letter about this."]
