"""When supply changes, visits keep their booking: re-seated, or told to have nobody."""

import datetime as dt
from dataclasses import replace

import pytest

from booking.models import Booking, Visit
from departments.actions import hours, rota, services, staff
from departments.actions.days import ensure_laid_out
from departments.actions.previews import preview
from departments.hours import Interval, Staffing
from departments.models import Absence, Shift
from tests import factories
from workflow import actions
from workflow.models import WorkItem
from workflow.queries.check import check_plans

pytestmark = pytest.mark.django_db


@pytest.fixture
def laid_out(now, department):
    """Tomorrow, a Saturday, with two staff from 8 to 16."""
    row = factories.OpeningHoursFactory(department=department, weekday=6, staff=2)
    return row, ensure_laid_out(department, now.date() + dt.timedelta(days=1))


@pytest.fixture
def right(laid_out):
    """Make the lists, and prove them."""

    def prove():
        actions.plan_stale_days()
        counts = check_plans(laid_out[1].date)
        assert counts.wrong == 0
        return counts

    return prove


def test_an_absence_moves_what_it_can_and_a_replacement_gets_the_rest(
    laid_out, department, care_worker, administrator, visit_at, right
):
    _, day = laid_out
    one, other = Shift.objects.filter(day=day)
    rota.name_shift(shift=one, person=care_worker, by=administrator)
    visits = [visit_at(day, hour, shift=one) for hour in (9, 11)]
    visit_at(day, 9, shift=other)

    period = Interval(one.starts_at, one.ends_at)
    _, told = staff.report_absence(
        person=care_worker, kind=Absence.Kind.SICK, period=period, by=administrator
    )

    assert [visit.visit_id for visit in told.unstaffed] == [visits[0].pk]
    assert [visit.visit_id for visit in told.moved] == [visits[1].pk]
    assert right().unstaffed == 1

    replacement = factories.EmployeeFactory(department=department).person
    rota.name_shift(shift=one, person=replacement, by=administrator)

    assert right().unstaffed == 0
    assert WorkItem.objects.get(visit=visits[0]).work_list.shift == one


def test_cutting_staff_lists_what_it_hits_and_deletes_nothing(
    laid_out, administrator, visit_at, right
):
    row, day = laid_out
    for shift in Shift.objects.filter(day=day):
        visit_at(day, 9, shift=shift)

    told = preview(hours.remove_opening_hours, row=row, by=administrator)
    assert len(told.reseated.unstaffed) == 2
    assert Visit.objects.unstaffed().count() == 0

    impact = hours.remove_opening_hours(row=row, by=administrator)

    assert impact.removed == 2
    assert len(impact.reseated.unstaffed) == 2
    assert Booking.objects.confirmed().count() == Visit.objects.unstaffed().count() == 2
    assert right().unstaffed == 2


def test_shorter_hours_move_the_visit_that_no_longer_fits(
    laid_out, department, administrator, visit_at, right
):
    _, day = laid_out
    one = Shift.objects.filter(day=day).first()
    visit = visit_at(day, 15, shift=one)

    hours.set_special_day(
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
    assert right().unstaffed == 0


def test_taking_away_a_shift_made_by_hand_tells_whom_it_hits(
    laid_out, department, administrator, visit_at, right
):
    row, day = laid_out
    hours.remove_opening_hours(row=row, by=administrator)
    extra = rota.add_shift(
        department=department,
        date=day.date,
        period=Interval(factories.local(day.date, 8), factories.local(day.date, 16)),
        by=administrator,
    )
    visit = visit_at(day, 9, shift=extra)

    told = rota.remove_shift(shift=extra, by=administrator)

    assert [one.visit_id for one in told.unstaffed] == [visit.pk]
    assert right().unstaffed == 1


def test_a_service_that_asks_for_more_leaves_what_was_promised_and_changes_who_comes(
    laid_out, department, administrator, visit_at, right
):
    _, day = laid_out
    able, unable = Shift.objects.filter(day=day)
    skill = factories.QualificationFactory()
    able.qualification_ids = [skill.pk]
    able.save()
    lost, stays = visit_at(day, 9, shift=unable), visit_at(day, 9, shift=able)
    service = lost.booking.service
    stays.booking.service = service
    stays.booking.save()
    kept = visit_at(day, 12, shift=unable)  # of another service

    told = services.change_service(
        service=service,
        terms=replace(services.terms_of(service), minutes=120, carers=2),
        qualification_ids=[skill.pk],
        by=administrator,
    )

    assert [one.visit_id for one in told.unstaffed] == [lost.pk]
    for visit in (lost, stays, kept):
        visit.refresh_from_db()
    assert (lost.shift, stays.shift, kept.shift) == (None, able, unable)
    assert (lost.booking.minutes, lost.booking.carers) == (60, 1)
    assert right().unstaffed == 1
