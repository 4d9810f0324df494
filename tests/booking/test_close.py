"""A staff role opens no file of one's own, of somebody whom one acts for, or of a relative."""

# ruff: noqa: F811 (fixtures have the names of what the tests take)

import pytest
from django.urls import reverse

from accounts.actions import create_token
from accounts.models import AccessLogEntry, ApiToken, User
from accounts.roles import Role
from booking.models import Recipient
from tests import factories
from tests.sizes import part
from tests.test_every_url import (  # noqa: F401 (two are fixtures)
    ADMINISTRATOR,
    CARE_WORKER,
    RULES,
    cast,
    text_of_page,
    things,
    url_of,
    visit,
)

NAME = "Hemmelund"
WRITTEN = (NAME, "91827364", "918 27 364")


@pytest.fixture
def closed(recipient):
    Recipient.objects.filter(pk=recipient.pk).update(
        family_name=NAME, given_name="Hemmelig", address=f"{NAME}veien 7", phone="+4791827364"
    )
    return recipient


@pytest.fixture
def other(cast, things):
    return factories.EmployeeFactory(
        department_id=things["department"], role="administrator"
    ).person


def declare(client, things, person):
    page = reverse("booking:declare_relation", args=[things["department"], things["recipient"]])
    return client.post(page, {"person": person.pk})


@pytest.mark.parametrize("who", [ADMINISTRATOR, CARE_WORKER])
def test_a_relative_is_busy_without_a_name(who, cast, things, closed, other, client):
    client.force_login(other)
    declare(client, things, cast[who])
    client.force_login(cast[who])
    AccessLogEntry.objects.all().delete()
    wrong, seen = [], 0
    for address, rule in part(RULES).items():
        if who not in rule.who:
            continue
        url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
        data = {key: things[thing] for key, thing in rule.data.items()}
        response = visit(client, rule.method, url, data)
        seen += 1
        text = text_of_page(response)
        wrong += [f"{address}: named"] * any(word in text for word in WRITTEN)
        is_about = rule.objects.get("recipient") == "recipient"
        if is_about and response.status_code != 404:
            wrong.append(f"{address}: {response.status_code}")
    assert seen
    assert not wrong, "\n".join(wrong)
    assert not AccessLogEntry.objects.filter(subject_id=closed.pk).exists()


@pytest.mark.parametrize("kind", ["own", "acts for", "relative", "nobody"])
def test_who_is_close_finds_nothing(kind, cast, things, closed, administrator, client):
    if kind == "own":
        Recipient.objects.filter(pk=closed.pk).update(user=administrator)
    elif kind == "acts for":
        User.objects.update(acts_for_others=True)
        factories.MandateFactory(recipient=closed, holder=administrator)
    client.force_login(administrator)
    if kind in ("own", "acts for"):
        client.post(reverse("choose_role"), {"role": Role.ADMINISTRATOR})
    elif kind == "relative":
        left = declare(client, things, administrator)
        assert left.url == reverse("booking:recipients", args=[things["department"]])

    search = reverse("booking:search_recipients", args=[things["department"]])
    pages = [
        client.get(reverse("booking:recipient", args=[things["department"], closed.pk])),
        client.get(reverse("booking:recipients", args=[things["department"]])),
        client.post(search, {"name": "hemmelig"}),
    ]
    is_open = kind == "nobody"
    assert [NAME in page.text for page in pages] == [is_open] * 3
    assert (pages[0].status_code == 200) == is_open


def test_programs_of_an_employee_do_not_open_a_relative(things, closed, administrator, client):
    secret = create_token(name="x", scopes=list(ApiToken.Scope), days=1, by=administrator)[1]
    url = f"{reverse('api:bookings')}?recipient={closed.pk}"
    statuses = []
    for _ in range(2):
        read = client.get(url, headers={"Authorization": f"Bearer {secret}"})
        statuses.append(read.status_code)
        client.force_login(administrator)
        declare(client, things, administrator)
    assert statuses == [200, 404]


def test_a_relation_is_removed_by_somebody_else(things, closed, administrator, other, client):
    client.force_login(administrator)
    declare(client, things, administrator)
    relation = closed.relations.get(person=administrator)
    end = reverse("booking:end_relation", args=[things["department"], closed.pk, relation.pk])
    assert client.post(end).status_code == 404
    client.force_login(other)
    declare(client, things, administrator)  # once more changes nothing
    client.post(end)
    assert not closed.relations.filter(person=administrator).exists()
    assert User.objects.get(pk=administrator.pk).has_relatives


def test_a_hidden_recipient_is_not_saved(closed):
    closed.hide()
    with pytest.raises(TypeError):
        closed.save()
