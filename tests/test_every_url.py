"""Who has access to each URL of the project. A URL without a row in ``RULES`` fails.

Other users get the log-in page or a 404, never a page and never a 403, which would reveal
that the object exists.
"""

import copy
import datetime as dt
import uuid
from dataclasses import dataclass, field, replace
from functools import partial

import pytest
from django.conf import settings
from django.db import transaction
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import actions
from accounts.access import ACTING_FOR
from accounts.models import Change, UnsentForm, User, UserSession
from accounts.pages import page_of
from accounts.roles import Role
from booking import actions as booking_actions
from booking.actions import Invited
from booking.actions.feeds import make_feed
from booking.converters import Clock
from booking.models import Contact, CoverageAct, Mandate, VisitRequest
from departments import actions as department_actions
from departments.hours import Staffing, WeeklyHours
from departments.models import Day, Department
from departments.queries.staff import EMPLOYMENT
from serviceshop.role_choice import APPS
from tests import factories
from tests.html_forms import TypedForms
from tests.sizes import part
from workflow import actions as workflow_actions
from workflow.models import NoContact

ANYBODY = "anybody"
LOGGED_IN = "logged in"
RECIPIENT = "recipient"
OTHER_RECIPIENT = "other recipient"
ADMINISTRATOR = "administrator"
OTHER_ADMINISTRATOR = "other administrator"
CARE_WORKER = "care worker"
OTHER_CARE_WORKER = "other care worker"
CASE_WORKER = "case worker"
COORDINATOR = "coordinator"
DUTY_LEAD = "duty lead of that day"
LATER_LEAD = "duty lead whose shift begins later"
ANONYMOUS = "anonymous"
PRIVATE = "Kanarifugl"  # the title of the recipient's own plan, which nobody else may see
# These users act for the recipient.
GUARDIAN = "guardian"
LOOKER = "helper who may look"
FORMER = "helper whose mandate has ended"

EVERYBODY_INSIDE = {
    RECIPIENT, OTHER_RECIPIENT, ADMINISTRATOR, OTHER_ADMINISTRATOR,
    CARE_WORKER, OTHER_CARE_WORKER, CASE_WORKER, COORDINATOR, GUARDIAN, LOOKER, FORMER,
    DUTY_LEAD, LATER_LEAD,
}  # fmt: skip
RECIPIENTS = {RECIPIENT, OTHER_RECIPIENT}
BOOKERS = {RECIPIENT, GUARDIAN}
LOOKERS = {RECIPIENT, GUARDIAN, LOOKER}
ACTING = {GUARDIAN, LOOKER, FORMER}
CARERS = {CARE_WORKER, OTHER_CARE_WORKER, DUTY_LEAD, LATER_LEAD}
LEADERS = {ADMINISTRATOR, DUTY_LEAD}  # of that day


@dataclass(frozen=True)
class Rule:
    """Who has access with which method, and the objects that the URL needs."""

    who: set
    method: str = "get"
    objects: dict = field(default_factory=dict)
    data: dict = field(default_factory=dict)  # form data, resolved as ``objects`` are

    def sends(self, **data):
        return replace(self, data=data)


def get(*who, **objects):
    return Rule(_people(who), "get", objects)


def post(*who, **objects):
    return Rule(_people(who), "post", objects)


def _people(who):
    if who == (ANYBODY,):
        return EVERYBODY_INSIDE | {ANONYMOUS}
    if who == (LOGGED_IN,):
        return EVERYBODY_INSIDE
    return set(who)


D = {"department": "department"}
AT_DAY = D | {"date": "date"}
OWN_DAY = {"date": "date", "visit": "visit"}

RULES = {
    "home": get(LOGGED_IN),
    "choose_role": get(),  # only for users with several roles
    "healthz": get(ANYBODY),
    "components": get(),  # only while developing
    "components page": get(page="components_page"),
    # accounts
    "account_login": get(ANYBODY),
    "account_request_login_code": get(ANYBODY),
    "account_confirm_login_code": get(LOGGED_IN),  # and users who wait for a code
    "account_logout": post(),  # redirects every user to the log-in page
    "account_inactive": get(ANYBODY),
    "account_change_password": get(LOGGED_IN),
    "account_set_password": get(LOGGED_IN),
    "account_reset_password": get(ANYBODY),
    "account_reset_password_done": get(ANYBODY),
    "account_reset_password_from_key_done": get(ANYBODY),
    "account_reset_password_from_key uidb36 key": get(ANYBODY, uidb36="uidb36", key="key"),
    "accounts:me": get(LOGGED_IN),
    "accounts:choose_language": post(ANYBODY),
    "accounts:settings": get(LOGGED_IN),
    "accounts:messages": get(LOGGED_IN),
    "accounts:email": get(LOGGED_IN),
    "accounts:email_code": get(LOGGED_IN),
    "accounts:contact_email": get(LOGGED_IN),
    "accounts:contact_email_code": get(LOGGED_IN),
    "accounts:phone": get(LOGGED_IN),
    "accounts:phone_code": get(LOGGED_IN),
    "accounts:choose_view": post(LOGGED_IN),
    "accounts:unsent": get(LOGGED_IN),
    "accounts:forget_unsent": post(LOGGED_IN),
    "accounts:invitations": get(LOGGED_IN),
    "accounts:answer_invitation invitation": post(RECIPIENT, invitation="invitation"),
    "accounts:invitation token": get(ANYBODY, token="invitation_token"),  # who has the mail
    "accounts:invitation_letter": get(ANYBODY),
    "accounts:invitation_letter_sent": get(ANYBODY),
    "accounts:log_in_again": get(LOGGED_IN),
    "accounts:tokens": get(LOGGED_IN),
    "accounts:create_token": post(LOGGED_IN).sends(key="new_key"),
    "accounts:revoke_token token": post(RECIPIENT, token="token"),
    # the API: a session gives no access; tests/api tests access by token
    "api:openapi-json": get(ANYBODY),
    "api:api-root": get(),
    "api:services": get(),
    "api:slots": get(),
    "api:bookings": get(),
    "api:book": post(),
    "api:move booking": post(booking="booking"),
    "api:cancel booking": post(booking="booking"),
    "api:delete booking": Rule(set(), "delete", {"booking": "booking"}),
    "api:work_lists": get(),
    # booking: a recipient's own
    "booking:calendar": get(OTHER_RECIPIENT, *LOOKERS),
    "booking:week": get(OTHER_RECIPIENT, *LOOKERS),
    "booking:book": post(OTHER_RECIPIENT, *BOOKERS).sends(
        key="new_key", recipient="recipient", service="service", starts_at="starts_at"
    ),
    "booking:times service date": get(OTHER_RECIPIENT, *BOOKERS, service="service", date="date"),
    "booking:check service date clock": get(
        OTHER_RECIPIENT, *BOOKERS, service="service", date="date", clock="clock"
    ),
    "booking:visits": get(OTHER_RECIPIENT, *LOOKERS),
    "booking:visit booking": get(*LOOKERS, booking="booking"),
    "booking:move booking": get(*BOOKERS, booking="booking"),
    "booking:move_times booking date": get(*BOOKERS, booking="booking", date="date"),
    "booking:move_check booking date clock": get(
        *BOOKERS, booking="booking", date="date", clock="clock"
    ),
    "booking:visit_file booking": get(*LOOKERS, booking="booking"),
    "booking:own_grants": get(OTHER_RECIPIENT, *LOOKERS),
    "booking:wishes": get(OTHER_RECIPIENT, *LOOKERS),
    "booking:make_wish": post(OTHER_RECIPIENT, *BOOKERS).sends(service="service", date="date"),
    "booking:remove_wish wish": post(*BOOKERS, wish="wish"),
    "booking:repeat booking": get(*BOOKERS, booking="booking"),
    "booking:all_series": get(OTHER_RECIPIENT, *LOOKERS),
    "booking:series series": get(*LOOKERS, series="series"),
    "booking:go_on series": post(*BOOKERS, series="series"),
    "booking:skip series": post(*BOOKERS, series="series").sends(date="series_date"),
    "booking:take_back_skip series": post(*BOOKERS, series="series").sends(date="series_date"),
    "booking:end_series series": get(*BOOKERS, series="series"),
    "booking:give_up_agreed_time agreed_time": post(*BOOKERS, agreed_time="agreed_time").sends(
        date="agreed_date"
    ),
    "booking:take_back_agreed_time agreed_time": post(*BOOKERS, agreed_time="agreed_time").sends(
        date="agreed_date"
    ),
    "booking:pause": get(OTHER_RECIPIENT, *BOOKERS),
    "booking:end_pause pause": post(*BOOKERS, pause="pause"),
    "booking:plans": get(*RECIPIENTS),
    "booking:remove_plan plan": post(RECIPIENT, plan="plan"),
    "booking:read_plan_file": post(*RECIPIENTS),
    "booking:forget_plan_file": post(*RECIPIENTS),
    "booking:show_plans": post(*RECIPIENTS),
    "booking:feeds": get(*RECIPIENTS),
    "booking:make_feed": post(*RECIPIENTS).sends(key="new_key"),
    "booking:revoke_feed feed": post(RECIPIENT, feed="feed"),
    "booking:feed secret": get(ANYBODY, secret="secret"),  # anybody who knows the secret
    "booking:note booking": get(*BOOKERS, booking="booking"),
    "booking:ask_staff booking": post(*BOOKERS, booking="booking").sends(kind="asked_kind"),
    "booking:cancel booking": get(*BOOKERS, booking="booking"),
    # booking: mandates
    "booking:mandates": get(*RECIPIENTS),
    "booking:give_mandate": post(*RECIPIENTS),
    "booking:withdraw_mandate invitation": post(RECIPIENT, invitation="helper_invitation"),
    "booking:end_mandate mandate": post(RECIPIENT, mandate="mandate"),
    "booking:guardians": get(COORDINATOR),
    "booking:confirm_as_coordinator invitation": post(
        COORDINATOR, invitation="guardian_invitation"
    ),
    "booking:looks": get(*RECIPIENTS, GUARDIAN),
    "booking:changes": get(*RECIPIENTS, GUARDIAN),
    "booking:persons": get(*ACTING),
    "booking:choose_person": post(RECIPIENT, GUARDIAN, LOOKER).sends(person="recipient"),
    "booking:leave_person mandate": post(LOOKER, mandate="mandate"),
    "booking:help": get(ANYBODY),
    "booking:privacy": get(ANYBODY),
    "booking:accessibility": get(ANYBODY),
    # booking: a department's recipients
    "booking:recipients department": get(ADMINISTRATOR, **D),
    "booking:find_former department": get(ADMINISTRATOR, CASE_WORKER, **D),
    "booking:open_access department recipient": get(
        ADMINISTRATOR, CASE_WORKER, **D, recipient="former_recipient"
    ),
    "booking:search_recipients department": post(ADMINISTRATOR, **D),
    "booking:new_recipient department": get(CASE_WORKER, **D),
    "booking:add_recipient department": post(CASE_WORKER, **D),
    "booking:letters department": get(ADMINISTRATOR, **D),
    "booking:all_letters department": get(ADMINISTRATOR, **D),
    "booking:letter department recipient": get(ADMINISTRATOR, **D, recipient="recipient"),
    "booking:letter_printed department recipient": post(ADMINISTRATOR, **D, recipient="recipient"),
    "booking:invite_by_letter department recipient": post(
        ADMINISTRATOR, **D, recipient="recipient"
    ),
    "booking:trust_address department recipient": post(ADMINISTRATOR, **D, recipient="recipient"),
    "booking:recipient department recipient": get(ADMINISTRATOR, **D, recipient="recipient"),
    "booking:change_recipient department recipient": post(
        ADMINISTRATOR, **D, recipient="recipient"
    ),
    "booking:change_contact_email department recipient": post(
        ADMINISTRATOR, **D, recipient="recipient"
    ),
    "booking:change_log_in department recipient": post(ADMINISTRATOR, **D, recipient="recipient"),
    "booking:add_grant department recipient": post(CASE_WORKER, **D, recipient="recipient"),
    # the setting of the department: case workers enter grants
    "booking:grants department": get(CASE_WORKER, **D),
    "booking:search_grants department": post(CASE_WORKER, **D),
    "booking:grants_of department recipient": get(
        ADMINISTRATOR, CASE_WORKER, **D, recipient="recipient"
    ),
    "booking:replace_grant department grant": get(CASE_WORKER, **D, grant="grant"),
    "booking:ask_reassessment department grant": post(ADMINISTRATOR, **D, grant="grant"),
    "booking:answer_reassessment department grant": post(CASE_WORKER, **D, grant="asked_grant"),
    "booking:grant department grant": get(ADMINISTRATOR, CASE_WORKER, **D, grant="grant"),
    "booking:change_grant department grant": post(CASE_WORKER, **D, grant="grant"),
    "booking:note_call department grant": post(ADMINISTRATOR, **D, grant="grant").sends(
        outcome="outcome"
    ),
    "booking:add_contact department recipient": post(ADMINISTRATOR, **D, recipient="recipient"),
    "booking:agree_time department grant": post(ADMINISTRATOR, **D, grant="grant"),
    "booking:end_agreed_time department grant agreed_time": post(
        ADMINISTRATOR, **D, grant="grant", agreed_time="agreed_time"
    ),
    "booking:see_given_up department grant agreed_time": post(
        ADMINISTRATOR, **D, grant="grant", agreed_time="agreed_time"
    ).sends(date="agreed_date"),
    "booking:remove_contact department recipient contact": post(
        ADMINISTRATOR, **D, recipient="recipient", contact="contact"
    ),
    "booking:change_keys department recipient": post(ADMINISTRATOR, **D, recipient="recipient"),
    "booking:declare_relation department recipient": post(
        ADMINISTRATOR, **D, recipient="recipient"
    ),
    "booking:end_relation department recipient relation": post(
        ADMINISTRATOR, **D, recipient="recipient", relation="relation"
    ),
    "booking:register_guardian department recipient": post(
        ADMINISTRATOR, **D, recipient="recipient"
    ),
    "booking:confirm_guardian department recipient invitation": post(
        ADMINISTRATOR, **D, recipient="recipient", invitation="guardian_invitation"
    ),
    "booking:withdraw_guardian department recipient invitation": post(
        ADMINISTRATOR, **D, recipient="recipient", invitation="guardian_invitation"
    ),
    "booking:end_guardian department recipient mandate": post(
        ADMINISTRATOR, **D, recipient="recipient", mandate="guardian_mandate"
    ),
    "booking:phone department recipient service": get(
        ADMINISTRATOR, **D, recipient="recipient", service="service"
    ),
    "booking:book_by_phone department recipient service": post(
        ADMINISTRATOR, **D, recipient="recipient", service="service"
    ),
    "booking:phone_visit department recipient booking": get(
        ADMINISTRATOR, **D, recipient="recipient", booking="booking"
    ),
    "booking:move_by_phone department recipient booking": post(
        ADMINISTRATOR, **D, recipient="recipient", booking="booking"
    ),
    "booking:needs_no_other_time department recipient booking": post(
        ADMINISTRATOR, **D, recipient="recipient", booking="booking"
    ),
    "booking:keep_visit department recipient booking": post(
        ADMINISTRATOR, **D, recipient="recipient", booking="booking"
    ),
    "booking:cancel_by_phone department recipient booking": post(
        ADMINISTRATOR, **D, recipient="recipient", booking="booking"
    ),
    "booking:go_on_by_phone department recipient series": post(
        ADMINISTRATOR, **D, recipient="recipient", series="series"
    ),
    "booking:end_series_by_phone department recipient series": post(
        ADMINISTRATOR, **D, recipient="recipient", series="series"
    ),
    "booking:new_pattern department recipient": get(ADMINISTRATOR, **D, recipient="recipient"),
    "booking:pattern department recipient pattern": get(
        ADMINISTRATOR, **D, recipient="recipient", pattern="pattern"
    ),
    "booking:end_pattern department recipient pattern": get(
        ADMINISTRATOR, **D, recipient="recipient", pattern="pattern"
    ),
    "booking:leave_out department recipient pattern date": post(
        ADMINISTRATOR, **D, recipient="recipient", pattern="pattern", date="pattern_date"
    ),
    "booking:take_back_left_out department recipient pattern date": post(
        ADMINISTRATOR, **D, recipient="recipient", pattern="pattern", date="pattern_date"
    ),
    "booking:recipient_pause department recipient": get(ADMINISTRATOR, **D, recipient="recipient"),
    "booking:report_departure department recipient": post(
        ADMINISTRATOR, **D, recipient="recipient"
    ),
    "booking:confirm_departure department recipient departure": post(
        ADMINISTRATOR, **D, recipient="recipient", departure="departure"
    ),
    "booking:undo_departure department recipient departure": post(
        ADMINISTRATOR, **D, recipient="recipient", departure="departure"
    ),
    "booking:end_pause_by_phone department recipient pause": post(
        ADMINISTRATOR, **D, recipient="recipient", pause="pause"
    ),
    "booking:answer_pause department recipient pause": post(
        ADMINISTRATOR, **D, recipient="recipient", pause="pause"
    ).sends(answer="answer"),
    "booking:confirm_pause department recipient pause": post(
        ADMINISTRATOR, **D, recipient="recipient", pause="pause"
    ),
    "booking:recipient_week department recipient": get(ADMINISTRATOR, **D, recipient="recipient"),
    # departments
    "departments:overview": get(COORDINATOR, ADMINISTRATOR, OTHER_ADMINISTRATOR),
    "departments:department department": get(COORDINATOR, ADMINISTRATOR, **D),
    "departments:hours department": get(ADMINISTRATOR, **D),
    "departments:new_period department": get(ADMINISTRATOR, **D),
    "departments:add_period department": post(ADMINISTRATOR, **D),
    "departments:period department row": get(ADMINISTRATOR, **D, row="row"),
    "departments:change_period department row": post(ADMINISTRATOR, **D, row="row"),
    "departments:split_period department row": get(ADMINISTRATOR, **D, row="row"),
    "departments:remove_period department row": get(ADMINISTRATOR, **D, row="row"),
    "departments:special_days department": get(ADMINISTRATOR, **D),
    "departments:set_special_day department": post(ADMINISTRATOR, **D),
    "departments:special_day department date": get(ADMINISTRATOR, **AT_DAY),
    "departments:remove_special_day department date": post(ADMINISTRATOR, **AT_DAY),
    "departments:services department": get(ADMINISTRATOR, **D),
    "departments:new_service department": get(ADMINISTRATOR, **D),
    "departments:add_service department": post(ADMINISTRATOR, **D),
    "departments:add_qualification department": post(ADMINISTRATOR, **D),
    "departments:service department service": get(ADMINISTRATOR, **D, service="service"),
    "departments:change_service department service": post(ADMINISTRATOR, **D, service="service"),
    "departments:choice_deadline department service": get(ADMINISTRATOR, **D, service="service"),
    "departments:no_contact_steps department service": get(ADMINISTRATOR, **D, service="service"),
    "departments:staff department": get(ADMINISTRATOR, **D),
    "departments:new_employee department": get(ADMINISTRATOR, **D),
    "departments:add_employee department": post(ADMINISTRATOR, **D),
    "departments:employee department employee": get(ADMINISTRATOR, **D, employee="employee"),
    "departments:invite_again department employee": post(ADMINISTRATOR, **D, employee="employee"),
    "departments:change_contact_email department employee": post(
        ADMINISTRATOR, **D, employee="employee"
    ),
    "departments:rename_employee department employee": post(
        ADMINISTRATOR, **D, employee="employee"
    ),
    "departments:mark_leader department employee": post(ADMINISTRATOR, **D, employee="employee"),
    "departments:change_employment department employee": post(
        ADMINISTRATOR, **D, employee="employee"
    ),
    "departments:give_qualification department employee": post(
        ADMINISTRATOR, **D, employee="employee"
    ),
    "departments:take_qualification department employee held": post(
        ADMINISTRATOR, **D, employee="employee", held="held"
    ),
    "departments:absences department": get(ADMINISTRATOR, **D),
    "departments:new_absence department": get(ADMINISTRATOR, **D),
    "departments:report_absence department": post(ADMINISTRATOR, **D),
    "departments:absence department absence": get(ADMINISTRATOR, **D, absence="absence"),
    "departments:end_absence department absence": post(ADMINISTRATOR, **D, absence="absence"),
    "departments:correct_absence department absence": post(ADMINISTRATOR, **D, absence="absence"),
    "departments:settings department": get(ADMINISTRATOR, **D),
    "departments:change_settings department": post(ADMINISTRATOR, **D),
    "departments:phones department": get(ADMINISTRATOR, **D),
    "departments:change_phones department": post(ADMINISTRATOR, **D),
    "departments:changes department": get(ADMINISTRATOR, **D),
    "departments:undo_change department change": post(ADMINISTRATOR, **D, change="change"),
    # workflow: the administrator's day
    "workflow:today department": get(ADMINISTRATOR, **D),
    "workflow:unbooked department": get(ADMINISTRATOR, **D),
    "workflow:board department": get(ADMINISTRATOR, **D),
    "workflow:board department date": get(*LEADERS, **AT_DAY),
    "workflow:lay_out department date": post(ADMINISTRATOR, **AT_DAY),
    "workflow:board_visit department date visit": get(*LEADERS, **AT_DAY, visit="visit"),
    "workflow:close_day department date": get(ADMINISTRATOR, **AT_DAY),
    "workflow:report_visit department date visit": get(*LEADERS, **AT_DAY, visit="visit"),
    "workflow:give department date visit": post(*LEADERS, **AT_DAY, visit="visit").sends(
        shift="shift"
    ),
    "workflow:take_off department date visit": post(*LEADERS, **AT_DAY, visit="visit"),
    "workflow:add_shift department date": get(*LEADERS, **AT_DAY),
    "workflow:board_shift department date shift": get(*LEADERS, **AT_DAY, shift="shift"),
    "workflow:mark_duty department date shift": post(ADMINISTRATOR, **AT_DAY, shift="shift"),
    "workflow:report_sick department date shift": get(*LEADERS, **AT_DAY, shift="shift"),
    "workflow:name_shift department date shift": get(*LEADERS, **AT_DAY, shift="shift").sends(
        person="person"
    ),
    "workflow:unname_shift department date shift": get(*LEADERS, **AT_DAY, shift="shift"),
    "workflow:remove_shift department date shift": get(*LEADERS, **AT_DAY, shift="shift"),
    "workflow:staff_no_contact department no_contact": get(*LEADERS, **D, no_contact="no_contact"),
    "workflow:close_no_contact department no_contact": post(
        *LEADERS, **D, no_contact="no_contact"
    ),
    "workflow:duty": get(ADMINISTRATOR, OTHER_ADMINISTRATOR, DUTY_LEAD),
    "workflow:cover department date": get(*LEADERS, **AT_DAY),
    "workflow:sick_today department date shift": post(*LEADERS, **AT_DAY, shift="shift"),
    "workflow:undo_sick department date absence": post(
        *LEADERS, **AT_DAY, absence="absence_of_day"
    ),
    "workflow:keep_visit department date asked": post(*LEADERS, **AT_DAY, asked="asked"),
    "workflow:undo_cover department date act": post(*LEADERS, **AT_DAY, act="coverage_act"),
    # workflow: the carer's day
    "workflow:my_day": get(*CARERS),
    "workflow:my_day date": get(*CARERS, date="date"),
    "workflow:visit date visit": get(CARE_WORKER, **OWN_DAY),
    "workflow:report date visit": post(CARE_WORKER, **OWN_DAY),
    "workflow:undo_report date visit": post(CARE_WORKER, **OWN_DAY),
    "workflow:no_contact date visit": get(CARE_WORKER, date="date", visit="silent_visit"),
    "workflow:print_list work_list": get(CARE_WORKER, ADMINISTRATOR, work_list="work_list"),
}


def url_patterns(patterns, namespace=""):
    """Each URL pattern's name and parameters: "booking:move_times booking date"."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            words = [f"{namespace}{pattern.name}", *named(pattern.pattern)]
            yield " ".join(words)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            for address in url_patterns(pattern.url_patterns, inner):
                name, *rest = address.split(" ")
                yield " ".join([name, *named(pattern.pattern), *rest])


def named(pattern):
    return list(pattern.converters) or list(pattern.regex.groupindex)


def test_every_url_has_a_rule():
    found = set(url_patterns(get_resolver().url_patterns))
    assert found - set(RULES) == set(), "add these to RULES"
    assert set(RULES) - found == set(), "remove these from RULES"


@pytest.fixture
def cast(db, department, other_department, recipient, administrator, other_administrator,
         care_worker, service):  # fmt: skip
    other_recipient = factories.RecipientFactory(user=factories.UserFactory())
    factories.GrantFactory(recipient=other_recipient, service=service)
    mandate = partial(factories.MandateFactory, recipient=recipient)
    return {
        RECIPIENT: recipient.user,
        OTHER_RECIPIENT: other_recipient.user,
        ADMINISTRATOR: administrator,
        OTHER_ADMINISTRATOR: other_administrator,
        CARE_WORKER: care_worker,
        OTHER_CARE_WORKER: factories.EmployeeFactory(department=other_department).person,
        CASE_WORKER: case_worker_of(department),
        COORDINATOR: factories.CoordinatorFactory().user,
        DUTY_LEAD: duty_lead(department, other_department, begins_in=dt.timedelta(minutes=30)),
        LATER_LEAD: duty_lead(department, other_department, begins_in=dt.timedelta(minutes=90)),
        GUARDIAN: mandate(guardian=True).holder,
        LOOKER: mandate(may=Mandate.May.LOOK).holder,
        FORMER: mandate(revoked_at=timezone.now()).holder,
        ANONYMOUS: None,
    }


@pytest.fixture
def things(cast, department, other_department, recipient, service, care_worker, administrator):
    """Objects for the URLs. All belong to the recipient and the department."""
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    day = factories.DayFactory(department=department, date=tomorrow)
    shift = factories.ShiftFactory(day=day, person=care_worker)
    visit = factories.VisitFactory(
        day=day, shift=shift, booking__recipient=recipient, booking__service=service
    )
    silent = factories.VisitFactory(
        day=day,
        shift=shift,
        booking__recipient=recipient,
        booking__service=service,
        booking__starts_at=factories.local(tomorrow, 15),
    )
    workflow_actions.make_plan(day_id=day.pk)
    series = factories.BookingSeriesFactory(recipient=recipient, service=service)
    pattern = factories.PatternFactory(recipient=recipient, service=service, by=administrator)
    agreed = factories.AgreedTimeFactory(grant=recipient.grants.get(), by=administrator)
    feed, secret = make_feed(recipient=recipient, by=recipient.user)
    factories.SpecialDayFactory(department=department, date=tomorrow)
    employee = factories.EmployeeFactory(department=other_department)
    invitation = actions.invite(
        kind=EMPLOYMENT, address=recipient.user.email, target_id=employee.pk, by=None
    )
    terms = {"may": Mandate.May.LOOK, "valid_from": timezone.localdate()}
    helper = booking_actions.give_mandate(
        recipient=recipient, to=Invited("h@example.test", "Helper"), by=recipient.user, **terms
    )
    guardian = booking_actions.register_guardian(
        recipient=recipient,
        to=Invited("g@example.test", "Guardian"),
        reference="2026/17",
        department=department,
        by=administrator,
        **terms,
    )
    return {
        "department": department.pk,
        "recipient": recipient.pk,
        "former_recipient": factories.GrantFactory(
            service=service, valid_until=tomorrow - dt.timedelta(days=100)
        ).recipient_id,
        "service": service.pk,
        "grant": recipient.grants.get().pk,
        "asked_grant": asked_grant(cast[OTHER_RECIPIENT].recipient, administrator).pk,
        "outcome": "no_answer",
        "booking": visit.booking_id,
        "feed": feed.pk,
        "secret": secret,
        "visit": visit.pk,
        "silent_visit": silent.pk,
        "relation": recipient.relations.create(person=factories.UserFactory()).pk,
        "contact": Contact.objects.create(
            recipient=recipient, position=1, name="Tone", phone="+4790000021"
        ).pk,
        "no_contact": NoContact.objects.create(
            visit=silent, opened_at=timezone.now(), opened_by=care_worker
        ).pk,
        "shift": shift.pk,
        "work_list": shift.work_list.pk,
        "row": factories.OpeningHoursFactory(department=department).pk,
        "employee": care_worker.employments.get().pk,
        "held": factories.QualificationHeldFactory(person=care_worker).pk,
        "absence_of_day": absence_on(day).pk,
        "asked": VisitRequest.objects.create(booking=silent.booking, kind="other_time").pk,
        "coverage_act": CoverageAct.objects.create(day=day).pk,
        "absence": factories.AbsenceFactory(
            person=care_worker, starts_at=timezone.now() + dt.timedelta(days=5)
        ).pk,
        "mandate": recipient.mandates.get(may=Mandate.May.LOOK).pk,
        "guardian_mandate": recipient.mandates.get(kind=Mandate.Kind.GUARDIAN).pk,
        "change": undoable_change(department, administrator).pk,
        "person": factories.EmployeeFactory(department=department).person_id,
        "wish": factories.SlotWishFactory(recipient=recipient, service=service).pk,
        "series": series.pk,
        "answer": "stop",
        "asked_kind": "unwanted",
        "departure": recipient.departures.create(why="moved").pk,
        "pause": factories.PauseFactory(recipient=recipient).pk,
        "pattern": pattern.pk,
        "pattern_date": pattern.dates.create(
            date=pattern.first_date, time=pattern.times[0], why="closed"
        ).pk,
        "plan": factories.OwnPlanFactory(recipient=recipient, title=PRIVATE).pk,
        "series_date": series.first_date,
        "agreed_time": agreed.pk,
        "agreed_date": agreed.dates.create(date=tomorrow, state="no_seat", why="busy").date,
        "new_key": uuid.uuid4(),
        "starts_at": factories.local(tomorrow, 13).isoformat(),
        "date": tomorrow,
        "clock": Clock(dt.time(13)),
        "token": actions.create_token(
            name="x", scopes=["bookings:read"], days=1, by=recipient.user
        )[0].pk,
        "invitation": invitation.pk,
        "helper_invitation": helper.pk,
        "guardian_invitation": guardian.pk,
        "invitation_token": invitation.token,
        "components_page": "forms",
        "uidb36": "0",
        "key": "set-password",
    }


def case_worker_of(department):
    """One who enters the department's grants, by its setting."""
    Department.objects.filter(pk=department.pk).update(grants_by="case_worker")
    return factories.EmployeeFactory(department=department, role="case_worker").person


def asked_grant(recipient, administrator):
    """A grant whose reassessment is asked for."""
    grant = recipient.grants.get()
    booking_actions.ask_reassessment(grant=grant, reason="Needs more", by=administrator)
    return grant


def absence_on(day):
    shift = factories.ShiftFactory(day=day, person=factories.UserFactory())
    absence = factories.AbsenceFactory(
        person=shift.person,
        department=day.department,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
    )
    return factories.take_away(shift, absence=absence)


def duty_lead(department, own_department, begins_in):
    """A carer of another department, on a shift that ends tomorrow evening."""
    carer = factories.EmployeeFactory(department=own_department).person
    now = timezone.now()
    today = timezone.localdate(now)
    day, _ = Day.objects.get_or_create(department=own_department, date=today)
    shift = factories.ShiftFactory(
        day=day,
        person=carer,
        starts_at=now + begins_in,
        ends_at=factories.local(today + dt.timedelta(days=1), 20),
    )
    shift.duty_for.add(department)
    return carer


def undoable_change(department, administrator):
    department_actions.add_opening_hours(
        department=department,
        hours=WeeklyHours(
            staffing=Staffing(dt.time(18), dt.time(20), staff=1, id=uuid.uuid4()),
            weekday=1,
            valid_from=timezone.localdate(),
        ),
        by=administrator,
    )
    return Change.objects.filter(department_id=department.pk).first()


def is_turned_away(response):
    if response.status_code in (401, 404):
        return True
    login = resolve_url(settings.LOGIN_URL)
    return response.status_code == 302 and response["Location"].startswith(login)


def log_in(client, who, user, recipient):
    client.logout()
    if user:
        client.force_login(user)
    if who in ACTING:
        session = client.session
        session[ACTING_FOR] = str(recipient.pk)
        session.save()


@pytest.mark.parametrize("who", [*sorted(EVERYBODY_INSIDE), ANONYMOUS])
def test_only_users_with_access_get_a_page(who, cast, things, recipient, client):
    log_in(client, who, cast[who], recipient)
    wrong = []
    for address, rule in part(RULES).items():
        url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
        data = {key: things[thing] for key, thing in rule.data.items()}
        response = visit(client, rule.method, url, data)
        status = response.status_code
        if is_turned_away(response) == (who in rule.who) or status in (403, 500):
            wrong.append(f"{address}: {status}")
        if who != RECIPIENT and PRIVATE in text_of_page(response):
            wrong.append(f"{address} shows the recipient's own plans")
        if cast[who] and "<form" in (text := text_of_page(response)):
            wrong += [f"{address}: {form} has no language" for form in TypedForms(text).lost]
    assert not wrong, "\n".join(wrong)


# The roles of one user, each with somebody who has only that one and the same rows.
ROLES = {Role.ADMINISTRATOR: ADMINISTRATOR, Role.PRIVATE: OTHER_RECIPIENT}


def has_two_roles(cast, department):
    factories.EmployeeFactory(
        person=cast[OTHER_RECIPIENT], department=department, role=Role.ADMINISTRATOR
    )
    return cast[OTHER_RECIPIENT]


@pytest.mark.parametrize("role", [*ROLES, None])
def test_each_url_is_judged_by_the_chosen_role(role, cast, things, department, client):
    client.force_login(has_two_roles(cast, department))
    if role:
        assert client.post(reverse("choose_role"), {"role": role}).url == reverse("home")
    wrong = []
    for address, rule in part(RULES).items():
        url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
        data = {key: things[thing] for key, thing in rule.data.items()}
        response = visit(client, rule.method, url, data)
        is_asked = response.status_code == 302 and response.url.startswith("/role/")
        if address == "choose_role":
            wrong += [address] * (response.status_code != 200)
        elif role is None:
            is_of_a_role = address.startswith(tuple(APPS)) and ANONYMOUS not in rule.who
            wrong += [f"{address}: opened"] * (is_of_a_role and not is_asked)
        elif is_turned_away(response) == (ROLES[role] in rule.who) or is_asked:
            wrong.append(f"{address}: {response.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_role_is_chosen_at_log_in_and_changed_in_the_header(cast, things, department, client):
    user = has_two_roles(cast, department)
    User.objects.filter(pk=user.pk).update(language="en")
    client.force_login(user)
    board = reverse("workflow:today", args=[department.pk])

    asked = client.get(board, follow=True)
    assert asked.redirect_chain == [("/role/?" + urlencode({"next": board}), 302)]
    form = {"role": Role.ADMINISTRATOR, "next": asked.context["next"]}
    opened = client.post(reverse("choose_role"), form, follow=True)
    assert opened.wsgi_request.path == board
    assert "Change to: Myself, and those I act for" in opened.text
    assert "Change role" in client.get(reverse("booking:visits")).text  # 404, with the way on

    assert client.post(reverse("choose_role"), {"role": Role.COORDINATOR}).status_code == 404
    client.post(reverse("choose_role"), {"role": Role.PRIVATE})
    assert client.get(board).status_code == 404
    private = client.get(reverse("booking:visits")).text
    assert private.count(f'href="{reverse("choose_role")}"') == 2  # header, and foot on phones

    user.employments.update(valid_until=factories.LONG_AGO)  # one role is left
    assert "Change role" not in client.get(reverse("booking:visits")).text


def test_a_missing_object_is_not_found(cast, things, recipient, client):
    wrong = []
    for address, rule in part(RULES).items():
        absent = {
            key: uuid.uuid4() if isinstance(things[thing], uuid.UUID) else things[thing]
            for key, thing in rule.objects.items()
        }
        if rule.who and any(isinstance(value, uuid.UUID) for value in absent.values()):
            who = min(rule.who)
            log_in(client, who, cast[who], recipient)
            status = visit(client, rule.method, url_of(address, absent), {}).status_code
            if status != 404:
                wrong.append(f"{address}: {status}")
    assert not wrong, "\n".join(wrong)


def visit(client, method, url, data):
    """The response. Changes by the request are rolled back."""
    cookies = copy.deepcopy(client.cookies)
    sid = transaction.savepoint()
    response = getattr(client, method)(url, data)
    transaction.savepoint_rollback(sid)
    client.cookies = cookies
    return response


def text_of_page(response):
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return response.text if is_page else ""


def url_of(address, kwargs):
    return reverse(address.split(" ")[0], kwargs=kwargs)


def test_a_post_only_url_is_below_a_page(things):
    wrong = []
    for address, rule in RULES.items():
        url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
        if Client().get(url).status_code == 405 and not url.startswith("/api/"):
            page = page_of(url)
            if page == url or Client().get(page).status_code == 405:
                wrong.append(f"{address}: {page}")
        elif page_of(url) != url:
            wrong.append(f"{address}: {page_of(url)}")
    assert not wrong, "\n".join(wrong)


def test_nothing_that_a_stranger_sends_is_kept(things):
    """Neither a session nor a word, whatever is sent wherever; and no cookie from the API."""
    data = {"note": "x" * 5_000, **{name: str(value) for name, value in things.items()}}
    wrong = []
    for address, rule in part(RULES).items():
        url = url_of(address, {key: things[thing] for key, thing in rule.objects.items()})
        stranger = Client()
        for send in (stranger.get, stranger.post):
            send(url, data)
            if UserSession.objects.exists() or UnsentForm.objects.exists():
                wrong.append(f"{address}: kept in the database")
            UserSession.objects.all().delete()
        if address.startswith("api:") and stranger.cookies:
            wrong.append(f"{address}: {list(stranger.cookies)}")
    assert not wrong, "\n".join(wrong)
