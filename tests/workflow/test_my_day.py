import datetime as dt
import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLogEntry
from booking.models import KeyFacts, Visit
from departments import actions as department_actions
from departments.models import Day, Service
from tests import factories
from workflow import actions, queries
from workflow.errors import NotYourVisit
from workflow.models import NoContact, Report

pytestmark = pytest.mark.django_db

PAGE = "/my-day/"


@pytest.fixture
def shift(day, care_worker):
    return factories.ShiftFactory(day=day, person=care_worker)


@pytest.fixture
def emil(client, care_worker):
    care_worker.language = "en"
    care_worker.save()
    client.force_login(care_worker)
    return client


def text(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_day_has_visits_in_order_with_their_details(emil, day, shift, visit_at, planned):
    visit_at(day, 11, shift, booking__recipient__family_name="Second")
    visit_at(
        day,
        9,
        shift,
        booking__note="The bell is broken",
        booking__service__name="Shower",
        booking__recipient__given_name="Per",
        booking__recipient__family_name="First",
        booking__recipient__address="Bøkelia 7",
        booking__recipient__directions="Key box by the door",
        booking__recipient__phone="+47 33 00 00 01",
    )
    planned(day)

    page = text(emil.get(PAGE))

    assert page.index("Per First") < page.index("Second")
    for text_of_visit in (
        "09:00–10:00",
        "Bøkelia 7",
        "Key box by the door",
        "Shower",
        "The bell is broken",
        'href="tel:+4733000001"',
    ):
        assert text_of_visit in page


def test_only_the_users_own_visits_are_shown(emil, day, shift, visit_at, planned, department):
    colleague = factories.EmployeeFactory(department=department).person
    visit_at(day, 9, shift, booking__recipient__family_name="Mine")
    for other in (
        factories.ShiftFactory(day=day, person=colleague),
        factories.ShiftFactory(day=day),
    ):
        visit_at(day, 9, other, booking__recipient__family_name="Theirs")
    visit_at(day, 9, booking__recipient__family_name="Nobodys")
    planned(day)

    page = text(emil.get(PAGE))

    assert "Mine" in page
    assert "Theirs" not in page
    assert "Nobodys" not in page


@pytest.mark.spoilt
def test_a_visit_moved_to_another_carer_is_hidden_before_the_list_is_made(
    emil, day, shift, visit_at, planned
):
    visit = visit_at(day, 9, shift, booking__recipient__family_name="Gone")
    planned(day)
    Visit.objects.filter(pk=visit.pk).update(shift=factories.ShiftFactory(day=day))

    assert "Gone" not in text(emil.get(PAGE))


def test_a_confidential_address_is_shown_only_for_the_next_visit(
    emil, day, shift, visit_at, planned
):
    secret = {
        "booking__recipient__has_confidential_address": True,
        "booking__recipient__address": "Secret road 1",
        "booking__recipient__directions": "Secret door",
        "booking__recipient__phone": "+4791827364",
    }
    first = visit_at(day, 9, shift)
    hidden = visit_at(day, 11, shift, **secret)
    planned(day)
    of_visit = f"/my-day/{day.date}/visits/{hidden.pk}/"

    for page in (text(emil.get(PAGE)), text(emil.get(of_visit))):
        assert "Secret" not in page
        assert "+4791827364" not in page
    assert "confidential address" in text(emil.get(PAGE))

    actions.report(visit=first, outcome="done", by=shift.person)
    for page in (text(emil.get(PAGE)), text(emil.get(of_visit))):
        assert "Secret road 1" in page
        assert "Secret door" in page
        assert "+4791827364" in page

    actions.report(visit=hidden, outcome="done", by=shift.person)
    assert "Secret" not in text(emil.get(PAGE))


def test_a_confidential_address_is_not_on_coming_days_or_printed_lists(
    emil, tomorrow, care_worker, visit_at, planned
):
    shift = factories.ShiftFactory(day=tomorrow, person=care_worker)
    visit = visit_at(
        tomorrow,
        9,
        shift,
        booking__recipient__has_confidential_address=True,
        booking__recipient__address="Secret road 1",
    )
    planned(tomorrow)

    for url in (
        f"/my-day/{tomorrow.date}/",
        f"/my-day/{tomorrow.date}/visits/{visit.pk}/",
        reverse("workflow:print_list", args=[shift.work_list.pk]),
    ):
        assert "Secret" not in text(emil.get(url))


def test_keys_are_shown_at_visits_of_today_and_tomorrow_and_never_printed(
    emil, day, shift, care_worker, department, visit_at, planned
):
    today = day.date
    service = factories.ServiceFactory(department=department)
    recipient = factories.RecipientFactory()
    KeyFacts.objects.create(recipient=recipient, has_key=True, cabinet_number="4711")
    pages, lists = {}, {}
    for ahead in range(3):
        date = today + dt.timedelta(days=ahead)
        its_day = day if ahead == 0 else factories.DayFactory(department=department, date=date)
        its_shift = (
            shift if ahead == 0 else factories.ShiftFactory(day=its_day, person=care_worker)
        )
        visit = visit_at(
            its_day, 9, its_shift, booking__recipient=recipient, booking__service=service
        )
        planned(its_day)
        pages[ahead] = emil.get(f"/my-day/{date}/visits/{visit.pk}/")
        lists[ahead] = emil.get(f"/my-day/{date}/")
        printed = reverse("workflow:print_list", args=[its_shift.work_list.pk])
        assert "4711" not in emil.get(printed).text

    assert ["4711" in text(pages[ahead]) for ahead in range(3)] == [True, True, False]
    # The next visit is shown in full on the day's own page, but its key not on paper.
    assert ["4711" in text(lists[ahead]) for ahead in range(3)] == [True, False, False]
    assert re.search(r'class="where no-print">[^§]*?4711', text(pages[0]))

    Service.objects.update(place=Service.Place.OFFICE)
    assert "4711" not in text(emil.get(pages[0].wsgi_request.path))


def test_keys_of_a_confidential_address_are_shown_for_the_next_visit_alone(
    emil, day, shift, visit_at, planned, department
):
    service = factories.ServiceFactory(department=department)
    recipient = factories.RecipientFactory(has_confidential_address=True)
    KeyFacts.objects.create(recipient=recipient, has_electronic_lock=True)
    shown = []
    for hour in (9, 11):
        visit = visit_at(day, hour, shift, booking__recipient=recipient, booking__service=service)
        planned(day)
        shown.append("Electronic lock" in text(emil.get(f"/my-day/{day.date}/visits/{visit.pk}/")))
    assert shown == [True, False]


def test_travel_free_time_and_the_break_are_between_visits(day, shift, visit_at, planned, now):
    shift.break_starts_at = factories.local(day.date, 11)
    shift.break_ends_at = factories.local(day.date, 11, 30)
    shift.save()
    first = visit_at(day, 9, shift, occupied_until=factories.local(day.date, 10, 15))
    second = visit_at(day, 12, shift)
    third = visit_at(day, 13, shift)
    planned(day)

    (mine,) = queries.my_day(shift.person, day.date, now).lists

    assert mine.entries == [
        queries.Stop(visit=first, is_next=True),
        queries.Leg(travel=15, free=75),
        queries.Pause(shift.break_starts_at, shift.break_ends_at),
        queries.Stop(visit=second),
        queries.Stop(visit=third),
    ]


def test_a_break_may_be_before_the_first_or_after_the_last_visit(
    day, shift, visit_at, planned, now
):
    shift.break_starts_at = factories.local(day.date, 8)
    shift.break_ends_at = factories.local(day.date, 8, 30)
    shift.save()
    visit = visit_at(day, 10, shift)
    planned(day)
    pause = queries.Pause(shift.break_starts_at, shift.break_ends_at)

    assert queries.my_day(shift.person, day.date, now).lists[0].entries == [
        pause,
        queries.Stop(visit=visit, is_next=True),
    ]

    shift.break_starts_at, shift.break_ends_at = (
        factories.local(day.date, 14),
        factories.local(day.date, 15),
    )
    shift.save()
    assert isinstance(
        queries.my_day(shift.person, day.date, now).lists[0].entries[-1], queries.Pause
    )


def test_a_visit_for_two_carers_names_the_other_one(
    emil, day, shift, visit_at, planned, department
):
    hilde = factories.EmployeeFactory(
        department=department, person__given_name="Hilde", person__family_name="Bakke"
    ).person
    visit = visit_at(day, 9, shift, booking__carers=2)
    factories.VisitFactory(
        day=day,
        booking=visit.booking,
        shift=factories.ShiftFactory(day=day, person=hilde),
    )
    planned(day)

    assert "Hilde Bakke" in text(emil.get(PAGE))


def test_the_day_has_the_lists_of_two_departments(
    emil, day, shift, visit_at, planned, other_department, care_worker
):
    factories.EmployeeFactory(department=other_department, person=care_worker)
    there = factories.DayFactory(department=other_department, date=day.date)
    evening = factories.ShiftFactory(
        day=there, person=care_worker, starts_at=factories.local(day.date, 17)
    )
    visit_at(day, 9, shift, booking__recipient__family_name="Morning")
    visit_at(there, 18, evening, booking__recipient__family_name="Evening")
    planned(day)
    planned(there)

    page = text(emil.get(PAGE))

    assert page.index("Morning") < page.index("Home care South, 17:00–") < page.index("Evening")
    assert set(AccessLogEntry.objects.values_list("department_id", flat=True)) == {
        day.department_id,
        other_department.pk,
    }


def test_a_night_shift_shows_after_midnight_until_it_is_over(
    emil, day, care_worker, visit_at, planned, department, time_machine
):
    yesterday = factories.DayFactory(department=department, date=day.date - dt.timedelta(days=1))
    night = factories.ShiftFactory(
        day=yesterday, person=care_worker, starts_at=factories.local(yesterday.date, 22)
    )
    visit_at(yesterday, 23, night, booking__recipient__family_name="Nightly")
    planned(yesterday)

    time_machine.move_to(factories.local(day.date, 3), tick=False)
    assert "Nightly" in text(emil.get(PAGE))

    time_machine.move_to(factories.local(day.date, 9), tick=False)
    assert "Nightly" not in text(emil.get(PAGE))


def test_a_day_with_a_shift_and_no_visits(emil, day, shift, planned):
    planned(day)

    assert "You have no visits today" in text(emil.get(PAGE))


def test_a_day_without_a_shift(emil, day):
    assert "You are off today" in text(emil.get(PAGE))


def test_a_carer_who_is_partly_away_sees_when_and_the_other_visits(
    emil, day, shift, visit_at, planned
):
    visit_at(day, 9, shift, booking__recipient__family_name="Earlyson")
    visit_at(day, 14, shift, booking__recipient__family_name="Lateson")
    planned(day)
    factories.take_away(shift, factories.local(day.date, 11), factories.local(day.date, 12))

    page = text(emil.get(PAGE))

    assert "You are away 11:00–12:00" in page
    assert "Earlyson" in page
    assert "Lateson" in page


@pytest.mark.spoilt
def test_an_absent_carer_sees_no_list(emil, day, shift, visit_at, planned, care_worker):
    visit_at(day, 9, shift, booking__recipient__family_name="Somebodyelses")
    planned(day)
    factories.take_away(shift)

    page = text(emil.get(PAGE))

    assert "You are registered as away" in page
    assert "Somebodyelses" not in page


def test_coming_days_are_listed_and_marked_until_settled(
    emil, tomorrow, care_worker, visit_at, planned
):
    shift = factories.ShiftFactory(day=tomorrow, person=care_worker)
    visit_at(tomorrow, 9, shift, booking__recipient__family_name="Tomorrows")
    planned(tomorrow)
    of_tomorrow = f"/my-day/{tomorrow.date}/"

    page = text(emil.get(PAGE))
    assert of_tomorrow in page
    assert "Tomorrows" not in page
    assert "Not final yet" in page
    page = text(emil.get(of_tomorrow))
    assert "Tomorrows" in page
    assert "Not final yet" in page

    actions.settle(day_id=tomorrow.pk)

    for url in (PAGE, of_tomorrow):
        assert "Not final yet" not in text(emil.get(url))


@pytest.mark.parametrize(
    ("days", "ends", "is_read"),
    [
        (-2, -25, False),
        (-1, -3, False),
        (-1, -1, True),  # last night's shift
        (-1, 5, True),
        (0, -5, True),
        (1, 30, True),
        (2, 50, False),
    ],
)
def test_a_carer_reads_the_people_of_today_and_tomorrow(now, days, ends, is_read):
    date = timezone.localdate() + dt.timedelta(days=days)

    assert queries.carer_reads_names(date, now + dt.timedelta(hours=ends), now) is is_read


def test_a_visit_after_tomorrow_has_a_time_and_a_service_only(
    emil, day, shift, visit, time_machine
):
    time_machine.move_to(factories.local(day.date - dt.timedelta(days=2), 14), tick=False)

    for url in (f"/my-day/{day.date}/", report_url(visit, "visit")):
        page = text(emil.get(url))
        assert "09:00" in page
        assert visit.booking.service.name in page
        assert all(fact not in page for fact in said_of(visit))
    assert "/print/" not in page
    assert emil.get(print_url(shift)).status_code == 404
    assert not AccessLogEntry.objects.exists()

    time_machine.move_to(factories.local(day.date - dt.timedelta(days=1), 14), tick=False)

    page = text(emil.get(report_url(visit, "visit")))
    assert all(fact in page for fact in said_of(visit))
    assert emil.get(print_url(shift)).status_code == 200


def test_who_has_left_reports_their_visits_without_names_until_the_day_is_closed(
    emil, day, shift, visit, visit_at, planned, care_worker, time_machine
):
    coming = visit_at(day, 15, shift)
    planned(day)
    time_machine.move_to(factories.local(day.date, 12), tick=False)
    care_worker.employments.update(valid_until=day.date - dt.timedelta(days=1))

    assert emil.get("/").url == PAGE
    for url in (PAGE, report_url(visit, "visit")):
        page = text(emil.get(url))
        assert visit.booking.service.name in page
        assert all(fact not in page for fact in said_of(visit))
    assert str(coming.pk) not in page
    assert emil.get(report_url(coming, "visit")).status_code == 409
    assert emil.get(print_url(shift)).status_code == 404
    assert not AccessLogEntry.objects.exists()
    assert emil.post(report_url(visit), {"outcome": "partly"}).url == PAGE
    assert emil.post(report_url(visit), {"outcome": "done"}).url == PAGE
    assert Report.objects.get().outcome == "done"

    Day.objects.update(closed_at=timezone.now())
    assert emil.get(report_url(visit, "visit")).status_code == 409


def test_two_coming_days_are_shown_and_the_mark_once(emil, day, care_worker, department):
    dates = [day.date + dt.timedelta(days=n) for n in range(1, 6)]
    for date in dates:
        coming = factories.DayFactory(department=department, date=date)
        factories.ShiftFactory(day=coming, person=care_worker)
    Day.objects.filter(date=dates[0]).update(settled_at=timezone.now())
    page = text(emil.get(PAGE))
    assert page.count("Not final yet") == 1
    assert page.count(", final") == 1
    shown, folded = page.split("Show 3 more")
    assert [f"/my-day/{date}/" in shown for date in dates] == [True, True, False, False, False]
    assert all(f"/my-day/{date}/" in folded for date in dates[2:])


def test_past_days_are_not_found(emil, day):
    yesterday = timezone.localdate() - dt.timedelta(days=1)

    assert emil.get(f"/my-day/{yesterday}/").status_code == 404


@pytest.mark.parametrize("who", ["administrator", "recipient", "former"])
def test_the_page_is_not_found_for_other_users(
    client, day, administrator, recipient, department, who
):
    former = factories.EmployeeFactory(department=department, valid_until=dt.date(2026, 11, 1))
    user = {
        "administrator": administrator,
        "recipient": recipient.user,
        "former": former.person,
    }[who]
    client.force_login(user)

    assert client.get(PAGE).status_code == 404


def test_the_page_requires_log_in(client, db):
    assert client.get(PAGE).status_code == 302


def test_access_is_logged_once_for_each_recipient(emil, day, shift, visit_at, planned):
    visits = [visit_at(day, hour, shift) for hour in (9, 11)]
    planned(day)

    emil.get(PAGE)
    emil.get(PAGE)

    entries = AccessLogEntry.objects.filter(actor=shift.person)
    assert {entry.subject_id for entry in entries} == {
        visit.booking.recipient_id for visit in visits
    }
    assert entries.count() == 2
    assert {(entry.what, entry.department_id) for entry in entries} == {
        ("workflow:my_day", day.department_id)
    }


def test_the_page_uses_the_same_queries_for_many_visits(
    emil, day, shift, visit_at, planned, django_assert_max_num_queries
):
    for hour in range(8, 16):
        visit_at(day, hour, shift)
    planned(day)
    emil.get(PAGE)

    with django_assert_max_num_queries(12):
        emil.get(PAGE)


# -- /my-day/<date>/visits/<visit>/report/ ------------------------------------


@pytest.fixture
def visit(day, shift, visit_at, planned):
    visit = visit_at(
        day,
        9,
        shift,
        booking__note="Bring the blue box",
        booking__recipient__given_name="Aksel",
        booking__recipient__family_name="Nordheim",
        booking__recipient__phone="+4791234567",
        booking__recipient__address="Granveien 3",
        booking__recipient__directions="The back door",
    )
    planned(day)
    return visit


def said_of(visit):
    """What tells who the recipient is, and what they have written."""
    recipient = visit.booking.recipient
    return (
        recipient.given_name,
        recipient.family_name,
        "912 34 567",
        recipient.phone,
        recipient.address,
        recipient.directions,
        visit.booking.note,
    )


def report_url(visit, kind="report"):
    return reverse(f"workflow:{kind}", args=[visit.day.date, visit.pk])


@pytest.mark.parametrize("outcome", Report.Outcome.values)
def test_a_report_finishes_the_visit_and_returns_to_the_day(emil, visit, outcome):
    response = emil.post(report_url(visit), {"outcome": outcome})

    steps = f"{report_url(visit, 'no_contact')}#content"
    assert response.status_code == 302
    assert response.url == (steps if outcome == "no_contact" else PAGE)
    assert Report.objects.get().outcome == outcome
    page = text(emil.get(PAGE))
    assert "09:00" in page
    assert "1 of 1. Thanks for today." in page
    assert "Not right? Change 09:00" in page


def test_the_last_report_says_where_the_next_day_begins(
    emil, visit, tomorrow, care_worker, visit_at, planned
):
    coming = factories.ShiftFactory(day=tomorrow, person=care_worker)
    first = visit_at(tomorrow, 9, coming, booking__recipient__address="Bøkelia 7")
    later = visit_at(tomorrow, 11, coming, booking__recipient__address="Torggata 2")
    planned(tomorrow)
    assert "Bøkelia 7" not in text(emil.get(PAGE))
    emil.post(report_url(visit), {"outcome": "done"})

    page = text(emil.get(PAGE))

    assert "First visit tomorrow 09:00: <b> Bøkelia 7 </b>" in page
    assert "Torggata" not in page
    looked_at = set(AccessLogEntry.objects.values_list("subject_id", flat=True))
    assert first.booking.recipient_id in looked_at
    assert later.booking.recipient_id not in looked_at

    recipient = first.booking.recipient
    recipient.has_confidential_address = True
    recipient.save()
    assert "Bøkelia" not in text(emil.get(PAGE))


def test_a_report_can_be_changed(emil, visit):
    emil.post(report_url(visit), {"outcome": "done"})

    page = text(emil.get(report_url(visit, "visit")))
    assert 'value="done" checked' in page
    emil.post(report_url(visit), {"outcome": "unable"})

    assert Report.objects.get().outcome == "unable"


def test_done_is_undone_by_the_button_of_its_message(emil, visit, time_machine):
    page = emil.post(report_url(visit), {"outcome": "done"}, follow=True)
    undo = report_url(visit, "undo_report")
    assert f'action="{undo}"' in page.text

    page = emil.post(undo, follow=True)
    assert "The visit at 09:00 is not recorded." in page.text
    assert not Report.objects.exists()

    emil.post(report_url(visit), {"outcome": "done"}, follow=True)
    changed = emil.post(report_url(visit), {"outcome": "unable"}, follow=True)
    assert f'action="{undo}"' not in changed.text
    page = emil.post(undo, follow=True)
    assert page.request["PATH_INFO"] == report_url(visit, "visit")
    assert "This can&#x27;t be undone any more." in page.text


def test_reporting_twice_makes_one_report(emil, visit):
    for _ in range(2):
        assert emil.post(report_url(visit), {"outcome": "done"}).status_code == 302

    assert Report.objects.count() == 1


def test_a_report_sent_after_the_session_ended_is_filled_in_after_log_in(emil, visit, care_worker):
    emil.get(PAGE)
    del emil.cookies[settings.SESSION_COOKIE_NAME]
    emil.post(report_url(visit), {"outcome": "unable"})
    emil.force_login(care_worker, backend=settings.AUTHENTICATION_BACKENDS[0])

    page = emil.get(reverse("accounts:unsent"), follow=True)

    assert page.request["PATH_INFO"] == report_url(visit, "visit")
    assert "You were logged out before this was sent" in page.text
    assert re.search(r'value="unable"[^>]* checked', text(page))
    assert not Report.objects.exists()


@pytest.mark.parametrize("data", [{}, {"outcome": "nonsense"}])
def test_an_invalid_outcome_shows_the_form_again(emil, visit, data):
    assert "Choose what happened." in text(emil.post(report_url(visit), data))
    assert not Report.objects.exists()


def test_a_visit_can_be_reported_from_one_hour_before_it(emil, visit, time_machine):
    time_machine.move_to(visit.starts_at - dt.timedelta(minutes=61), tick=False)

    response = emil.post(report_url(visit), {"outcome": "done"}, follow=True)

    assert "from one hour before the visit" in text(response)
    assert not Report.objects.exists()
    assert 'name="outcome"' not in text(emil.get(PAGE))
    assert "You can record it as done from 08:00." in text(emil.get(PAGE))

    time_machine.shift(60)
    assert 'name="outcome"' in text(emil.get(PAGE))
    emil.post(report_url(visit), {"outcome": "done"})
    assert Report.objects.exists()


def test_a_late_shift_is_reported_after_midnight(
    emil, day, shift, visit_at, planned, time_machine
):
    visit = visit_at(day, 15, shift)
    planned(day)
    time_machine.move_to(factories.local(day.date + dt.timedelta(days=1), 0, 5), tick=False)

    response = emil.post(report_url(visit), {"outcome": "done"}, follow=True)

    assert "recorded as “Done”" in text(response)
    assert Report.objects.get().visit == visit


def test_a_night_visit_is_reported_from_a_page_made_after_midnight(
    emil, day, care_worker, visit_at, planned, time_machine
):
    night = factories.ShiftFactory(
        day=day,
        person=care_worker,
        starts_at=factories.local(day.date, 22),
        ends_at=factories.local(day.date + dt.timedelta(days=1), 6),
    )
    visit = visit_at(day, 23, night)
    planned(day)
    next_day = day.date + dt.timedelta(days=1)
    time_machine.move_to(factories.local(next_day, 10), tick=False)

    url = reverse("workflow:report", args=[next_day, visit.pk])

    assert emil.post(url, {"outcome": "done"}).status_code == 302
    assert Report.objects.get().visit == visit


def test_days_with_visits_to_report_stay_on_the_page_until_the_day_is_closed(
    emil, day, visit, time_machine
):
    time_machine.move_to(factories.local(day.date + dt.timedelta(days=2), 9), tick=False)
    link = f'href="/my-day/{day.date}/"'

    assert link in text(emil.get(PAGE))
    for url in (f"/my-day/{day.date}/", report_url(visit, "visit")):
        page = text(emil.get(url))
        assert "are shown today and tomorrow only" in page
        assert visit.booking.service.name in page
        assert all(fact not in page for fact in said_of(visit))
    assert 'value="done"' in page

    emil.post(report_url(visit), {"outcome": "no_contact"})
    assert emil.get(report_url(visit, "no_contact")).url == report_url(visit, "visit")
    assert NoContact.objects.exists()

    Report.objects.all().delete()
    Day.objects.update(closed_at=timezone.now())
    assert link not in text(emil.get(PAGE))
    assert emil.get(f"/my-day/{day.date}/").status_code == 404
    for refused in (
        emil.get(report_url(visit, "visit")),
        emil.post(report_url(visit), {"outcome": "done"}),
    ):
        assert refused.status_code == 409
        assert "This day is closed." in refused.text
    assert not Report.objects.exists()


def test_a_day_closed_the_same_evening_shows_no_form(emil, visit):
    Day.objects.update(closed_at=timezone.now())

    page = text(emil.get(report_url(visit, "visit")))

    assert "This day is closed." in page
    assert 'name="outcome"' not in page
    assert emil.post(report_url(visit), {"outcome": "done"}).status_code == 409


def give_to(colleague, visit):
    shift = factories.ShiftFactory(day=visit.day, person=colleague)
    Visit.objects.filter(pk=visit.pk).update(shift=shift)
    workflow_day = visit.day
    workflow_day.revision += 1
    workflow_day.save()
    actions.make_plan(day_id=workflow_day.pk)


def test_a_carer_who_was_taken_off_the_visit_reads_so(emil, visit, department):
    emil.get(PAGE)
    give_to(factories.EmployeeFactory(department=department).person, visit)

    for refused in (
        emil.get(report_url(visit, "visit")),
        emil.post(report_url(visit), {"outcome": "done"}),
    ):
        assert refused.status_code == 409
        assert "You were taken off this visit." in refused.text
        assert visit.booking.recipient.full_name not in refused.text
    assert not Report.objects.exists()


def test_who_had_the_shift_when_the_visit_began_reads_and_reports_it(
    emil, shift, visit, visit_at, department, planned, now, care_worker
):
    """Visits begin at nine and at three; at two the shift gets another name."""
    later = visit_at(visit.day, 15, shift)
    planned(visit.day)
    kari = factories.EmployeeFactory(department=department).person
    department_actions.name_shift(shift=shift, person=kari, by=None)
    planned(visit.day)

    page = text(emil.get(PAGE))
    assert visit.booking.recipient.full_name in page
    assert later.booking.recipient.full_name not in page
    assert emil.post(report_url(visit), {"outcome": "done"}).status_code == 302
    assert Report.objects.get().by == care_worker
    assert emil.post(report_url(later), {"outcome": "done"}).status_code in (404, 409)
    with pytest.raises(NotYourVisit):
        actions.report(visit=later, outcome="done", by=care_worker)
    assert text(emil.get(report_url(visit, "visit")))


def test_a_name_taken_off_before_the_visit_began_leaves_nothing(
    emil, shift, visit_at, department, planned, now, day
):
    later = visit_at(day, 15, shift)
    department_actions.unname_shift(shift=shift, by=None)
    planned(day)

    assert later.booking.recipient.full_name not in text(emil.get(PAGE))
    assert emil.get(report_url(later, "visit")).status_code == 404


def test_a_carer_reads_who_has_told_the_visit(emil, visit, department):
    emil.get(PAGE)
    kari = factories.EmployeeFactory(department=department, person__given_name="Kari").person
    give_to(kari, visit)
    actions.report(visit=visit, outcome="done", by=kari)

    refused = emil.post(report_url(visit), {"outcome": "unable"})

    assert refused.status_code == 409
    assert f"{kari.full_name} has recorded this one." in refused.text
    assert Report.objects.get().outcome == "done"


def test_a_report_by_another_is_shown_before_it_is_replaced(emil, visit, administrator):
    actions.report(visit=visit, outcome="unable", by=administrator)

    refused = emil.post(report_url(visit), {"outcome": "done", "seen": ""})

    assert refused.status_code == 409
    assert f"{administrator.full_name} has recorded this one." in refused.text
    assert 'name="seen" value="1"' in refused.text
    assert 'value="done" checked' in " ".join(refused.text.split())
    emil.post(report_url(visit), {"outcome": "done", "seen": "1"})
    assert Report.objects.get().outcome == "done"


def test_reporting_is_a_post(emil, visit):
    assert emil.get(report_url(visit)).status_code == 405


def test_a_colleague_can_neither_see_nor_report_the_visit(client, visit, department):
    client.force_login(factories.EmployeeFactory(department=department).person)

    assert client.get(report_url(visit, "visit")).status_code == 404
    assert client.post(report_url(visit), {"outcome": "done"}).status_code == 404
    assert not Report.objects.exists()


def test_a_visit_that_was_cancelled_meanwhile_is_said_to_be(emil, visit):
    url = report_url(visit)
    visit.delete()

    refused = emil.post(url, {"outcome": "done"})

    assert refused.status_code == 404
    assert "This visit was moved or cancelled." in refused.text


# -- /work-lists/<work_list>/print/ -------------------------------------------


def print_url(shift):
    return reverse("workflow:print_list", args=[shift.work_list.pk])


def test_the_printed_list_has_addresses_and_phones(emil, shift, visit):
    page = text(emil.get(print_url(shift)))

    assert "Emil Haugen" in page
    assert "Granveien 3" in page
    assert "912 34 567" in page
    assert AccessLogEntry.objects.get().what == "workflow:print_list"


def test_an_administrator_prints_any_list_of_the_department(
    client, administrator, day, visit, shift, planned
):
    unnamed = factories.ShiftFactory(day=day)
    planned(day)
    administrator.language = "en"
    administrator.save()
    client.force_login(administrator)

    assert text(client.get(print_url(shift)))
    assert "No name yet" in text(client.get(print_url(unnamed)))


def test_the_board_links_to_the_list_of_an_opened_shift(client, administrator, day, visit, shift):
    client.force_login(administrator)

    opened = text(
        client.get(reverse("workflow:board_shift", args=[day.department_id, day.date, shift.pk]))
    )

    assert print_url(shift) in opened


def test_a_list_is_not_found_for_other_users(
    client, visit, shift, other_administrator, department
):
    colleague = factories.EmployeeFactory(department=department).person
    for user in (other_administrator, colleague, factories.UserFactory()):
        client.force_login(user)
        assert client.get(print_url(shift)).status_code == 404


def test_the_printed_list_is_linked_and_found_all_evening(emil, shift, visit, time_machine):
    time_machine.move_to(factories.local(shift.day.date, 23), tick=False)

    assert print_url(shift) in text(emil.get(reverse("workflow:my_day")))
    assert emil.get(print_url(shift)).status_code == 200


def test_the_own_list_of_a_past_day_is_not_found(emil, shift, visit, time_machine):
    time_machine.shift(dt.timedelta(days=1))

    assert emil.get(print_url(shift)).status_code == 404


def test_a_printed_list_uses_few_queries(emil, shift, visit, django_assert_max_num_queries):
    emil.get(print_url(shift))

    with django_assert_max_num_queries(9):
        emil.get(print_url(shift))
