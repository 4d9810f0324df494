import datetime as dt

import pytest

from departments import actions, errors
from departments.hours import Interval
from departments.models import Day, Employee, Shift
from departments.seats import AffectedVisit, Reseated
from tests import factories

MONDAY = dt.date(2026, 11, 30)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_friday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def shift(department):
    return factories.ShiftFactory(day__department=department, day__date=MONDAY)


def period(start, end, date=MONDAY):
    return Interval(factories.local(date, start), factories.local(date, end))


def test_a_named_shift_has_the_persons_qualifications_that_day(
    shift, care_worker, administrator, fake_seats
):
    known = factories.QualificationHeldFactory(person=care_worker).qualification
    factories.QualificationHeldFactory(person=care_worker, valid_from=MONDAY + dt.timedelta(1))
    factories.QualificationHeldFactory(person=care_worker, valid_until=MONDAY - dt.timedelta(1))

    actions.name_shift(shift=shift, person=care_worker, by=administrator)

    shift.refresh_from_db()
    assert shift.person == care_worker
    assert shift.qualification_ids == [known.pk]
    assert Day.objects.get().revision == 1


def test_a_preview_lists_visits_that_become_unstaffed(
    shift, care_worker, administrator, fake_seats
):
    visit = AffectedVisit(
        visit_id=shift.pk,
        booking_id=shift.pk,
        recipient_id=shift.pk,
        recipient="Aksel Vik",
        service="Shower",
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        department_id=shift.day.department_id,
    )
    fake_seats.answer = Reseated(unstaffed=[visit])

    impact = actions.preview(actions.name_shift, shift=shift, person=care_worker, by=administrator)

    assert impact.unstaffed == [visit]
    shift.refresh_from_db()
    assert not shift.is_named
    assert Day.objects.get().revision == 0


def test_an_unnamed_shift_has_the_qualifications_of_its_hours(
    department, care_worker, administrator
):
    qualification = factories.QualificationFactory()
    row = factories.OpeningHoursFactory(department=department, qualifications=[qualification])
    shift = factories.ShiftFactory(
        day__department=department, day__date=MONDAY, person=care_worker, opening_hours=row
    )

    actions.unname_shift(shift=shift, by=administrator)

    shift.refresh_from_db()
    assert shift.person is None
    assert shift.qualification_ids == [qualification.pk]


def test_nobody_is_in_two_shifts_at_once_in_any_department(
    shift, other_department, care_worker, administrator
):
    factories.ShiftFactory(
        day__department=other_department,
        day__date=MONDAY,
        starts_at=factories.local(MONDAY, 15),
        person=care_worker,
    )

    with pytest.raises(errors.AlreadyWorking):
        actions.name_shift(shift=shift, person=care_worker, by=administrator)

    shift.refresh_from_db()
    assert shift.person is None


def test_a_shift_may_start_when_the_persons_other_one_ends(shift, care_worker, administrator):
    factories.ShiftFactory(
        day=shift.day, starts_at=factories.local(MONDAY, 16), person=care_worker
    )

    actions.name_shift(shift=shift, person=care_worker, by=administrator)

    assert Shift.objects.filter(person=care_worker).count() == 2


@pytest.mark.parametrize(
    "employment",
    [
        pytest.param({"valid_until": MONDAY - dt.timedelta(1)}, id="has left"),
        pytest.param({"valid_from": MONDAY + dt.timedelta(1)}, id="has not begun"),
        pytest.param({"role": Employee.Role.ADMINISTRATOR}, id="does not give care"),
        pytest.param({"department": None}, id="works elsewhere"),
    ],
)
def test_only_care_workers_employed_that_day_can_be_named(
    shift, other_department, administrator, employment
):
    values = {"department": shift.day.department} | employment
    values["department"] = values["department"] or other_department
    person = factories.EmployeeFactory(**values).person

    with pytest.raises(errors.NotEmployed):
        actions.name_shift(shift=shift, person=person, by=administrator)


def test_an_absent_person_cannot_be_named(shift, care_worker, administrator):
    factories.AbsenceFactory(
        person=care_worker,
        starts_at=factories.local(MONDAY, 15),
        ends_at=factories.local(MONDAY, 20),
    )

    with pytest.raises(errors.IsAbsent):
        actions.name_shift(shift=shift, person=care_worker, by=administrator)


def test_a_replacement_fills_a_withdrawn_shift(shift, care_worker, administrator):
    away = factories.EmployeeFactory(department=shift.day.department).person
    shift.person = away
    shift.save()
    factories.take_away(shift)

    actions.name_shift(shift=shift, person=care_worker, by=administrator)

    shift.refresh_from_db()
    assert shift.person == care_worker
    assert not shift.is_withdrawn
    assert (shift.away, list(shift.times_away.all())) == ([], [])


def test_a_shift_that_is_over_cannot_be_changed(shift, care_worker, administrator, time_machine):
    time_machine.move_to(factories.local(MONDAY, 16), tick=False)

    for change in (
        lambda: actions.name_shift(shift=shift, person=care_worker, by=administrator),
        lambda: actions.unname_shift(shift=shift, by=administrator),
        lambda: actions.remove_shift(shift=shift, by=administrator),
        lambda: actions.add_shift(
            department=shift.day.department, date=MONDAY, period=period(8, 16), by=administrator
        ),
    ):
        with pytest.raises(errors.ShiftIsOver):
            change()


def test_a_manual_shift_is_added_to_those_of_the_hours(
    department, care_worker, administrator, fake_seats
):
    factories.OpeningHoursFactory(department=department, weekday=1)

    shift = actions.add_shift(
        department=department,
        date=MONDAY,
        period=period(10, 14),
        person=care_worker,
        by=administrator,
    )

    assert shift.is_manual
    assert shift.person == care_worker
    assert Shift.objects.filter(day__date=MONDAY).count() == 2
    assert fake_seats.reseated == [MONDAY]


def test_only_a_shift_made_by_hand_can_be_removed(shift, administrator, fake_seats):
    of_hours = factories.ShiftFactory(day=shift.day, is_manual=False)

    with pytest.raises(errors.AskedForByHours):
        actions.remove_shift(shift=of_hours, by=administrator)
    actions.remove_shift(shift=shift, by=administrator)

    assert Shift.objects.get() == of_hours
    assert fake_seats.reseated == [MONDAY]
