import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AccessLogEntry, Change, User
from booking.actions.essential import count_slack
from booking.models import Booking, BookingEvent, Slack, Visit
from booking.queries.essential import unbooked
from departments.models import Day
from tests import factories
from workflow import actions, queries
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


def test_many_unstaffed_visits_of_later_days_are_folded(
    client, administrator, department, day, tomorrow, shift, visit_at
):
    later = factories.DayFactory(department=department, date=day.date + dt.timedelta(days=5))
    visits = [visit_at(day, 15), visit_at(tomorrow, 9), *(visit_at(later, 9) for _ in range(4))]
    assert today(department).problems_folded == []

    visits.append(visit_at(later, 10))
    found = today(department)
    assert [problem.card.id for problem in found.problems_next] == [visits[1].pk]
    assert {problem.card.id for problem in found.problems_folded} == {one.pk for one in visits[2:]}
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    page = client.get(reverse("workflow:today", args=[department.pk])).text
    assert "<summary>Wednesday 2 December: 5 visits</summary>" in page
    # Nobody is at work: the way is another time.
    link = reverse(
        "booking:phone_visit",
        args=[department.pk, visits[-1].booking.recipient_id, visits[-1].booking_id],
    )
    assert f'data-variant="secondary" href="{link}"' in page


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
    for visit, outcome in ((done, "done"), (absent, "no_contact")):
        Report.objects.create(visit=visit, outcome=outcome, by=care_worker, at=NOW)
    visit_at(day, 15, shift=shift)
    visit_at(day, 16)
    visit_at(tomorrow, 9)

    figures = today(department).figures

    assert (figures.visits, figures.unstaffed) == (4, 1)
    assert (figures.done, figures.no_contact) == (1, 1)
    assert (figures.at_work, figures.at_work_now) == (1, 1)
    assert (figures.used_hours, figures.staffed_hours, figures.used_percent) == (3, 12, 25)
    assert (figures.ahead, figures.ahead_unstaffed) == (1, 1)


def test_a_visit_that_we_could_not_make_is_to_be_booked_again_until_it_is(
    client, administrator, department, day, tomorrow, shift, visit_at
):
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    url = reverse("workflow:today", args=[department.pk])
    unable, in_hospital = visit_at(day, 9, shift=shift), visit_at(day, 11, shift=shift)
    for visit, outcome in ((unable, "unable"), (in_hospital, "in_hospital")):
        actions.report(visit=visit, outcome=outcome, by=administrator)
    booking = unable.booking
    factories.GrantFactory(recipient=booking.recipient, service=booking.service)

    page = client.get(url).text
    assert "1 visit to book again" in page
    link = reverse("booking:phone", args=[department.pk, booking.recipient_id, booking.service_id])
    assert link in page
    board = reverse("workflow:board_visit", args=[department.pk, day.date, unable.pk])
    assert link in client.get(board).text

    no_need = reverse(
        "booking:needs_no_other_time", args=[department.pk, booking.recipient_id, booking.pk]
    )
    for _ in range(2):
        assert "to book again" not in client.post(no_need, follow=True).text
    noted = Change.objects.get(verb="needs_no_other_time")
    reported = noted.at + dt.timedelta(minutes=1)
    Booking.objects.filter(pk=booking.pk).update(uncharged_at=reported)
    assert "1 visit to book again" in client.get(url).text

    visit_at(tomorrow, 9, booking__recipient=booking.recipient, booking__service=booking.service)
    assert "to book again" not in client.get(url).text


def test_an_absence_lists_its_unfilled_shifts(department, day, shift, care_worker):
    absence = factories.AbsenceFactory(person=care_worker, starts_at=NOW)
    (one,) = today(department).absences
    assert (one.absence, one.unfilled) == (absence, [])

    factories.take_away(shift, shift.ends_at - dt.timedelta(hours=1), absence=absence)

    (one,) = today(department).absences
    assert [(away.shift, away.period.duration) for away in one.unfilled] == [
        (shift, dt.timedelta(hours=1))
    ]


def test_changes_since_yesterday_are_listed_latest_first(
    client, administrator, department, day, visit_at, monkeypatch, time_machine
):
    time_machine.move_to(NOW, tick=False)
    cancelled, moved, booked, far = (visit_at(day, hour).booking for hour in (15, 16, 17, 18))
    events = [
        (cancelled, "cancelled", NOW - dt.timedelta(hours=20), None),
        (moved, "moved", NOW - dt.timedelta(hours=1), NOW + dt.timedelta(days=9)),
        (booked, "booked", NOW - dt.timedelta(hours=2), NOW + dt.timedelta(hours=3)),
        (far, "booked", NOW - dt.timedelta(hours=3), NOW + dt.timedelta(days=9)),
        (far, "cancelled", NOW - dt.timedelta(hours=4), None),
        (far, "moved", NOW - dt.timedelta(days=3), NOW + dt.timedelta(days=9)),
    ]
    for booking, kind, at, to in events:
        far_off = NOW + dt.timedelta(days=9)
        event = BookingEvent.objects.create(
            booking=booking,
            kind=kind,
            from_starts_at=far_off if booking == far else NOW,
            to_starts_at=to,
        )
        BookingEvent.objects.filter(pk=event.pk).update(at=at)

    assert [event.booking for event in today(department).changes.shown] == [
        moved,
        booked,
        cancelled,
    ]

    monkeypatch.setattr("workflow.queries.today.MAX_CHANGES", 2)
    second = queries.today_of(department, NOW, changes_page=2).changes
    assert [event.booking for event in second.shown] == [cancelled]
    User.objects.update(language="en")
    client.force_login(administrator)
    page = client.get(reverse("workflow:today", args=[department.pk]))
    assert 'href="?changes=2#changes"' in page.text
    assert "1 to 2 of 3, the latest first." in page.text


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

    assert [one.unbooked.missing for one in today(department).essential.shown] == missing


def test_days_with_a_free_time_for_the_person_are_counted(department):
    """The day is a Friday. Saturdays are closed, and this Sunday has hours of its own, which one
    of the two has filled with a visit elsewhere."""
    for weekday in (1, 5):
        factories.OpeningHoursFactory(department=department, weekday=weekday)
    sunday = NOW.date() + dt.timedelta(days=2)
    factories.SpecialHoursFactory(
        special_day__department=department, special_day__date=sunday, staff=2
    )
    service = factories.ServiceFactory(department=department)
    free, busy = (
        factories.GrantFactory(service=service, is_essential=True, period="week") for _ in range(2)
    )
    whole = factories.local(sunday, 0)
    factories.BookingFactory(
        recipient=busy.recipient,
        starts_at=whole,
        ends_at=whole + dt.timedelta(hours=24),
    )
    found = {one.unbooked.grant: one.free_days for one in today(department).essential.shown}
    assert found[free][-1] == sunday
    assert found[busy] == found[free][:-1]
    assert list(found) == [busy, free]  # fewest days first


@pytest.mark.parametrize(
    ("choice", "is_left"),
    [
        ({"window_start": dt.time(8), "window_end": dt.time(10)}, True),
        ({"window_start": dt.time(18), "window_end": dt.time(20)}, False),
        ({"days_between": 2}, False),
        ({"days_between": 1}, True),
    ],
)
def test_days_without_a_time_as_agreed_are_not_counted(department, choice, is_left):
    """Sunday is open from 8 to 16; there is a visit on Friday, today."""
    sunday = NOW.date() + dt.timedelta(days=2)
    factories.OpeningHoursFactory(department=department, weekday=7)
    kind = "window" if "window_start" in choice else "free"
    grant = factories.GrantFactory(
        service__department=department, is_essential=True, kind_of_time=kind, amount=2, **choice
    )
    at = factories.local(NOW.date(), 8)
    factories.BookingFactory(recipient=grant.recipient, service=grant.service, starts_at=at)

    (one,) = today(department).essential.shown

    assert one.free_days == ([sunday] if is_left else [])


def test_a_call_is_noted_in_one_press_and_shown(client, administrator, department):
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    grant = factories.GrantFactory(service__department=department, is_essential=True)
    note = reverse("booking:note_call", args=[department.pk, grant.pk])
    for _ in range(2):
        client.post(note, {"outcome": "no_answer"})
    page = client.get(reverse("workflow:today", args=[department.pk]))
    (one,) = page.context["today"].essential.shown
    assert [call.outcome for call in one.calls] == ["no_answer"]
    assert ": did not answer" in page.text
    assert client.post(note, {"outcome": "owl"}).status_code == 404
    other = factories.GrantFactory()
    elsewhere = reverse("booking:note_call", args=[department.pk, other.pk])
    assert client.post(elsewhere, {"outcome": "no_answer"}).status_code == 404


def test_the_nightly_count_orders_the_list(department):
    factories.OpeningHoursFactory(department=department, weekday=5, staff=2)
    service = factories.ServiceFactory(department=department)
    grants = [
        factories.GrantFactory(service=service, is_essential=True, period=period)
        for period in ("month", "week")
    ]
    for days, grant in ((3, grants[0]), (1, grants[1])):
        Slack.objects.create(grant=grant, days=days)
    assert unbooked(department, NOW.date(), most=1).shown[0].grant == grants[1]
    for _ in range(2):
        count_slack(NOW)
    counted = dict(Slack.objects.values_list("grant", "days"))
    shown = today(department).essential.shown
    assert counted == {one.unbooked.grant.pk: len(one.free_days) for one in shown}
    assert set(counted) == {grant.pk for grant in grants}


def test_each_problem_leads_to_give_move_cancel_and_call(
    client, administrator, department, day, shift, visit_at
):
    client.force_login(administrator)
    phone = {"booking__recipient__phone": "+47 33 00 00 01"}
    booked = {"booking__service__department": department}
    problems = [visit_at(day, hour, **phone, **booked) for hour in (15, 16)]
    problems.append(visit_at(day, 9, shift, **phone, **booked))
    monday = NOW + dt.timedelta(days=3)

    for visit, page in zip(problems, (NOW, NOW, monday), strict=True):
        found = queries.today_of(department, page)
        shown = [problem.card.id for problem in found.problems]
        shown += [one.pk for days in found.untold.shown for one in days.visits]
        assert visit.pk in shown

    page = client.get(reverse("workflow:today", args=[department.pk])).text
    for visit in problems[:2]:
        who = visit.booking.recipient_id
        give = reverse("workflow:give", args=[department.pk, day.date, visit.pk])
        change = reverse("booking:phone_visit", args=[department.pk, who, visit.booking_id])
        assert f'action="{give}"' in page
        assert f'href="{change}"' in page
    assert page.count('href="tel:+4733000001"') == 2

    board = reverse("workflow:board_visit", args=[department.pk, day.date, problems[2].pk])
    change = reverse(
        "booking:phone_visit",
        args=[department.pk, problems[2].booking.recipient_id, problems[2].booking_id],
    )
    assert f'href="{change}"' in client.get(board).text
    Report.objects.create(visit=problems[2], outcome="done", by=administrator, at=NOW)
    assert f'href="{change}"' not in client.get(board).text


@pytest.fixture
def friday(day, care_worker, visit_at):
    """Today's day, a Friday, with one told and one untold visit of Emil's and one unstaffed."""
    shift = factories.ShiftFactory(day=day, person=care_worker)
    told, _ = visit_at(day, 9, shift), visit_at(day, 11, shift)
    visit_at(day, 12)
    Report.objects.create(visit=told, outcome="done", by=care_worker, at=NOW)
    return day


def test_todays_untold_visits_are_counted(department, friday):
    assert today(department).figures.untold == 2
    assert today(department).untold.shown == []


@pytest.mark.parametrize("is_closed", [False, True])
@pytest.mark.parametrize("days", [1, 3, 40])
def test_untold_visits_stay_on_the_page_until_they_are_told(
    client, administrator, department, friday, time_machine, days, is_closed
):
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    if is_closed:
        Day.objects.update(closed_at=NOW)
    time_machine.move_to(NOW + dt.timedelta(days=days), tick=False)
    url = reverse("workflow:today", args=[department.pk])

    page = client.get(url).text

    untold = Visit.objects.filter(report=None)
    assert "2 visits are not recorded yet" in " ".join(page.split())
    links = [
        reverse("workflow:report_visit", args=[department.pk, friday.date, visit.pk])
        for visit in untold
    ]
    assert [link in page for link in links] == [True, True]
    assert (
        reverse("workflow:close_day", args=[department.pk, friday.date]) in page
    ) is not is_closed
    names = {visit.booking.recipient_id for visit in untold}
    assert names == set(AccessLogEntry.objects.values_list("subject_id", flat=True))

    for link in links:
        data = {"outcome": "unable", "reason": "Rang the carer", "next": "today"}
        assert client.post(link, data).url == url
    assert "not told yet" not in client.get(url).text


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
    with django_assert_max_num_queries(29):
        page = client.get(reverse("workflow:today", args=[department.pk]))

    assert page.content.decode().count("unstaffed-visit") == len(visits)
    assert AccessLogEntry.objects.filter(what="workflow:today").count() == len(visits)


def test_all_unbooked_help_has_its_own_page_with_pages(client, administrator, department, day):
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)
    service = factories.ServiceFactory(department=department)
    url = reverse("workflow:unbooked", args=[department.pk])
    assert "All essential services are booked." in client.get(url).text
    for amount in range(1, 12):
        factories.GrantFactory(service=service, is_essential=True, amount=amount)
    front = client.get(reverse("workflow:today", args=[department.pk]))
    assert len(front.context["today"].essential.shown) == 8
    assert f'href="{url}"' in front.text
    assert "See all 11" in front.text

    first, second = client.get(url), client.get(url, {"page": "2"})
    assert "1 to 10 of 11" in first.text
    assert "?week=this&amp;page=2" in first.text
    assert "11 to 11 of 11" in second.text
    assert "page=3" not in second.text
    shown = [
        one.unbooked.grant.pk for page in (first, second) for one in page.context["page"].shown
    ]
    assert len(set(shown)) == 11
    for odd in ("9999", "0", "-1", "x", "²", "9" * 30):
        assert "1 to 10 of 11" in client.get(url, {"page": odd}).text
    note = reverse("booking:note_call", args=[department.pk, shown[-1]])
    sent = {"outcome": "no_answer", "list": "this", "page": "2"}
    page = client.post(note, sent, follow=True)
    assert page.redirect_chain == [(f"{url}?week=this&page=2", 302)]
    assert ": did not answer" in page.text


def test_the_next_week_lists_what_is_not_booked_then(department, day):
    """It is Friday. The month goes on after Sunday, so its grant is on the first list alone."""
    factories.OpeningHoursFactory(department=department, weekday=1, staff=2)
    service = factories.ServiceFactory(department=department)
    week, month = (
        factories.GrantFactory(service=service, is_essential=True, period=period, amount=1)
        for period in ("week", "month")
    )
    factories.BookingFactory(recipient=week.recipient, service=service, starts_at=NOW)

    def listed(now, **which):
        page = queries.unbooked_help(department, now, **which)
        return {one.unbooked.grant: one.free_days for one in page.shown}

    assert set(listed(NOW)) == {month}
    assert listed(NOW, is_next=True) == {week: [dt.date(2026, 11, 30)]}
    end_of_january = NOW + dt.timedelta(days=65)  # a Sunday
    assert set(listed(end_of_january, is_next=True)) == {week, month}
