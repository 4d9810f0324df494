import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AccessLogEntry
from booking.models import BookingEvent, Visit
from departments.models import Day, Shift
from tests import factories
from workflow.board import frame
from workflow.models import Report
from workflow.queries.board import board_of
from workflow.queries.candidates import choices, nameable

NOW = dt.datetime(2026, 11, 27, 13, tzinfo=dt.UTC)  # 14:00 here


@pytest.fixture
def emil(care_worker):
    return care_worker


@pytest.fixture
def nora(department):
    return factories.EmployeeFactory(
        department=department, person__given_name="Nora", person__family_name="Lind"
    ).person


@pytest.fixture
def shifts(tomorrow, emil, nora):
    """Tomorrow from 08 to 16: Emil's, Nora's and one without a name."""
    return [factories.ShiftFactory(day=tomorrow, person=person) for person in (emil, nora, None)]


@pytest.fixture
def client(client, administrator, now):
    client.force_login(administrator)
    return client


def url(name, day, *args):
    return reverse(f"workflow:{name}", args=[day.department_id, day.date, *args])


def titles(found):
    return [one.lane.title for one in found]


def of(day, visit=None):
    """The board of a day, and the card of a visit on it."""
    found = board_of(day.department, day.date)
    return (found, found.card(visit.pk)) if visit else found


def able(day, visit):
    return choices(day.department, [of(day, visit)])[0].candidates


# -- What the board shows ---------------------------------------------------


def test_lanes_stand_by_hours_with_names_first(tomorrow, shifts):
    factories.ShiftFactory(day=tomorrow, starts_at=factories.local(tomorrow.date, 15))

    found = of(tomorrow)

    assert [lane.title for lane in found.lanes] == [
        "Emil Haugen",
        "Nora Lind",
        "No name yet 1",
        "No name yet 2",
    ]
    assert [part.key for part in found.parts] == ["day", "evening"]


def test_a_visit_stands_on_its_lane_or_first_when_nobody_has_it(tomorrow, shifts, visit_at):
    seated = visit_at(tomorrow, 9, shift=shifts[0])
    homeless = visit_at(tomorrow, 10)

    found = of(tomorrow)

    assert [card.id for card in found.lane(shifts[0].pk).cards] == [seated.pk]
    assert [card.id for card in found.unstaffed] == [homeless.pk]
    assert [card.id for card in found.parts[0].unstaffed] == [homeless.pk]


def test_one_goes_from_visit_to_visit_that_nobody_has(tomorrow, visit_at):
    first, second = visit_at(tomorrow, 9), visit_at(tomorrow, 12)
    found = of(tomorrow)

    following = [found.next_unstaffed(pk).id for pk in (None, first.pk, second.pk)]

    assert following == [first.pk, second.pk, first.pk]
    second.delete()
    assert of(tomorrow).next_unstaffed(first.pk) is None


@pytest.mark.parametrize(
    ("hour", "outcome", "state"),
    [
        pytest.param(15, None, "plan", id="later"),
        pytest.param(14, None, "now", id="under way"),
        pytest.param(9, None, "untold", id="over, nothing told"),
        pytest.param(9, Report.Outcome.DONE, "done", id="done"),
        pytest.param(9, Report.Outcome.NOT_AVAILABLE, "absent", id="not found"),
        pytest.param(9, Report.Outcome.UNABLE, "unable", id="could not come"),
    ],
)
def test_a_card_tells_how_far_the_visit_has_come(day, emil, visit_at, hour, outcome, state):
    visit = visit_at(day, hour, shift=factories.ShiftFactory(day=day, person=emil))
    if outcome:
        Report.objects.create(visit=visit, outcome=outcome, by=emil, at=NOW)

    assert of(day, visit)[1].state == state


def test_a_booking_changed_after_settling_is_marked_new(day, emil, visit_at):
    day.settled_at = NOW - dt.timedelta(hours=20)
    day.save()
    visit = visit_at(day, 15)
    other = visit_at(day, 16)
    for booking, hours in ((visit.booking, 1), (other.booking, 30)):
        event = BookingEvent.objects.create(booking=booking, kind=BookingEvent.Kind.BOOKED)
        BookingEvent.objects.filter(pk=event.pk).update(at=NOW - dt.timedelta(hours=hours))

    found = of(day)

    assert found.card(visit.pk).is_new
    assert not found.card(other.pk).is_new


def test_a_day_not_laid_out_is_computed_and_nothing_is_written(now, department):
    date = dt.date(2026, 12, 28)
    factories.OpeningHoursFactory(department=department, staff=2)

    found = board_of(department, date)

    assert [lane.id for lane in found.lanes] == [None, None]
    assert not found.is_laid_out
    assert not Day.objects.exists()


def test_a_closed_day_says_why(now, department):
    factories.OpeningHoursFactory(department=department, weekday=5)
    factories.SpecialDayFactory(
        department=department, date=dt.date(2026, 12, 4), name="Planning day"
    )

    assert board_of(department, dt.date(2026, 12, 4)).closed_because == "Planning day"
    assert board_of(department, dt.date(2026, 12, 25)).closed_because != ""
    assert board_of(department, dt.date(2026, 12, 5)).closed_because == ""


def test_the_frame_holds_whole_hours_also_past_midnight(tomorrow):
    night = factories.ShiftFactory(day=tomorrow, starts_at=factories.local(tomorrow.date, 22, 30))
    factories.ShiftFactory(day=tomorrow)
    found = of(tomorrow)

    everything = frame(found, "", None)
    opened = frame(found, "", night.pk)

    assert (everything.first_hour, everything.hours) == (8, 23)
    assert everything.hour_names[-1] == "06"
    assert (opened.chosen, opened.first_hour, opened.hours) == ("night", 22, 9)


def test_a_board_costs_the_same_however_many_stand_on_it(
    tomorrow, shifts, visit_at, django_assert_num_queries
):
    visit_at(tomorrow, 9, shift=shifts[0])
    with django_assert_num_queries(6):
        of(tomorrow)

    for hour in range(10, 15):
        visit_at(tomorrow, hour, shift=shifts[1])
        visit_at(tomorrow, hour)
    with django_assert_num_queries(6):
        of(tomorrow)


# -- Who can take a visit ---------------------------------------------------


def test_somebody_comes_before_nobody_and_who_has_less_before_who_has_more(
    tomorrow, shifts, visit_at
):
    visit_at(tomorrow, 9, shift=shifts[0])
    visit = visit_at(tomorrow, 12)

    found = able(tomorrow, visit)

    assert titles(found) == ["Nora Lind", "Emil Haugen", "No name yet"]
    assert found[1].free.start == factories.local(tomorrow.date, 10)


def test_who_knows_the_recipient_comes_first(day, tomorrow, shifts, visit_at):
    visit = visit_at(tomorrow, 12)
    factories.VisitFactory(
        day=day,
        shift=factories.ShiftFactory(day=day, person=shifts[1].person),
        booking__recipient=visit.booking.recipient,
    )

    found = able(tomorrow, visit)

    assert titles(found)[0] == "Nora Lind"
    assert found[0].times_met == 1


def test_only_the_qualified_can_take_it(tomorrow, shifts, visit_at):
    skill = factories.QualificationFactory()
    visit = visit_at(tomorrow, 12)
    visit.booking.service.qualifications.add(skill)
    Shift.objects.filter(pk=shifts[0].pk).update(qualification_ids=[skill.pk])

    assert titles(able(tomorrow, visit)) == ["Emil Haugen"]


def test_who_is_away_or_on_a_break_or_not_at_work_cannot_take_it(tomorrow, shifts, visit_at, emil):
    noon = factories.local(tomorrow.date, 12)
    Shift.objects.filter(pk=shifts[0].pk).update(
        withdrawn_by=factories.AbsenceFactory(person=emil)
    )
    Shift.objects.filter(pk=shifts[1].pk).update(
        break_starts_at=noon, break_ends_at=noon + dt.timedelta(minutes=30)
    )
    Shift.objects.filter(pk=shifts[2].pk).update(ends_at=noon)

    assert able(tomorrow, visit_at(tomorrow, 12)) == []


def test_a_swap_is_told_with_who_moves_where(tomorrow, shifts, visit_at):
    shifts[2].delete()
    in_the_way = visit_at(tomorrow, 12, shift=shifts[0])
    skill = factories.QualificationFactory()
    Shift.objects.filter(pk=shifts[0].pk).update(qualification_ids=[skill.pk])
    visit = visit_at(tomorrow, 12)
    visit.booking.service.qualifications.add(skill)

    (found,) = able(tomorrow, visit)

    assert found.free is None
    assert [(card.id, lane.title) for card, lane in found.moves] == [(in_the_way.pk, "Nora Lind")]


def test_after_settling_nobody_elses_visit_moves(tomorrow, shifts, visit_at):
    for shift in shifts[:2]:
        visit_at(tomorrow, 12, shift=shift)
    tomorrow.settled_at = NOW
    tomorrow.save()

    assert titles(able(tomorrow, visit_at(tomorrow, 12))) == ["No name yet"]


def test_the_other_carer_of_the_same_visit_is_somebody_else(tomorrow, shifts, visit_at):
    first = visit_at(tomorrow, 12, shift=shifts[0])
    second = factories.VisitFactory(day=tomorrow, booking=first.booking)

    assert titles(able(tomorrow, second)) == ["Nora Lind", "No name yet"]


def test_an_empty_shift_over_the_visit_is_pointed_at(client, tomorrow, shifts, visit_at, emil):
    Shift.objects.exclude(pk=shifts[0].pk).delete()
    Shift.objects.update(withdrawn_by=factories.AbsenceFactory(person=emil))
    visit = visit_at(tomorrow, 12)

    page = client.get(url("board_visit", tomorrow, visit.pk)).content.decode()

    assert f"{url('board_shift', tomorrow, shifts[0].pk)}#opened" in page.split("<aside")[1]


# -- Whose shift it can be --------------------------------------------------


@pytest.mark.spoilt
def test_those_who_can_have_a_shift_come_first_with_what_they_can_not_give(
    department, tomorrow, shifts, visit_at, nora
):
    skill = factories.QualificationFactory()
    free = [factories.EmployeeFactory(department=department).person for _ in range(3)]
    factories.QualificationHeldFactory(person=free[1], qualification=skill)
    factories.AbsenceFactory(person=free[2], starts_at=factories.local(tomorrow.date, 6))
    visit = visit_at(tomorrow, 9, shift=shifts[2])
    visit.booking.service.qualifications.add(skill)
    found = of(tomorrow)

    people = nameable(found, found.lane(shifts[2].pk))

    assert [one.person for one in people[:2]] == [free[1], free[0]]
    assert [len(one.beyond) for one in people[:2]] == [0, 1]
    assert {one.person for one in people[2:]} == {free[2], shifts[0].person, nora}
    assert all(one.why_not for one in people[2:])


def test_who_works_shortly_before_or_after_comes_after_who_rests(
    department, tomorrow, shifts, emil
):
    rested = factories.EmployeeFactory(department=department).person
    evening = factories.ShiftFactory(
        day=tomorrow,
        starts_at=factories.local(tomorrow.date, 16),
        ends_at=factories.local(tomorrow.date, 22),
    )
    found = of(tomorrow)

    people = nameable(found, found.lane(evening.pk))

    assert people[0].person == rested
    assert people[0].near == ()
    assert {one.person: one.near for one in people}[emil] == (shifts[0].period,)


# -- The pages --------------------------------------------------------------


def test_the_board_shows_names_hours_and_who_lacks_somebody(client, tomorrow, shifts, visit_at):
    visit = visit_at(tomorrow, 10)

    page = client.get(url("board", tomorrow)).content.decode()

    assert visit.booking.recipient.full_name in page
    assert "Emil Haugen" in page
    assert "at-1000 for-60" in page


def test_every_look_is_logged_once_for_each_person_shown(
    client, administrator, tomorrow, shifts, visit_at
):
    visits = [visit_at(tomorrow, hour, shift=shifts[0]) for hour in (9, 11)]

    client.get(url("board", tomorrow))
    client.get(url("board_visit", tomorrow, visits[0].pk))

    looks = AccessLogEntry.objects.filter(actor=administrator, what="workflow:board")
    assert {look.subject_id for look in looks} == {visit.booking.recipient_id for visit in visits}
    assert looks.count() == 2


def test_a_visit_is_given_to_who_was_chosen(client, tomorrow, shifts, visit_at):
    visit = visit_at(tomorrow, 10)
    opened = client.get(url("board_visit", tomorrow, visit.pk)).content.decode()
    assert f'value="{shifts[0].pk}"' in opened

    answer = client.post(url("give", tomorrow, visit.pk), {"shift": shifts[0].pk})

    assert answer.url == url("board", tomorrow)
    visit.refresh_from_db()
    assert visit.shift == shifts[0]
    assert visit.is_pinned


def test_a_visit_that_can_not_be_given_stays_with_a_word_why(client, tomorrow, shifts, visit_at):
    visit = visit_at(tomorrow, 10)
    Visit.objects.filter(pk=visit_at(tomorrow, 10, shift=shifts[0]).pk).update(is_pinned=True)

    answer = client.post(url("give", tomorrow, visit.pk), {"shift": shifts[0].pk}, follow=True)

    assert answer.status_code == 200
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    visit.refresh_from_db()
    assert visit.shift is None


def test_a_visit_is_taken_off_its_shift(client, tomorrow, shifts, visit_at):
    visit = visit_at(tomorrow, 10, shift=shifts[0])

    client.post(url("take_off", tomorrow, visit.pk))

    visit.refresh_from_db()
    assert visit.shift is None


def test_a_name_is_put_on_a_shift_and_taken_off(client, tomorrow, shifts, department):
    person = factories.EmployeeFactory(department=department).person

    told = client.get(url("name_shift", tomorrow, shifts[2].pk), {"person": person.pk})
    assert told.status_code == 200
    shifts[2].refresh_from_db()
    assert shifts[2].person is None

    client.post(url("name_shift", tomorrow, shifts[2].pk), {"person": person.pk})
    shifts[2].refresh_from_db()
    assert shifts[2].person == person

    assert client.get(url("unname_shift", tomorrow, shifts[2].pk)).status_code == 200
    client.post(url("unname_shift", tomorrow, shifts[2].pk))
    shifts[2].refresh_from_db()
    assert shifts[2].person is None


def test_somebody_at_work_elsewhere_is_refused_with_a_word(client, tomorrow, shifts, emil):
    answer = client.post(
        url("name_shift", tomorrow, shifts[2].pk), {"person": emil.pk}, follow=True
    )

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    shifts[2].refresh_from_db()
    assert shifts[2].person is None


def test_a_shift_is_added_by_hand_and_taken_away(client, tomorrow, nora):
    client.post(
        url("add_shift", tomorrow), {"starts": "17:00", "ends": "01:00", "person": nora.pk}
    )
    shift = Shift.objects.get(day=tomorrow)
    assert shift.person == nora
    assert shift.ends_at == factories.local(tomorrow.date + dt.timedelta(days=1), 1)

    assert client.get(url("remove_shift", tomorrow, shift.pk)).status_code == 200
    client.post(url("remove_shift", tomorrow, shift.pk))
    assert not Shift.objects.exists()


def test_a_day_beyond_the_horizon_is_prepared_on_request(client, now, department):
    factories.OpeningHoursFactory(department=department, weekday=1)
    date = dt.date(2027, 1, 25)
    args = [department.pk, date]

    client.post(reverse("workflow:lay_out", args=args))

    assert Shift.objects.filter(day__date=date).count() == 1


def test_a_day_that_is_over_is_read_only(client, now, department, emil, visit_at):
    yesterday = factories.DayFactory(department=department, date=dt.date(2026, 11, 26))
    shift = factories.ShiftFactory(day=yesterday, person=emil)
    visit = visit_at(yesterday, 10, shift=shift)

    for page in (
        url("board", yesterday),
        url("board_visit", yesterday, visit.pk),
        url("board_shift", yesterday, shift.pk),
    ):
        assert (
            b'method="post"' not in client.get(page).content.split(b"<main")[1].split(b"</main")[0]
        )
    client.post(url("unname_shift", yesterday, shift.pk))
    shift.refresh_from_db()
    assert shift.person == emil


def test_for_another_departments_administrator_nothing_is_there(
    client, other_administrator, tomorrow, shifts, visit_at
):
    visit = visit_at(tomorrow, 10, shift=shifts[0])
    client.force_login(other_administrator)
    pages = [
        url("board", tomorrow),
        url("board_visit", tomorrow, visit.pk),
        url("board_shift", tomorrow, shifts[0].pk),
        url("name_shift", tomorrow, shifts[0].pk),
        url("unname_shift", tomorrow, shifts[0].pk),
        url("remove_shift", tomorrow, shifts[0].pk),
        url("add_shift", tomorrow),
        reverse("workflow:today", args=[tomorrow.department_id]),
    ]
    posts = [
        url("give", tomorrow, visit.pk),
        url("take_off", tomorrow, visit.pk),
        url("lay_out", tomorrow),
    ]

    assert {client.get(page).status_code for page in pages} == {404}
    assert {client.post(page).status_code for page in [*posts, *pages[3:7]]} == {404}


def test_another_departments_visit_is_not_found_on_ones_own_board(
    client, administrator, other_department, tomorrow, shifts, visit_at
):
    elsewhere = factories.DayFactory(department=other_department, date=tomorrow.date)
    visit = visit_at(elsewhere, 10)
    shift = factories.ShiftFactory(day=elsewhere)

    assert client.get(url("board_visit", tomorrow, visit.pk)).status_code == 404
    assert client.post(url("give", tomorrow, visit.pk), {"shift": shifts[0].pk}).status_code == 404
    own = visit_at(tomorrow, 10)
    assert client.post(url("give", tomorrow, own.pk), {"shift": shift.pk}).status_code == 404
    assert client.get(url("board_shift", tomorrow, shift.pk)).status_code == 404


def test_a_date_that_does_not_exist_is_not_found(client, department):
    assert client.get(f"/departments/{department.pk}/days/2026-02-30/").status_code == 404


def test_a_page_with_many_visits_costs_no_more_queries(
    client, tomorrow, shifts, visit_at, django_assert_max_num_queries
):
    for hour in range(8, 16):
        visit_at(tomorrow, hour, shift=shifts[0])
        visit_at(tomorrow, hour)

    client.get(url("board", tomorrow))
    with django_assert_max_num_queries(14):
        client.get(url("board", tomorrow))
