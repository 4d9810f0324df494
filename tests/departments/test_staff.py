import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from departments import actions, errors, queries
from departments.hours import Interval
from departments.models import Absence, Day, Shift
from tests import factories

MONDAY = dt.date(2026, 11, 30)
TUESDAY = dt.date(2026, 12, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_friday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def shifts(department, other_department, care_worker):
    """Emil's shifts: Monday, Monday evening in another department, and Tuesday."""
    monday = factories.DayFactory(department=department, date=MONDAY)
    return [
        factories.ShiftFactory(day=monday, person=care_worker),
        factories.ShiftFactory(
            day__department=other_department,
            day__date=MONDAY,
            person=care_worker,
            starts_at=factories.local(MONDAY, 17),
        ),
        factories.ShiftFactory(day__department=department, day__date=TUESDAY, person=care_worker),
    ]


def away(person, start, end, by, kind=Absence.Kind.SICK):
    """From the department that the person works in."""
    return actions.report_absence(
        person=person,
        department=person.employments.get().department,
        kind=kind,
        period=Interval(start, end),
        by=by,
    )


def withdrawn(shifts):
    return [Shift.objects.get(pk=shift.pk).is_withdrawn for shift in shifts]


def times(shift):
    """The times away of a shift by the local clock."""
    shift = Shift.objects.get(pk=shift.pk)
    return [f"{timezone.localtime(instant):%H:%M}" for instant in shift.away]


def test_an_absence_takes_its_minutes_out_of_the_departments_shifts_alone(
    shifts, care_worker, administrator, fake_seats
):
    absence, _ = away(
        care_worker, factories.local(MONDAY, 12), factories.local(TUESDAY, 8), administrator
    )

    assert [times(shift) for shift in shifts] == [["12:00", "16:00"], [], []]
    assert fake_seats.reseated == [MONDAY]
    assert absence.recorded_by == administrator
    assert Shift.objects.get(pk=shifts[0].pk).person == care_worker
    assert sorted(Day.objects.values_list("revision", flat=True)) == [0, 0, 1]
    elsewhere = queries.shifts_elsewhere(
        absence.department, care_worker, absence.starts_at, absence.ends_at
    )
    assert elsewhere == 1


def test_an_absence_from_one_department_leaves_the_other_to_its_own(
    shifts, care_worker, administrator, other_department
):
    factories.EmployeeFactory(person=care_worker, department=other_department)
    department = shifts[0].day.department
    six, midnight = factories.local(MONDAY, 6), factories.local(TUESDAY, 0)
    absence, _ = actions.report_absence(
        person=care_worker,
        department=department,
        kind=Absence.Kind.SICK,
        period=Interval(six, midnight),
        by=administrator,
    )
    noon = timezone.now()

    assert list(queries.coming_absences(department, noon)) == [absence]
    assert list(queries.coming_absences(other_department, noon)) == []
    assert list(queries.absences_between(other_department, six, midnight)) == []
    assert [row.absences for row in queries.staff_list(other_department, MONDAY)] == [[]]
    unnamed = factories.ShiftFactory(day=shifts[1].day, starts_at=factories.local(MONDAY, 8))
    actions.name_shift(shift=unnamed, person=care_worker, by=None)
    assert times(unnamed) == []
    same = {"department": department, "kind": Absence.Kind.SICK, "period": Interval(six, midnight)}
    for other in (
        {"department": other_department},
        {"kind": Absence.Kind.HOLIDAY},
        {"period": Interval(six, factories.local(MONDAY, 12))},
    ):
        with pytest.raises(errors.KeyReused):
            actions.report_absence(
                person=care_worker, **same | other, key=absence.pk, by=administrator
            )


def test_an_absence_from_before_departments_had_their_own_counts_everywhere(
    shifts, care_worker, administrator
):
    absence = factories.AbsenceFactory(
        person=care_worker,
        starts_at=factories.local(MONDAY, 12),
        ends_at=factories.local(TUESDAY, 8),
    )
    period = Interval(factories.local(MONDAY, 13), factories.local(TUESDAY, 8))

    actions.correct_absence(absence=absence, period=period, by=administrator)

    assert [times(shift) for shift in shifts] == [["13:00", "16:00"], ["17:00", "01:00"], []]


def test_an_absence_does_not_change_shifts_that_are_over(
    shifts, care_worker, administrator, time_machine
):
    time_machine.move_to(factories.local(MONDAY, 16), tick=False)

    away(care_worker, factories.local(MONDAY, 6), factories.local(TUESDAY, 23), administrator)

    assert withdrawn(shifts) == [False, False, True]


def test_ending_an_absence_early_returns_the_later_shifts(
    shifts, care_worker, administrator, fake_seats
):
    absence, _ = away(
        care_worker, factories.local(MONDAY, 6), factories.local(TUESDAY, 23), administrator
    )

    actions.end_absence(absence=absence, ends_at=factories.local(TUESDAY, 0), by=administrator)

    assert withdrawn(shifts) == [True, False, False]
    assert [times(shift) for shift in shifts[1:]] == [[], []]
    absence.refresh_from_db()
    assert absence.ends_at == factories.local(TUESDAY, 0)


def test_a_deleted_absence_withdraws_no_shifts(shifts, care_worker, administrator):
    absence, _ = away(
        care_worker, factories.local(MONDAY, 6), factories.local(TUESDAY, 23), administrator
    )

    actions.end_absence(absence=absence, ends_at=absence.starts_at, by=administrator)

    assert withdrawn(shifts) == [False, False, False]
    assert not Absence.objects.exists()


def test_a_shift_in_a_second_absence_stays_withdrawn(shifts, care_worker, administrator):
    sick, _ = away(
        care_worker, factories.local(MONDAY, 6), factories.local(MONDAY, 23), administrator
    )
    course, _ = away(
        care_worker, factories.local(MONDAY, 6), factories.local(MONDAY, 16), administrator
    )

    actions.end_absence(absence=sick, ends_at=sick.starts_at, by=administrator)

    assert withdrawn(shifts) == [True, False, False]
    assert shifts[0].times_away.get().absence == course


FIVE = dt.timedelta(minutes=5)


def test_an_absence_of_five_minutes_takes_five_minutes(shifts, care_worker, administrator):
    ten = factories.local(MONDAY, 10)

    away(care_worker, ten, ten + FIVE, administrator)

    assert withdrawn(shifts) == [False, False, False]
    assert [times(shift) for shift in shifts] == [["10:00", "10:05"], [], []]


def test_back_at_ten_brings_the_rest_of_the_shift_back(shifts, care_worker, administrator):
    absence, _ = away(
        care_worker, factories.local(MONDAY, 0), factories.local(TUESDAY, 0), administrator
    )

    actions.end_absence(absence=absence, ends_at=factories.local(MONDAY, 10), by=administrator)

    assert withdrawn(shifts) == [False, False, False]
    assert [times(shift) for shift in shifts] == [["08:00", "10:00"], [], []]


def test_an_absence_that_is_over_is_corrected(
    shifts, care_worker, administrator, fake_seats, time_machine
):
    absence, _ = away(
        care_worker, factories.local(MONDAY, 8), factories.local(MONDAY, 12), administrator
    )
    time_machine.move_to(factories.local(MONDAY, 13), tick=False)
    period = Interval(factories.local(MONDAY, 9), factories.local(MONDAY, 14))

    actions.correct_absence(absence=absence, period=period, by=administrator)

    assert times(shifts[0]) == ["09:00", "14:00"]
    assert fake_seats.reseated == [MONDAY, MONDAY]
    assert Absence.objects.get().period == period


def test_correcting_an_absence_leaves_shifts_that_are_over(
    shifts, care_worker, administrator, time_machine
):
    absence, _ = away(
        care_worker, factories.local(MONDAY, 8), factories.local(TUESDAY, 12), administrator
    )
    time_machine.move_to(factories.local(TUESDAY, 10), tick=False)
    period = Interval(factories.local(MONDAY, 9), factories.local(TUESDAY, 9))

    actions.correct_absence(absence=absence, period=period, by=administrator)

    assert [times(shift) for shift in shifts] == [
        ["08:00", "16:00"], [], ["08:00", "09:00"],
    ]  # fmt: skip


def test_an_absence_that_was_deleted_meanwhile_is_not_changed(shifts, care_worker, administrator):
    nine, noon = factories.local(MONDAY, 9), factories.local(MONDAY, 12)
    absence, _ = away(care_worker, nine, noon, administrator)
    Absence.objects.get().delete()

    with pytest.raises(Absence.DoesNotExist):
        actions.correct_absence(
            absence=absence, period=Interval(nine, nine + FIVE), by=administrator
        )
    with pytest.raises(Absence.DoesNotExist):
        actions.end_absence(absence=absence, ends_at=nine, by=administrator)

    assert not Absence.objects.exists()


def test_a_replacement_stays_when_the_absence_is_corrected(shifts, care_worker, administrator):
    ten, noon = factories.local(MONDAY, 10), factories.local(MONDAY, 12)
    absence, _ = away(care_worker, ten, noon, administrator)
    replacement = actions.add_shift(
        department=shifts[0].day.department,
        date=MONDAY,
        period=Interval(ten, noon),
        instead_of=shifts[0].times_away.get(),
        by=administrator,
    )

    actions.correct_absence(absence=absence, period=Interval(ten, noon + FIVE), by=administrator)

    assert shifts[0].times_away.get().replacement == replacement
    assert times(shifts[0]) == ["10:00", "12:05"]


def test_two_absences_share_no_minutes(shifts, care_worker, administrator):
    nine, ten, eleven, noon = (factories.local(MONDAY, hour) for hour in (9, 10, 11, 12))
    first, _ = away(care_worker, nine, eleven, administrator)
    away(care_worker, ten, noon, administrator)

    assert times(shifts[0]) == ["09:00", "12:00"]
    assert [one.period for one in shifts[0].times_away.all()] == [
        Interval(nine, eleven),
        Interval(eleven, noon),
    ]

    actions.end_absence(absence=first, ends_at=nine, by=administrator)
    assert times(shifts[0]) == ["10:00", "12:00"]


def test_apart_absences_are_apart_in_the_shift(shifts, care_worker, administrator):
    for hour in (12, 9):
        start = factories.local(MONDAY, hour)
        away(care_worker, start, start + FIVE, administrator)

    assert times(shifts[0]) == ["09:00", "09:05", "12:00", "12:05"]


@pytest.mark.parametrize(
    "times_away",
    [
        {"away": [factories.local(MONDAY, 7), factories.local(MONDAY, 9)]},
        {"away": [factories.local(MONDAY, 9), factories.local(MONDAY, 17)]},
        {"is_withdrawn": True},
        {"away": [factories.local(MONDAY, 8), factories.local(MONDAY, 16)]},
    ],
)
def test_the_database_refuses_times_away_that_are_not_the_shifts(shifts, times_away):
    with pytest.raises(IntegrityError):
        Shift.objects.filter(pk=shifts[0].pk).update(**times_away)


def test_the_database_refuses_a_minute_that_is_away_twice(shifts):
    nine, ten = factories.local(MONDAY, 9), factories.local(MONDAY, 10)
    factories.take_away(shifts[0], nine, ten)

    with pytest.raises(IntegrityError):
        factories.take_away(shifts[0], ten - FIVE, ten)


def test_a_shift_that_was_taken_is_not_returned(shifts, care_worker, administrator):
    replacement = factories.EmployeeFactory(department=shifts[0].day.department).person
    absence, _ = away(
        care_worker, factories.local(MONDAY, 6), factories.local(MONDAY, 16), administrator
    )
    actions.name_shift(shift=shifts[0], person=replacement, by=administrator)

    actions.end_absence(absence=absence, ends_at=absence.starts_at, by=administrator)

    assert Shift.objects.get(pk=shifts[0].pk).person == replacement


def test_a_new_qualification_is_copied_to_coming_shifts(
    shifts, care_worker, administrator, fake_seats
):
    qualification = factories.QualificationFactory()

    employee = care_worker.employments.get()

    actions.give_qualification(
        employee=employee, qualification=qualification, valid_from=TUESDAY, by=administrator
    )

    known = [Shift.objects.get(pk=shift.pk).qualification_ids for shift in shifts]
    assert known == [[], [], [qualification.pk]]
    assert fake_seats.reseated == [TUESDAY]


def test_a_qualification_counts_in_the_department_that_recorded_it(
    shifts, care_worker, administrator, other_department
):
    qualification = factories.QualificationFactory()
    theirs = factories.EmployeeFactory(person=care_worker, department=other_department)
    for employee in care_worker.employments.all():
        actions.give_qualification(
            employee=employee, qualification=qualification, valid_from=MONDAY, by=administrator
        )
    assert all(Shift.objects.get(pk=one.pk).qualification_ids for one in shifts)

    actions.take_qualification(held=queries.qualifications_held(theirs).get(), by=administrator)

    known = [Shift.objects.get(pk=shift.pk).qualification_ids for shift in shifts]
    assert known == [[qualification.pk], [], [qualification.pk]]


def test_a_lost_qualification_is_removed_from_coming_shifts(
    shifts, care_worker, administrator, fake_seats
):
    held = factories.QualificationHeldFactory(person=care_worker)
    Shift.objects.update(qualification_ids=[held.qualification_id])

    actions.take_qualification(held=held, by=administrator)

    assert not Shift.objects.exclude(qualification_ids=[]).exists()
    assert len(fake_seats.reseated) == 3


def test_shifts_after_the_last_day_lose_the_name(shifts, care_worker, administrator):
    employee = care_worker.employments.get()

    actions.change_employment(
        employee=employee,
        valid_from=employee.valid_from,
        valid_until=MONDAY,
        by=administrator,
    )

    people = [Shift.objects.get(pk=shift.pk).person for shift in shifts]
    assert people == [care_worker, care_worker, None]


def test_care_workers_and_absences_are_those_of_the_department(
    department, other_department, care_worker, administrator
):
    absence = factories.AbsenceFactory(person=care_worker)
    start, end = absence.starts_at, absence.ends_at

    assert list(queries.care_workers(department, MONDAY)) == [care_worker]
    assert list(queries.care_workers(other_department, MONDAY)) == []
    assert list(queries.absences_between(department, start, end)) == [absence]
    assert list(queries.absences_between(other_department, start, end)) == []
    assert list(queries.absences_between(department, end, end + dt.timedelta(1))) == []
