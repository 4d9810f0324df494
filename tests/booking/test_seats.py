"""Seats that change: automatically when shifts change, or as a person decides."""

import datetime as dt

import pytest
from django.utils import timezone

from booking import actions, errors
from booking.models import Visit
from departments import seats
from departments.actions import days
from departments.actions import staff as staff_actions
from departments.hours import Interval
from departments.models import Absence, Day, Shift
from departments.seats import VisitCounts
from tests import factories
from tests.booking.conftest import TODAY, TOMORROW
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def day(department):
    return factories.DayFactory(department=department, date=TOMORROW)


@pytest.fixture
def shift(day, care_worker):
    return factories.ShiftFactory(day=day, person=care_worker)


def withdraw(shift):
    factories.take_away(shift)


def test_a_visit_of_an_absent_carer_is_seated_again(day, shift, book, administrator, sound):
    visit = book(local(TOMORROW, 10)).visits.get()
    other = factories.ShiftFactory(day=day)
    withdraw(shift)

    reseated = seats.registered().reseat(day, by=administrator)

    visit.refresh_from_db()
    assert visit.shift == other
    assert [one.visit_id for one in reseated.moved] == [visit.pk]
    assert (reseated.kept, reseated.unstaffed) == (0, [])
    sound()


def test_no_visit_is_deleted_when_no_carer_is_left(day, shift, book, administrator):
    visit = book(local(TOMORROW, 10)).visits.get()
    withdraw(shift)

    reseated = seats.registered().reseat(day, by=administrator)
    again = seats.registered().reseat(day, by=administrator)

    visit.refresh_from_db()
    assert visit.shift is None
    assert reseated.unstaffed[0].recipient == visit.booking.recipient.full_name
    assert again.unstaffed == again.moved == []


def test_unstaffed_visits_get_a_seat_when_a_carer_is_added(day, shift, book, administrator):
    visit = book(local(TOMORROW, 10)).visits.get()
    withdraw(shift)
    seats.registered().reseat(day, by=administrator)
    other = factories.ShiftFactory(day=day)

    reseated = seats.registered().reseat(day, by=administrator)

    visit.refresh_from_db()
    assert visit.shift == other
    assert len(reseated.moved) == 1


def test_what_the_municipality_sets_is_seated_first_then_what_has_a_window(
    day, shift, book, someone, administrator
):
    kinds = ["free", "window", "set"]
    others = [factories.ShiftFactory(day=day), factories.ShiftFactory(day=day)]
    visits = [book(local(TOMORROW, 10), someone()).visits.get() for _kind in kinds]
    for visit, kind in zip(visits, kinds, strict=True):
        visit.booking.recipient.grants.update(kind_of_time=kind)
    for one in (shift, *others):
        withdraw(one)
    seats.registered().reseat(day, by=administrator)

    for count in (1, 2):  # of places
        factories.ShiftFactory(day=day)
        seats.registered().reseat(day, by=administrator)
        for visit in visits:
            visit.refresh_from_db()
        assert [visit.shift is not None for visit in visits] == [False, count > 1, True]


def test_on_a_settled_day_a_person_decides(day, shift, book, administrator):
    visit = book(local(TOMORROW, 10)).visits.get()
    factories.ShiftFactory(day=day)
    withdraw(shift)
    Day.objects.update(settled_at=local(TODAY, 8))
    day.refresh_from_db()

    reseated = seats.registered().reseat(day, by=administrator)

    visit.refresh_from_db()
    assert visit.shift is None
    assert len(reseated.unstaffed) == 1


@pytest.mark.spoilt
def test_a_visit_that_has_begun_keeps_its_seat(day, shift, book, administrator, clock):
    begun = book(local(TOMORROW, 8)).visits.get()
    later = book(local(TOMORROW, 12)).visits.get()
    clock.move_to(local(TOMORROW, 9))
    withdraw(shift)

    seats.registered().reseat(day, by=administrator)

    begun.refresh_from_db()
    later.refresh_from_db()
    assert begun.shift == shift
    assert later.shift is None


def test_sick_leave_withdraws_shifts_and_reseats_visits(
    hours, book, department, care_worker, administrator
):
    hours(staff=2)
    booking = book(local(TOMORROW, 10))
    visit = booking.visits.get()
    visit.shift.person = care_worker
    visit.shift.save()

    staff_actions.report_absence(
        person=care_worker,
        department=department,
        kind=Absence.Kind.SICK,
        period=Interval(local(TOMORROW, 0), local(TOMORROW, 23)),
        by=administrator,
    )

    visit.refresh_from_db()
    assert visit.shift is not None
    assert not visit.shift.is_withdrawn


@pytest.mark.parametrize("is_settled", [False, True])
def test_minutes_away_cost_only_their_visits_and_back_at_ten_returns_the_rest(
    day, shift, book, care_worker, administrator, sound, is_settled
):
    eight, ten, noon = (book(local(TOMORROW, hour)).visits.get() for hour in (8, 10, 12))
    if is_settled:
        day.settled_at = timezone.now()
        day.save()

    absence, reseated = staff_actions.report_absence(
        person=care_worker,
        department=day.department,
        kind=Absence.Kind.SICK,
        period=Interval(local(TOMORROW, 0), local(TOMORROW, 11, 30)),
        by=administrator,
    )
    assert {one.visit_id for one in reseated.unstaffed} == {eight.pk, ten.pk}
    noon.refresh_from_db()
    assert noon.shift == shift

    back = staff_actions.end_absence(
        absence=absence, ends_at=local(TOMORROW, 10), by=administrator
    )

    assert [one.visit_id for one in back.moved] == [ten.pk]
    for visit in (eight, ten, noon):
        visit.refresh_from_db()
    assert [eight.shift, ten.shift, noon.shift] == [None, shift, shift]


def test_an_absence_on_a_settled_day_gives_the_carer_no_visit(
    day, shift, book, care_worker, administrator
):
    visit = book(local(TOMORROW, 12)).visits.get()
    actions.take_off(visit=visit, by=administrator)
    day.settled_at = timezone.now()
    day.save()

    staff_actions.report_absence(
        person=care_worker,
        department=day.department,
        kind=Absence.Kind.SICK,
        period=Interval(local(TOMORROW, 9), local(TOMORROW, 9, 5)),
        by=administrator,
    )

    visit.refresh_from_db()
    assert visit.shift is None


def test_shorter_hours_keep_what_they_can(hours, book, department, administrator):
    rows = hours()
    early = book(local(TOMORROW, 9)).visits.get()
    late = book(local(TOMORROW, 14)).visits.get()
    for row in rows:
        row.closes_at = dt.time(12)
        row.save()

    impact = days.lay_out_again(department, by=administrator)

    early.refresh_from_db()
    late.refresh_from_db()
    assert early.shift is not None
    assert late.shift is None
    assert [one.visit_id for one in impact.reseated.unstaffed] == [late.pk]


# -- A person decides -----------------------------------------------------------


def test_a_visit_is_given_to_a_shift_and_stays_there(day, shift, book, administrator):
    book(local(TOMORROW, 10))
    visit = Visit.objects.get()
    other = factories.ShiftFactory(day=day)
    before = Day.objects.get(pk=day.pk).revision

    given = actions.give(visit=visit, shift=other, by=administrator)

    visit.refresh_from_db()
    assert visit.shift == given.shift == other
    assert visit.is_pinned
    assert Day.objects.get(pk=day.pk).revision == before + 1


def test_a_visit_in_the_way_is_moved(day, shift, book, administrator, sound):
    visit = book(local(TOMORROW, 10)).visits.get()
    other = factories.ShiftFactory(day=day)
    second = book(local(TOMORROW, 10, 30)).visits.get()
    assert second.shift == other

    actions.give(visit=visit, shift=other, by=administrator)

    second.refresh_from_db()
    assert second.shift == shift
    sound()


def test_a_shift_that_cannot_take_the_visit_is_refused(
    day, shift, book, administrator, department
):
    visit = book(local(TOMORROW, 10)).visits.get()
    late = factories.ShiftFactory(day=day, starts_at=local(TOMORROW, 12))
    elsewhere = factories.ShiftFactory(
        day=factories.DayFactory(department=department, date=TOMORROW + dt.timedelta(days=1))
    )

    for unfit in (late, elsewhere):
        with pytest.raises(errors.CannotTake):
            actions.give(visit=visit, shift=unfit, by=administrator)
    visit.refresh_from_db()
    assert (visit.shift, visit.is_pinned) == (shift, False)


def test_two_visits_swap_seats_on_a_settled_day_by_taking_one_off(day, shift, book, administrator):
    visit = book(local(TOMORROW, 10)).visits.get()
    other = factories.ShiftFactory(day=day)
    second = book(local(TOMORROW, 10)).visits.get()
    Day.objects.update(settled_at=local(TODAY, 8))

    with pytest.raises(errors.CannotTake):
        actions.give(visit=visit, shift=other, by=administrator)
    actions.take_off(visit=second, by=administrator)
    actions.give(visit=visit, shift=other, by=administrator)
    actions.give(visit=second, shift=shift, by=administrator)

    assert dict(Visit.objects.values_list("pk", "shift")) == {
        visit.pk: other.pk,
        second.pk: shift.pk,
    }


# -- What the hours page shows ----------------------------------------------------


def test_peak_use_is_the_most_visits_at_once(hours, book, department, administrator):
    row = hours(staff=3)[2]
    for clock in (8, 8, 9, 12):
        book(local(TOMORROW, clock))

    port = seats.registered()

    assert port.peak_use(department, [TOMORROW]) == {row.pk: 2}
    assert port.peak_use(department, [TODAY]) == {}
    assert sum(map(len, port.visits_by_shift(Day.objects.get(date=TOMORROW)).values())) == 4
    Visit.objects.filter(starts_at=local(TOMORROW, 12)).update(shift=None)
    counts = port.visit_counts([department], local(TOMORROW, 8, 30))
    assert counts == {department.pk: VisitCounts(today=4, ahead=2, unstaffed=1)}
    assert Shift.objects.count() == 3


# -- Grants -----------------------------------------------------------------------


def test_overlapping_grants_are_refused(recipient, service, administrator):
    with pytest.raises(errors.GrantOverlaps):
        actions.grant(
            recipient=recipient,
            service=service,
            amount=1,
            unit="visits",
            period="week",
            valid_from=TODAY,
            by=administrator,
        )
    assert recipient.grants.count() == 1


def test_shortening_a_grant_lists_the_bookings_after_it_and_cancels_nothing(
    hours, book, recipient, administrator
):
    hours()
    book(local(TOMORROW, 10), recipient)
    hit = book(local(TOMORROW + dt.timedelta(days=1), 10), recipient)

    grant = recipient.grants.get()
    listed = actions.change_grant(
        grant=grant,
        amount=grant.amount,
        unit=grant.unit,
        period=grant.period,
        valid_from=grant.valid_from,
        valid_until=TOMORROW,
        is_essential=False,
        by=administrator,
    )

    assert listed == [hit]
    assert Visit.objects.count() == 2
