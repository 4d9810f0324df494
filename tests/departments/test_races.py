"""Concurrent transactions in PostgreSQL."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Invitation
from database.transactions import Busy
from database.versions import Stale
from departments import actions, errors
from departments.hours import Interval
from departments.models import Day, Shift
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

TOMORROW = timezone.localdate() + dt.timedelta(days=1)


def at_once(*calls):
    """What each call returned or raised. They start together, each on a new connection."""
    together = Barrier(len(calls))

    def run(call):
        try:
            together.wait()
            return call()
        except (errors.DepartmentsError, Busy, Stale) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_locking_days_in_opposite_orders_does_not_deadlock(department, other_department):
    pairs = [
        (one.pk, TOMORROW + dt.timedelta(days=n))
        for one in (department, other_department)
        for n in range(5)
    ]

    def work(order):
        for _ in range(10):
            with transaction.atomic():
                for day in actions.lock_days(order):
                    actions.bump_revision(day)

    at_once(lambda: work(pairs), lambda: work(pairs[::-1]), lambda: work(pairs[3:]))

    revisions = dict(Day.objects.values_list("pk", "revision")).values()
    assert sorted(revisions) == [20] * 3 + [30] * 7


def test_a_day_is_laid_out_once_by_concurrent_transactions(department):
    factories.OpeningHoursFactory(department=department, weekday=TOMORROW.isoweekday(), staff=2)
    department.public_holidays = "usual"
    department.save()

    def work():
        with transaction.atomic():
            actions.ensure_laid_out(department, TOMORROW)

    at_once(*[work] * 6)

    assert Shift.objects.count() == 2
    assert Day.objects.get().revision == 1


def test_a_person_is_named_on_only_one_of_two_overlapping_shifts(
    department, other_department, care_worker
):
    factories.EmployeeFactory(department=other_department, person=care_worker)
    shifts = [
        factories.ShiftFactory(day__department=one, day__date=TOMORROW)
        for one in (department, other_department)
    ]

    results = at_once(
        *[
            lambda shift=shift: actions.name_shift(shift=shift, person=care_worker, by=None)
            for shift in shifts
        ]
    )

    assert sum(isinstance(result, errors.AlreadyWorking) for result in results) == 1
    assert Shift.objects.filter(person=care_worker).count() == 1


def test_a_lock_timeout_raises_busy_and_changes_nothing(department, care_worker):
    shift = factories.ShiftFactory(day__department=department, day__date=TOMORROW)
    locked, done = Event(), Event()

    def hold():
        with transaction.atomic():
            actions.lock_days([(department.pk, TOMORROW)])
            locked.set()
            done.wait(10)

    def name():
        locked.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 50")
        try:
            return actions.name_shift(shift=shift, person=care_worker, by=None)
        finally:
            done.set()

    _, result = at_once(hold, name)

    assert isinstance(result, Busy)
    shift.refresh_from_db()
    assert not shift.is_named


def test_of_two_changes_of_the_same_version_one_is_saved(service):
    terms = actions.ServiceTerms.of(service)

    results = at_once(
        *[
            lambda minutes=minutes: actions.change_service(
                service=service,
                terms=replace(terms, minutes=minutes),
                qualification_ids=[],
                by=None,
                version=1,
            )
            for minutes in (30, 45, 90)
        ]
    )

    assert sum(isinstance(result, Stale) for result in results) == 2
    service.refresh_from_db()
    assert service.version == 2
    assert service.minutes in (30, 45, 90)


def test_concurrent_naming_and_absence_leave_no_absent_person_at_work(department, care_worker):
    shift = factories.ShiftFactory(day__department=department, day__date=TOMORROW)
    period = Interval(shift.starts_at, shift.ends_at)

    at_once(
        lambda: actions.name_shift(shift=shift, person=care_worker, by=None),
        lambda: actions.report_absence(
            person=care_worker, department=department, kind="sick", period=period, by=None
        ),
    )

    shift.refresh_from_db()
    assert shift.person is None or shift.is_withdrawn


def test_of_two_invitations_at_once_one_stays_open(department, administrator):
    person = factories.UserFactory(email=None)
    employee = factories.EmployeeFactory(department=department, person=person)

    def invite(email):
        return lambda: actions.invite_again(employee=employee, email=email, by=administrator)

    at_once(invite("one@example.test"), invite("two@example.test"))

    assert sorted(Invitation.objects.values_list("answer", flat=True)) == ["", "replaced"]
