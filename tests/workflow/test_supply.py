"""When shifts change, bookings are kept: visits are reseated or become unstaffed."""

import datetime as dt
from dataclasses import replace

import pytest

from booking.models import Booking, Visit
from departments import actions as department_actions
from departments.hours import Interval, Staffing
from departments.models import Absence, Shift
from tests import factories
from workflow import actions, queries
from workflow.models import WorkItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def laid_out(now, department):
    """Tomorrow, a Saturday, with two staff from 8 to 16."""
    row = factories.OpeningHoursFactory(department=department, weekday=6, staff=2)
    return row, department_actions.ensure_laid_out(department, now.date() + dt.timedelta(days=1))


@pytest.fixture
def check_lists(laid_out):
    """Make the lists and check them."""

    def check():
        actions.plan_stale_days()
        counts = queries.check_plans(laid_out[1].date)
        assert counts.wrong == 0
        return counts

    return check


def test_an_absence_reseats_visits_and_a_replacement_takes_the_rest(
    laid_out, department, care_worker, administrator, visit_at, check_lists
):
    _, day = laid_out
    one, other = Shift.objects.filter(day=day)
    department_actions.name_shift(shift=one, person=care_worker, by=administrator)
    visits = [visit_at(day, hour, shift=one) for hour in (9, 11)]
    visit_at(day, 9, shift=other)

    period = Interval(one.starts_at, one.ends_at)
    _, impact = department_actions.report_absence(
        person=care_worker,
        department=day.department,
        kind=Absence.Kind.SICK,
        period=period,
        by=administrator,
    )

    assert [visit.visit_id for visit in impact.unstaffed] == [visits[0].pk]
    assert [visit.visit_id for visit in impact.moved] == [visits[1].pk]
    assert check_lists().unstaffed == 1

    replacement = factories.EmployeeFactory(department=department).person
    department_actions.name_shift(shift=one, person=replacement, by=administrator)

    assert check_lists().unstaffed == 0
    assert WorkItem.objects.get(visit=visits[0]).work_list.shift == one


def test_fewer_staff_makes_visits_unstaffed_and_deletes_none(
    laid_out, administrator, visit_at, check_lists
):
    row, day = laid_out
    for shift in Shift.objects.filter(day=day):
        visit_at(day, 9, shift=shift)

    impact = department_actions.preview(
        department_actions.remove_opening_hours, row=row, by=administrator
    )
    assert len(impact.reseated.unstaffed) == 2
    assert Visit.objects.unstaffed().count() == 0

    impact = department_actions.remove_opening_hours(row=row, by=administrator)

    assert impact.removed == 2
    assert len(impact.reseated.unstaffed) == 2
    assert Booking.objects.confirmed().count() == Visit.objects.unstaffed().count() == 2
    assert check_lists().unstaffed == 2


def test_shorter_hours_reseat_a_visit_that_no_longer_fits(
    laid_out, department, administrator, visit_at, check_lists
):
    _, day = laid_out
    one = Shift.objects.filter(day=day).first()
    visit = visit_at(day, 15, shift=one)

    department_actions.set_special_day(
        department=department,
        date=day.date,
        name="Half day",
        hours=[
            Staffing(dt.time(8), dt.time(12), 1),
            Staffing(dt.time(12), dt.time(16), 1),
        ],
        by=administrator,
    )

    visit.refresh_from_db()
    assert visit.shift.starts_at <= visit.starts_at
    assert visit.shift.ends_at >= visit.ends_at
    assert check_lists().unstaffed == 0


def test_removing_a_manual_shift_returns_the_affected_visits(
    laid_out, department, administrator, visit_at, check_lists
):
    row, day = laid_out
    department_actions.remove_opening_hours(row=row, by=administrator)
    extra = department_actions.add_shift(
        department=department,
        date=day.date,
        period=Interval(factories.local(day.date, 8), factories.local(day.date, 16)),
        by=administrator,
    )
    visit = visit_at(day, 9, shift=extra)

    impact = department_actions.remove_shift(shift=extra, by=administrator)

    assert [one.visit_id for one in impact.unstaffed] == [visit.pk]
    assert check_lists().unstaffed == 1


def test_a_changed_service_keeps_bookings_and_reseats_visits(
    laid_out, department, administrator, visit_at, check_lists
):
    _, day = laid_out
    able, unable = Shift.objects.filter(day=day)
    qualification = factories.QualificationFactory()
    able.qualification_ids = [qualification.pk]
    able.save()
    lost, stays = visit_at(day, 9, shift=unable), visit_at(day, 9, shift=able)
    service = lost.booking.service
    stays.booking.service = service
    stays.booking.save()
    kept = visit_at(day, 12, shift=unable)  # of another service

    impact = department_actions.change_service(
        service=service,
        terms=replace(department_actions.ServiceTerms.of(service), minutes=120, carers=2),
        qualification_ids=[qualification.pk],
        by=administrator,
    )

    assert [one.visit_id for one in impact.unstaffed] == [lost.pk]
    for visit in (lost, stays, kept):
        visit.refresh_from_db()
    assert (lost.shift, stays.shift, kept.shift) == (None, able, unable)
    assert (lost.booking.minutes, lost.booking.carers) == (60, 1)
    assert check_lists().unstaffed == 1
