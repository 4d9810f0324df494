"""A database of the release before, with rows of every kind, is migrated to this one."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as OldStore
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import tokens
from accounts.actions import send_due
from accounts.messages.addresses import PHONE
from accounts.models import Message, User, UserSession
from booking.actions.feeds import hashed
from booking.models import Recipient, Visit
from departments.models import Absence, Day, Employee, QualificationHeld, Shift
from tests.factories import LONG_AGO, local
from tests.fast_database import empty_database
from tests.promises import broken_lists, broken_seats
from workflow.actions import close_due_days, plan_stale_days, report
from workflow.models import Report
from workflow.queries import check_plans, earlier_reports

# The last migrations of the release before; later ones are in CHANGELOG's "Unreleased".
BEFORE = [
    ("accounts", "0006_changes_of_addresses"),
    ("booking", "0009_a_key_that_was_used"),
    ("departments", "0002_when_to_warn_of_essential_services"),
    ("workflow", "0001_initial"),
]
SECRET = "secret-of-a-feed-that-a-calendar-program-has"
TOKEN = tokens.new_secret()


class Release:
    """Makes rows with the models that the release before had."""

    def __init__(self, apps):
        self.apps = apps
        self.today = timezone.localdate()
        self.tomorrow = self.today + dt.timedelta(days=1)
        self.yesterday = self.today - dt.timedelta(days=1)

    def make(self, model, **fields):
        return self.apps.get_model(model).objects.create(**fields)

    def user(self, name, **fields):
        return self.make(
            "accounts.User",
            email=f"{name.lower()}@example.test",
            given_name=name,
            family_name="Aas",
            language="en",
            password="!unusable",
            **fields,
        )

    def session_of(self, user, *, days=1):
        """The cookie of somebody who is logged in."""
        store = OldStore()
        if user:
            now = User(pk=user.pk, password=user.password)
            store[SESSION_KEY] = str(user.pk)
            store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            store[HASH_SESSION_KEY] = now.get_session_auth_hash()
        session = self.make(
            "sessions.Session",
            session_key=store._get_new_session_key(),
            session_data=store.encode(dict(store.items())),
            expire_date=timezone.now() + dt.timedelta(days=days),
        )
        return session.session_key

    # -- A department, its staff and a plan --------------------------------------------

    def department(self):
        self.north = self.make("departments.Department", name="Home care North")
        self.cleaning = self.make(
            "departments.Service", department=self.north, name="Cleaning", minutes=60
        )
        self.dina = self.user("Dina")
        self.carers = [self.user(f"Carer{number}") for number in range(4)]
        for person, role in [
            (self.dina, Employee.Role.ADMINISTRATOR),
            *((carer, Employee.Role.CARE_WORKER) for carer in self.carers),
        ]:
            self.make(
                "departments.Employee",
                department=self.north,
                person=person,
                role=role,
                valid_from=LONG_AGO,
            )
        self.make(
            "departments.ConfigurationChange",
            department=self.north,
            what="change_settings",
            before={"phone": "33 00 00 01"},
            after={"phone": "33 00 00 02"},
            reason="We have moved",
            by=self.dina,
        )
        self.closed = self.today + dt.timedelta(days=3)
        self.make(
            "departments.SpecialDay", department=self.north, date=self.closed, name="Planning day"
        )
        self.make(
            "departments.QualificationHeld",
            person=self.carers[0],
            qualification=self.make("departments.Qualification", name="Nurse"),
            valid_from=LONG_AGO,
        )
        self.days = {
            date: self.make(
                "departments.Day",
                department=self.north,
                date=date,
                revision=3,
                laid_out_at=timezone.now(),
            )
            for date in (self.yesterday, self.today, self.tomorrow, self.closed)
        }

    def shift(self, date, person, withdrawn_by=None, hours=(8, 16)):
        return self.make(
            "departments.Shift",
            day=self.days[date],
            starts_at=local(date, hours[0]),
            ends_at=local(date, hours[1]),
            is_manual=True,
            person=person,
            withdrawn_by=withdrawn_by,
        )

    def absence(self, person, starts_at, ends_at):
        return self.make(
            "departments.Absence", person=person, starts_at=starts_at, ends_at=ends_at
        )

    def shifts(self):
        working, for_an_hour, all_day, replaced = self.carers
        tomorrow = self.tomorrow
        self.worked = self.shift(self.yesterday, working)
        self.works = self.shift(tomorrow, working)
        self.hour = self.absence(for_an_hour, local(tomorrow, 9), local(tomorrow, 10))
        self.away_for_an_hour = self.shift(tomorrow, for_an_hour, self.hour)
        self.day_off = self.absence(all_day, local(tomorrow, 0), local(tomorrow, 23))
        self.away_all_day = self.shift(tomorrow, all_day, self.day_off)
        short = self.absence(replaced, local(tomorrow, 9), local(tomorrow, 10))
        self.left = self.shift(tomorrow, replaced, short)
        self.instead = self.shift(tomorrow, replaced, hours=(11, 15))

    def recipient(self, name, user=None, phone="90 00 00 01"):
        recipient = self.make(
            "booking.Recipient", given_name=name, family_name="Vik", user=user, phone=phone
        )
        self.make(
            "booking.Grant",
            recipient=recipient,
            service=self.cleaning,
            amount=5,
            valid_from=LONG_AGO,
        )
        return recipient

    def booking(self, recipient, date, shift, hour=12):
        booking = self.make(
            "booking.Booking",
            recipient=recipient,
            service=self.cleaning,
            starts_at=local(date, hour),
            ends_at=local(date, hour + 1),
        )
        self.make(
            "booking.BookingEvent",
            booking=booking,
            kind="booked",
            to_starts_at=booking.starts_at,
            by=recipient.user,
            announced_at=timezone.now(),
        )
        visit = self.make(
            "booking.Visit",
            booking=booking,
            day=self.days[date],
            shift=shift,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            occupied_until=booking.ends_at,
        )
        return booking, visit

    def recipients(self):
        self.aksel = self.user("Aksel", phone="900 00 001")
        self.with_log_in = self.recipient("Aksel", self.aksel)
        self.without = self.recipient("Gerd", phone="her son: 90 00 00 02")
        self.coming, coming_visit = self.booking(self.with_log_in, self.tomorrow, self.works)
        self.past, self.past_visit = self.booking(self.with_log_in, self.yesterday, self.worked)
        _, for_gerd = self.booking(self.without, self.tomorrow, self.works, hour=14)
        _, self.unstaffed = self.booking(self.without, self.tomorrow, None, hour=10)
        self.make(
            "workflow.Report",
            visit=self.past_visit,
            outcome="done",
            by=self.carers[0],
            at=timezone.now(),
        )
        items = {self.worked: [self.past_visit], self.works: [coming_visit, for_gerd]}
        for date, day in self.days.items():
            plan = self.make(
                "workflow.DayPlan", day=day, revision=day.revision, made_at=timezone.now()
            )
            for shift in self.apps.get_model("departments.Shift").objects.filter(day__date=date):
                work_list = self.make("workflow.WorkList", plan=plan, shift=shift)
                for position, visit in enumerate(items.get(shift, []), 1):
                    self.make(
                        "workflow.WorkItem", work_list=work_list, visit=visit, position=position
                    )
        self.make(
            "booking.BookingSeries",
            recipient=self.with_log_in,
            service=self.cleaning,
            first_date=self.today + dt.timedelta(days=30),
            time=dt.time(10),
            by=self.aksel,
        )
        self.make(
            "booking.SlotWish",
            recipient=self.with_log_in,
            service=self.cleaning,
            date=self.tomorrow,
            by=self.aksel,
        )

    def mandates(self):
        self.helper = self.user("Hilde", acts_for_others=True)
        self.former = self.user("Finn", acts_for_others=True)
        for holder, revoked_at in ((self.helper, None), (self.former, timezone.now())):
            self.make(
                "booking.Mandate",
                recipient=self.with_log_in,
                holder=holder,
                holder_name=f"{holder.given_name} Aas",
                kind="helper",
                may="book",
                valid_from=LONG_AGO,
                given_by=self.aksel,
                revoked_at=revoked_at,
            )

    def keys_and_messages(self):
        self.make(
            "booking.CalendarFeed",
            recipient=self.with_log_in,
            by=self.aksel,
            secret_hash=hashed(SECRET),
        )
        self.make(
            "accounts.ApiToken",
            owner=self.aksel,
            name="Program",
            digest=tokens.digest(TOKEN),
            scopes=["slots", "bookings:read", "bookings:write"],
            expires_at=timezone.now() + dt.timedelta(days=30),
        )
        for key, state in (("waiting", "waiting"), ("sent", "sent")):
            self.make(
                "accounts.Message",
                user=self.aksel,
                kind=PHONE,
                key=key,
                channel="email",
                state=state,
                due_at=timezone.now(),
                expires_at=timezone.now() + dt.timedelta(days=1),
            )

    def sessions(self):
        self.cookies = SimpleNamespace(
            **{
                name: self.session_of(getattr(self, name))
                for name in ("aksel", "dina", "helper", "former")
            },
            carer=self.session_of(self.carers[0]),
            expired=self.session_of(self.aksel, days=-1),
            stranger=self.session_of(None),
        )


def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def newest():
    return MigrationExecutor(connection).loader.graph.leaf_nodes()


@pytest.fixture(scope="module")
def release(django_db_setup, django_db_blocker):
    """The rows of the release before, migrated to this release."""
    with django_db_blocker.unblock(), empty_database("upgrade"):
        others = [node for node in newest() if node[0] not in dict(BEFORE)]
        old = Release(migrate([*BEFORE, *others]))
        old.department()
        old.shifts()
        old.recipients()
        old.mandates()
        old.keys_and_messages()
        old.sessions()
        cache.clear()
        migrate(newest())
        yield old


def browser(cookie):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return client


def page(cookie, url):
    answer = browser(cookie).get(url)
    assert answer.status_code == 200, url
    return " ".join(answer.content.decode().split())


def test_people_stay_logged_in_and_find_what_they_had(release):
    assert "Cleaning" in page(release.cookies.aksel, reverse("booking:calendar"))
    visit = page(release.cookies.aksel, reverse("booking:visit", args=[release.coming.pk]))
    assert "12:00" in visit
    for url in ("booking:visits", "booking:all_series", "booking:wishes"):
        assert "Cleaning" in page(release.cookies.aksel, reverse(url))
    assert "Hilde" in page(release.cookies.aksel, reverse("booking:mandates"))


def test_sessions_of_strangers_and_expired_ones_are_gone(release):
    kept = set(UserSession.objects.values_list("session_key", flat=True))
    assert {release.cookies.expired, release.cookies.stranger}.isdisjoint(kept)
    assert browser(release.cookies.expired).get(reverse("booking:calendar")).status_code == 302


def test_a_withdrawn_shift_is_away_in_the_minutes_of_its_absence(release):
    def shift(old):
        return Shift.objects.get(pk=old.pk)

    hour, day = shift(release.away_for_an_hour), shift(release.away_all_day)
    assert hour.away == [release.hour.starts_at, release.hour.ends_at]
    assert (hour.is_withdrawn, day.is_withdrawn) == (False, True)
    assert day.away == [day.starts_at, day.ends_at]
    assert [away.absence_id for away in hour.times_away.all()] == [release.hour.pk]
    assert [away.absence_id for away in day.times_away.all()] == [release.day_off.pk]
    assert shift(release.works).away == []


def test_a_shift_whose_person_works_elsewhere_meanwhile_stays_withdrawn(release):
    left = Shift.objects.get(pk=release.left.pk)
    assert left.is_withdrawn
    assert not Shift.objects.get(pk=release.instead.pk).is_withdrawn


def test_absences_and_qualifications_belong_to_the_only_department(release):
    assert {one.department_id for one in Absence.objects.all()} == {release.north.pk}
    assert QualificationHeld.objects.get().department_id == release.north.pk


def test_a_day_that_was_set_closed_takes_no_bookings(release):
    closed = Day.objects.filter(takes_bookings=False)
    assert list(closed.values_list("date", flat=True)) == [release.closed]


def test_phone_numbers_are_numbers_where_they_are_clear(release):
    assert User.objects.get(pk=release.aksel.pk).phone == "+4790000001"
    assert not User.objects.exclude(contact_email="").exists()  # messages go where they did
    phones = dict(Recipient.objects.values_list("given_name", "phone"))
    assert phones == {"Aksel": "+4790000001", "Gerd": "her son: 90 00 00 02"}


def test_plans_and_seats_are_sound_at_once_and_after_the_first_run(release):
    assert check_plans(release.yesterday).faults == {}
    plan_stale_days()
    counts = check_plans(release.yesterday)
    assert (counts.visits, counts.unstaffed, counts.wrong) == (4, 1, 0)
    assert not broken_seats()
    assert not broken_lists()


def test_a_change_of_settings_is_still_listed(release):
    changes = page(release.cookies.dina, reverse("departments:changes", args=[release.north.pk]))
    assert "Dina Aas" in changes
    assert "We have moved" in changes


def test_an_administrator_opens_the_pages_of_the_department(release):
    department = release.north.pk
    page(release.cookies.dina, reverse("workflow:today", args=[department]))
    page(release.cookies.dina, reverse("workflow:board", args=[department, release.tomorrow]))
    assert "Carer0" in page(release.cookies.dina, reverse("departments:staff", args=[department]))
    people = page(release.cookies.dina, reverse("booking:recipients", args=[department]))
    assert "Aksel" in people
    assert "Gerd" in people


def test_a_mandate_applies_as_long_as_it_did(release):
    assert "Aksel" in page(release.cookies.helper, reverse("booking:persons"))
    assert "Aksel" not in page(release.cookies.former, reverse("booking:persons"))


def test_keys_and_calendars_still_open(release):
    feed = Client().get(reverse("booking:feed", args=[SECRET]))
    assert b"BEGIN:VEVENT" in feed.content
    answer = Client().get("/api/v1/bookings", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert str(release.coming.pk) in answer.content.decode()


def test_a_report_stays_and_can_be_corrected(release):
    day = page(release.cookies.carer, reverse("workflow:my_day", args=[release.yesterday]))
    assert str(release.past_visit.pk) in day
    assert "Aksel" not in day  # names are shown today and tomorrow only
    visit = Visit.objects.get(pk=release.past_visit.pk)
    new = report(visit=visit, outcome="partly", by=User.objects.get(pk=release.carers[0].pk))
    assert [earlier.outcome for earlier in earlier_reports(new)] == ["done"]
    assert new.version == 2
    assert Report.objects.count() == 1


def test_a_message_that_waited_is_sent_and_no_other(release, monkeypatch, settings):
    settings.QUIET_FROM = settings.QUIET_UNTIL = 0
    assert send_due() == 1
    assert [one.to for one in mail.outbox] == [["aksel@example.test"]]
    assert not Message.objects.filter(state=Message.State.WAITING).exists()


def test_days_before_the_upgrade_are_closed_when_they_are_due(release, time_machine):
    assert not Day.objects.filter(closed_at__isnull=False).exists()
    time_machine.move_to(local(release.tomorrow + dt.timedelta(days=9), 13), tick=False)
    assert close_due_days() == len(release.days)
