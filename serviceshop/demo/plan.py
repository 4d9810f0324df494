"""What the demonstration holds on a date: shifts, who works in them, and who has booked what.

Values in, values out: neither the database nor the clock, so that a test can look at every day
of a year. ``load`` writes the plan.
"""

import datetime as dt
import itertools
import random
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from departments import hours
from departments.hours import Interval, Rules, Staffing, WeeklyHours
from serviceshop.demo import people
from serviceshop.demo.people import Person

ZONE = ZoneInfo("Europe/Oslo")
NORTH, SOUTH = "Avdeling Nord", "Avdeling Sør"
SLOT = {NORTH: dt.timedelta(minutes=30), SOUTH: dt.timedelta(minutes=15)}
TRAVEL = dt.timedelta(minutes=15)
HISTORY_DAYS, HORIZON_DAYS = 14, 14
BUSY = 0.5  # share of each shift that is booked
EVENING = 15  # the hour from which shifts are evening shifts
# Of showers, for one recipient after the other.
WINDOWS = ((dt.time(8), dt.time(12)), (dt.time(11), dt.time(15)), (dt.time(16), dt.time(20)))
MEDICINE_FROM = dt.datetime(2026, 1, 1, 8)  # noqa: DTZ001 -- only the time of the first visit
VISITS_A_DAY = 2  # the most that one recipient has
ATTEMPTS = 6  # to find somebody for one time


@dataclass(frozen=True, eq=False)  # hashed by identity, which is quick
class Offered:
    """A service; ``amount`` is what a grant gives in a week."""

    department: str
    name: str
    minutes: int
    amount: int
    symbol: str
    description: str

    @cached_property
    def length(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.minutes)

    @property
    def is_medicine(self) -> bool:
        """The municipality sets its times, and it is essential."""
        return self.symbol == "medicine"

    @property
    def has_window(self) -> bool:
        """The person chooses within an agreed window, one visit a day at most."""
        return self.symbol == "shower"


SHOWER = Offered(NORTH, "Dusj", 45, 3, "shower", "Hjelp til å dusje og kle på deg.")
SHOPPING = Offered(NORTH, "Innkjøp", 60, 2, "basket", "Vi handler for deg eller med deg.")
CLEANING = Offered(NORTH, "Rengjøring", 90, 1, "bucket", "Vi vasker hjemme hos deg.")
MEDICINE = Offered(NORTH, "Legemiddelhjelp", 15, 5, "medicine", "Vi hjelper deg med medisinene.")
SERVICES = (
    *(SHOWER, SHOPPING, CLEANING, MEDICINE),
    Offered(SOUTH, "Middag", 30, 4, "meal", "Vi lager middag sammen."),
    Offered(SOUTH, "Rengjøring", 60, 1, "bucket", "Vi vasker hjemme hos deg."),
    Offered(SOUTH, "Tur", 90, 2, "walk", "Vi går ut sammen."),
)


@dataclass(frozen=True)
class Opening:
    department: str
    weekdays: Sequence[int]
    opens_at: dt.time
    closes_at: dt.time
    staff: int


OPENINGS = (
    Opening(NORTH, range(1, 6), dt.time(7, 30), dt.time(15), 3),
    Opening(NORTH, range(1, 6), dt.time(15), dt.time(21), 2),
    Opening(SOUTH, range(1, 7), dt.time(9), dt.time(16), 2),
    Opening(SOUTH, (2, 4), dt.time(16), dt.time(20), 1),
)
TRAINED = people.NORTH_CARERS[:5]  # hold the qualification for medicine
ROTAS = {
    (NORTH, "day"): people.NORTH_CARERS[1:4],
    (NORTH, "evening"): people.NORTH_CARERS[4:],
    (SOUTH, "day"): people.SOUTH_CARERS,
    (SOUTH, "evening"): people.SOUTH_CARERS,
}
AKSEL, BERIT = 0, 1  # their numbers among the recipients
AGREED_WEEKDAYS = (0, 2, 4)  # Monday is 0
AGREED_AT = {AKSEL: dt.time(8, 30), BERIT: dt.time(10)}
RECIPIENTS = (people.AKSEL, people.BERIT, *people.RECIPIENT_NAMES)
FIRST_OF_SOUTH = 26


@dataclass(frozen=True, eq=False)
class PlannedGrant:
    recipient: int
    service: Offered

    @property
    def window(self) -> tuple[dt.time, dt.time] | None:
        if not self.service.has_window:
            return None
        return WINDOWS[self.recipient % len(WINDOWS)] if self.recipient > BERIT else WINDOWS[0]

    @property
    def has_agreed_times(self) -> bool:
        """The showers of Aksel and Berit: essential, with a time for each visit of the week."""
        return self.recipient in AGREED_AT and self.service.has_window

    def allows(self, period: Interval) -> bool:
        """Whether the visit lies within the window."""
        if self.window is None:
            return True
        first, last = (one.astimezone(ZONE).time() for one in (period.start, period.end))
        return self.window[0] <= first and last <= self.window[1]


@dataclass(frozen=True)
class PlannedVisit:
    grant: PlannedGrant
    period: Interval
    is_of_cast: bool = False  # confirmed by a message


@dataclass
class PlannedShift:
    department: str
    date: dt.date
    period: Interval
    person: Person | None = None
    visits: list[PlannedVisit] = field(default_factory=list)
    has_agreed_times: bool = False

    @cached_property
    def week(self) -> dt.date:
        """Its Monday."""
        return hours.monday(self.date)

    @cached_property
    def is_evening(self) -> bool:
        return self.period.start.astimezone(ZONE).hour >= EVENING

    def has_room(self, period: Interval) -> bool:
        """Whether a visit fits between the others, with the way to the next one."""
        if self.has_agreed_times and period.overlaps(self._morning):
            return False
        return self.period.contains(period) and _keeps_distance(period, self.visits)

    @property
    def _morning(self) -> Interval:
        """The time that is left free for the agreed times."""
        first, last = (hours.local_instant(self.date, dt.time(hour), ZONE) for hour in (8, 11))
        return Interval(first, last)


@dataclass(frozen=True)
class Plan:
    shifts: Sequence[PlannedShift]
    grants: Sequence[PlannedGrant]
    sick: PlannedShift  # its carer becomes ill
    medicine: Mapping[PlannedGrant, dt.time]  # on weekdays, planned by staff


def make_plan(today: dt.date) -> Plan:
    """The demonstration's plan around ``today``, the same each time."""
    return _Planner(today).plan()


def booked_at(visit: Interval, now: dt.datetime, chance: random.Random) -> dt.datetime:
    """An instant at which the visit could have been booked: within the horizon, before now."""
    opens = hours.local_instant(
        visit.start.astimezone(ZONE).date() - dt.timedelta(days=HORIZON_DAYS), dt.time(), ZONE
    )
    closes = min(visit.start - dt.timedelta(hours=20), now)
    opens = min(max(opens, closes - dt.timedelta(days=10)), closes)
    return opens + chance.random() * (closes - opens)


class _Planner:
    def __init__(self, today: dt.date) -> None:
        self.today = today
        self.this_week = hours.monday(today)
        self.random = random.Random(today.toordinal())  # noqa: S311 -- not a secret
        self.used: Counter[tuple[PlannedGrant, dt.date]] = Counter()  # by Monday
        self.on_day: dict[tuple[int, dt.date], list[PlannedVisit]] = defaultdict(list)

    def plan(self) -> Plan:
        self.grants = self._grants()
        shuffled = self.random.sample(self.grants, k=len(self.grants))
        self.waiting = {
            name: deque(
                grant
                for grant in shuffled
                if grant.service.department == name and not grant.service.is_medicine
            )
            for name in (NORTH, SOUTH)
        }
        self.shifts = self._shifts()
        self._assign_carers()
        self._leave_agreed_times()
        self._book_for_cast()
        self._plan_medicine()
        for shift in self.shifts:
            if shift.date <= self.today + dt.timedelta(days=HORIZON_DAYS):
                self._fill(shift)
        return Plan(self.shifts, self.grants, self._sick(), self.medicine)

    def _grants(self) -> list[PlannedGrant]:
        grants = []
        for number in range(len(RECIPIENTS)):
            place = SOUTH if number >= FIRST_OF_SOUTH else NORTH
            offered = [service for service in SERVICES if service.department == place]
            if number == AKSEL:
                chosen = [SHOWER, SHOPPING, CLEANING]
            elif number == BERIT:
                chosen = [SHOWER, CLEANING]
            else:
                chosen = self.random.sample(offered, self.random.randint(1, 3))
            grants += [PlannedGrant(number, service) for service in chosen]
        return grants

    def _shifts(self) -> list[PlannedShift]:
        first = self.today - dt.timedelta(days=HISTORY_DAYS)
        # The last day is laid out already and can be booked from midnight.
        dates = [first + dt.timedelta(days=n) for n in range(HISTORY_DAYS + HORIZON_DAYS + 2)]
        rules = {name: _rules(name, first) for name in (NORTH, SOUTH)}
        return [
            PlannedShift(name, date, draft.period)
            for date in dates
            for name in (NORTH, SOUTH)
            for draft in hours.lay_out(date, rules[name])
        ]

    def _assign_carers(self) -> None:
        """Assign carers to most shifts in turn; some of the later ones have none."""
        at_work: dict[dt.date, set[Person]] = defaultdict(set)
        for shift in self.shifts:
            busy = at_work[shift.date]
            rota = ROTAS[shift.department, "evening" if shift.is_evening else "day"]
            turn = shift.date.toordinal() % len(rota)
            waiting = [person for person in rota[turn:] + rota[:turn] if person not in busy]
            is_emils = shift.department == NORTH and not shift.is_evening
            if is_emils and people.EMIL not in busy:
                waiting.insert(0, people.EMIL)
            elif (shift.date - self.today).days > 5 and self.random.random() < 0.3:
                continue
            if waiting:
                shift.person = waiting[0]
                busy.add(waiting[0])

    def _leave_agreed_times(self) -> None:
        """One day shift of each coming date with agreed times keeps its morning for them."""
        last = {
            shift.date: shift
            for shift in self.shifts
            if shift.department == NORTH and not shift.is_evening and shift.date > self.today
        }
        for date, shift in last.items():
            shift.has_agreed_times = date.weekday() in AGREED_WEEKDAYS

    def _book_for_cast(self) -> None:
        """Book the next visits of Aksel and Berit, with Emil on his next day at work."""
        shift = next(
            shift
            for shift in self.shifts
            if shift.person == people.EMIL and shift.date > self.today
        )
        for recipient, service, minutes in ((BERIT, SHOWER, 30), (AKSEL, CLEANING, 150)):
            (grant,) = (
                grant
                for grant in self.grants
                if (grant.recipient, grant.service) == (recipient, service)
            )
            at = shift.period.start + dt.timedelta(minutes=minutes)
            period = Interval(at, at + service.length)
            self._book(shift, PlannedVisit(grant, period, is_of_cast=True))

    def _plan_medicine(self) -> None:
        """Staff plan a visit every weekday, at the same time for each recipient. Nobody has
        planned the coming ones of the last recipient: Dina sees them as help that is not
        booked."""
        grants = [grant for grant in self.grants if grant.service.is_medicine]
        times = (MEDICINE_FROM + n * SLOT[NORTH] for n in itertools.count())
        self.medicine = {grant: at.time() for grant, at in zip(grants, times, strict=False)}
        last_date = self.today + dt.timedelta(days=HORIZON_DAYS)
        on_date: dict[dt.date, list[PlannedShift]] = defaultdict(list)
        for shift in self.shifts:
            if shift.department == NORTH and shift.date <= last_date:
                on_date[shift.date].append(shift)
        for date, shifts in on_date.items():
            for grant in grants if date <= self.today else grants[:-1]:
                at = hours.local_instant(date, self.medicine[grant], ZONE)
                found = next((one for one in shifts if self._fits(one, at, grant)), None)
                visit = PlannedVisit(grant, Interval(at, at + grant.service.length))
                if found:
                    self._book(found, visit)
                else:  # no seat: the person has no other visit then
                    self.on_day[grant.recipient, date].append(visit)
        del self.medicine[grants[-1]]

    def _fill(self, shift: PlannedShift) -> None:
        """Book about half of the shift, on the slot grid."""
        at = shift.period.start
        while at < shift.period.end:
            grant = self._grant_for(shift, at) if self.random.random() < BUSY else None
            if grant is None:
                at += SLOT[shift.department]
                continue
            visit = PlannedVisit(grant, Interval(at, at + grant.service.length))
            self._book(shift, visit)
            while at < visit.period.end + TRAVEL:
                at += SLOT[shift.department]

    def _grant_for(self, shift: PlannedShift, at: dt.datetime) -> PlannedGrant | None:
        """The next of the shuffled grants of which a visit can be booked here; None after a few
        attempts."""
        waiting = self.waiting[shift.department]
        for _ in range(ATTEMPTS):
            grant = waiting[0]
            waiting.rotate(-1)
            if self._fits(shift, at, grant):
                return grant
        return None

    def _fits(self, shift: PlannedShift, at: dt.datetime, grant: PlannedGrant) -> bool:
        if grant.recipient in (AKSEL, BERIT) and shift.week >= self.this_week:
            return False  # they have visits in the past, and much left to book
        if grant.service.is_medicine and shift.person not in TRAINED:
            return False
        same_day = self.on_day[grant.recipient, shift.date]
        if (
            self.used[grant, shift.week] >= grant.service.amount
            or grant.service in [visit.grant.service for visit in same_day]
            or len(same_day) == VISITS_A_DAY
        ):
            return False
        period = Interval(at, at + grant.service.length)
        return (
            grant.allows(period) and shift.has_room(period) and _keeps_distance(period, same_day)
        )

    def _book(self, shift: PlannedShift, visit: PlannedVisit) -> None:
        self.used[visit.grant, shift.week] += 1
        self.on_day[visit.grant.recipient, shift.date].append(visit)
        shift.visits.append(visit)

    def _sick(self) -> PlannedShift:
        """The next evening at work that has visits: they need another carer."""
        return next(
            shift
            for shift in self.shifts
            if shift.department == NORTH
            and shift.date > self.today
            and shift.is_evening
            and shift.person
            and shift.visits
        )


def _keeps_distance(period: Interval, visits: Sequence[PlannedVisit]) -> bool:
    return all(
        period.end + TRAVEL <= visit.period.start or visit.period.end + TRAVEL <= period.start
        for visit in visits
    )


def _rules(department: str, since: dt.date) -> Rules:
    return Rules(ZONE, tuple(_weekly(department, since)))


def _weekly(department: str, since: dt.date) -> Iterator[WeeklyHours]:
    for opening in OPENINGS:
        if opening.department == department:
            for weekday in opening.weekdays:
                staffing = Staffing(opening.opens_at, opening.closes_at, opening.staff)
                yield WeeklyHours(staffing, weekday, since)
