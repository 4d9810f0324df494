import datetime as dt

import pytest

from departments import errors
from departments.actions import rota
from departments.actions.previews import preview
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


def test_a_name_brings_what_its_person_knows_that_day(
    shift, care_worker, administrator, fake_seats
):
    known = factories.QualificationHeldFactory(person=care_worker).qualification
    factories.QualificationHeldFactory(person=care_worker, valid_from=MONDAY + dt.timedelta(1))
    factories.QualificationHeldFactory(person=care_worker, valid_until=MONDAY - dt.timedelta(1))

    rota.name_shift(shift=shift, person=care_worker, by=administrator)

    shift.refresh_from_db()
    assert shift.person == care_worker
    assert shift.qualification_ids == [known.pk]
    assert Day.objects.get().revision == 1


def test_a_preview_tells_which_visits_the_person_may_not_give(
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
    )
    fake_seats.answer = Reseated(unstaffed=[visit])

    told = preview(rota.name_shift, shift=shift, person=care_worker, by=administrator)

    assert told.unstaffed == [visit]
    shift.refresh_from_db()
    assert not shift.is_named
    assert Day.objects.get().revision == 0


def test_taking_the_name_off_leaves_what_the_hours_demand(department, care_worker, administrator):
    skill = factories.QualificationFactory()
    row = factories.OpeningHoursFactory(department=department, qualifications=[skill])
    shift = factories.ShiftFactory(
        day__department=department, day__date=MONDAY, person=care_worker, opening_hours=row
    )

    rota.unname_shift(shift=shift, by=administrator)

    shift.refresh_from_db()
    assert shift.person is None
    assert shift.qualification_ids == [skill.pk]


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
        rota.name_shift(shift=shift, person=care_worker, by=administrator)

    shift.refresh_from_db()
    assert shift.person is None


def test_one_shift_may_begin_when_the_other_ends(shift, care_worker, administrator):
    factories.ShiftFactory(
        day=shift.day, starts_at=factories.local(MONDAY, 16), person=care_worker
    )

    rota.name_shift(shift=shift, person=care_worker, by=administrator)

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
def test_only_those_who_give_care_here_that_day_get_a_shift(
    shift, other_department, administrator, employment
):
    values = {"department": shift.day.department} | employment
    values["department"] = values["department"] or other_department
    person = factories.EmployeeFactory(**values).person

    with pytest.raises(errors.NotEmployed):
        rota.name_shift(shift=shift, person=person, by=administrator)


def test_somebody_away_gets_no_shift(shift, care_worker, administrator):
    factories.AbsenceFactory(
        person=care_worker,
        starts_at=factories.local(MONDAY, 15),
        ends_at=factories.local(MONDAY, 20),
    )

    with pytest.raises(errors.IsAbsent):
        rota.name_shift(shift=shift, person=care_worker, by=administrator)


def test_a_replacement_fills_a_withdrawn_shift(shift, care_worker, administrator):
    away = factories.EmployeeFactory(department=shift.day.department).person
    shift.person = away
    shift.withdrawn_by = factories.AbsenceFactory(person=away)
    shift.save()

    rota.name_shift(shift=shift, person=care_worker, by=administrator)

    shift.refresh_from_db()
    assert shift.person == care_worker
    assert not shift.is_withdrawn


def test_a_shift_that_is_over_is_history(shift, care_worker, administrator, time_machine):
    time_machine.move_to(factories.local(MONDAY, 16), tick=False)

    for change in (
        lambda: rota.name_shift(shift=shift, person=care_worker, by=administrator),
        lambda: rota.unname_shift(shift=shift, by=administrator),
        lambda: rota.remove_shift(shift=shift, by=administrator),
        lambda: rota.add_shift(
            department=shift.day.department, date=MONDAY, period=period(8, 16), by=administrator
        ),
    ):
        with pytest.raises(errors.ShiftIsOver):
            change()


def test_a_shift_added_by_hand_comes_beside_those_of_the_hours(
    department, care_worker, administrator, fake_seats
):
    factories.OpeningHoursFactory(department=department, weekday=1)

    shift = rota.add_shift(
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
        rota.remove_shift(shift=of_hours, by=administrator)
    rota.remove_shift(shift=shift, by=administrator)

    assert Shift.objects.get() == of_hours
    assert fake_seats.reseated == [MONDAY]
