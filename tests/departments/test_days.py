import datetime as dt

import pytest
from django.db import transaction

from departments import actions, queries
from departments.models import Day, Shift
from departments.signals import day_changed
from tests import factories

MONDAY = dt.date(2026, 11, 30)
TUESDAY = dt.date(2026, 12, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_friday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def notified():
    day_ids = []

    def listen(sender, day_id, **kwargs):
        day_ids.append(day_id)

    day_changed.connect(listen)
    yield day_ids
    day_changed.disconnect(listen)


def test_locking_creates_missing_days_and_returns_them_in_one_order(department, other_department):
    pairs = [(other_department.pk, TUESDAY), (department.pk, TUESDAY), (department.pk, MONDAY)]

    with transaction.atomic():
        locked = actions.lock_days(pairs)

    assert [(day.date, day.department_id) for day in locked] == sorted(
        [(date, pk) for pk, date in pairs]
    )
    assert Day.objects.count() == 3


def test_locking_one_known_day_is_one_statement(department, django_assert_num_queries):
    factories.DayFactory(department=department, date=MONDAY)

    with transaction.atomic(), django_assert_num_queries(1):
        actions.lock_days([(department.pk, MONDAY)])


def test_bump_revision_notifies_after_commit(
    department, notified, django_capture_on_commit_callbacks
):
    day = factories.DayFactory(department=department, date=MONDAY)

    with django_capture_on_commit_callbacks(execute=True):
        actions.bump_revision(day)
        assert notified == []

    assert notified == [day.pk]
    assert day.revision == 1
    day.refresh_from_db()
    assert day.revision == 1


def test_an_error_in_a_receiver_does_not_reach_the_caller(
    department, notified, django_capture_on_commit_callbacks
):
    day = factories.DayFactory(department=department)

    def broken(**kwargs):
        raise ConnectionError("the broker is away")

    day_changed.connect(broken)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            actions.bump_revision(day)
    finally:
        day_changed.disconnect(broken)

    assert notified == [day.pk]


def test_a_day_is_laid_out_by_the_first_action_that_needs_it(department):
    factories.OpeningHoursFactory(department=department, weekday=1, staff=2)

    day = actions.ensure_laid_out(department, MONDAY)
    again = actions.ensure_laid_out(department, MONDAY)

    assert Shift.objects.filter(day=day).count() == 2
    assert day.laid_out_at is not None
    assert again.revision == day.revision == 1


def test_laying_out_twice_changes_nothing(department):
    factories.OpeningHoursFactory(department=department, weekday=1, staff=2)
    day = actions.ensure_laid_out(department, MONDAY)
    shifts = list(Shift.objects.values())

    actions.lay_out(day)

    assert list(Shift.objects.values()) == shifts
    assert day.revision == 1


def test_the_nightly_task_lays_out_the_bookable_days(department, other_department):
    from departments.tasks import lay_out_days

    factories.OpeningHoursFactory(department=department, weekday=1)
    department.horizon_days = 10
    department.save()

    lay_out_days()
    lay_out_days()

    dates = Day.objects.filter(department=department).values_list("date", flat=True)
    assert min(dates) == dt.date(2026, 11, 27)
    assert max(dates) == dt.date(2026, 12, 8)
    assert Day.objects.filter(department=other_department).count() == 16
    assert Shift.objects.count() == 2


def test_shifts_of_days_not_laid_out_are_computed_without_writing(
    department, django_assert_num_queries
):
    qualification = factories.QualificationFactory()
    factories.OpeningHoursFactory(
        department=department, weekday=1, staff=2, qualifications=[qualification]
    )
    factories.OpeningHoursFactory(department=department, weekday=2)

    with django_assert_num_queries(4):
        computed = queries.shifts_by_day(department, [MONDAY, TUESDAY])

    assert not Day.objects.exists()
    assert [fact.id for fact in computed[MONDAY]] == [None, None]
    actions.ensure_laid_out(department, MONDAY)
    actions.ensure_laid_out(department, TUESDAY)
    laid_out = queries.shifts_by_day(department, [MONDAY, TUESDAY])
    for date in (MONDAY, TUESDAY):
        assert [(f.starts, f.ends, f.qualification_ids) for f in computed[date]] == [
            (f.starts, f.ends, f.qualification_ids) for f in laid_out[date]
        ]
    assert laid_out[MONDAY][0].qualification_ids == {qualification.pk}
    assert all(fact.id for fact in laid_out[MONDAY])


def test_a_withdrawn_shift_is_marked_as_withdrawn(department, care_worker):
    day = factories.DayFactory(department=department, date=MONDAY)
    factories.take_away(factories.ShiftFactory(day=day, person=care_worker))

    (fact,) = queries.shifts_by_day(department, [MONDAY])[MONDAY]

    assert fact.withdrawn
    assert fact.person_id == care_worker.pk
    assert fact.starts == int(factories.local(MONDAY, 8).timestamp())


def test_each_factory_creates_a_row(department):
    day = factories.DayFactory(department=department, date=MONDAY)
    shift = factories.ShiftFactory(day=day)
    visit = factories.VisitFactory(day=day, shift=shift)
    factories.SpecialHoursFactory()
    factories.QualificationHeldFactory()
    factories.CoordinatorFactory()

    assert visit.booking.service.department == department
    assert visit.starts_at == factories.local(MONDAY, 10)
