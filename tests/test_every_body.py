"""What a form sends is no proof of who somebody is: the twin of ``test_every_url`` for bodies.

Every form that a role is shown is sent with a foreign value in each field that names a person,
an address, a department or a row. Nothing foreign is shown, and nothing foreign changes. A
field of a form without a row in ``FOREIGN`` or ``PLAIN`` fails.
"""

# ruff: noqa: F811 (fixtures have the names of what the tests take)

import datetime as dt
import uuid

import pytest
from django.db import transaction
from django.db.models import Q
from django.urls import resolve
from django.utils import timezone

from accounts.actions import create_token
from accounts.models import ApiToken, User
from booking.actions import make_feed
from booking.models import Booking, CalendarFeed, Contact, Grant, Mandate, Recipient, Visit
from departments.models import (
    Absence,
    Department,
    Employee,
    OpeningHours,
    QualificationHeld,
    Shift,
)
from tests import factories
from tests.html_forms import Forms, confirmation
from tests.reauthentication import logged_in_again
from tests.sizes import IN_FULL, part
from tests.test_every_url import (  # noqa: F401 (two are fixtures)
    ADMINISTRATOR,
    ANONYMOUS,
    CARE_WORKER,
    CASE_WORKER,
    COORDINATOR,
    DUTY_LEAD,
    EVERYBODY_INSIDE,
    FORMER,
    GUARDIAN,
    LATER_LEAD,
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

HIDDEN = "Skjult"  # in every text of a foreign person

# Fields that name a person, an address, a department or a row, and what they are sent with.
FOREIGN = {
    "email": ["email"],
    "address": ["email"],  # of one's own change of address; a street otherwise
    "login": ["email"],
    "key": ["recipient", "booking", "absence", "opening hours", "feed", "token", "new"],
    "first_key": ["opening hours"],
    "second_key": ["opening hours"],
    "person": ["recipient", "employee's person", "carer"],
    "sick": ["employee's person", "carer"],
    "recipient": ["recipient", "foreign user"],
    "service": ["service"],
    "shift": ["shift"],
    "employee": ["employee"],
    "moving": ["booking"],
    "visits": ["booking"],
    "mandate": ["mandate"],
    "contact": ["contact"],
    "department": ["department"],
    "duty_for": ["department"],
}
# Fields that name nobody, or that everybody shares, such as qualifications.
PLAIN = {
    "appeal_text", "grants_by", "weeks",
    "accept", "action", "amount", "back_date", "back_time", "break_minutes", "break_starts_at",
    "cabinet_number", "has_electronic_lock", "has_key",
    "by_others", "cancel_deadline_minutes", "carers", "change_deadline_minutes",
    "charges_declined", "charges_no_contact", "closes_at",
    "also", "at_most_a_day", "choice_from", "code", "days_between", "decided_on", "kind_of_time",
    "window_end", "window_start", "words",
    "confirmation", "csrfmiddlewaretoken", "date", "day_before", "days", "decline",
    "description", "directions", "ends", "every_n_weeks", "family_name", "first_date",
    "first_day", "first_staff", "first_time", "for_others", "form-0-closes_at", "form-0-opens_at",
    "form-0-staff", "form-1-closes_at", "form-1-opens_at", "form-1-staff", "form-INITIAL_FORMS",
    "form-MAX_NUM_FORMS", "form-MIN_NUM_FORMS", "form-TOTAL_FORMS", "given_name",
    "has_confidential_address", "horizon_days", "hours_before", "is_active", "is_another",
    "is_agency", "is_essential", "is_leader", "is_open", "is_told",
    "kind", "language", "last_date", "last_time", "may",
    "minimum_notice_minutes", "minutes", "month_warning_days", "more", "name", "names_service",
    "never", "news", "next", "no_contact_minutes",
    "note", "often", "opens_at", "period", "phone", "place",
    "public_holidays", "qualification", "qualifications", "reason", "reference",
    "remove_directions", "remove_phone", "role",
    "scopes", "second_staff", "settling_time", "slot_minutes", "split_at", "staff", "starts",
    "starts_at", "symbol", "travel_minutes", "unit", "valid_from", "valid_until", "view",
    "week_warning_days", "weekday", "why", "cancel_why", "with_later", "last_day", "answer",
    "stops_set_visits", "time", "times", "working_days", "every", "file", "title", "titles",
    "weekdays",
    *(f"{field}_{n}" for field in ("text", "shows", "phone") for n in range(7)),
    *(f"{field}_{n}" for field in ("kind", "opens_at", "closes_at") for n in range(2)),
    *(f"{field}_{n}" for field in ("first_weekday", "last_weekday") for n in range(2)),
    "previewed", "previewed_drop", "seen", "seen_shift", "shown", "version",
    "how", "is_called", "met_at", "relation", "outcome", "result", "step",
}  # fmt: skip

FILLED = {
    "given_name": "Nora",
    "family_name": "Dahl",
    "name": "Nora Dahl",
    "phone": "90 00 00 09",
    "address": "Storgata 9",
    "reference": "2026/99",
    "reason": "Asked on the phone",
    "amount": "3",
    "minutes": "30",
    "carers": "1",
    "email": "new@example.test",
    "code": "ABCD-EFGH-JKMN",  # of a letter; no letter has it
}
SKIPPED = {"account_logout", "accounts:choose_language"}


@pytest.fixture
def foreign(db):
    """A department that no role has anything to do with, and its people, rows and addresses."""
    department = factories.DepartmentFactory(name=f"{HIDDEN} avdeling")
    service = factories.ServiceFactory(department=department, name=f"{HIDDEN} hjelp")
    user, carer = (
        factories.UserFactory(
            email=email, given_name=HIDDEN, family_name=HIDDEN, phone=f"99 00 11 2{n}"
        )
        for n, email in enumerate(["kjent@example.test", "ansatt@example.test"])
    )
    recipient = factories.RecipientFactory(
        user=user,
        given_name=HIDDEN,
        family_name=HIDDEN,
        phone="99 00 11 22",
        address=f"{HIDDEN} vei 7",
        directions=f"{HIDDEN} nøkkel",
    )
    factories.GrantFactory(recipient=recipient, service=service)
    employee = factories.EmployeeFactory(department=department, person=carer)
    day = factories.DayFactory(
        department=department, date=timezone.localdate() + dt.timedelta(days=1)
    )
    shift = factories.ShiftFactory(day=day, person=carer)
    visit = factories.VisitFactory(
        day=day, shift=shift, booking__recipient=recipient, booking__service=service
    )
    absence = factories.AbsenceFactory(
        person=carer, starts_at=timezone.now() + dt.timedelta(days=9)
    )
    mandate = factories.MandateFactory(recipient=recipient, holder=user_of_helper())
    return {
        "email": user.email.upper(),
        "recipient": recipient.pk,
        "foreign user": user.pk,
        "employee's person": carer.pk,
        "carer": carer.pk,
        "service": service.pk,
        "shift": shift.pk,
        "employee": employee.pk,
        "booking": visit.booking_id,
        "absence": absence.pk,
        "opening hours": factories.OpeningHoursFactory(department=department).pk,
        "mandate": mandate.pk,
        "department": department.pk,
        "feed": make_feed(recipient=recipient, by=user)[0].pk,
        "token": create_token(name=HIDDEN, scopes=[], days=1, by=user)[0].pk,
        "new": uuid.uuid4(),
        "contact": Contact.objects.create(
            recipient=recipient, position=1, name=f"{HIDDEN} Strand", phone="+4799001123"
        ).pk,
    }


def user_of_helper():
    return factories.UserFactory(given_name=HIDDEN, family_name=HIDDEN, acts_for_others=True)


def rows_of(foreign):
    """Every foreign row, to see that none has changed."""
    recipient, department = foreign["recipient"], foreign["department"]
    people = Q(person=foreign["carer"]) | Q(person=foreign["foreign user"])
    found = [
        Recipient.objects.filter(pk=recipient),
        User.objects.filter(pk__in=[foreign["foreign user"], foreign["carer"]]),
        Department.objects.filter(pk=department),
        Grant.objects.filter(Q(recipient=recipient) | Q(service__department=department)),
        Booking.objects.filter(Q(recipient=recipient) | Q(service__department=department)),
        Visit.objects.filter(day__department=department),
        Mandate.objects.filter(Q(recipient=recipient) | Q(holder=foreign["foreign user"])),
        Shift.objects.filter(Q(day__department=department) | people),
        Employee.objects.filter(Q(department=department) | people),
        Absence.objects.filter(people),
        OpeningHours.objects.filter(department=department),
        QualificationHeld.objects.filter(people),
        CalendarFeed.objects.filter(recipient=recipient),
        ApiToken.objects.filter(owner=foreign["foreign user"]),
    ]
    return [list(rows.order_by("pk").values()) for rows in found]


def forms_of(client, who, things):
    """Every form that the role is shown, once for each URL and set of fields."""
    forms = {}
    for address, rule in part(RULES).items():
        if rule.method != "get" or who not in rule.who:
            continue
        url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
        response = client.get(url, follow=True)
        if not response.get("Content-Type", "").startswith("text/html"):
            continue
        for form in Forms(url, response.text, FILLED).forms:
            name = resolve(form.action).view_name
            if name not in SKIPPED:
                forms.setdefault((name, *sorted(form.fields | form.choices)), form)
    return forms.values()


# What a form carries about the row that it changes, so that an older one is noticed.
MAKES_A_ROW = "makes a row, with the form's key as its id"
VERSIONS = {"version", "seen", "seen_shift"}
UNVERSIONED = {
    **dict.fromkeys(
        [
            "account_request_login_code", "account_reset_password",
            "accounts:log_in_again",
        ],
        "shows who somebody is",
    ),
    "accounts:invitation_letter": "sends a newer invitation, which replaces the one before",
    "account_change_password": "is refused when the password now is another",
    "account_set_password": "chooses the first password: refused when there is one",
    **dict.fromkeys(
        [
            "accounts:create_token", "booking:add_contact", "booking:add_grant",
            "booking:agree_time",
            "booking:add_recipient", "booking:book", "booking:replace_grant",
            "booking:book_by_phone", "booking:change_log_in", "booking:give_mandate",
            "booking:make_feed", "booking:register_guardian",
            "booking:new_pattern",
            "booking:pause", "booking:plans", "booking:recipient_pause",
            "booking:report_departure",
            "booking:repeat", "departments:add_employee",
            "departments:add_service", "departments:report_absence", "workflow:add_shift",
            "workflow:no_contact", "workflow:report_sick", "workflow:sick_today",
        ],
        MAKES_A_ROW,
    ),
    **dict.fromkeys(
        [
            "accounts:revoke_token",
            "booking:end_guardian", "booking:end_mandate", "booking:end_series",
            "booking:leave_out", "booking:take_back_left_out",
            "booking:end_pause", "booking:end_pause_by_phone", "booking:undo_departure",
            "booking:end_series_by_phone", "booking:leave_person", "booking:letter_printed",
            "booking:end_relation",
            "booking:end_agreed_time", "booking:give_up_agreed_time", "booking:see_given_up",
            "booking:remove_contact", "booking:remove_wish",
            "booking:remove_plan", "booking:forget_plan_file",
            "booking:revoke_feed", "booking:skip",
            "booking:withdraw_guardian", "booking:withdraw_mandate", "workflow:close_day",
            "workflow:undo_cover", "workflow:undo_report",
            "workflow:close_no_contact", "workflow:staff_no_contact",
        ],
        "ends a row: doing it twice changes nothing more",
    ),
    **dict.fromkeys(
        [
            "accounts:answer_invitation", "accounts:invitation",
            "booking:confirm_as_coordinator", "booking:confirm_guardian",
        ],
        "answers or confirms an invitation, which never changes, once",
    ),
    **dict.fromkeys(
        ["accounts:choose_view", "booking:choose_person", "booking:search_grants",
         "booking:search_recipients", "booking:find_former", "booking:open_access"],
        "chooses what the user sees",
    ),
    "booking:ask_staff": "there is one open request for a visit",
    "booking:needs_no_other_time": "notes it once",
    "workflow:keep_visit": "only an open request is answered",
    "booking:keep_visit": "only an open request is answered",
    "booking:ask_reassessment": "there is one open request for a grant",
    "booking:answer_reassessment": "only an open request is answered",
    "booking:confirm_departure": "confirms a report, which never changes, once",
    "booking:note_call": "records a call, which changes nothing",
    "booking:confirm_pause": "records a look, which changes nothing",
    "booking:find_former": "records a look with its reason, which changes nothing",
    "booking:open_access": "records a look with its reason, which changes nothing",
    "booking:declare_relation": "the same employee again makes no other row",
    "booking:read_plan_file": "replaces what the file before gave",
    "booking:show_plans": "chooses who sees what, for one person's own page",
    "booking:make_wish": "the same wish again makes no other row",
    "departments:add_qualification": "the same name again makes no other row",
    "departments:undo_change": "is refused when the hours or the service have changed since",
}  # fmt: skip

ROLES = [*sorted(EVERYBODY_INSIDE), ANONYMOUS]


@pytest.mark.parametrize("who", ROLES)
def test_a_foreign_value_shows_and_changes_nothing(
    who,
    cast,
    things,
    foreign,
    recipient,
    client,
):
    log_in(client, who, cast[who], recipient)
    if cast[who]:
        logged_in_again(client)
    before, wrong, sent = rows_of(foreign), [], 0
    for form in forms_of(client, who, things):
        for name in sorted({*form.fields, *form.choices} & FOREIGN.keys()):
            for kind in FOREIGN[name]:
                value = foreign[kind]
                session = client.session.session_key
                sid = transaction.savepoint()
                body = {**form.fields, "confirmed": "1", name: value}
                response = client.post(form.action, body, follow=True)
                if 'name="previewed"' in response.text:  # it affects visits or shifts
                    response = client.post(form.action, confirmation(response), follow=True)
                changed = rows_of(foreign) != before
                transaction.savepoint_rollback(sid)
                sent += 1
                if changed or HIDDEN in response.text or response.status_code >= 500:
                    wrong.append(
                        f"{form.action} with {name}={kind}: {response.status_code}"
                        f"{', changed' * changed}{', shown' * (HIDDEN in response.text)}"
                    )
                assert client.session.session_key == session
    assert not wrong, "\n".join(wrong)
    assert not IN_FULL or sent >= AT_LEAST[who]


# How many bodies with a foreign value each role can send, so that the test keeps finding forms.
AT_LEAST = {
    ADMINISTRATOR: 20,
    OTHER_ADMINISTRATOR: 3,
    RECIPIENT: 20,
    OTHER_RECIPIENT: 13,
    GUARDIAN: 20,
    LOOKER: 5,
    FORMER: 3,
    CARE_WORKER: 3,
    CASE_WORKER: 3,
    OTHER_CARE_WORKER: 3,
    DUTY_LEAD: 3,
    LATER_LEAD: 3,
    COORDINATOR: 3,
    ANONYMOUS: 2,
}


@pytest.mark.parametrize("who", ROLES)
def test_every_field_is_listed_and_every_edit_carries_a_version(
    who, cast, things, recipient, client
):
    log_in(client, who, cast[who], recipient)
    forms = list(forms_of(client, who, things))
    names = {name for form in forms for name in form.fields | form.choices}
    missing = names - FOREIGN.keys() - PLAIN
    assert not missing, f"add to FOREIGN or PLAIN: {sorted(missing)}"
    without = {
        resolve(form.action).view_name for form in forms if not VERSIONS & form.fields.keys()
    }
    unversioned = without - UNVERSIONED.keys()
    assert not unversioned, f"give the form the version of its row, or a reason: {unversioned}"
    makes_row = {name for name, why in UNVERSIONED.items() if why == MAKES_A_ROW}
    keyless = {
        name
        for form in forms
        if (name := resolve(form.action).view_name) in makes_row and "key" not in form.fields
    }
    assert not keyless, "a form that is sent twice must make one row"
