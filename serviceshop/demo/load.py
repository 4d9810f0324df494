"""Write the demonstration's data: two weeks of history, and two weeks about half booked.

Rows are written in bulk rather than by actions: visits in the past can't be booked, and the
first page should appear within seconds. ``plan`` says who has booked what; each visit has a
seat, and PostgreSQL's constraints check it.
"""

import datetime as dt
import itertools
import random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import Coordinator, MessageChoices, User
from booking import actions as booking_actions
from booking.models import (
    AgreedTime,
    Booking,
    BookingEvent,
    Contact,
    Grant,
    Mandate,
    OwnPlan,
    Recipient,
    Visit,
)
from departments.actions import days as day_actions
from departments.actions import staff as staff_actions
from departments.models import (
    Absence,
    Day,
    Department,
    Employee,
    KindOfTime,
    OpeningHours,
    Qualification,
    QualificationHeld,
    Service,
    Shift,
)
from departments.queries.hours import rules_of
from serviceshop.demo import people
from serviceshop.demo import plan as plans
from serviceshop.demo.people import Person
from serviceshop.demo.plan import NORTH, SOUTH, Offered, PlannedGrant, PlannedShift, PlannedVisit
from workflow import actions as workflow_actions
from workflow.models import Report

PASSWORD = "demo"  # noqa: S105 -- public


def is_empty() -> bool:
    return not User.objects.exists()


def loaded_on() -> dt.date:
    """The local date around which the data is."""
    return timezone.localdate(User.objects.earliest("joined_at").joined_at)


@transaction.atomic
def load(today: dt.date | None = None) -> None:
    """Fill an empty database with data around ``today``, a local date."""
    _Fjordvik(today or timezone.localdate()).build()


def _kind_of_time(offered: Offered) -> KindOfTime:
    if offered.is_medicine:
        return KindOfTime.SET
    return KindOfTime.WINDOW if offered.has_window else KindOfTime.FREE


def _choice(planned: PlannedGrant) -> dict[str, Any]:
    """Who chooses the times of a grant, and within which limits."""
    kind = _kind_of_time(planned.service)
    if planned.window is None:
        return {"kind_of_time": kind}
    start, end = planned.window
    return {"kind_of_time": kind, "window_start": start, "window_end": end, "at_most_a_day": 1}


class _Fjordvik:
    def __init__(self, today: dt.date) -> None:
        self.today = today
        self.now = timezone.now()
        self.plan = plans.make_plan(today)
        self.random = random.Random(today.toordinal())  # noqa: S311 -- not a secret
        self.since = today - dt.timedelta(days=180)
        self.password = make_password(PASSWORD)

    # -- Order of events ----------------------------------------------------

    def build(self) -> None:
        self._people()
        self._departments()
        self._recipients()
        self._grants()
        self._guardian()
        self._own_plans()
        self._days()
        self._shifts()
        self._bookings()
        self._agreed_times()
        self._history()
        self._sick_leave()
        workflow_actions.settle_due_days()
        for day_id in Day.objects.order_by("date").values_list("pk", flat=True):
            workflow_actions.make_plan(day_id=day_id)

    # -- People -------------------------------------------------------------

    def _user(self, person: Person, email: str = "") -> User:
        return User(
            email=email or person.email,
            given_name=person.given_name,
            family_name=person.family_name,
            password=self.password,
        )

    def _people(self) -> None:
        staff = [
            people.DINA,
            people.FRIDA,
            people.GRETE,
            *people.NORTH_CARERS,
            people.SOUTH_ADMINISTRATOR,
            *people.SOUTH_CARERS,
        ]
        self.users = {person: self._user(person) for person in staff}
        User.objects.bulk_create(self.users.values())
        Coordinator.objects.create(user=self.users[people.FRIDA])

    # -- Departments --------------------------------------------------------

    def _departments(self) -> None:
        self.departments = {
            NORTH: Department.objects.create(
                name=NORTH, phone="+4733001010", grants_by=Department.GrantsBy.CASE_WORKER
            ),
            SOUTH: Department.objects.create(
                name=SOUTH, phone="+4733001020", slot_minutes=15, travel_minutes=15
            ),
        }
        self.medicine = Qualification.objects.create(name="Legemiddelkompetanse")
        self.services = {offered: self._service(offered) for offered in plans.SERVICES}
        OpeningHours.objects.bulk_create(
            OpeningHours(
                department=self.departments[opening.department],
                weekday=weekday,
                opens_at=opening.opens_at,
                closes_at=opening.closes_at,
                staff=opening.staff,
                valid_from=self.since,
            )
            for opening in plans.OPENINGS
            for weekday in opening.weekdays
        )
        self._employ(NORTH, people.DINA, Employee.Role.ADMINISTRATOR)
        self._employ(SOUTH, people.SOUTH_ADMINISTRATOR, Employee.Role.ADMINISTRATOR)
        self._employ(NORTH, people.GRETE, Employee.Role.CASE_WORKER)
        for person in people.NORTH_CARERS:
            self._employ(NORTH, person, Employee.Role.CARE_WORKER)
        for person in people.SOUTH_CARERS:
            self._employ(SOUTH, person, Employee.Role.CARE_WORKER)
        QualificationHeld.objects.bulk_create(
            QualificationHeld(
                person=self.users[person],
                department=self.departments[NORTH],
                qualification=self.medicine,
                valid_from=self.since,
            )
            for person in plans.TRAINED
        )

    def _service(self, offered: Offered) -> Service:
        service = Service.objects.create(
            department=self.departments[offered.department],
            name=offered.name,
            minutes=offered.minutes,
            symbol=offered.symbol,
            description=offered.description,
            kind_of_time=_kind_of_time(offered),
        )
        if offered.is_medicine:
            service.qualifications.add(self.medicine)
        return service

    def _employ(self, department: str, person: Person, role: str) -> None:
        Employee.objects.create(
            department=self.departments[department],
            person=self.users[person],
            role=role,
            valid_from=self.since,
        )

    # -- Recipients ---------------------------------------------------------

    def _recipients(self) -> None:
        named = [(people.AKSEL, people.AKSEL.email), (people.BERIT, people.BERIT.email)]
        others = [
            (person, f"recipient{number:02}@demo.example")
            for number, person in enumerate(people.RECIPIENT_NAMES, 1)
        ]
        users = [self._user(person, email) for person, email in named + others]
        users[0].phone = "+4790000100"  # Aksel also gets text messages
        hans = users[len(named)]  # books by phone, and has no log-in
        User.objects.bulk_create(user for user in users if user is not hans)
        # The others get no reminders, so that the mails of the cast are easy to find.
        MessageChoices.objects.bulk_create(
            MessageChoices(user=user, day_before=[], hours_before=[])
            for user in users[len(named) + 1 :]
        )
        self.recipients = [
            Recipient(
                user=user if user is not hans else None,
                given_name=user.given_name,
                family_name=user.family_name,
                phone=f"+4790000{number:03}",
                address=f"{self.random.choice(people.STREETS)} {self.random.randint(1, 48)}",
                directions=self.random.choice(people.DIRECTIONS),
                has_confidential_address=number == 112,
            )
            for number, user in enumerate(users, 100)
        ]
        Recipient.objects.bulk_create(self.recipients)
        self._contacts()

    def _contacts(self) -> None:
        """Two of three recipients have a relative to call."""
        relatives = zip(self.recipients, itertools.cycle(people.RELATIVES), strict=False)
        Contact.objects.bulk_create(
            Contact(
                recipient=recipient,
                position=1,
                name=f"{given_name} {recipient.family_name}",
                phone=f"+4790000{number:03}",
                relation=relation,
            )
            for number, (recipient, (given_name, relation)) in enumerate(relatives, 300)
            if number % 3
        )

    def _grants(self) -> None:
        self.grants: dict[PlannedGrant, Grant] = {
            planned: Grant(
                recipient=self.recipients[planned.recipient],
                service=self.services[planned.service],
                amount=planned.service.amount,
                is_essential=planned.service.is_medicine or planned.has_agreed_times,
                **_choice(planned),
                valid_from=self.since,
            )
            for planned in self.plan.grants
        }
        Grant.objects.bulk_create(self.grants.values())

    def _guardian(self) -> None:
        """Carl is Berit's guardian, and has no services himself."""
        carl = self._user(people.CARL)
        carl.acts_for_others = True
        carl.save()
        Mandate.objects.create(
            recipient=self.recipients[plans.BERIT],
            holder=carl,
            holder_name=carl.full_name,
            kind=Mandate.Kind.GUARDIAN,
            valid_from=self.since,
            reference="2026/1487",
            given_by=self.users[people.DINA],
        )

    def _own_plans(self) -> None:
        """What Aksel does otherwise. Only he sees it."""
        work, training, dentist = dt.time(10), dt.time(17), dt.time(9)
        once = self.today + dt.timedelta(days=9)
        OwnPlan.objects.bulk_create(
            OwnPlan(
                recipient=self.recipients[plans.AKSEL],
                title=title,
                every=OwnPlan.Every.WEEK if weekdays else OwnPlan.Every.ONCE,
                first_day=self.today if weekdays else once,
                weekdays=weekdays,
                starts=starts,
                ends=dt.time(starts.hour + hours),
            )
            for title, weekdays, starts, hours in (
                ("Jobb", [2, 4], work, 4),
                ("Trening", [2], training, 1),
                ("Tannlege", [], dentist, 1),
            )
        )

    # -- Days and shifts ----------------------------------------------------

    def _days(self) -> None:
        for department in self.departments.values():
            first = self.today - dt.timedelta(days=plans.HISTORY_DAYS)
            last = day_actions.horizon_dates(department)[-1]
            dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
            rules = rules_of(department, dates)
            for day in day_actions.lock_days((department.pk, date) for date in dates):
                day.department = department
                day_actions.lay_out(day, rules=rules)

    def _shifts(self) -> None:
        """Find the row of each planned shift, and assign its carer."""
        rows: dict[tuple[object, dt.date], list[Shift]] = {
            key: list(group)
            for key, group in itertools.groupby(
                Shift.objects.select_related("day").order_by(
                    "day__date", "day__department", "starts_at", "id"
                ),
                key=lambda shift: (shift.day.department_id, shift.day.date),
            )
        }
        self.rows: list[tuple[PlannedShift, Shift]] = []
        for planned in self.plan.shifts:
            row = rows[self.departments[planned.department].pk, planned.date].pop(0)
            if planned.person:
                row.person = self.users[planned.person]
                if planned.person in plans.TRAINED:
                    row.qualification_ids = [self.medicine.pk]
            self.rows.append((planned, row))
        Shift.objects.bulk_update(
            [row for _planned, row in self.rows], ["person", "qualification_ids"]
        )

    # -- Bookings -----------------------------------------------------------

    def _bookings(self) -> None:
        placed = [
            (visit, row, self._booking(visit))
            for planned, row in self.rows
            for visit in planned.visits
        ]
        bookings = Booking.objects.bulk_create(booking for _visit, _row, booking in placed)
        self.visits = Visit.objects.bulk_create(
            Visit(
                booking=booking,
                day=row.day,
                shift=row,
                starts_at=visit.period.start,
                ends_at=visit.period.end,
                occupied_until=visit.period.end + plans.TRAVEL,
            )
            for visit, row, booking in placed
        )
        events = BookingEvent.objects.bulk_create(
            self._event(visit, booking) for visit, _row, booking in placed
        )
        # The rows have the current time: bookings were made on the days before.
        for (visit, _row, booking), event in zip(placed, events, strict=True):
            booking.booked_at = event.at = plans.booked_at(visit.period, self.now, self.random)
        Booking.objects.bulk_update(bookings, ["booked_at"])
        BookingEvent.objects.bulk_update(events, ["at"])
        for day in {visit.day for visit in self.visits}:
            day_actions.bump_revision(day)

    def _booking(self, visit: PlannedVisit) -> Booking:
        grant = self.grants[visit.grant]
        return Booking(
            recipient=grant.recipient,
            service=grant.service,
            grant=grant,
            starts_at=visit.period.start,
            ends_at=visit.period.end,
        )

    def _event(self, visit: PlannedVisit, booking: Booking) -> BookingEvent:
        """The cast gets mails about their next visits, and Hans letters about his."""
        user = booking.recipient.user
        is_by_staff = user is None or visit.grant.service.is_medicine
        is_announced = visit.is_of_cast or (user is None and booking.starts_at > self.now)
        return BookingEvent(
            booking=booking,
            by=self.users[people.DINA] if is_by_staff else user,
            kind=BookingEvent.Kind.BOOKED,
            via=BookingEvent.Via.PHONE if is_by_staff else BookingEvent.Via.ONLINE,
            to_starts_at=booking.starts_at,
            announced_at=None if is_announced else self.now,
        )

    def _agreed_times(self) -> None:
        """Aksel and Berit have agreed times for their showers."""
        for planned, grant in self.grants.items():
            if planned.has_agreed_times:
                AgreedTime.objects.bulk_create(
                    AgreedTime(
                        grant=grant,
                        weekday=weekday,
                        time=plans.AGREED_AT[planned.recipient],
                        agreed_on=self.since,
                        agreed_with=grant.recipient.given_name,
                        by=self.users[people.DINA],
                    )
                    for weekday in plans.AGREED_WEEKDAYS
                )
                booking_actions.keep_for(recipient_id=grant.recipient_id)

    # -- History and absence ------------------------------------------------

    def _history(self) -> None:
        """Settle the days up to today, and report on all past visits except two: Emil's last
        one, which he can report, and the last one of somebody else."""
        Day.objects.filter(date__lte=self.today).update(
            settled_at=self.now - dt.timedelta(hours=12)
        )
        emil = self.users[people.EMIL]
        over = [visit for visit in self.visits if visit.ends_at < self.now and _carer(visit)]
        over.sort(key=lambda visit: visit.starts_at)
        unreported = {
            next(visit.pk for visit in reversed(over) if (_carer(visit) == emil) is is_emils)
            for is_emils in (True, False)
        }
        others = [one for one in Report.Outcome if one is not Report.Outcome.DONE]
        outcomes = [Report.Outcome.DONE] * 25 + others
        Report.objects.bulk_create(
            Report(
                visit=visit,
                outcome=self.random.choice(outcomes),
                by=_carer(visit),
                at=visit.ends_at,
            )
            for visit in over
            if visit.pk not in unreported
        )
        # As the verb would: a grant of the demonstration counts a visit without contact.
        Booking.objects.filter(
            visits__report__outcome__in=["declined", "in_hospital", "unable"], carers=1
        ).update(uncharged_at=self.now)

    def _sick_leave(self) -> None:
        """Report the carer of a coming evening ill, so that visits need another carer."""
        sick = self.plan.sick
        assert sick.person
        staff_actions.report_absence(
            person=self.users[sick.person],
            department=self.departments[NORTH],
            kind=Absence.Kind.SICK,
            period=sick.period,
            by=self.users[people.DINA],
        )


def _carer(visit: Visit) -> User | None:
    return visit.shift.person if visit.shift else None
