"""Values at the ends of what URLs, query parameters and forms can carry: a 404, or a page with
a message, never a 500. The query parameters are those that each page reads.

The values of one page are shared out among the roles that may open it.
"""

# ruff: noqa: F811 (fixtures have the names of what the tests take)

import re
from itertools import cycle

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import resolve
from django.urls.converters import get_converters

from accounts.models import MessageChoices, User
from booking.models import Recipient
from departments.converters import date_of
from departments.models import Department, Qualification, Service
from tests.sizes import IN_FULL, part
from tests.test_every_body import FOREIGN, PLAIN
from tests.test_every_url import (  # noqa: F401 (two are fixtures)
    ANONYMOUS,
    GUARDIAN,
    RECIPIENT,
    RULES,
    cast,
    log_in,
    things,
    url_of,
)

# What stands in a URL in place of a value of each converter. A wrong UUID is in test_every_url.
PATH_ENDS = {
    "date": ["0001-01-01", "9999-12-31", "1999-12-31", "2026-02-30", "0000-00-00"],
    "clock": ["00.00", "29.59", "02.30-2359", "02.30+2400", "23.59+9999"],
    "int": ["0", "9223372036854775808", "9" * 400],
    "slug": ["%00", "x" * 3000],
    "str": ["%00", "x" * 3000, "%E2%80%AE", "%FF", "%ED%A0%80", "a:b:c"],
}
QUERY_ENDS = [
    "9999-12-31", "9999-W53", "9" * 30, "9999-12-31T23:59:59-14:00", ["1", "a\0b" + "x" * 3000],
]  # fmt: skip
ODD_NAME = "[here] //[here] %(name)s %s {{ here }}"


@pytest.fixture
def clients(cast, recipient):
    """A logged-in browser of each role."""
    found = {}
    for who, user in cast.items():
        found[who] = Client()
        log_in(found[who], who, user, recipient)
    return found


def status(client, method, url, data=None):
    """The response's status, or the exception behind a 500. Changes are rolled back."""
    sid = transaction.savepoint()
    try:
        return getattr(client, method)(url, data).status_code
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:120]
    finally:
        transaction.savepoint_rollback(sid)


def is_fault(found):
    return not isinstance(found, int) or found >= 500


def names_read(client, url):
    """The names that the page reads from its query string."""
    names = set()

    class Recorded(QueryDict):
        def get(self, name, default=None):
            names.add(name)
            return super().get(name, default)

        def getlist(self, name, default=None):
            names.add(name)
            return super().getlist(name, default)

        def __contains__(self, name):
            names.add(name)
            return super().__contains__(name)

    def query(request):
        return Recorded(request.META.get("QUERY_STRING", ""))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIRequest, "GET", property(query))
        # With any parameter at all, a page that restores a form reads the form's fields.
        assert not is_fault(status(client, "get", url, {"key": "1"})), url
    return names


def test_no_query_parameter_is_a_500(clients, things):
    wrong, read = [], {}
    for address, rule in part(RULES).items():
        if rule.method != "get" or not rule.who or address.startswith("account_"):
            continue
        url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
        roles = cycle(sorted(rule.who))
        read[address] = names_read(clients[next(roles)], url)
        for value in QUERY_ENDS if read[address] else []:
            data = dict.fromkeys(read[address], value)
            found = status(clients[next(roles)], "get", url, data)
            if is_fault(found):
                wrong.append(f"{address} with {value!r:.40}: {found}")
    assert not wrong, "\n".join(wrong)
    if IN_FULL:
        assert {"week", "service"} <= read["booking:calendar"]
        assert {"opens_at", "on"} <= read["departments:period department row"]


def test_no_part_of_a_url_is_a_500(clients, things):
    wrong, seen = [], set()
    for address, rule in part(RULES).items():
        url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
        match, roles = resolve(url), cycle(sorted(rule.who) or [ANONYMOUS])
        for kind, name in re.findall(r"<(\w+):(\w+)>", match.route):
            seen.add(kind)
            value = get_converters()[kind].to_url(match.kwargs[name])
            assert f"/{value}" in url
            for end in PATH_ENDS.get(kind, []):
                odd_url = url.replace(f"/{value}", f"/{end}")
                found = status(clients[next(roles)], rule.method, odd_url)
                if is_fault(found):
                    wrong.append(f"{address} with {end:.40}: {found}")
    assert not wrong, "\n".join(wrong)
    assert not IN_FULL or seen == PATH_ENDS.keys() | {"uuid", "uuidstr"}


def test_no_name_is_a_500(clients, cast, things):
    """A page, a calendar file or a letter with a name that looks like a URL or a template. The
    guardian has the simple view."""
    for model in (Service, Department, Qualification):
        for number, row in enumerate(model.objects.all()):
            model.objects.filter(pk=row.pk).update(name=f"{ODD_NAME}{number}")
    for model in (User, Recipient):
        model.objects.update(given_name=ODD_NAME, family_name="")
    User.objects.filter(pk=cast[GUARDIAN].pk).update(preferences={"view": "simple"})
    MessageChoices.objects.create(user=cast[RECIPIENT], names_service=True)
    wrong = []
    for address, rule in part(RULES).items():
        if rule.who and rule.method == "get":
            url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
            for who in {min(rule.who), *(rule.who & {RECIPIENT})}:
                found = status(clients[who], "get", url)
                if is_fault(found):
                    wrong.append(f"{address} as {who}: {found}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("text", ["0001-01-01", "1999-12-31", "2100-01-01", "x", "", "9" * 30])
def test_a_date_of_no_page_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        date_of(text)


@pytest.mark.parametrize("value", ["a\0b[here]", "9" * 30])
def test_no_form_is_a_500(value, clients, things):
    """Every POST-only URL with the value in each field that any form has."""
    wrong, data = [], {**dict.fromkeys(PLAIN | FOREIGN.keys(), value), "form-TOTAL_FORMS": "1"}
    for address, rule in part(RULES).items():
        url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
        found = status(clients[min(rule.who, default=ANONYMOUS)], "post", url, data)
        if is_fault(found):
            wrong.append(f"{address}: {found}")
    assert not wrong, "\n".join(wrong)
