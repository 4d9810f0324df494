"""Two transactions at once, for real."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from database.transactions import Busy
from departments import errors
from departments.actions import days, rota, staff
from departments.hours import Interval
from departments.models import Day, Shift
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

TOMORROW = timezone.localdate() + dt.timedelta(days=1)


def at_once(*calls):
    """What each call returned or raised, started together on connections of their own."""
    together = Barrier(len(calls))

    def run(call):
        try:
            together.wait()
            return call()
        except (errors.DepartmentsError, Busy) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_days_asked_for_in_opposite_orders_do_not_deadlock(department, other_department):
    pairs = [
        (one.pk, TOMORROW + dt.timedelta(days=n))
        for one in (department, other_department)
        for n in range(5)
    ]

    def work(order):
        for _ in range(10):
            with transaction.atomic():
                for day in days.lock_days(order):
                    days.bump_revision(day)

    at_once(lambda: work(pairs), lambda: work(pairs[::-1]), lambda: work(pairs[3:]))

    revisions = dict(Day.objects.values_list("pk", "revision")).values()
    assert sorted(revisions) == [20] * 3 + [30] * 7


def test_a_day_is_laid_out_once_however_many_need_it(department):
    factories.OpeningHoursFactory(department=department, weekday=TOMORROW.isoweekday(), staff=2)
    department.public_holidays = "usual"
    department.save()

    def work():
        with transaction.atomic():
            days.ensure_laid_out(department, TOMORROW)

    at_once(*[work] * 6)

    assert Shift.objects.count() == 2
    assert Day.objects.get().revision == 1


def test_one_person_is_put_on_one_of_two_shifts(department, other_department, care_worker):
    factories.EmployeeFactory(department=other_department, person=care_worker)
    shifts = [
        factories.ShiftFactory(day__department=one, day__date=TOMORROW)
        for one in (department, other_department)
    ]

    answers = at_once(
        *[
            lambda shift=shift: rota.name_shift(shift=shift, person=care_worker, by=None)
            for shift in shifts
        ]
    )

    assert sum(isinstance(answer, errors.AlreadyWorking) for answer in answers) == 1
    assert Shift.objects.filter(person=care_worker).count() == 1


def test_waiting_too_long_for_a_day_is_told_and_changes_nothing(department, care_worker):
    shift = factories.ShiftFactory(day__department=department, day__date=TOMORROW)
    locked, done = Event(), Event()

    def hold():
        with transaction.atomic():
            days.lock_days([(department.pk, TOMORROW)])
            locked.set()
            done.wait(10)

    def name():
        locked.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 50")
        try:
            return rota.name_shift(shift=shift, person=care_worker, by=None)
        finally:
            done.set()

    _, answer = at_once(hold, name)

    assert isinstance(answer, Busy)
    shift.refresh_from_db()
    assert not shift.is_named


def test_naming_and_absence_at_once_never_leave_somebody_away_at_work(department, care_worker):
    shift = factories.ShiftFactory(day__department=department, day__date=TOMORROW)
    period = Interval(shift.starts_at, shift.ends_at)

    at_once(
        lambda: rota.name_shift(shift=shift, person=care_worker, by=None),
        lambda: staff.report_absence(person=care_worker, kind="sick", period=period, by=None),
    )

    shift.refresh_from_db()
    assert shift.person is None or shift.is_withdrawn
