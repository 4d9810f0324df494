"""The page of message choices."""

import pytest
from django.urls import reverse

from accounts.models import DeadAddress, MessageChoices
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/settings/messages/"
CHOSEN = {
    "confirmation": [],
    "by_others": ["sms"],
    "day_before": ["email", "sms"],
    "hours_before": [],
    "news": ["email"],
    "names_service": "yes",
}


@pytest.fixture
def person(client, settings):
    settings.SMS_GATEWAY = "tests.sms.Gateway"
    person = factories.UserFactory(phone="90 11 22 33", language="en")
    client.force_login(person)
    return person


def test_the_choices_are_saved_and_shown_again(client, person):
    assert client.post(PAGE, CHOSEN).headers["Location"] == reverse("accounts:settings")
    saved = MessageChoices.objects.get(user=person)
    assert {name: getattr(saved, name) for name in CHOSEN} == CHOSEN | {"names_service": True}

    form = client.get(PAGE).context["form"]
    assert form["day_before"].initial == ["email", "sms"]
    assert form["names_service"].initial == "yes"


def test_by_default_messages_do_not_name_the_service(client, person):
    assert client.get(PAGE).context["form"]["names_service"].initial == ""
    client.post(PAGE, CHOSEN | {"names_service": ""})
    assert MessageChoices.objects.get(user=person).names_service is False


def test_a_mandatory_topic_requires_a_channel(client, person):
    response = client.post(PAGE, CHOSEN | {"by_others": []})
    assert "Choose at least one" in response.content.decode()
    assert not MessageChoices.objects.exists()


def test_text_messages_are_offered_only_with_a_mobile_number(client, person):
    person.phone = "33 00 10 00"
    person.save()
    page = client.get(PAGE).content.decode()
    assert "Text message" not in page
    assert "We have no mobile number for you" in page
    refused = client.post(PAGE, CHOSEN)
    assert refused.status_code == 200
    assert not MessageChoices.objects.exists()


def test_a_chosen_channel_that_is_not_offered_is_kept(client, person):
    client.post(PAGE, CHOSEN)
    person.phone = ""
    person.save()
    client.post(PAGE, CHOSEN | {"day_before": ["email"], "by_others": ["email"], "version": "1"})
    assert MessageChoices.objects.get(user=person).day_before == ["email", "sms"]


def test_the_page_shows_a_dead_address(client, person):
    DeadAddress.objects.create(user=person, channel="email", address=person.email)
    assert f"What we sent to {person.email} came back" in client.get(PAGE).content.decode()


@pytest.mark.parametrize("path", ["/me/", "/settings/", PAGE])
def test_staff_see_their_own_pages_as_staff(client, administrator, person, path):
    client.force_login(administrator)
    assert '<body class="staff' in client.get(path).text
    client.force_login(person)
    assert '<body class="staff' not in client.get(path).text


def test_my_settings_links_to_each_choice(client, person):
    page = client.get(reverse("accounts:settings")).content.decode()
    assert PAGE in page
    assert reverse("accounts:me") in page
