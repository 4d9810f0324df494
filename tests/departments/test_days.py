import datetime as dt

import pytest
from django.db import transaction

from departments.actions import days
from departments.models import Day, Shift
from departments.queries.days import shifts_by_day
from departments.signals import day_changed
from tests import factories

MONDAY = dt.date(2026, 11, 30)
TUESDAY = dt.date(2026, 12, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_friday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def bell():
    rung = []

    def listen(sender, day_id, **kwargs):
        rung.append(day_id)

    day_changed.connect(listen)
    yield rung
    day_changed.disconnect(listen)


def test_locking_makes_the_missing_days_and_answers_in_one_order(department, other_department):
    pairs = [(other_department.pk, TUESDAY), (department.pk, TUESDAY), (department.pk, MONDAY)]

    with transaction.atomic():
        locked = days.lock_days(pairs)

    assert [(day.date, day.department_id) for day in locked] == sorted(
        [(date, pk) for pk, date in pairs]
    )
    assert Day.objects.count() == 3


def test_locking_one_known_day_is_one_statement(department, django_assert_num_queries):
    factories.DayFactory(department=department, date=MONDAY)

    with transaction.atomic(), django_assert_num_queries(1):
        days.lock_days([(department.pk, MONDAY)])


def test_touching_raises_the_revision_and_rings_after_commit(
    department, bell, django_capture_on_commit_callbacks
):
    day = factories.DayFactory(department=department, date=MONDAY)

    with django_capture_on_commit_callbacks(execute=True):
        days.bump_revision(day)
        assert bell == []

    assert bell == [day.pk]
    assert day.revision == 1
    day.refresh_from_db()
    assert day.revision == 1


def test_a_broken_listener_breaks_nothing(department, bell, django_capture_on_commit_callbacks):
    day = factories.DayFactory(department=department)

    def broken(**kwargs):
        raise ConnectionError("the broker is away")

    day_changed.connect(broken)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            days.bump_revision(day)
    finally:
        day_changed.disconnect(broken)

    assert bell == [day.pk]


def test_a_day_is_laid_out_by_the_first_action_that_needs_it(department):
    factories.OpeningHoursFactory(department=department, weekday=1, staff=2)

    day = days.ensure_laid_out(department, MONDAY)
    again = days.ensure_laid_out(department, MONDAY)

    assert Shift.objects.filter(day=day).count() == 2
    assert day.laid_out_at is not None
    assert again.revision == day.revision == 1


def test_laying_out_twice_changes_nothing(department):
    factories.OpeningHoursFactory(department=department, weekday=1, staff=2)
    day = days.ensure_laid_out(department, MONDAY)
    shifts = list(Shift.objects.values())

    days.lay_out(day)

    assert list(Shift.objects.values()) == shifts
    assert day.revision == 1


def test_the_nightly_task_lays_out_as_far_as_can_be_booked(department, other_department):
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


def test_a_query_answers_for_days_not_laid_out_and_writes_nothing(
    department, django_assert_num_queries
):
    skill = factories.QualificationFactory()
    factories.OpeningHoursFactory(
        department=department, weekday=1, staff=2, qualifications=[skill]
    )
    factories.OpeningHoursFactory(department=department, weekday=2)

    with django_assert_num_queries(4):
        computed = shifts_by_day(department, [MONDAY, TUESDAY])

    assert not Day.objects.exists()
    assert [fact.id for fact in computed[MONDAY]] == [None, None]
    days.ensure_laid_out(department, MONDAY)
    days.ensure_laid_out(department, TUESDAY)
    laid_out = shifts_by_day(department, [MONDAY, TUESDAY])
    for date in (MONDAY, TUESDAY):
        assert [(f.starts, f.ends, f.qualification_ids) for f in computed[date]] == [
            (f.starts, f.ends, f.qualification_ids) for f in laid_out[date]
        ]
    assert laid_out[MONDAY][0].qualification_ids == {skill.pk}
    assert all(fact.id for fact in laid_out[MONDAY])


def test_a_withdrawn_shift_is_told_as_such(department, care_worker):
    absence = factories.AbsenceFactory(person=care_worker)
    day = factories.DayFactory(department=department, date=MONDAY)
    factories.ShiftFactory(day=day, person=care_worker, withdrawn_by=absence)

    (fact,) = shifts_by_day(department, [MONDAY])[MONDAY]

    assert fact.withdrawn
    assert fact.person_id == care_worker.pk
    assert fact.starts == int(factories.local(MONDAY, 8).timestamp())


def test_each_factory_makes_a_row(department):
    day = factories.DayFactory(department=department, date=MONDAY)
    shift = factories.ShiftFactory(day=day)
    visit = factories.VisitFactory(day=day, shift=shift)
    factories.SpecialHoursFactory()
    factories.QualificationHeldFactory()
    factories.CoordinatorFactory()

    assert visit.booking.service.department == department
    assert visit.starts_at == factories.local(MONDAY, 10)
