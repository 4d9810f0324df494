"""Who reads which work list, and what the log says of it."""

import datetime as dt
import uuid

import pytest
from django.http import Http404
from django.utils import timezone

from accounts.models import AccessLogEntry
from departments.models import Employee
from tests import factories
from workflow import access
from workflow.errors import VisitGone
from workflow.queries import work_lists

pytestmark = pytest.mark.django_db


@pytest.fixture
def shift(day, care_worker):
    return factories.ShiftFactory(day=day, person=care_worker)


@pytest.fixture
def visit(day, shift, visit_at, planned):
    visit = visit_at(day, 9, shift)
    planned(day)
    return visit


def logged():
    return set(AccessLogEntry.objects.values_list("actor", "subject_id", "what", "department_id"))


def test_ones_own_day_is_logged_with_its_department(day, visit, care_worker):
    found = access.my_day_of(care_worker, day.date, what="workflow:my_day")

    assert [stop.visit for one in found.lists for stop in one.stops] == [visit]
    assert logged() == {
        (care_worker.pk, visit.booking.recipient_id, "workflow:my_day", day.department_id)
    }


def test_a_day_gone_by_is_nobodys(day, visit, care_worker):
    yesterday = day.date - dt.timedelta(days=1)
    with pytest.raises(Http404):
        access.my_day_of(care_worker, yesterday, what="workflow:my_day")


def test_only_care_workers_have_a_day(day, administrator):
    with pytest.raises(Http404):
        access.my_day_of(administrator, day.date, what="workflow:my_day")


def test_days_ahead_are_those_of_the_user_after_the_date(day, tomorrow, shift, care_worker):
    coming = factories.ShiftFactory(day=tomorrow, person=care_worker)
    factories.ShiftFactory(day=tomorrow)

    assert [one.shift for one in access.days_ahead_of(care_worker, day.date)] == [coming]
    assert logged() == set()


def test_a_stop_is_one_on_the_own_list(day, visit, visit_at, planned, care_worker):
    other = visit_at(day, 11, factories.ShiftFactory(day=day))
    planned(day)

    my_day, stop = access.stop_of(care_worker, day.date, visit.pk, what="workflow:visit")

    assert stop.visit == visit
    assert stop in [one for its in my_day.lists for one in its.stops]
    assert {what for _, _, what, _ in logged()} == {"workflow:visit"}
    for pk, error in ((other.pk, Http404), (uuid.uuid4(), VisitGone)):
        with pytest.raises(error):
            access.stop_of(care_worker, day.date, pk, what="workflow:visit")


def work_list(user, shift):
    shift.refresh_from_db()
    return access.work_list_of(user, shift.work_list.pk, what="workflow:print_list")


def test_a_list_is_read_by_who_walks_it_and_by_the_administrator(
    day, visit, shift, care_worker, administrator, other_administrator, department
):
    colleague = factories.EmployeeFactory(department=department).person
    for user in (care_worker, administrator):
        assert work_list(user, shift).shift == shift
    assert logged() == {
        (user.pk, visit.booking.recipient_id, "workflow:print_list", department.pk)
        for user in (care_worker, administrator)
    }
    for user in (colleague, other_administrator):
        with pytest.raises(Http404):
            work_list(user, shift)
    with pytest.raises(Http404):
        access.work_list_of(administrator, uuid.uuid4(), what="workflow:print_list")


def test_ones_own_list_is_there_until_the_end_of_the_day(
    day, visit, shift, care_worker, administrator, time_machine
):
    time_machine.move_to(factories.local(day.date, 23, 59), tick=False)
    assert work_list(care_worker, shift).shift == shift

    tomorrow = day.date + dt.timedelta(days=1)
    time_machine.move_to(factories.local(tomorrow, 0), tick=False)
    with pytest.raises(Http404):
        work_list(care_worker, shift)
    assert work_list(administrator, shift).shift == shift


def test_the_list_of_a_late_shift_is_there_a_while_into_the_next_day(
    day, visit_at, care_worker, planned, time_machine
):
    late = factories.ShiftFactory(
        day=day,
        person=care_worker,
        starts_at=factories.local(day.date, 15),
        ends_at=factories.local(day.date, 23, 30),
    )
    visit_at(day, 22, late)
    planned(day)

    time_machine.move_to(late.ends_at + work_lists.LATE - dt.timedelta(minutes=1), tick=False)
    assert timezone.localdate() > day.date
    assert work_list(care_worker, late).shift == late
    time_machine.move_to(late.ends_at + work_lists.LATE, tick=False)
    with pytest.raises(Http404):
        work_list(care_worker, late)


def test_who_has_left_reads_their_list_no_more(day, visit, shift, care_worker):
    Employee.objects.update(valid_until=day.date - dt.timedelta(days=1))
    with pytest.raises(Http404):
        work_list(care_worker, shift)


def test_visits_and_shifts_are_found_on_their_own_day_of_their_department(
    day, tomorrow, shift, visit, department, other_department
):
    assert access.visit_of(department, day.date, visit.pk) == visit
    assert access.shift_of(department, day.date, shift.pk) == shift
    assert access.shift_of(department, day.date, str(shift.pk)) == shift
    for its_department, date in ((other_department, day.date), (department, tomorrow.date)):
        with pytest.raises(Http404):
            access.visit_of(its_department, date, visit.pk)
        with pytest.raises(Http404):
            access.shift_of(its_department, date, shift.pk)


def test_a_care_worker_is_one_of_the_department_on_that_date(
    day, department, other_department, care_worker, administrator
):
    assert access.care_worker_of(department, day.date, str(care_worker.pk)) == care_worker
    for its_department, date, person in (
        (other_department, day.date, care_worker),
        (department, dt.date(2019, 1, 1), care_worker),
        (department, day.date, administrator),
    ):
        with pytest.raises(Http404):
            access.care_worker_of(its_department, date, person.pk)


@pytest.mark.parametrize("value", ["", "nobody", None, 7])
def test_any_input_that_is_no_id_is_not_found(day, department, value):
    with pytest.raises(Http404):
        access.care_worker_of(department, day.date, value)
    with pytest.raises(Http404):
        access.shift_of(department, day.date, value)
