"""The duty lead: for whom a shift is marked, and what that opens, and when."""

import datetime as dt

import pytest
from django.http import Http404
from django.urls import reverse

from accounts.models import AccessLogEntry, Change
from booking.queries.access_log import access_log_of, with_roles
from database.versions import Stale
from departments import access, actions, queries
from departments.models import DutyMark
from tests import factories
from workflow import actions as workflow_actions
from workflow.errors import NotYourVisit

pytestmark = pytest.mark.django_db

DATE = dt.date(2026, 12, 1)


TOMORROW = DATE + dt.timedelta(days=1)


def at(hour, minute=0, date=DATE):
    return factories.local(date, hour, minute)


@pytest.fixture
def shift(department, care_worker):
    """07–15, marked for its department."""
    day = factories.DayFactory(department=department, date=DATE)
    shift = factories.ShiftFactory(day=day, person=care_worker, starts_at=at(7), ends_at=at(15))
    shift.duty_for.add(department)
    return shift


@pytest.mark.parametrize(
    ("now", "is_lead"),
    [
        (at(5, 59), False),
        (at(6), True),
        (at(15, 59), True),
        (at(16), False),
    ],
)
def test_it_lasts_from_an_hour_before_to_an_hour_after_the_shift(
    shift, department, care_worker, now, is_lead, time_machine
):
    time_machine.move_to(now, tick=False)

    assert bool(queries.duties_of(care_worker, now)) is is_lead
    for date, has_access in ((DATE, is_lead), (TOMORROW, False)):
        if has_access:
            assert access.department_on(care_worker, department.pk, date) == department
        else:
            with pytest.raises(Http404):
                access.department_on(care_worker, department.pk, date)


def test_a_night_shift_leads_both_dates(shift, care_worker):
    shift.starts_at, shift.ends_at = at(22), at(7, date=TOMORROW)
    shift.save()

    (duty,) = queries.duties_of(care_worker, at(6, 30, TOMORROW))

    assert duty.dates == [DATE, TOMORROW]


@pytest.mark.parametrize("why", ["away", "no longer employed", "another's shift"])
def test_who_is_not_at_work_is_no_duty_lead(shift, care_worker, why):
    if why == "away":
        factories.take_away(shift)
    elif why == "no longer employed":
        care_worker.employments.update(
            valid_from=DATE - dt.timedelta(days=9), valid_until=DATE - dt.timedelta(days=1)
        )
    else:
        shift.person = factories.UserFactory()
        shift.save()

    assert queries.duties_of(care_worker, at(9)) == []


def test_each_department_is_marked_by_its_own_administrator(
    shift, department, other_department, administrator, other_administrator
):
    shift.duty_for.clear()
    both = [department.pk, other_department.pk]

    actions.mark_duty(shift=shift, department_ids=both, by=administrator, version=1)
    assert queries.departments_led_on(shift.pk) == [department]
    actions.mark_duty(shift=shift, department_ids=both, by=other_administrator, version=2)
    actions.mark_duty(shift=shift, department_ids=[], by=administrator, version=3)

    assert queries.departments_led_on(shift.pk) == [other_department]
    assert Change.objects.filter(verb="mark_duty", object_id=shift.pk).count() == 3
    with pytest.raises(Stale):
        actions.mark_duty(shift=shift, department_ids=both, by=administrator, version=3)


def test_later_shifts_at_the_same_hours_are_marked_too(
    shift, department, care_worker, administrator
):
    later = [
        factories.ShiftFactory(
            day=factories.DayFactory(department=department, date=DATE + dt.timedelta(days=days)),
            person=care_worker,
            starts_at=at(7, date=DATE + dt.timedelta(days=days)),
            ends_at=at(ends, date=DATE + dt.timedelta(days=days)),
        )
        for days, ends in ((1, 15), (2, 14))
    ]

    actions.mark_duty(
        shift=shift, department_ids=[department.pk], with_later=True, by=administrator
    )

    assert set(DutyMark.objects.values_list("shift", flat=True)) == {shift.pk, later[0].pk}


def test_the_mark_is_chosen_on_the_shift_s_page(
    client, shift, department, administrator, time_machine
):
    time_machine.move_to(at(6), tick=False)
    shift.duty_for.clear()
    client.force_login(administrator)
    url = reverse("workflow:mark_duty", args=[department.pk, DATE, shift.pk])

    page = client.post(url, {"duty_for": str(department.pk), "version": "1"}, follow=True)

    assert page.context["duty"] == [department]
    assert queries.departments_led_on(shift.pk) == [department]


def test_the_lead_reports_a_visit_of_another_and_the_log_says_as_what(
    client, shift, department, other_department, care_worker, service, time_machine
):
    """The lead has their shift in another department."""
    time_machine.move_to(at(9), tick=False)
    visit = factories.VisitFactory(
        day=shift.day, shift=shift, booking__service=service, booking__starts_at=at(8)
    )
    lead = factories.EmployeeFactory(department=other_department).person
    its_day = factories.DayFactory(department=other_department, date=DATE)
    own = factories.ShiftFactory(day=its_day, person=lead, starts_at=at(7), ends_at=at(15))
    with pytest.raises(NotYourVisit):
        workflow_actions.report(visit=visit, outcome="done", by=lead)
    own.duty_for.add(department)
    client.force_login(lead)
    url = reverse("workflow:report_visit", args=[department.pk, DATE, visit.pk])

    assert client.get(url).status_code == 200
    workflow_actions.report(visit=visit, outcome="done", by=lead)

    assert AccessLogEntry.objects.get().as_duty_lead
    recipient = visit.booking.recipient
    (line,) = with_roles(recipient, access_log_of(recipient))
    assert line.roles == ["Duty lead"]
