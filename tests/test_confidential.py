"""No page, file or answer shows the confidential fields of a recipient, whoever reads it.

The only exceptions are for the carer: on their own list for the next visit
(``tests/workflow/test_my_day``), and at a door that nobody opens
(``tests/workflow/test_no_contact``).
"""

# ruff: noqa: F811 (fixtures have the names of what the tests take)

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.actions import create_token
from accounts.models import ApiToken, User
from booking.models import Recipient
from booking.models.recipients import CONFIDENTIAL
from tests.sizes import part
from tests.test_every_url import (  # noqa: F401 (two are fixtures)
    ADMINISTRATOR,
    CARE_WORKER,
    CASE_WORKER,
    COORDINATOR,
    GUARDIAN,
    LOOKER,
    OTHER_ADMINISTRATOR,
    OTHER_CARE_WORKER,
    OTHER_RECIPIENT,
    RECIPIENT,
    RULES,
    cast,
    log_in,
    things,
    url_of,
)

VALUES = {
    "phone": "+4791827364",
    "address": "Hemmelighetsveien 7",
    "directions": "Nøkkelen er under urnen",
}
CONTACT_EMAIL = "kari@arbeidsplassen.test"
WRITTEN = [
    "91827364", "91 82 73 64", "918 27 364", "Hemmelighetsveien", "under urnen", CONTACT_EMAIL,
]  # fmt: skip
AT_THE_DOOR = "workflow:no_contact"
OWN_SETTINGS = "accounts:"  # the recipient's own number is shown to the recipient here


@pytest.fixture
def secret(recipient):
    Recipient.objects.filter(pk=recipient.pk).update(has_confidential_address=True, **VALUES)
    recipient.user.phone, recipient.user.contact_email = VALUES["phone"], CONTACT_EMAIL
    recipient.user.save()
    return recipient


def read(answer):
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return text.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")


def shown_in(answer):
    text = read(answer)
    return [words for words in WRITTEN if words in text]


def test_the_values_are_of_all_confidential_fields():
    assert set(VALUES) == set(CONFIDENTIAL)


@pytest.mark.parametrize(
    "who",
    [
        ADMINISTRATOR, CARE_WORKER, CASE_WORKER, COORDINATOR, GUARDIAN, LOOKER, RECIPIENT,
        OTHER_RECIPIENT, OTHER_ADMINISTRATOR, OTHER_CARE_WORKER,
    ],
)  # fmt: skip
def test_nobody_reads_confidential_fields(who, cast, things, recipient, secret, client):
    log_in(client, who, cast[who], recipient)
    wrong = []
    for address, rule in part(RULES).items():
        if who not in rule.who or (who == RECIPIENT and address.startswith(OWN_SETTINGS)):
            continue
        if address.startswith(AT_THE_DOOR):
            continue
        url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
        data = {key: things[thing] for key, thing in rule.data.items()}
        wrong += [
            f"{address}: {found}" for found in shown_in(send(client, rule.method, url, data))
        ]
    assert not wrong, "\n".join(wrong)


def test_an_open_address_is_found(cast, things, secret, client):
    client.force_login(cast[ADMINISTRATOR])
    page = reverse("booking:recipient", args=[things["department"], secret.pk])
    assert shown_in(client.get(page)) == []
    Recipient.objects.update(has_confidential_address=False)
    assert len(shown_in(client.get(page))) == 4


def test_the_e_mail_for_messages_of_an_open_address_is_in_its_form(
    cast, things, secret, client, recipient
):
    User.objects.filter(pk=recipient.user_id).update(email=None)
    page = reverse("booking:recipient", args=[things["department"], secret.pk])
    client.force_login(cast[ADMINISTRATOR])
    assert shown_in(client.get(page)) == []
    Recipient.objects.update(has_confidential_address=False)
    assert CONTACT_EMAIL in shown_in(client.get(page))


def send(client, method, url, data):
    """The page, also the one that a form leads to. Changes by the request are rolled back."""
    sid = transaction.savepoint()
    answer = getattr(client, method)(url, data, follow=method == "post")
    transaction.savepoint_rollback(sid)
    return answer


@pytest.mark.parametrize("who", [CARE_WORKER, RECIPIENT])
def test_the_api_gives_no_confidential_fields(who, cast, things, secret, client):
    _token, key = create_token(name="x", scopes=list(ApiToken.Scope), days=1, by=cast[who])
    headers = {"authorization": f"Bearer {key}"}
    for url in (
        f"{reverse('api:work_lists')}?date={things['date']}",
        reverse("api:bookings"),
        reverse("api:services"),
    ):
        assert shown_in(client.get(url, headers=headers)) == []
    mine = client.get(f"{reverse('api:work_lists')}?date={things['date']}", headers=headers)
    if who == CARE_WORKER:
        visits = mine.json()["work_lists"][0]["visits"]
        assert {one["recipient"][field] for one in visits for field in CONFIDENTIAL} == {""}
