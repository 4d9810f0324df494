"""What a form answers has the focus, on top of the page or where it stands on it.

Without JavaScript too, so the server marks it: ``autofocus`` on the summary of errors, on the
messages, or on the part of the page that is the answer (a preview, a search's result); or a
redirect to the part of the page by its ``#id``. Every form that each role is shown is sent as
it stands, and with its fields empty.
"""

# ruff: noqa: F811 (fixtures have the names of what the tests take)

from html.parser import HTMLParser

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from tests.reauthentication import logged_in_again
from tests.sizes import IN_FULL, part
from tests.test_every_body import ROLES, forms_of
from tests.test_every_url import (  # noqa: F401 (two are fixtures)
    RECIPIENT,
    RULES,
    cast,
    log_in,
    things,
    url_of,
)

SIMPLE = "recipient in the simple view"

# The answer is the whole page, which is read from its top.
WHOLE_PAGES = {
    "accounts:choose_language": "the same page in another language",
    "accounts:choose_view": "the same page in another view",
    "account_logout": "the log-in page",
    "booking:choose_person": "the pages of another person",
    "accounts:forget_unsent": "the page of the form that was kept",
}
NOT_FOUND = 404  # a page of its own


class Answer(HTMLParser):
    """Where the focus is when a page has loaded."""

    def __init__(self, html, fragment=""):
        super().__init__()
        self.fragment, self.is_in_main = fragment, False
        self.marked, self.target = [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.is_in_main |= tag == "main"
        if "autofocus" in attrs:
            self.marked.append((tag, attrs, self.is_in_main))
        if self.fragment and attrs.get("id") == self.fragment:
            self.target = (tag, attrs, self.is_in_main)

    @property
    def fault(self):
        if len(self.marked) > 1:
            return f"{len(self.marked)} elements have autofocus"
        if self.fragment and self.marked:
            return f"the focus goes to #{self.fragment} and not to what is marked"
        found = self.target or (self.marked[0] if self.marked else None)
        if found is None:
            return "nothing has the focus"
        tag, attrs, is_in_main = found
        if not is_in_main:
            return f"the focus is outside the content, on {tag}"
        if tag not in ("input", "select", "textarea", "a", "button") and "tabindex" not in attrs:
            return f"{tag} can't have the focus"
        return None


def sent_by(who, client, things):
    """(URL, what, body) of every form that the role is shown, as it stands and with nothing in
    the fields that people see; and of every POST-only URL."""
    for form in forms_of(client, who, things):
        yield form.action, "filled", form.fields
        yield form.action, "empty", emptied(form.fields)
    for address, rule in part(RULES).items():
        if rule.method == "post" and who in rule.who:
            url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
            yield url, "by its rule", {key: things[thing] for key, thing in rule.data.items()}


def emptied(fields):
    kept = {"action", "version", "key", "first_key", "second_key", "seen", "seen_shift", "shown"}
    return {
        name: value if name in kept or name.startswith("form-TOTAL") else ""
        for name, value in fields.items()
    }


@pytest.fixture(params=[*ROLES, SIMPLE])
def who(request, cast):
    if request.param == SIMPLE:
        cast[RECIPIENT].preferences = {"view": "simple"}
        cast[RECIPIENT].save()
        return RECIPIENT
    return request.param


def test_the_answer_to_every_form_has_the_focus(who, cast, things, recipient):
    client = Client()
    log_in(client, who, cast[who], recipient)
    if cast[who]:
        logged_in_again(client)
    wrong, sent = [], 0
    for url, kind, body in sent_by(who, client, things):
        name = resolve(url).view_name
        if name in WHOLE_PAGES:
            continue
        sid = transaction.savepoint()
        response = client.post(url, body, follow=True)
        transaction.savepoint_rollback(sid)
        sent += 1
        if response.status_code == NOT_FOUND:
            continue
        last = response.redirect_chain[-1][0] if response.redirect_chain else ""
        if fault := Answer(response.text, last.partition("#")[2]).fault:
            wrong.append(f"{name} {kind} ({response.status_code} {last}): {fault}")
    assert not wrong, "\n".join(wrong)
    assert not IN_FULL or sent > 4
