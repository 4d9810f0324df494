"""The duty lead: for whom a shift is marked, and what that opens, and when."""

import datetime as dt

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLogEntry, Change
from booking import actions as booking_actions
from booking.models import Booking, CoverageAct, Visit, VisitRequest
from booking.queries.access_log import access_log_of, with_roles
from booking.queries.coverage import _lost_ranks, suggestion_for
from booking.seating.coverage import FREE, SET, WINDOW
from database.versions import Stale
from departments import access, actions, queries
from departments.models import Absence, Day, DutyMark
from tests import factories
from tests.html_forms import Forms
from workflow import actions as workflow_actions
from workflow.errors import NotYourVisit
from workflow.urgency import Urgency, how_urgent

pytestmark = pytest.mark.django_db

DATE = dt.date(2026, 12, 1)


TOMORROW = DATE + dt.timedelta(days=1)


def at(hour, minute=0, date=DATE):
    return factories.local(date, hour, minute)


@pytest.fixture
def shift(department, care_worker):
    """07–15, marked for its department."""
    day = factories.DayFactory(department=department, date=DATE)
    shift = factories.ShiftFactory(day=day, person=care_worker, starts_at=at(7), ends_at=at(15))
    shift.duty_for.add(department)
    return shift


@pytest.mark.parametrize(
    ("now", "is_lead"),
    [
        (at(5, 59), False),
        (at(6), True),
        (at(15, 59), True),
        (at(16), False),
    ],
)
def test_it_lasts_from_an_hour_before_to_an_hour_after_the_shift(
    shift, department, care_worker, now, is_lead, time_machine
):
    time_machine.move_to(now, tick=False)

    assert bool(queries.duties_of(care_worker, now)) is is_lead
    for date, has_access in ((DATE, is_lead), (TOMORROW, False)):
        if has_access:
            assert access.department_on(care_worker, department.pk, date) == department
        else:
            with pytest.raises(Http404):
                access.department_on(care_worker, department.pk, date)


def test_a_night_shift_leads_both_dates(shift, care_worker):
    shift.starts_at, shift.ends_at = at(22), at(7, date=TOMORROW)
    shift.save()

    (duty,) = queries.duties_of(care_worker, at(6, 30, TOMORROW))

    assert duty.dates == [DATE, TOMORROW]


@pytest.mark.parametrize("why", ["away", "no longer employed", "another's shift"])
def test_who_is_not_at_work_is_no_duty_lead(shift, care_worker, why):
    if why == "away":
        factories.take_away(shift)
    elif why == "no longer employed":
        care_worker.employments.update(
            valid_from=DATE - dt.timedelta(days=9), valid_until=DATE - dt.timedelta(days=1)
        )
    else:
        shift.person = factories.UserFactory()
        shift.save()

    assert queries.duties_of(care_worker, at(9)) == []


def test_each_department_is_marked_by_its_own_administrator(
    shift, department, other_department, administrator, other_administrator
):
    shift.duty_for.clear()
    both = [department.pk, other_department.pk]

    actions.mark_duty(shift=shift, department_ids=both, by=administrator, version=1)
    assert queries.departments_led_on(shift.pk) == [department]
    actions.mark_duty(shift=shift, department_ids=both, by=other_administrator, version=2)
    actions.mark_duty(shift=shift, department_ids=[], by=administrator, version=3)

    assert queries.departments_led_on(shift.pk) == [other_department]
    assert Change.objects.filter(verb="mark_duty", object_id=shift.pk).count() == 3
    with pytest.raises(Stale):
        actions.mark_duty(shift=shift, department_ids=both, by=administrator, version=3)


def test_later_shifts_at_the_same_hours_are_marked_too(
    shift, department, care_worker, administrator
):
    later = [
        factories.ShiftFactory(
            day=factories.DayFactory(department=department, date=DATE + dt.timedelta(days=days)),
            person=care_worker,
            starts_at=at(7, date=DATE + dt.timedelta(days=days)),
            ends_at=at(ends, date=DATE + dt.timedelta(days=days)),
        )
        for days, ends in ((1, 15), (2, 14))
    ]

    actions.mark_duty(
        shift=shift, department_ids=[department.pk], with_later=True, by=administrator
    )

    assert set(DutyMark.objects.values_list("shift", flat=True)) == {shift.pk, later[0].pk}


def test_the_mark_is_chosen_on_the_shift_s_page(
    client, shift, department, administrator, time_machine
):
    time_machine.move_to(at(6), tick=False)
    shift.duty_for.clear()
    client.force_login(administrator)
    url = reverse("workflow:mark_duty", args=[department.pk, DATE, shift.pk])

    page = client.post(url, {"duty_for": str(department.pk), "version": "1"}, follow=True)

    assert page.context["duty"] == [department]
    assert queries.departments_led_on(shift.pk) == [department]


def test_the_lead_reports_a_visit_of_another_and_the_log_says_as_what(
    client, shift, department, other_department, care_worker, service, time_machine
):
    """The lead has their shift in another department."""
    time_machine.move_to(at(9), tick=False)
    visit = factories.VisitFactory(
        day=shift.day, shift=shift, booking__service=service, booking__starts_at=at(8)
    )
    lead = factories.EmployeeFactory(department=other_department).person
    its_day = factories.DayFactory(department=other_department, date=DATE)
    own = factories.ShiftFactory(day=its_day, person=lead, starts_at=at(7), ends_at=at(15))
    with pytest.raises(NotYourVisit):
        workflow_actions.report(visit=visit, outcome="done", by=lead)
    own.duty_for.add(department)
    client.force_login(lead)
    url = reverse("workflow:report_visit", args=[department.pk, DATE, visit.pk])

    assert client.get(url).status_code == 200
    workflow_actions.report(visit=visit, outcome="done", by=lead)

    assert AccessLogEntry.objects.get().as_duty_lead
    recipient = visit.booking.recipient
    (line,) = with_roles(recipient, access_log_of(recipient))
    assert line.roles == ["Duty lead"]


@pytest.fixture
def early(department, service, other_department, time_machine):
    """06:45: the lead and three carers, 07–15. Two carers have medicine at 9; Nora, who alone
    stays, has cleaning then."""
    time_machine.move_to(at(6, 45), tick=False)
    service.kind_of_time = "set"
    service.save()
    cleaning = factories.ServiceFactory(department=department, kind_of_time="free")
    day = factories.DayFactory(department=department, date=DATE, settled_at=at(1))
    shifts = [
        factories.ShiftFactory(
            day=day,
            person=factories.EmployeeFactory(
                department=department, person__given_name=name
            ).person,
            starts_at=at(7),
            ends_at=at(15),
        )
        for name in ("Marte", "Sara", "Nora")
    ]
    visits = [
        factories.VisitFactory(
            day=day,
            shift=shift,
            booking__service=its,
            booking__starts_at=at(hour),
            booking__carers=1,
            booking__grant=None,
        )
        for shift, its, hour in zip(shifts, (service, service, cleaning), (9, 11, 9), strict=True)
    ]
    lead = factories.EmployeeFactory(department=other_department).person
    own = factories.ShiftFactory(
        day=factories.DayFactory(department=other_department, date=DATE),
        person=lead,
        starts_at=at(7),
        ends_at=at(15),
    )
    own.duty_for.add(department)
    return lead, shifts, visits


def press(client, page, action):
    (form,) = [one for one in Forms("/duty/", page.text).forms if one.action == action]
    return client.post(action, form.fields, follow=True)


def test_two_are_sick_and_all_that_must_be_given_is_covered_in_four_presses(
    client, early, department
):
    lead, (marte, sara, nora), (first, second, cleaning) = early
    client.force_login(lead)
    page = client.get(reverse("workflow:duty"))

    for sick in (marte, sara):
        url = reverse("workflow:sick_today", args=[department.pk, DATE, sick.pk])
        page = press(client, page, url)
    assert [card.visit for card in page.context["days"][0].open_cards] == [first, second]
    url = reverse("workflow:cover", args=[department.pk, DATE])
    page = client.get(url)
    assert page.context["suggestion"].lost == [cleaning]
    press(client, page, url)

    for visit in (first, second):
        visit.refresh_from_db()
        assert visit.shift == nora
    cleaning.booking.refresh_from_db()
    assert cleaning.booking.status == "cancelled"
    assert Change.objects.get(verb="give_up_visit").subject_id == cleaning.booking.recipient_id
    assert set(AccessLogEntry.objects.values_list("as_duty_lead", flat=True)) == {True}


@pytest.mark.parametrize(
    ("kind", "terms", "expected"),
    [
        (SET, {"free_days": 4}, (Urgency.MUST_TODAY, 0, 0)),
        (WINDOW, {"free_days": 2, "window_ends_in": 60}, (Urgency.CAN_MOVE, 0, 2)),
        (WINDOW, {"window_ends_in": 3601}, (Urgency.WITHIN_HOURS, 2, 0)),
        (WINDOW, {}, (Urgency.MUST_TODAY, 0, 0)),
        (FREE, {"free_days": 1, "is_essential": True}, (Urgency.CAN_MOVE, 0, 1)),
        (FREE, {"is_essential": True}, (Urgency.MUST_TODAY, 0, 0)),
        (FREE, {}, (Urgency.MAY_LAPSE, 0, 0)),
    ],
)
def test_urgency_is_derived_from_class_window_and_slack(kind, terms, expected):
    terms = {"is_essential": False, "free_days": 0, "window_ends_in": None, **terms}
    found = how_urgent(kind, **terms)
    assert (found.urgency, found.hours, found.days) == expected


def test_the_page_orders_each_class_by_urgency(client, early, department, service):
    """Tomorrow, Wednesday, is open. The visit that can move there, though it uses its grant up,
    comes after an essential one whose grant ends today."""
    lead, _shifts, (_first, _second, cleaning) = early
    client.force_login(lead)
    factories.OpeningHoursFactory(department=department, weekday=3, staff=1)
    tidying = factories.ServiceFactory(department=department, kind_of_time="free", minutes=60)
    lapses, moves = (
        factories.VisitFactory(
            day=cleaning.day, booking__service=tidying, booking__starts_at=at(hour)
        )
        for hour in (12, 10)
    )
    for visit, date in ((lapses, DATE), (moves, None)):
        visit.booking.grant = factories.GrantFactory(
            recipient=visit.booking.recipient,
            service=tidying,
            amount=1,
            is_essential=visit == lapses,
            valid_until=date,
        )
        visit.booking.save()

    page = client.get(reverse("workflow:duty"))

    (_kind, visits) = page.context["days"][0].kinds[-1]
    assert [(one.card.visit, one.how.urgency, one.how.days) for one in visits] == [
        (lapses, Urgency.MUST_TODAY, 0),
        (moves, Urgency.CAN_MOVE, 1),
    ]


def test_the_lead_answers_what_is_asked_about_a_visit_of_the_day(client, early, department):
    lead, _shifts, (first, *_others) = early
    asked = VisitRequest.objects.create(booking=first.booking, kind="other_time")
    elsewhere = factories.DayFactory(department=department, date=TOMORROW)
    later = factories.VisitFactory(day=elsewhere, booking__starts_at=at(9, date=TOMORROW))
    VisitRequest.objects.create(booking=later.booking, kind="unwanted")
    client.force_login(lead)
    page = client.get(reverse("workflow:duty"))
    assert page.context["days"][0].requests == [asked]
    url = reverse("workflow:keep_visit", args=[department.pk, DATE, asked.pk])

    client.post(url, {"words": ""})
    asked.refresh_from_db()
    assert asked.answered_at is None
    client.post(url, {"words": "We come as planned."})

    asked.refresh_from_db()
    assert (asked.answer, asked.words, asked.answered_by) == ("kept", "We come as planned.", lead)
    assert client.get(reverse("workflow:duty")).context["days"][0].requests == []


@pytest.fixture
def covered(client, early, department):
    """The page after Marte's and Sara's visits were given to Nora, whose cleaning is cancelled.
    Everybody has a grant, so that it can be booked again."""
    lead, shifts, visits = early
    for visit in visits:
        booking = visit.booking
        booking.grant = factories.GrantFactory(
            recipient=booking.recipient,
            service=booking.service,
            kind_of_time=booking.service.kind_of_time,
        )
        booking.save()
    client.force_login(lead)
    for shift in shifts[:2]:
        factories.take_away(shift)
    Visit.objects.filter(pk__in=[visit.pk for visit in visits[:2]]).update(shift=None)
    url = reverse("workflow:cover", args=[department.pk, DATE])
    return press(client, client.get(url), url)


def undo_of(department):
    act = CoverageAct.objects.get()
    return reverse("workflow:undo_cover", args=[department.pk, DATE, act.pk])


def test_what_was_done_is_undone_and_the_cancelled_visit_is_booked_again(
    client, early, covered, department
):
    lead, (*_sick, nora), (first, second, cleaning) = early
    pattern = factories.PatternFactory(
        recipient=cleaning.booking.recipient, service=cleaning.booking.service
    )
    planned = pattern.dates.create(date=DATE, time=dt.time(9), booking=cleaning.booking)

    page = press(client, covered, undo_of(department))

    assert set(page.context["days"][0].open_cards[0].visit.booking.visits.all()) == {first}
    for visit in (first, second):
        visit.refresh_from_db()
        assert visit.shift is None
    again = Booking.objects.confirmed().get(recipient=cleaning.booking.recipient)
    assert again.starts_at == cleaning.starts_at
    assert again.visits.get().shift == nora
    planned.refresh_from_db()
    assert planned.booking == again
    assert again.events.get().announced_at is None  # its recipient gets a message
    assert page.context["days"][0].act is None
    act = CoverageAct.objects.get()
    booking_actions.undo_cover(act=act, by=lead)  # twice changes nothing
    assert Booking.objects.confirmed().filter(recipient=again.recipient).count() == 1
    found = suggestion_for(Day.objects.get(department=department, date=DATE), timezone.now())
    assert found.lost == [again.visits.get()]
    assert not _lost_ranks(found.lost, timezone.now())


@pytest.mark.parametrize("change", ["given to another", "begun", "booked again", "reported"])
def test_what_somebody_has_acted_on_is_not_undone(
    change, client, early, covered, department, time_machine
):
    _lead, (_marte, _sara, nora), (first, second, cleaning) = early
    assert covered.context["days"][0].act
    if change == "given to another":
        Visit.objects.filter(pk=first.pk).update(shift=None)
    elif change == "begun":
        time_machine.move_to(at(9), tick=False)
    elif change == "reported":
        time_machine.move_to(at(8, 30), tick=False)
        first.refresh_from_db()
        workflow_actions.report(visit=first, outcome="no_contact", by=nora.person)
    else:
        Booking.objects.filter(pk=cleaning.booking_id).update(status="booked")

    page = press(client, covered, undo_of(department))

    assert page.context["days"][0].act is None
    assert CoverageAct.objects.get().undone_at is None
    second.refresh_from_db()
    assert second.shift == nora


def test_a_suggestion_that_has_changed_is_shown_again(client, early, department):
    lead, shifts, (first, second, cleaning) = early
    client.force_login(lead)
    factories.take_away(shifts[0])
    Visit.objects.filter(pk=first.pk).update(shift=None)
    url = reverse("workflow:cover", args=[department.pk, DATE])
    page = client.get(url)
    Visit.objects.filter(pk=second.pk).update(shift=None)
    factories.take_away(shifts[1])  # who would have taken it

    page = press(client, page, url)

    assert page.context["suggestion"].lost == [cleaning]
    first.refresh_from_db()
    cleaning.booking.refresh_from_db()
    assert first.shift is None
    assert cleaning.booking.status == "booked"


@pytest.mark.parametrize("is_staffed", [True, False])
def test_a_visit_that_is_reported_before_its_start_is_left_alone(
    client, early, department, administrator, time_machine, is_staffed
):
    """The cleaning of 9 o'clock can't be cancelled any more."""
    lead, shifts, (first, second, cleaning) = early
    time_machine.move_to(at(8, 15), tick=False)
    waiting = [first, second] if is_staffed else [first, second, cleaning]
    Visit.objects.filter(pk__in=[visit.pk for visit in waiting]).update(shift=None)
    workflow_actions.report(visit=cleaning, outcome="unable", by=administrator)
    for shift in shifts[:2]:
        factories.take_away(shift)
    client.force_login(lead)

    day = client.get(reverse("workflow:duty")).context["days"][0]
    page = client.get(reverse("workflow:cover", args=[department.pk, DATE]))

    assert [card.visit for card in day.open_cards] == [first, second]
    suggestion = page.context["suggestion"]
    assert suggestion.lost == []
    assert [one.visit for one in suggestion.given] == ([second] if is_staffed else [first, second])


def test_after_midnight_the_night_s_visits_are_still_covered(
    client, early, department, time_machine
):
    lead, shifts, (first, *_visits) = early
    Visit.objects.filter(pk=first.pk).update(
        shift=None,
        starts_at=at(2, date=TOMORROW),
        ends_at=at(3, date=TOMORROW),
        occupied_until=at(3, date=TOMORROW),
    )
    for shift in (shifts[0], lead.shifts.get()):
        shift.ends_at = at(7, date=TOMORROW)
        shift.save()
    time_machine.move_to(at(1, date=TOMORROW), tick=False)
    client.force_login(lead)

    page = client.get(reverse("workflow:cover", args=[department.pk, DATE]))

    assert [one.visit for one in page.context["suggestion"].given] == [first]


def test_a_mistaken_sickness_is_undone(client, early, department):
    lead, (marte, *_others), (first, *_visits) = early
    client.force_login(lead)
    url = reverse("workflow:sick_today", args=[department.pk, DATE, marte.pk])
    page = press(client, client.get(reverse("workflow:duty")), url)
    first.refresh_from_db()
    assert first.shift is None

    absence = marte.times_away.get().absence_id
    press(client, page, reverse("workflow:undo_sick", args=[department.pk, DATE, absence]))

    first.refresh_from_db()
    assert first.shift == marte


def test_a_longer_sickness_is_not_undone(client, early, department):
    lead, (marte, *_others), (first, *_visits) = early
    client.force_login(lead)
    Visit.objects.filter(pk=first.pk).update(shift=None)
    absence = factories.take_away(marte)
    Absence.objects.filter(pk=absence.pk).update(
        kind=Absence.Kind.SICK, starts_at=at(0), ends_at=at(0, date=DATE + dt.timedelta(days=9))
    )

    page = client.get(reverse("workflow:duty"))
    url = reverse("workflow:undo_sick", args=[department.pk, DATE, absence.pk])

    assert url not in page.text
    assert client.post(url, {"version": absence.version}).status_code == 404
    assert Absence.objects.filter(pk=absence.pk).exists()


def test_what_nobody_at_work_can_take_stays_with_whom_to_call(client, early, department):
    lead, shifts, visits = early
    client.force_login(lead)
    Visit.objects.update(shift=None)
    for shift in shifts:
        factories.take_away(shift)
    off = factories.EmployeeFactory(
        department=department, person__phone="+4790112233", person__given_name="Silje"
    ).person

    page = client.get(reverse("workflow:cover", args=[department.pk, DATE]))

    assert page.context["suggestion"].left == visits[:2]
    assert page.context["people"] == [off]
    assert "tel:+4790112233" in page.text


def test_the_board_offers_the_lead_only_what_they_may(client, early, department, administrator):
    lead, _shifts, (first, *_visits) = early
    url = reverse("workflow:board_visit", args=[department.pk, DATE, first.pk])
    booking = first.booking
    by_phone = reverse(
        "booking:phone_visit", args=[department.pk, booking.recipient_id, booking.pk]
    )

    client.force_login(lead)
    assert by_phone not in client.get(url).text
    client.force_login(administrator)
    assert by_phone in client.get(url).text
