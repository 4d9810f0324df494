"""A form that was sent after the session ended: each POST URL has its question, or shows the
form again on its own page. None has a button that does not say what it does."""

import re
import uuid
from html import escape

from django.db import transaction
from django.urls import resolve, reverse
from django.utils import timezone

from accounts import unsent
from accounts.http_methods import can_be_opened
from accounts.models import UnsentForm
from accounts.questions import states_question
from booking.models import Grant
from departments.models import Employee, Service
from tests import factories
from tests.sizes import IN_FULL, part
from tests.test_every_url import (  # noqa: F401 (fixtures)
    ACTING,
    ADMINISTRATOR,
    CARE_WORKER,
    RECIPIENT,
    RULES,
    cast,
    log_in,
    things,
    url_of,
)

WITH_LOG_IN = "the page of somebody with a log-in has no such form; see below"
# URLs without a question, and why a form sent there is not kept or can't be shown.
EXPLAINED = {
    "accounts:choose_language": "needs no log-in",
    "accounts:forget_unsent": "discards the form that is kept",
    "accounts:choose_view": "changes nothing but the view, and stays on the page",
    "booking:change_contact_email department recipient": WITH_LOG_IN,
    "booking:report_departure department recipient": "one stands already: its page has no form",
    "departments:change_contact_email department employee": WITH_LOG_IN,
    "departments:invite_again department employee": WITH_LOG_IN,
    "workflow:report date visit": "too early for this visit; see tests/workflow/test_my_day.py",
}
CONTROL = re.compile(
    r'<(?:textarea|select|input(?![^>]*type="hidden")|button[^>]*name=)[^>]*', re.IGNORECASE
)
MORE = {  # fields beside those of the rule
    "booking:book_by_phone department recipient service": {"starts_at": "starts_at"},
    "booking:move_by_phone department recipient booking": {"starts_at": "starts_at"},
    "booking:move booking": {"starts_at": "starts_at"},
    "departments:end_absence department absence": {"never": "new_key"},
}
# Whose page has the form, where not everybody with access has it: others may see the plans.
WHO = {"booking:show_plans": RECIPIENT}


def make_administrator(things):  # noqa: F811
    Employee.objects.filter(pk=things["employee"]).update(role=Employee.Role.ADMINISTRATOR)


def make_essential(things):  # noqa: F811
    Grant.objects.filter(pk=things["grant"]).update(is_essential=True)


# What has to be so for the page to have the form.
BEFORE = {
    "booking:agree_time department grant": make_essential,
    "departments:mark_leader department employee": make_administrator,
}


def accepts_post(view):
    return "POST" in getattr(view, "allowed_methods", ())


def after_log_in(client, user, url, fields, acting_for):
    """The page for a form that was sent to ``url`` before the user logged in."""
    browser = uuid.uuid4()
    UnsentForm.objects.create(
        user=user,
        browser=browser,
        acting_for=acting_for,
        path=url,
        fields=fields,
        at=timezone.now(),
    )
    client.cookies[unsent.FORM_COOKIE] = str(browser)
    return client.get(reverse("accounts:unsent"), follow=True)


def forms_to(page, url):
    shown = page.request["PATH_INFO"]
    for form in re.findall(r"<form.*?</form>", page.text, re.DOTALL):
        start = form.partition(">")[0]
        action = re.search(r'action="([^"?#]*)', start)
        if (action[1] if action else shown) == url:
            yield form


def test_every_form_has_a_question_or_its_own_page(cast, things, recipient, client):  # noqa: F811
    wrong, asked = [], 0
    for address, rule in part(RULES).items():
        kwargs = {key: things[thing] for key, thing in rule.objects.items()}
        url = url_of(address, kwargs)
        match = resolve(url)
        if address in EXPLAINED or not accepts_post(match.func):
            continue
        if can_be_opened(match.func) and not states_question(match):
            continue  # the form's page has the same URL
        who = WHO.get(address, min(rule.who))
        fields = [
            [key, str(things[thing])]
            for key, thing in {**rule.data, **MORE.get(address, {})}.items()
        ]
        sid = transaction.savepoint()
        if address in BEFORE:
            BEFORE[address](things)
        client.cookies.clear()
        log_in(client, who, cast[who], recipient)
        acting_for = recipient.pk if who in ACTING else None
        page = after_log_in(client, cast[who], url, fields, acting_for)
        transaction.savepoint_rollback(sid)
        question = page.context and page.context.get("question")
        if question:
            asked += 1
            if not (question.text.endswith("?") and escape(question.button) in page.text):
                wrong.append(f"{address}: {question}")
        elif not any(CONTROL.search(form) for form in forms_to(page, url)):
            wrong.append(f"{address}: {page.status_code} {page.request['PATH_INFO']} {who}")
    assert not wrong, "\n".join(wrong)
    assert not IN_FULL or asked > 30


def test_the_forms_for_people_without_a_log_in_are_shown_again(cast, things, client):  # noqa: F811
    department = things["department"]
    employee = factories.EmployeeFactory(department_id=department, person__email=None)
    service = Service.objects.filter(department=department).first()
    grant = factories.GrantFactory(service=service, recipient__user=None)
    people = {"employee": employee.pk, "recipient": grant.recipient_id}
    for address in (name for name, why in EXPLAINED.items() if why is WITH_LOG_IN):
        name, _department, person = address.split()
        url = reverse(name, args=[department, people[person]])
        client.cookies.clear()
        client.force_login(cast[ADMINISTRATOR])
        page = after_log_in(
            client, cast[ADMINISTRATOR], url, [["email", "berit@example.test"]], None
        )
        (form,) = forms_to(page, url)
        assert "berit@example.test" in form, address
