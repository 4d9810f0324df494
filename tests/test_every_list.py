"""Every list, on a page or in the API, uses the same number of queries for many rows.

The world grows by one row of every kind, also of those that a page does not show.
"""

import datetime as dt
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions
from accounts.access import ACTING_FOR
from accounts.models import AccessLogEntry, ApiToken, Change, DeadAddress, Invitation
from booking.actions import ask_reassessment, note_call
from booking.actions.feeds import make_feed
from booking.models import BookingEvent, Contact, SeriesDate
from booking.models.calls import Outcome
from departments.models import Employee
from tests import factories
from tests.factories import local
from tests.sizes import part
from tests.test_every_url import RULES
from workflow import actions as workflow_actions
from workflow.models import NoContact

NOW = dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC)  # seven o'clock here, a Tuesday
TODAY = dt.date(2026, 11, 24)
TOMORROW = dt.date(2026, 11, 25)
FEW, MANY = 1, 6


class World:
    """A department and its people. ``grow`` adds one row of every kind for each of them."""

    def __init__(self, department, service, recipient, administrator, care_worker):
        self.department, self.service, self.recipient = department, service, recipient
        self.today = factories.DayFactory(department=department, date=TODAY)
        self.tomorrow = factories.DayFactory(department=department, date=TOMORROW)
        self.shift = factories.ShiftFactory(day=self.today, person=care_worker)
        self.special_day = factories.SpecialDayFactory(
            department=department, date=TOMORROW + dt.timedelta(weeks=1)
        )
        self.series = factories.BookingSeriesFactory(
            recipient=recipient, service=service, first_date=TOMORROW - dt.timedelta(weeks=20)
        )
        self.pattern = factories.PatternFactory(recipient=self.recipient, service=self.service)
        self.employee = care_worker.employments.get()
        self.absence = factories.AbsenceFactory(person=care_worker, starts_at=local(TOMORROW, 7))
        self.people = {
            "recipient": recipient.user,
            "administrator": administrator,
            "care worker": care_worker,
            "case worker": factories.EmployeeFactory(
                department=department, role=Employee.Role.CASE_WORKER
            ).person,
            "coordinator": factories.CoordinatorFactory().user,
            "guardian": factories.MandateFactory(recipient=recipient, guardian=True).holder,
        }
        self.keys = {
            who: actions.create_token(name="x", scopes=list(ApiToken.Scope), days=1, by=user)[1]
            for who, user in self.people.items()
        }
        self.visit = self.booked(self.today, 15, self.shift, booking__recipient=recipient)
        self.no_contact = NoContact.objects.create(
            visit=self.visit, opened_at=NOW, opened_by=care_worker
        )
        self.size = 0

    def grow(self):
        n, self.size = self.size, self.size + 1
        hour = 8 + n
        self.grow_supply(n)
        colleague = self.grow_staff()
        theirs = factories.ShiftFactory(day=self.today, person=colleague)
        NoContact.objects.create(
            visit=self.booked(self.today, hour, theirs), opened_at=NOW, opened_by=colleague
        )
        self.grow_no_contact(n, colleague)
        self.booked(self.today, hour, self.shift)
        self.booked(self.today, hour, booking__service=self.service)
        factories.BookingFactory(service=self.service, starts_at=NOW, uncharged_at=NOW)
        self.grow_recipients(colleague)
        self.grow_own(n, colleague)
        self.today.revision += 1
        self.today.save()
        workflow_actions.make_plan(day_id=self.today.pk)

    def grow_no_contact(self, n, colleague):
        """Add somebody to call, and that they were called."""
        contact = Contact.objects.create(
            recipient=self.recipient, position=n, name=f"X{n}", phone="+4790000001"
        )
        self.no_contact.attempts.create(
            step="Call the relatives", contact=contact, result="no_answer", at=NOW, by=colleague
        )

    def grow_supply(self, n):
        factories.ServiceFactory(
            department=self.department, qualifications=[factories.QualificationFactory()]
        )
        factories.OpeningHoursFactory(
            department=self.department,
            weekday=n + 1,
            qualifications=[factories.QualificationFactory()],
        )
        special = factories.SpecialDayFactory(
            department=self.department, date=TODAY + dt.timedelta(days=20 + n)
        )
        factories.SpecialHoursFactory(special_day=special)
        opens = dt.time(8 + n)
        factories.SpecialHoursFactory(
            special_day=self.special_day, opens_at=opens, closes_at=dt.time(9 + n)
        )
        Change.objects.create(
            department_id=self.department.pk,
            verb="remove_special_day",
            after={"special_days": [], "from": TODAY},
            actor=self.people["administrator"],
        )
        elsewhere = factories.OpeningHoursFactory(weekday=n + 1)
        factories.ServiceFactory(department=elsewhere.department)

    def grow_staff(self):
        employee = factories.EmployeeFactory(department=self.department)
        factories.QualificationHeldFactory(person=employee.person)
        factories.QualificationHeldFactory(person=self.employee.person)
        factories.AbsenceFactory(person=employee.person, starts_at=local(TOMORROW, 7))
        factories.EmployeeFactory(department=self.department, role=Employee.Role.ADMINISTRATOR)
        return employee.person

    def grow_recipients(self, colleague):
        """Add a recipient of the department whose messages do not arrive."""
        user = factories.UserFactory()
        recipient = factories.RecipientFactory(user=user)
        grant = factories.GrantFactory(
            recipient=recipient, service=self.service, is_essential=True
        )
        note_call(grant=grant, outcome=Outcome.NO_ANSWER, department=self.department, by=colleague)
        ask_reassessment(grant=grant, reason="Needs more", by=self.people["administrator"])
        DeadAddress.objects.create(user=user, channel="email", address=user.email)
        actions.post(
            kind="visit.moved_by_others",
            key="any",
            to=user,
            subject_id=recipient.pk,
            department_id=self.department.pk,
            expires_at=NOW + dt.timedelta(days=1),
        )
        factories.MandateFactory(
            recipient=recipient, holder=self.people["guardian"], guardian=True
        )

    def grow_own(self, n, colleague):
        """Add one row of every kind for the recipient whose pages are fetched."""
        recipient, user = self.recipient, self.recipient.user
        service = factories.GrantFactory(
            recipient=recipient, service=factories.ServiceFactory(department=self.department)
        ).service
        self.booked(self.tomorrow, 8 + n, booking__recipient=recipient, booking__service=service)
        helper = factories.MandateFactory(recipient=recipient).holder
        factories.MandateFactory(recipient=recipient, guardian=True)
        past = factories.BookingFactory(
            recipient=recipient, service=service, starts_at=NOW - dt.timedelta(days=n + 1)
        )
        for by, kind in ((helper, "booked"), (colleague, "moved"), (user, "moved")):
            for booking in (past, self.visit.booking):
                BookingEvent.objects.create(
                    booking=booking, by=by, kind=kind, from_starts_at=NOW, to_starts_at=NOW
                )
        factories.BookingSeriesFactory(recipient=recipient, service=service, by=helper)
        SeriesDate.objects.create(
            series=self.series, date=TOMORROW - dt.timedelta(weeks=n + 1), state="skipped"
        )
        factories.PatternFactory(recipient=recipient, service=service, by=colleague)
        self.pattern.dates.create(
            date=TOMORROW + dt.timedelta(days=n), time=dt.time(8), why="closed"
        )
        factories.SlotWishFactory(recipient=recipient, service=service, by=helper)
        factories.OwnPlanFactory(recipient=recipient)
        factories.PauseFactory(
            recipient=recipient, first_day=TODAY + dt.timedelta(days=60 + 9 * n)
        )
        self.grow_invitations(n)
        make_feed(recipient=recipient, by=user)
        actions.create_token(name="x", scopes=["bookings:read"], days=1, by=user)
        AccessLogEntry.objects.create(
            actor=colleague,
            subject_id=recipient.pk,
            department_id=self.department.pk,
            what="booking:recipient",
        )
        Change.objects.create(
            actor=colleague,
            subject_id=recipient.pk,
            department_id=self.department.pk,
            verb="trust_again",
        )

    def grow_invitations(self, n):
        """Add invitations by the recipient, about them, and to their address."""
        alone = factories.EmployeeFactory(role=Employee.Role.ADMINISTRATOR)
        terms = {"name": "x", "may": "look", "reference": "2026/17"}
        for kind, by, to, department in (
            ("helper", self.recipient.user, "helper", None),
            ("guardian", alone.person, "guardian", alone.department_id),
        ):
            Invitation.objects.create(
                kind="mandate",
                address=f"{to}{n}@example.test",
                target_id=self.recipient.pk,
                department_id=department,
                proposal={**terms, "kind": kind},
                by=by,
                expires_at=NOW + Invitation.LASTS,
            )
        employee = factories.EmployeeFactory(person__email=None)
        Invitation.objects.create(
            kind="employment",
            address=self.recipient.user.email,
            target_id=employee.pk,
            due_at=NOW,
            expires_at=NOW + Invitation.LASTS,
        )

    def booked(self, day, hour, shift=None, **fields):
        starts_at = local(day.date, hour)
        visit = factories.VisitFactory(
            day=day, shift=shift, booking__starts_at=starts_at, **fields
        )
        its = {"recipient": visit.booking.recipient, "service": visit.booking.service}
        grants = its["recipient"].grants.filter(service=its["service"])
        visit.booking.grant = grants.first() or factories.GrantFactory(**its)
        visit.booking.save()
        return visit

    def named(self, name):
        """The value of a URL parameter."""
        return {
            "department": self.department.pk,
            "recipient": self.recipient.pk,
            "service": self.service.pk,
            "booking": self.visit.booking_id,
            "pattern": self.pattern.pk,
            "visit": self.visit.pk,
            "shift": self.shift.pk,
            "work_list": self.shift.work_list.pk,
            "employee": self.employee.pk,
            "absence": self.absence.pk,
            "series": self.series.pk,
            "date": TODAY,
            "no_contact": self.no_contact.pk,
        }[name]


@pytest.fixture
def world(time_machine, department, service, recipient, administrator, care_worker):
    time_machine.move_to(NOW, tick=False)
    return World(department, service, recipient, administrator, care_worker)


@dataclass(frozen=True)
class Page:
    who: str
    address: str  # as in ``RULES``: the URL's name and parameters
    queries: int
    view: str = "ordinary"

    def url(self, world):
        name, *things = self.address.split(" ")
        if name == "departments:special_day":
            return reverse(name, args=[world.department.pk, world.special_day.date])
        if name == "api:slots":
            return f"{reverse(name)}?service={world.service.pk}&from={TODAY}&to={TOMORROW}"
        return reverse(name, kwargs={thing: world.named(thing) for thing in things})

    def __str__(self):
        return f"{self.address}, {self.view}"


PAGES = [
    # a recipient
    Page("recipient", "booking:calendar", 9),
    Page("recipient", "booking:calendar", 5, "simple"),
    Page("recipient", "booking:week", 9),
    Page("recipient", "booking:times service date", 12),
    Page("recipient", "booking:visits", 11),
    Page("recipient", "booking:visits", 13, "simple"),
    Page("recipient", "booking:visit booking", 14),
    Page("recipient", "booking:move booking", 11),
    Page("recipient", "booking:move_times booking date", 13),
    Page("recipient", "booking:all_series", 5),
    Page("recipient", "booking:all_series", 5, "simple"),
    Page("recipient", "booking:series series", 13),
    Page("recipient", "booking:series series", 13, "simple"),
    Page("recipient", "booking:pause", 6),
    Page("recipient", "booking:pause", 6, "simple"),
    Page("recipient", "booking:own_grants", 3),
    Page("recipient", "booking:plans", 6),
    Page("recipient", "booking:plans", 6, "simple"),
    Page("recipient", "booking:wishes", 4),
    Page("recipient", "booking:wishes", 4, "simple"),
    Page("recipient", "booking:feeds", 4),
    Page("recipient", "booking:mandates", 5),
    Page("recipient", "accounts:invitations", 4),
    Page("recipient", "booking:looks", 8),
    Page("recipient", "booking:changes", 11),
    Page("recipient", "accounts:tokens", 3),
    Page("recipient", "api:services", 2),
    Page("recipient", "api:slots", 2),
    Page("recipient", "api:bookings", 3),
    # a guardian
    Page("guardian", "booking:persons", 3),
    Page("guardian", "booking:calendar", 11),
    Page("guardian", "booking:visits", 10),
    Page("guardian", "booking:all_series", 6),
    Page("guardian", "booking:wishes", 5),
    Page("guardian", "booking:looks", 9),
    Page("guardian", "booking:changes", 12),
    # staff
    Page("administrator", "workflow:report_visit department date visit", 4),
    Page("care worker", "workflow:my_day date", 11),
    Page("care worker", "workflow:visit date visit", 6),
    Page("care worker", "workflow:no_contact date visit", 10),
    Page("care worker", "workflow:print_list work_list", 5),
    Page("care worker", "api:work_lists", 6),
    # the department's administrator
    Page("administrator", "workflow:today department", 38),
    Page("administrator", "workflow:unbooked department", 13),
    Page("administrator", "workflow:staff_no_contact department no_contact", 7),
    Page("administrator", "workflow:board department date", 9),
    Page("administrator", "workflow:board_visit department date visit", 13),
    Page("administrator", "workflow:duty", 23),
    Page("administrator", "workflow:cover department date", 12),
    Page("administrator", "workflow:board_shift department date shift", 17),
    Page("administrator", "workflow:print_list work_list", 6),
    Page("administrator", "departments:hours department", 12),
    Page("administrator", "departments:special_days department", 8),
    Page("administrator", "departments:special_day department date", 14),
    Page("administrator", "departments:changes department", 13),
    Page("administrator", "departments:services department", 5),
    Page("administrator", "departments:service department service", 6),
    Page("administrator", "departments:staff department", 7),
    Page("administrator", "departments:employee department employee", 8),
    Page("administrator", "departments:absences department", 4),
    Page("administrator", "departments:new_absence department", 3),
    Page("administrator", "departments:absence department absence", 4),
    Page("administrator", "departments:settings department", 3),
    Page("administrator", "departments:phones department", 2),
    Page("administrator", "booking:recipients department", 7),
    Page("administrator", "booking:recipient department recipient", 26),
    Page("administrator", "booking:new_pattern department recipient", 8),
    Page("administrator", "booking:pattern department recipient pattern", 9),
    Page("administrator", "booking:end_pattern department recipient pattern", 10),
    Page("administrator", "booking:recipient_pause department recipient", 11),
    Page("administrator", "booking:recipient_week department recipient", 6),
    Page("administrator", "booking:letters department", 8),
    Page("administrator", "booking:letter department recipient", 6),
    Page("administrator", "booking:phone department recipient service", 16),
    Page("administrator", "booking:phone_visit department recipient booking", 18),
    # the department's case worker
    Page("case worker", "booking:grants department", 7),
    Page("case worker", "booking:grants_of department recipient", 8),
    # the municipality's coordinator
    Page("coordinator", "departments:overview", 9),
    Page("coordinator", "departments:department department", 13),
    Page("coordinator", "booking:guardians", 4),
]


# Pages without a list, or with one that can't grow, and why.
OTHERS = {
    "home": "redirects",
    "healthz": "no page",
    "account_login": "a form",
    "account_request_login_code": "a form",
    "account_confirm_login_code": "a form",
    "account_inactive": "only text",
    "account_change_password": "a form",
    "account_set_password": "a form",
    "account_reset_password": "a form",
    "account_reset_password_done": "only text",
    "account_reset_password_from_key_done": "only text",
    "account_reset_password_from_key uidb36 key": "a form",
    "accounts:me": "the user",
    "accounts:settings": "links",
    "accounts:messages": "one address per channel",
    "accounts:email": "a form",
    "accounts:email_code": "a form",
    "accounts:contact_email": "a form",
    "accounts:contact_email_code": "a form",
    "accounts:phone": "a form",
    "accounts:phone_code": "a form",
    "accounts:log_in_again": "a form",
    "accounts:invitation token": "one invitation",
    "accounts:invitation_letter": "a form",
    "accounts:invitation_letter_sent": "no list",
    "accounts:unsent": "one form, from the session",
    "api:openapi-json": "no queries",
    "api:api-root": "no queries",
    "booking:check service date clock": "one time",
    "booking:move_check booking date clock": "one time",
    "booking:cancel booking": "one visit",
    "booking:note booking": "one visit",
    "booking:visit_file booking": "one visit",
    "booking:feed secret": "no page: tests/booking/pages/test_feeds.py",
    "booking:repeat booking": "one visit",
    "booking:all_letters department": "at most 50 letters, each is composed: test_letters.py",
    "booking:new_recipient department": "a form",
    "booking:find_former department": "a form; at most two rows are read",
    "booking:open_access department recipient": "a form",
    "booking:grant department grant": "one grant",
    "booking:replace_grant department grant": "one grant",
    "departments:new_period department": "a form",
    "departments:period department row": "a form",
    "departments:split_period department row": "a form",
    "departments:remove_period department row": "a form",
    "departments:new_service department": "a form",
    "departments:choice_deadline department service": "one deadline",
    "departments:no_contact_steps department service": "six rows",
    "departments:new_employee department": "a form",
    "workflow:add_shift department date": "a form",
    "workflow:report_sick department date shift": "one shift",
    "workflow:name_shift department date shift": "one shift",
    "workflow:unname_shift department date shift": "one shift",
    "workflow:remove_shift department date shift": "one shift",
    "booking:end_series series": "one series",
    "booking:help": "only text",
    "booking:privacy": "only text",
    "booking:accessibility": "only text",
    "workflow:board department": "redirects to today",
    "workflow:close_day department date": "numbers, no rows",
    "choose_role": "four roles at most",
    "workflow:my_day": "the same as of a date",
    "components": "not in production",
    "components page": "not in production",
}


def test_every_page_is_listed():
    pages = {page.address for page in PAGES}
    assert not pages & set(OTHERS)
    assert pages | set(OTHERS) == {
        address for address, rule in RULES.items() if rule.method == "get"
    }


@pytest.mark.parametrize("who", sorted({page.who for page in PAGES}))
def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(who, world, client):
    own = {str(page): page for page in PAGES if page.who == who}
    pages = part(own).values()
    client.force_login(world.people[who])
    wrong = []
    for size in (FEW, MANY):
        while world.size < size:
            world.grow()
        for page in pages:
            found = number_of_queries(client, page, world)
            if found != page.queries:
                wrong.append(f"{page}: {found} queries instead of {page.queries} with {size} rows")
    assert not wrong, "\n".join(wrong)


def number_of_queries(client, page, world):
    """Queries of the second request, when the caches are filled."""
    client.post(reverse("accounts:choose_view"), {"view": page.view})
    if page.who == "guardian":
        session = client.session
        is_own = page.address == "booking:persons"
        session[ACTING_FOR] = None if is_own else str(world.recipient.pk)
        session.save()
    url, headers = page.url(world), {"Authorization": f"Bearer {world.keys[page.who]}"}
    assert client.get(url, headers=headers).status_code == 200, page
    with CaptureQueriesContext(connection) as queries:
        client.get(url, headers=headers)
    return len(queries)
