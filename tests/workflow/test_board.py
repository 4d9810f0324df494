import datetime as dt
import re

import pytest
from django.urls import reverse

from accounts.models import AccessLogEntry
from booking.models import BookingEvent, Visit
from departments.hours import Interval
from departments.models import Day, Shift, TimeAway
from tests import factories
from workflow import queries
from workflow.board import frame_of
from workflow.models import Report

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


def board_of(day, visit=None):
    """The board of a day, with the card of ``visit`` when given."""
    found = queries.board_of(day.department, day.date)
    return queries.VisitOnBoard(found, found.card(visit.pk)) if visit else found


def candidates_for(day, visit):
    return queries.candidates_for(day.department, [board_of(day, visit)])[0].candidates


# -- The board ---------------------------------------------------


def test_lanes_are_ordered_by_hours_with_named_shifts_first(tomorrow, shifts):
    factories.ShiftFactory(day=tomorrow, starts_at=factories.local(tomorrow.date, 15))

    found = board_of(tomorrow)

    assert [lane.title for lane in found.lanes] == [
        "Emil Haugen",
        "Nora Lind",
        "No name yet 1",
        "No name yet 2",
    ]
    assert [part.key for part in found.day_parts] == ["day", "evening"]


def test_a_visit_is_on_its_lane_or_among_the_unstaffed(tomorrow, shifts, visit_at):
    seated = visit_at(tomorrow, 9, shift=shifts[0])
    unstaffed = visit_at(tomorrow, 10)

    found = board_of(tomorrow)

    assert [card.id for card in found.lane(shifts[0].pk).cards] == [seated.pk]
    assert [card.id for card in found.unstaffed] == [unstaffed.pk]
    assert [card.id for card in found.day_parts[0].unstaffed] == [unstaffed.pk]


def test_next_unstaffed_goes_through_all_unstaffed_visits(tomorrow, visit_at):
    first, second = visit_at(tomorrow, 9), visit_at(tomorrow, 12)
    found = board_of(tomorrow)

    following = [found.next_unstaffed(pk).id for pk in (None, first.pk, second.pk)]

    assert following == [first.pk, second.pk, first.pk]
    second.delete()
    assert board_of(tomorrow).next_unstaffed(first.pk) is None


@pytest.mark.parametrize(
    ("hour", "outcome", "state"),
    [
        pytest.param(15, None, "plan", id="later"),
        pytest.param(14, None, "now", id="under way"),
        pytest.param(9, None, "untold", id="over, no report"),
        pytest.param(9, Report.Outcome.DONE, "done", id="done"),
        pytest.param(9, Report.Outcome.NO_CONTACT, "no_contact", id="no contact"),
        pytest.param(9, Report.Outcome.UNABLE, "unable", id="could not be done"),
    ],
)
def test_a_card_has_the_state_of_its_visit(day, emil, visit_at, hour, outcome, state):
    visit = visit_at(day, hour, shift=factories.ShiftFactory(day=day, person=emil))
    if outcome:
        Report.objects.create(visit=visit, outcome=outcome, by=emil, at=NOW)

    assert board_of(day, visit)[1].state == state


def test_a_booking_changed_after_settling_is_marked_new(day, emil, visit_at):
    day.settled_at = NOW - dt.timedelta(hours=20)
    day.save()
    visit = visit_at(day, 15)
    other = visit_at(day, 16)
    for booking, hours in ((visit.booking, 1), (other.booking, 30)):
        event = BookingEvent.objects.create(booking=booking, kind=BookingEvent.Kind.BOOKED)
        BookingEvent.objects.filter(pk=event.pk).update(at=NOW - dt.timedelta(hours=hours))

    found = board_of(day)

    assert found.card(visit.pk).is_new
    assert not found.card(other.pk).is_new


def test_a_day_not_laid_out_is_computed_and_nothing_is_written(now, department):
    date = dt.date(2026, 12, 28)
    factories.OpeningHoursFactory(department=department, staff=2)

    found = queries.board_of(department, date)

    assert [lane.id for lane in found.lanes] == [None, None]
    assert not found.is_laid_out
    assert not Day.objects.exists()


def test_a_closed_day_says_why(now, department):
    factories.OpeningHoursFactory(department=department, weekday=5)
    factories.SpecialDayFactory(
        department=department, date=dt.date(2026, 12, 4), name="Planning day"
    )

    assert queries.board_of(department, dt.date(2026, 12, 4)).closed_because == "Planning day"
    assert queries.board_of(department, dt.date(2026, 12, 25)).closed_because != ""
    assert queries.board_of(department, dt.date(2026, 12, 5)).closed_because == ""


def test_the_frame_has_whole_hours_also_after_midnight(tomorrow):
    night = factories.ShiftFactory(day=tomorrow, starts_at=factories.local(tomorrow.date, 22, 30))
    factories.ShiftFactory(day=tomorrow)
    found = board_of(tomorrow)

    everything = frame_of(found, "", None)
    opened = frame_of(found, "", night.pk)

    assert (everything.first_hour, everything.hours) == (8, 23)
    assert everything.hour_names[-1] == "06"
    assert (opened.chosen, opened.first_hour, opened.hours) == ("night", 22, 9)


def test_a_board_uses_the_same_queries_for_many_visits(
    tomorrow, shifts, visit_at, django_assert_num_queries
):
    visit_at(tomorrow, 9, shift=shifts[0])
    with django_assert_num_queries(6):
        board_of(tomorrow)

    for hour in range(10, 15):
        visit_at(tomorrow, hour, shift=shifts[1])
        visit_at(tomorrow, hour)
    with django_assert_num_queries(6):
        board_of(tomorrow)


# -- Who can take a visit ---------------------------------------------------


def test_named_shifts_and_those_with_fewer_visits_are_first(tomorrow, shifts, visit_at):
    visit_at(tomorrow, 9, shift=shifts[0])
    visit = visit_at(tomorrow, 12)

    found = candidates_for(tomorrow, visit)

    assert titles(found) == ["Nora Lind", "Emil Haugen", "No name yet"]
    assert found[1].free.start == factories.local(tomorrow.date, 10)


def test_a_carer_who_has_met_the_recipient_is_first(day, tomorrow, shifts, visit_at):
    visit = visit_at(tomorrow, 12)
    factories.VisitFactory(
        day=day,
        shift=factories.ShiftFactory(day=day, person=shifts[1].person),
        booking__recipient=visit.booking.recipient,
    )

    found = candidates_for(tomorrow, visit)

    assert titles(found)[0] == "Nora Lind"
    assert found[0].times_met == 1


def test_only_qualified_carers_are_candidates(tomorrow, shifts, visit_at):
    qualification = factories.QualificationFactory()
    visit = visit_at(tomorrow, 12)
    visit.booking.service.qualifications.add(qualification)
    Shift.objects.filter(pk=shifts[0].pk).update(qualification_ids=[qualification.pk])

    assert titles(candidates_for(tomorrow, visit)) == ["Emil Haugen"]


def test_carers_away_on_a_break_or_not_at_work_are_not_candidates(
    tomorrow, shifts, visit_at, emil
):
    noon = factories.local(tomorrow.date, 12)
    factories.take_away(shifts[0])
    Shift.objects.filter(pk=shifts[1].pk).update(
        break_starts_at=noon, break_ends_at=noon + dt.timedelta(minutes=30)
    )
    Shift.objects.filter(pk=shifts[2].pk).update(ends_at=noon)

    assert candidates_for(tomorrow, visit_at(tomorrow, 12)) == []


def test_a_swap_lists_the_visits_that_move(tomorrow, shifts, visit_at):
    shifts[2].delete()
    in_the_way = visit_at(tomorrow, 12, shift=shifts[0])
    qualification = factories.QualificationFactory()
    Shift.objects.filter(pk=shifts[0].pk).update(qualification_ids=[qualification.pk])
    visit = visit_at(tomorrow, 12)
    visit.booking.service.qualifications.add(qualification)

    (found,) = candidates_for(tomorrow, visit)

    assert found.free is None
    assert [(card.id, lane.title) for card, lane in found.moves] == [(in_the_way.pk, "Nora Lind")]


def test_after_settling_there_are_no_swaps(tomorrow, shifts, visit_at):
    for shift in shifts[:2]:
        visit_at(tomorrow, 12, shift=shift)
    tomorrow.settled_at = NOW
    tomorrow.save()

    assert titles(candidates_for(tomorrow, visit_at(tomorrow, 12))) == ["No name yet"]


def test_the_booking_s_other_carer_is_not_a_candidate(tomorrow, shifts, visit_at):
    first = visit_at(tomorrow, 12, shift=shifts[0])
    second = factories.VisitFactory(day=tomorrow, booking=first.booking)

    assert titles(candidates_for(tomorrow, second)) == ["Nora Lind", "No name yet"]


def test_a_withdrawn_shift_around_the_visit_is_linked(client, tomorrow, shifts, visit_at, emil):
    Shift.objects.exclude(pk=shifts[0].pk).delete()
    factories.take_away(shifts[0])
    visit = visit_at(tomorrow, 12)

    page = client.get(url("board_visit", tomorrow, visit.pk)).content.decode()

    assert f"{url('board_shift', tomorrow, shifts[0].pk)}#opened" in page.split("<aside")[1]


def test_minutes_away_are_hatched_alone(client, tomorrow, shifts, visit_at):
    ten, noon = (factories.local(tomorrow.date, hour) for hour in (10, 12))
    visit_at(tomorrow, 8, shift=shifts[0])
    factories.take_away(shifts[0], ten, noon)

    page = client.get(url("board", tomorrow)).content.decode()
    assert page.count("pause away") == 1
    assert "lane withdrawn" not in page
    assert "10:00–12:00" in client.get(url("board_shift", tomorrow, shifts[0].pk)).text


def test_a_replacement_fills_the_minutes_away(client, tomorrow, shifts, nora):
    ten, noon = (factories.local(tomorrow.date, hour) for hour in (10, 12))
    factories.take_away(shifts[0], ten, noon)
    shifts[1].delete()  # Nora's own
    away = TimeAway.objects.get()
    add = f"{url('add_shift', tomorrow)}?away={away.pk}"

    assert add in client.get(url("board_shift", tomorrow, shifts[0].pk)).text
    assert 'value="10:00"' in client.get(add).text
    client.post(
        url("add_shift", tomorrow),
        {"starts": "10", "ends": "12", "person": nora.pk, "away": away.pk},
    )

    away.refresh_from_db()
    assert away.replacement.period == away.period
    assert away.replacement.person == nora
    assert add not in client.get(url("board_shift", tomorrow, shifts[0].pk)).text
    again = {"starts": "10", "ends": "12", "away": away.pk}
    assert "Somebody has changed this" in client.post(url("add_shift", tomorrow), again).text
    assert away.replacement == TimeAway.objects.get().replacement
    client.post(url("remove_shift", tomorrow, away.replacement_id), {"version": "1"})
    assert add in client.get(url("board_shift", tomorrow, shifts[0].pk)).text


def test_a_time_away_of_another_department_is_not_filled(
    client, tomorrow, shifts, other_department
):
    elsewhere = factories.ShiftFactory(
        day=factories.DayFactory(department=other_department, date=tomorrow.date)
    )
    factories.take_away(
        elsewhere, elsewhere.starts_at, elsewhere.starts_at + dt.timedelta(hours=1)
    )
    away = TimeAway.objects.get()

    for value in (away.pk, "x", "9" * 30):
        client.post(url("add_shift", tomorrow), {"starts": "17", "ends": "18", "away": value})

    away.refresh_from_db()
    assert away.replacement is None


def test_minutes_away_are_no_working_time(tomorrow, shifts, department):
    ten = factories.local(tomorrow.date, 10)
    before = queries.board_of(department, tomorrow.date).staffed_seconds
    factories.take_away(shifts[0], ten, ten + dt.timedelta(minutes=5))

    board = queries.board_of(department, tomorrow.date)
    lane = board.lane(shifts[0].pk)
    assert before - board.staffed_seconds == 300
    assert [lane.is_at_work(ten + dt.timedelta(minutes=n)) for n in (-1, 0, 5)] == [
        True,
        False,
        True,
    ]


# -- Who can be named on a shift --------------------------------------------------


@pytest.mark.spoilt
def test_shift_candidates_who_can_be_named_are_first(department, tomorrow, shifts, visit_at, nora):
    qualification = factories.QualificationFactory()
    free = [factories.EmployeeFactory(department=department).person for _ in range(3)]
    factories.QualificationHeldFactory(person=free[1], qualification=qualification)
    factories.AbsenceFactory(person=free[2], starts_at=factories.local(tomorrow.date, 6))
    visit = visit_at(tomorrow, 9, shift=shifts[2])
    visit.booking.service.qualifications.add(qualification)
    found = board_of(tomorrow)

    people = queries.shift_candidates(found, found.lane(shifts[2].pk))

    assert [one.person for one in people[:2]] == [free[1], free[0]]
    assert [len(one.unqualified_for) for one in people[:2]] == [0, 1]
    assert {one.person for one in people[2:]} == {free[2], shifts[0].person, nora}
    assert all(one.why_not for one in people[2:])


def test_shift_candidates_without_nights_rest_are_later(department, tomorrow, shifts, emil):
    rested = factories.EmployeeFactory(department=department).person
    evening = factories.ShiftFactory(
        day=tomorrow,
        starts_at=factories.local(tomorrow.date, 16),
        ends_at=factories.local(tomorrow.date, 22),
    )
    found = board_of(tomorrow)

    people = queries.shift_candidates(found, found.lane(evening.pk))

    assert people[0].person == rested
    assert people[0].nearby_shifts == ()
    assert {one.person: one.nearby_shifts for one in people}[emil] == (shifts[0].period,)


def test_shift_candidates_away_later_that_day_or_with_a_long_day_say_so(
    department, tomorrow, shifts, emil
):
    sick = factories.EmployeeFactory(department=department).person
    factories.AbsenceFactory(
        person=sick,
        starts_at=factories.local(tomorrow.date, 22),
        ends_at=factories.local(tomorrow.date, 23),
    )
    evening = factories.ShiftFactory(
        day=tomorrow,
        starts_at=factories.local(tomorrow.date, 16),
        ends_at=factories.local(tomorrow.date, 22),
    )
    found = board_of(tomorrow)

    people = queries.shift_candidates(found, found.lane(evening.pk))

    by_person = {one.person: one for one in people}
    assert not by_person[sick].why_not
    assert [away.start for away in by_person[sick].away] == [evening.ends_at]
    assert by_person[sick].long_day is None
    assert by_person[emil].long_day == Interval(shifts[0].starts_at, evening.ends_at)


# -- The pages --------------------------------------------------------------


def test_the_board_shows_names_hours_and_unstaffed_visits(client, tomorrow, shifts, visit_at):
    visit = visit_at(tomorrow, 10)

    page = client.get(url("board", tomorrow)).content.decode()

    assert visit.booking.recipient.full_name in page
    assert "Emil Haugen" in page
    assert "at-1000 for-60" in page


def test_access_is_logged_once_for_each_recipient_shown(
    client, administrator, tomorrow, shifts, visit_at
):
    visits = [visit_at(tomorrow, hour, shift=shifts[0]) for hour in (9, 11)]

    client.get(url("board", tomorrow))
    client.get(url("board_visit", tomorrow, visits[0].pk))

    entries = AccessLogEntry.objects.filter(actor=administrator, what="workflow:board")
    assert {entry.subject_id for entry in entries} == {
        visit.booking.recipient_id for visit in visits
    }
    assert entries.count() == 2


def test_a_visit_is_given_to_the_chosen_shift(client, tomorrow, shifts, visit_at):
    visit = visit_at(tomorrow, 10)
    opened = client.get(url("board_visit", tomorrow, visit.pk)).content.decode()
    assert f'value="{shifts[0].pk}"' in opened

    response = client.post(url("give", tomorrow, visit.pk), {"shift": shifts[0].pk})

    assert response.url == url("board", tomorrow)
    visit.refresh_from_db()
    assert visit.shift == shifts[0]
    assert visit.is_pinned


def test_the_page_says_that_giving_a_visit_sends_no_message(client, tomorrow, shifts, visit_at):
    visit = visit_at(tomorrow, 10)
    page = client.get(url("board_visit", tomorrow, visit.pk)).text
    name = visit.booking.recipient.given_name
    assert f"{name} gets no message about this: the time stays the same." in page
    sent = {"shift": shifts[0].pk}
    given = client.post(url("give", tomorrow, visit.pk), sent, follow=True)
    assert "No message is sent about it." in given.text


def test_a_visit_that_can_not_be_given_stays_with_a_word_why(client, tomorrow, shifts, visit_at):
    visit = visit_at(tomorrow, 10)
    Visit.objects.filter(pk=visit_at(tomorrow, 10, shift=shifts[0]).pk).update(is_pinned=True)

    response = client.post(url("give", tomorrow, visit.pk), {"shift": shifts[0].pk}, follow=True)

    assert response.status_code == 200
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    visit.refresh_from_db()
    assert visit.shift is None


def test_a_visit_is_taken_off_its_shift(client, tomorrow, shifts, visit_at):
    visit = visit_at(tomorrow, 10, shift=shifts[0])

    client.post(url("take_off", tomorrow, visit.pk), {"seen_shift": shifts[0].pk})

    visit.refresh_from_db()
    assert visit.shift is None


def test_a_shift_is_named_and_unnamed(client, tomorrow, shifts, department):
    person = factories.EmployeeFactory(department=department).person

    preview = client.get(url("name_shift", tomorrow, shifts[2].pk), {"person": person.pk})
    assert preview.status_code == 200
    shifts[2].refresh_from_db()
    assert shifts[2].person is None

    client.post(url("name_shift", tomorrow, shifts[2].pk), {"person": person.pk, "version": "1"})
    shifts[2].refresh_from_db()
    assert shifts[2].person == person

    assert client.get(url("unname_shift", tomorrow, shifts[2].pk)).status_code == 200
    client.post(url("unname_shift", tomorrow, shifts[2].pk), {"version": shifts[2].version})
    shifts[2].refresh_from_db()
    assert shifts[2].person is None


def test_naming_a_person_at_work_elsewhere_shows_an_error(client, tomorrow, shifts, emil):
    response = client.post(
        url("name_shift", tomorrow, shifts[2].pk),
        {"person": emil.pk, "version": "1"},
        follow=True,
    )

    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    shifts[2].refresh_from_db()
    assert shifts[2].person is None


def test_a_manual_shift_is_added_and_removed(client, tomorrow, nora):
    client.post(
        url("add_shift", tomorrow), {"starts": "17:00", "ends": "01:00", "person": nora.pk}
    )
    shift = Shift.objects.get(day=tomorrow)
    assert shift.person == nora
    assert shift.ends_at == factories.local(tomorrow.date + dt.timedelta(days=1), 1)

    assert client.get(url("remove_shift", tomorrow, shift.pk)).status_code == 200
    client.post(url("remove_shift", tomorrow, shift.pk), {"version": "1"})
    assert not Shift.objects.exists()


def test_a_manual_shift_has_written_times(client, tomorrow):
    client.post(url("add_shift", tomorrow), {"starts": "1630", "ends": "24"})

    shift = Shift.objects.get(day=tomorrow)
    assert shift.starts_at == factories.local(tomorrow.date, 16, 30)
    assert shift.ends_at == factories.local(tomorrow.date + dt.timedelta(days=1), 0)


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        ("16", "12", "20 timer"),
        ("22", "07", "9 timer"),
        ("06", "21", "15 timer"),
        ("08", "08", "24 timer"),
    ],
)
def test_a_long_or_overnight_shift_is_a_question(client, tomorrow, starts, ends, words):
    form = {"starts": starts, "ends": ends}

    page = client.post(url("add_shift", tomorrow), form)
    assert words in page.context["form"].errors["is_certain"][0]
    assert 'name="is_certain"' in page.text
    assert not Shift.objects.exists()

    client.post(url("add_shift", tomorrow), {**form, "is_certain": "on"})
    assert Shift.objects.exists()


@pytest.mark.parametrize(("field", "written"), [("starts", "24"), ("ends", "21:00:00")])
def test_a_manual_shift_with_an_invalid_time_is_refused(client, tomorrow, field, written):
    page = client.post(url("add_shift", tomorrow), {"starts": "17", "ends": "21", field: written})

    assert field in page.context["form"].errors
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
        main = client.get(page).text.split("<main")[1].split("</main")[0]
        forms = re.findall(r'<form action="([^"]+)" method="post"', main)
        assert forms == [url("close_day", yesterday)]
    client.post(url("unname_shift", yesterday, shift.pk), {"version": shift.version})
    shift.refresh_from_db()
    assert shift.person == emil


def test_the_pages_are_not_found_for_other_administrators(
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


def test_another_departments_visit_is_not_found_on_the_board(
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


def test_the_page_uses_the_same_queries_for_many_visits(
    client, tomorrow, shifts, visit_at, django_assert_max_num_queries
):
    for hour in range(8, 16):
        visit_at(tomorrow, hour, shift=shifts[0])
        visit_at(tomorrow, hour)

    client.get(url("board", tomorrow))
    with django_assert_max_num_queries(14):
        client.get(url("board", tomorrow))
