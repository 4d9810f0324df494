"""Write the demonstration's data: two weeks of history, and two weeks about half booked.

Rows are written in bulk rather than by actions: visits in the past can't be booked, and the
first page should appear within seconds. Visits are placed into named shifts one after the
other, so that each has a seat; PostgreSQL's constraints check it.
"""

import datetime as dt
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import Coordinator, MessageChoices, User
from booking.models import Booking, BookingEvent, Grant, Mandate, Recipient, Visit
from departments.actions import days as day_actions
from departments.actions import staff as staff_actions
from departments.hours import Interval
from departments.models import (
    Absence,
    Day,
    Department,
    Employee,
    OpeningHours,
    Qualification,
    QualificationHeld,
    Service,
    Shift,
    Weekday,
)
from departments.queries.hours import rules_of
from serviceshop.demo import people
from serviceshop.demo.people import Person
from workflow import actions as workflow_actions
from workflow.models import Report

PASSWORD = "demo"  # noqa: S105 -- public
HISTORY_DAYS = 14
TRAVEL = dt.timedelta(minutes=15)
BUSY = 0.5  # share of each shift that is booked


def is_empty() -> bool:
    return not User.objects.exists()


@transaction.atomic
def load(today: dt.date | None = None) -> None:
    """Fill an empty database with data around ``today``, a local date."""
    _Fjordvik(today or timezone.localdate()).build()


@dataclass(frozen=True)
class _Demand:
    """A recipient's grant, of which visits can be booked."""

    recipient: Recipient
    grant: Grant
    service: Service


class _Fjordvik:
    def __init__(self, today: dt.date) -> None:
        self.today = today
        self.now = timezone.now()
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
        self._days()
        self._name_shifts()
        self._bookings()
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
            *people.NORTH_CARERS,
            people.SOUTH_ADMINISTRATOR,
            *people.SOUTH_CARERS,
        ]
        self.users = {person: self._user(person) for person in staff}
        User.objects.bulk_create(self.users.values())
        Coordinator.objects.create(user=self.users[people.FRIDA])

    # -- Departments --------------------------------------------------------

    def _departments(self) -> None:
        self.north = Department.objects.create(name="Avdeling Nord", phone="33 00 10 10")
        self.south = Department.objects.create(
            name="Avdeling Sør", phone="33 00 10 20", slot_minutes=15, travel_minutes=15
        )
        self.medicine = Qualification.objects.create(name="Medisinkurs")
        self._service(self.north, "Dusj", 45, "shower", "Hjelp til å dusje og kle på deg.")
        self._service(self.north, "Handling", 60, "basket", "Vi handler for deg eller med deg.")
        self._service(self.north, "Rengjøring", 90, "bucket", "Vi vasker hjemme hos deg.")
        medicine = self._service(
            self.north, "Medisin", 15, "medicine", "Vi hjelper deg med medisinene."
        )
        medicine.qualifications.add(self.medicine)
        self._service(self.south, "Rengjøring", 60, "bucket", "Vi vasker hjemme hos deg.")
        self._service(self.south, "Middag", 30, "meal", "Vi lager middag sammen.")
        self._service(self.south, "Tur", 90, "walk", "Vi går ut sammen.")

        weekdays = [day for day in Weekday if day <= Weekday.FRIDAY]
        self._hours(self.north, weekdays, "07:30", "15:00", 3)
        self._hours(self.north, weekdays, "15:00", "21:00", 2)
        self._hours(self.south, [*weekdays, Weekday.SATURDAY], "09:00", "16:00", 2)
        self._hours(self.south, [Weekday.TUESDAY, Weekday.THURSDAY], "16:00", "20:00", 1)

        self._employ(self.north, people.DINA, Employee.Role.ADMINISTRATOR)
        self._employ(self.south, people.SOUTH_ADMINISTRATOR, Employee.Role.ADMINISTRATOR)
        for person in people.NORTH_CARERS:
            self._employ(self.north, person, Employee.Role.CARE_WORKER)
        for person in people.SOUTH_CARERS:
            self._employ(self.south, person, Employee.Role.CARE_WORKER)
        self.trained = [self.users[person] for person in people.NORTH_CARERS[:5]]
        QualificationHeld.objects.bulk_create(
            QualificationHeld(
                person=user,
                department=self.north,
                qualification=self.medicine,
                valid_from=self.since,
            )
            for user in self.trained
        )

    def _service(
        self, department: Department, name: str, minutes: int, symbol: str, description: str
    ) -> Service:
        return Service.objects.create(
            department=department,
            name=name,
            minutes=minutes,
            symbol=symbol,
            description=description,
        )

    def _hours(
        self, department: Department, weekdays: Iterable[int], opens: str, closes: str, staff: int
    ) -> None:
        OpeningHours.objects.bulk_create(
            OpeningHours(
                department=department,
                weekday=weekday,
                opens_at=dt.time.fromisoformat(opens),
                closes_at=dt.time.fromisoformat(closes),
                staff=staff,
                valid_from=self.since,
            )
            for weekday in weekdays
        )

    def _employ(self, department: Department, person: Person, role: str) -> None:
        Employee.objects.create(
            department=department, person=self.users[person], role=role, valid_from=self.since
        )

    # -- Recipients ---------------------------------------------------------

    def _recipients(self) -> None:
        named = [(people.AKSEL, people.AKSEL.email), (people.BERIT, people.BERIT.email)]
        others = [
            (person, f"recipient{number:02}@demo.example")
            for number, person in enumerate(people.RECIPIENT_NAMES, 1)
        ]
        users = [self._user(person, email) for person, email in named + others]
        users[0].phone = "900 00 100"  # Aksel also gets text messages
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
                phone=f"900 00 {number:03}",
                address=f"{self.random.choice(people.STREETS)} {self.random.randint(1, 48)}",
                directions=self.random.choice(people.DIRECTIONS),
                has_confidential_address=number == 12,
            )
            for number, user in enumerate(users, 100)
        ]
        Recipient.objects.bulk_create(self.recipients)
        self.aksel, self.berit = self.recipients[:2]

    def _grants(self) -> None:
        services = {
            (service.department_id, service.name): service for service in Service.objects.all()
        }
        north = [
            (services[self.north.pk, name], amount)
            for name, amount in (("Dusj", 3), ("Handling", 2), ("Rengjøring", 1), ("Medisin", 5))
        ]
        south = [
            (services[self.south.pk, name], amount)
            for name, amount in (("Middag", 4), ("Rengjøring", 1), ("Tur", 2))
        ]
        grants = []
        for number, recipient in enumerate(self.recipients):
            offers = south if number >= 26 else north
            if number < 2:
                chosen = north[:3] if number == 0 else [north[0], north[2]]
            else:
                chosen = self.random.sample(offers, self.random.randint(1, 3))
            grants += [
                Grant(
                    recipient=recipient,
                    service=service,
                    amount=amount,
                    is_essential=service.symbol == "medicine",
                    valid_from=self.since,
                )
                for service, amount in chosen
            ]
        Grant.objects.bulk_create(grants)
        self.demands = [_Demand(grant.recipient, grant, grant.service) for grant in grants]

    def _guardian(self) -> None:
        """Carl is Berit's guardian, and has no services himself."""
        carl = self._user(people.CARL)
        carl.acts_for_others = True
        carl.save()
        Mandate.objects.create(
            recipient=self.berit,
            holder=carl,
            holder_name=carl.full_name,
            kind=Mandate.Kind.GUARDIAN,
            valid_from=self.since,
            reference="2026/1487",
            given_by=self.users[people.DINA],
        )

    # -- Days and shifts ----------------------------------------------------

    def _days(self) -> None:
        for department in (self.north, self.south):
            first = self.today - dt.timedelta(days=HISTORY_DAYS)
            last = day_actions.horizon_dates(department)[-1]
            dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
            rules = rules_of(department, dates)
            for day in day_actions.lock_days((department.pk, date) for date in dates):
                day.department = department
                day_actions.lay_out(day, rules=rules)

    def _name_shifts(self) -> None:
        """Assign carers to most shifts in turn; some of the later ones have none."""
        shifts = list(Shift.objects.select_related("day").order_by("day__date", "starts_at", "id"))
        rotas = {
            (self.north.pk, "day"): people.NORTH_CARERS[1:4],
            (self.north.pk, "evening"): people.NORTH_CARERS[4:],
            (self.south.pk, "day"): people.SOUTH_CARERS,
            (self.south.pk, "evening"): people.SOUTH_CARERS,
        }
        trained = {user.pk for user in self.trained}
        for day, group in itertools.groupby(shifts, key=lambda shift: shift.day):
            in_north = day.department_id == self.north.pk
            days_ahead = (day.date - self.today).days
            at_work: set[Person] = set()
            for shift in group:
                is_day = timezone.localtime(shift.starts_at).hour < 15
                rota = rotas[day.department_id, "day" if is_day else "evening"]
                turn = day.date.toordinal() % len(rota)
                waiting = [person for person in rota[turn:] + rota[:turn] if person not in at_work]
                if in_north and is_day and people.EMIL not in at_work:
                    waiting.insert(0, people.EMIL)
                elif days_ahead > 5 and self.random.random() < 0.3:
                    continue
                if not waiting:
                    continue
                at_work.add(waiting[0])
                shift.person = self.users[waiting[0]]
                if shift.person.pk in trained:
                    shift.qualification_ids = [self.medicine.pk]
        Shift.objects.bulk_update(shifts, ["person", "qualification_ids"])
        self.shifts = shifts

    # -- Bookings -----------------------------------------------------------

    def _bookings(self) -> None:
        self.bookings: list[Booking] = []
        self.visits: list[Visit] = []
        self.used: Counter[tuple[object, dt.date]] = Counter()
        self.taken: dict[object, list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)
        self._first_visits_of_the_cast()
        self.bookings_of_the_cast = list(self.bookings)
        for shift in self.shifts:
            for starts_at, demand in self._fill(shift):
                self._place(shift, starts_at, demand)
        Booking.objects.bulk_create(self.bookings)
        Visit.objects.bulk_create(self.visits)
        events = BookingEvent.objects.bulk_create(
            BookingEvent(
                booking=booking,
                by=booking.recipient.user or self.users[people.DINA],
                kind=BookingEvent.Kind.BOOKED,
                via=BookingEvent.Via.ONLINE if booking.recipient.user else BookingEvent.Via.PHONE,
                to_starts_at=booking.starts_at,
                announced_at=None if self._is_announced(booking) else self.now,
            )
            for booking in self.bookings
        )
        # The rows have the current time. Spread the booking times over the days before.
        for booking, event in zip(self.bookings, events, strict=True):
            hours_before = dt.timedelta(hours=self.random.randint(20, 240))
            booking.booked_at = event.at = min(booking.starts_at, self.now) - hours_before
        Booking.objects.bulk_update(self.bookings, ["booked_at"])
        BookingEvent.objects.bulk_update(events, ["at"])
        for day in {visit.day for visit in self.visits}:
            day_actions.bump_revision(day)

    def _is_announced(self, booking: Booking) -> bool:
        """The cast gets mails about their next visits, and Hans a letter about his."""
        return booking in self.bookings_of_the_cast or (
            booking.recipient.user is None and booking.starts_at > self.now
        )

    def _first_visits_of_the_cast(self) -> None:
        """Book the next visits of Aksel and Berit."""
        tomorrow = [
            shift
            for shift in self.shifts
            if shift.day.department_id == self.north.pk and shift.day.date > self.today
        ]
        emils = (shift for shift in tomorrow if shift.person == self.users[people.EMIL])
        shift = next(emils)
        demands = {
            (demand.recipient, demand.service.name): demand
            for demand in self.demands
            if demand.recipient in (self.aksel, self.berit)
        }
        at = shift.starts_at
        self._place(
            shift, at + dt.timedelta(hours=2, minutes=30), demands[self.aksel, "Rengjøring"]
        )
        self._place(shift, at + dt.timedelta(minutes=30), demands[self.berit, "Dusj"])

    def _fill(self, shift: Shift) -> Iterator[tuple[dt.datetime, _Demand]]:
        """Yield starts on the slot grid in order, with a demand, for about half of the shift."""
        grid = dt.timedelta(
            minutes=self.north.slot_minutes
            if shift.day.department_id == self.north.pk
            else self.south.slot_minutes
        )
        at = shift.starts_at
        while at < shift.ends_at:
            demand = self._demand_for(shift, at) if self.random.random() < BUSY else None
            if demand is None:
                at += grid
                continue
            yield at, demand
            busy_until = at + dt.timedelta(minutes=demand.service.minutes) + TRAVEL
            while at < busy_until:
                at += grid

    def _demand_for(self, shift: Shift, at: dt.datetime) -> _Demand | None:
        """A random demand that fits here, or None after a few attempts."""
        for demand in self.random.sample(self._demands_of(shift), k=6):
            if self._fits(shift, at, demand):
                return demand
        return None

    def _demands_of(self, shift: Shift) -> list[_Demand]:
        return self._demands_by_department[shift.day.department_id]

    @cached_property
    def _demands_by_department(self) -> dict[object, list[_Demand]]:
        found: dict[object, list[_Demand]] = defaultdict(list)
        for demand in self.demands:
            found[demand.service.department_id].append(demand)
        return found

    def _fits(self, shift: Shift, at: dt.datetime, demand: _Demand) -> bool:
        ends_at = at + dt.timedelta(minutes=demand.service.minutes)
        needs_medicine = demand.service.symbol == "medicine"
        if demand.recipient == self.aksel and _week(at) >= _week(self.now):
            return False  # Aksel has visits in the past, and much left to book
        return (
            ends_at <= shift.ends_at
            and self.used[demand.grant.pk, _week(at)] < demand.grant.amount
            and (not needs_medicine or self.medicine.pk in shift.qualification_ids)
            and all(
                ends_at + TRAVEL <= start or end + TRAVEL <= at
                for start, end in itertools.chain(
                    self.taken[demand.recipient.pk], self.taken[shift.pk]
                )
            )
        )

    def _place(self, shift: Shift, starts_at: dt.datetime, demand: _Demand) -> None:
        ends_at = starts_at + dt.timedelta(minutes=demand.service.minutes)
        self.used[demand.grant.pk, _week(starts_at)] += 1
        self.taken[demand.recipient.pk].append((starts_at, ends_at))
        self.taken[shift.pk].append((starts_at, ends_at))
        booking = Booking(
            recipient=demand.recipient,
            service=demand.service,
            grant=demand.grant,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        self.bookings.append(booking)
        self.visits.append(
            Visit(
                booking=booking,
                day=shift.day,
                shift=shift,
                starts_at=starts_at,
                ends_at=ends_at,
                occupied_until=ends_at + TRAVEL,
            )
        )

    # -- History and absence ------------------------------------------------

    def _history(self) -> None:
        """Settle the days up to today, and report on all past visits except two."""
        Day.objects.filter(date__lte=self.today).update(
            settled_at=self.now - dt.timedelta(hours=12)
        )
        over = [visit for visit in self.visits if visit.ends_at < self.now and visit.shift]
        over.sort(key=lambda visit: visit.starts_at)
        outcomes = [Report.Outcome.DONE] * 27 + [Report.Outcome.NOT_AVAILABLE] * 2
        outcomes.append(Report.Outcome.UNABLE)
        Report.objects.bulk_create(
            Report(
                visit=visit,
                outcome=self.random.choice(outcomes),
                by=visit.shift.person,
                at=visit.ends_at,
            )
            for visit in over[:-2]
            if visit.shift and visit.shift.person
        )

    def _sick_leave(self) -> None:
        """Report a carer ill on the next working evening, so that visits need another carer."""
        shift = next(
            shift
            for shift in self.shifts
            if shift.day.department_id == self.north.pk
            and shift.day.date > self.today
            and timezone.localtime(shift.starts_at).hour >= 15
            and shift.person
        )
        assert shift.person
        staff_actions.report_absence(
            person=shift.person,
            department=shift.day.department,
            kind=Absence.Kind.SICK,
            period=Interval(shift.starts_at, shift.ends_at),
            by=self.users[people.DINA],
        )


def _week(at: dt.datetime) -> dt.date:
    """The Monday of the local week."""
    date = timezone.localdate(at)
    return date - dt.timedelta(days=date.weekday())
