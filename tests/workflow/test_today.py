import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AccessLogEntry
from booking.models import BookingEvent
from tests import factories
from workflow import queries
from workflow.models import Report

NOW = dt.datetime(2026, 11, 27, 13, tzinfo=dt.UTC)  # a Friday, 14:00 here


@pytest.fixture
def shift(day, care_worker):
    """Today from 8 to 20, Emil's."""
    return factories.ShiftFactory(
        day=day, person=care_worker, ends_at=factories.local(day.date, 20)
    )


def today(department):
    return queries.today_of(department, NOW)


def test_unstaffed_visits_are_ordered_by_time(department, day, tomorrow, shift, visit_at):
    later = visit_at(tomorrow, 9)
    soon = visit_at(day, 15)
    visit_at(day, 9)  # too late to help

    problems = today(department).problems

    assert [problem.card.id for problem in problems] == [soon.pk, later.pk]
    assert [problem.is_soon for problem in problems] == [True, False]


def test_two_unstaffed_visits_of_one_booking_are_numbered(
    client, administrator, department, day, shift, visit_at
):
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    url = reverse("workflow:today", args=[department.pk])
    first = visit_at(day, 15)
    assert "missing carer" not in client.get(url).text
    first.booking.carers = 2
    first.booking.save()
    second = factories.VisitFactory(day=day, shift=None, booking=first.booking)
    in_order = sorted([first, second], key=lambda visit: visit.pk)

    name = first.booking.recipient.full_name
    page = client.get(url).text
    for number, visit in enumerate(in_order, 1):
        link = reverse("workflow:board_visit", args=[department.pk, day.date, visit.pk])
        heading = f'href="{link}#opened">{name}, missing carer {number} of 2</a></h3>'
        assert heading in page


def test_unnamed_shifts_with_visits_are_listed_once_the_day_is_settled(
    department, day, tomorrow, visit_at
):
    for one in (day, tomorrow):
        unnamed = factories.ShiftFactory(day=one, ends_at=factories.local(one.date, 20))
        visit_at(one, 15, shift=unnamed)

    assert [board.date for board, _ in today(department).unnamed] == [day.date]
    tomorrow.settled_at = NOW
    tomorrow.save()
    assert [board.date for board, _ in today(department).unnamed] == [day.date, tomorrow.date]


def test_the_figures_are_those_of_the_day(department, day, tomorrow, shift, visit_at, care_worker):
    done, absent = visit_at(day, 9, shift=shift), visit_at(day, 11, shift=shift)
    for visit, outcome in ((done, "done"), (absent, "not_available")):
        Report.objects.create(visit=visit, outcome=outcome, by=care_worker, at=NOW)
    visit_at(day, 15, shift=shift)
    visit_at(day, 16)
    visit_at(tomorrow, 9)

    figures = today(department).figures

    assert (figures.visits, figures.unstaffed) == (4, 1)
    assert (figures.done, figures.not_found) == (1, 1)
    assert (figures.at_work, figures.at_work_now) == (1, 1)
    assert (figures.used_hours, figures.staffed_hours, figures.used_percent) == (3, 12, 25)
    assert (figures.ahead, figures.ahead_unstaffed) == (1, 1)


def test_an_absence_lists_its_unfilled_shifts(department, day, shift, care_worker):
    absence = factories.AbsenceFactory(person=care_worker, starts_at=NOW)
    (one,) = today(department).absences
    assert (one.absence, one.unfilled) == (absence, [])

    factories.take_away(shift, shift.ends_at - dt.timedelta(hours=1), absence=absence)

    (one,) = today(department).absences
    assert [(away.shift, away.period.duration) for away in one.unfilled] == [
        (shift, dt.timedelta(hours=1))
    ]


def test_changes_since_yesterday_are_listed_latest_first(department, day, visit_at):
    cancelled, moved, booked, far = (visit_at(day, hour).booking for hour in (15, 16, 17, 18))
    events = [
        (cancelled, "cancelled", NOW - dt.timedelta(hours=20), None),
        (moved, "moved", NOW - dt.timedelta(hours=1), NOW + dt.timedelta(days=9)),
        (booked, "booked", NOW - dt.timedelta(hours=2), NOW + dt.timedelta(hours=3)),
        (far, "booked", NOW - dt.timedelta(hours=3), NOW + dt.timedelta(days=9)),
        (far, "moved", NOW - dt.timedelta(days=3), NOW + dt.timedelta(days=9)),
    ]
    for booking, kind, at, to in events:
        event = BookingEvent.objects.create(booking=booking, kind=kind, to_starts_at=to)
        BookingEvent.objects.filter(pk=event.pk).update(at=at)

    assert [event.booking for event in today(department).changes] == [moved, booked, cancelled]


@pytest.mark.parametrize(
    ("unit", "amount", "missing"),
    [("visits", 3, [1]), ("visits", 2, []), ("minutes", 150, [30])],
)
def test_an_unbooked_essential_service_is_listed(department, day, now, unit, amount, missing):
    grant = factories.GrantFactory(
        service__department=department, is_essential=True, unit=unit, amount=amount
    )
    for hour in (9, 15):
        factories.BookingFactory(
            recipient=grant.recipient,
            service=grant.service,
            starts_at=factories.local(day.date, hour),
        )
    factories.BookingFactory(
        recipient=grant.recipient,
        service=grant.service,
        starts_at=factories.local(day.date + dt.timedelta(days=3), 9),  # next week
    )
    factories.GrantFactory(service=grant.service)  # not essential

    assert [one.missing for one in today(department).essential.shown] == missing


def test_yesterdays_visits_without_a_report_are_listed(department, now, visit_at, care_worker):
    yesterday = factories.DayFactory(department=department, date=dt.date(2026, 11, 26))
    shift = factories.ShiftFactory(day=yesterday, person=care_worker)
    reported, unreported = (
        visit_at(yesterday, 9, shift=shift),
        visit_at(yesterday, 11, shift=shift),
    )
    Report.objects.create(visit=reported, outcome="done", by=care_worker, at=NOW)

    assert today(department).unreported == [unreported]


def test_the_page_works_without_data(client, administrator, department, now):
    client.force_login(administrator)

    page = client.get(reverse("workflow:today", args=[department.pk]))

    assert page.status_code == 200
    assert not AccessLogEntry.objects.exists()


def test_access_is_logged_and_the_queries_are_the_same_for_many_visits(
    client, administrator, department, day, shift, visit_at, django_assert_max_num_queries
):
    client.force_login(administrator)
    visits = [visit_at(day, hour) for hour in range(14, 20)]

    client.get(reverse("workflow:today", args=[department.pk]))
    with django_assert_max_num_queries(26):
        page = client.get(reverse("workflow:today", args=[department.pk]))

    assert page.content.decode().count("unstaffed-visit") == len(visits)
    assert AccessLogEntry.objects.filter(what="workflow:today").count() == len(visits)
