"""Seating against brute force on small random days: every free start can be staffed, and
hardly any is held back. The environment variable SEATING_CASES sets the number of days."""

import os
import random
import uuid
from dataclasses import replace

from booking.seating.day_seating import DaySeating
from booking.seating.values import Demand, Seat, Seated, Visit
from tests.booking.checker import faults
from tests.booking.oracle import can_be_seated

CASES = int(os.environ.get("SEATING_CASES", "300"))
HOUR = 3600
QUARTER = 900
QUALIFICATIONS = [uuid.UUID(int=900 + number) for number in range(2)]


def random_day(rng):
    """A small day, filled by ``DaySeating.seat``, as a real one is."""
    seats = []
    for number in range(rng.randint(2, 4)):
        starts = 8 * HOUR + rng.randint(0, 8) * QUARTER
        ends = starts + rng.randint(8, 20) * QUARTER
        pauses = random_pauses(rng, starts, ends) if rng.random() < 0.4 else ()
        seats.append(
            Seat(
                uuid.UUID(int=number + 1),
                starts,
                ends,
                pauses,
                frozenset(qualification for qualification in QUALIFICATIONS if rng.random() < 0.6),
                is_withdrawn=rng.random() < 0.05,
            )
        )
    travel = rng.choice([0, 300, 900])
    visits = []
    for _ in range(rng.randint(4, 30)):
        wanted = random_demand(rng, travel)
        start = rng.randrange(8 * HOUR, 14 * HOUR, QUARTER)
        seated = DaySeating(seats, visits).seat(wanted, start)
        if isinstance(seated, Seated):
            visits = after(visits, wanted, start, seated, is_fixed=rng.random() < 0.1)
    return seats, visits, travel


def random_pauses(rng, starts, ends):
    """A break and times away, also at the shift's edges and five minutes after each other."""
    pauses, at = [], starts + rng.choice([0, 2, 3, 4, 6]) * QUARTER
    for _ in range(rng.choice([1, 1, 2, 3])):
        back = min(at + rng.choice([300, QUARTER, 2 * QUARTER, 4 * QUARTER]), ends)
        if at < back:
            pauses.append((at, back))
        at = back + rng.choice([300, QUARTER, 4 * QUARTER])
    return tuple(pauses)


def random_demand(rng, travel):
    return Demand(
        seconds=rng.choice([2, 3, 4, 6]) * QUARTER,
        travel=travel,
        needs=frozenset(rng.sample(QUALIFICATIONS, rng.choice([0, 0, 0, 1, 1, 2]))),
        carers=rng.choice([1, 1, 1, 2]),
    )


def after(visits, demand, start, seated, *, is_fixed=False):
    """The day's visits after the demand has been seated."""
    moved = seated.moved
    stay = [
        replace(visit, seat=moved[visit.id]) if visit.id in moved else visit for visit in visits
    ]
    ends = start + demand.seconds
    new = [
        Visit(
            uuid.UUID(int=1000 + len(visits) + number),
            start,
            ends,
            ends + demand.travel,
            demand.needs,
            seat,
            is_fixed,
        )
        for number, seat in enumerate(seated.seats)
    ]
    return stay + new


def test_free_starts_can_be_staffed_and_hardly_any_is_held_back(figure):
    rng = random.Random(20261123)
    asked = over_promised = held_back = free = busy = 0
    for _ in range(CASES):
        seats, visits, travel = random_day(rng)
        assert not faults(seats, visits, {visit.id: visit.seat for visit in visits})
        demand = random_demand(rng, travel)
        seating = DaySeating(seats, visits)
        starts = seating.starts(demand, QUARTER)
        for start, shown_free in rng.sample(starts, min(2, len(starts))):
            new = [
                replace(demand.visit(start, n), id=uuid.UUID(int=5000 + n))
                for n in range(demand.carers)
            ]
            possible = can_be_seated(seats, [*visits, *new])
            asked += 1
            free += shown_free
            busy += not shown_free
            over_promised += shown_free and not possible
            held_back += possible and not shown_free
            if shown_free:
                seated = seating.seat(demand, start)
                now = after(visits, demand, start, seated)
                assert not faults(seats, now, {visit.id: visit.seat for visit in now})

    figure("Seating against brute force, days", CASES)
    figure("Seating against brute force, starts asked", asked)
    figure("Seating against brute force, over-promised", over_promised)
    figure("Seating against brute force, held back", held_back)
    assert over_promised == 0
    assert held_back <= 0.005 * asked
    assert free > asked / 10
    assert busy > asked / 10


def test_what_a_person_may_give_does_not_depend_on_earlier_questions():
    rng = random.Random(2027)  # a question before changed an answer on the eighth day
    for _ in range(CASES // 4):
        seats, visits, travel = random_day(rng)
        if not visits:
            continue
        visit, seat = rng.choice(visits), rng.choice(seats)
        used = DaySeating(seats, visits)
        used.starts(random_demand(rng, travel), QUARTER)
        assert used.give(visit, seat.id) == DaySeating(seats, visits).give(visit, seat.id)


def test_when_a_carer_is_away_nearly_all_visits_that_can_be_seated_are(figure):
    """Counts the visits left without a seat by ``repair`` that brute force could seat."""
    rng = random.Random(20261124)
    days = lost = needlessly = 0
    while days < CASES // 4:
        seats, visits, _ = random_day(rng)
        away = rng.choice(seats)
        if not any(visit.seat == away.id for visit in visits):
            continue
        days += 1
        left = [replace(one, is_withdrawn=True) if one is away else one for one in seats]
        changed = DaySeating(left, visits).repair()

        now = [replace(visit, seat=changed.get(visit.id, visit.seat)) for visit in visits]
        assert not faults(left, now, {visit.id: visit.seat for visit in now})
        assert all(
            visit.seat == changed.get(visit.id, visit.seat) or visit.seat == away.id
            for visit in visits
            if visit.is_fixed
        )
        seated = [visit for visit in now if visit.seat is not None]
        for visit in now:
            if visit.seat is None:
                lost += 1
                needlessly += can_be_seated(left, [*seated, replace(visit, is_fixed=False)])

    figure("Re-seating against brute force, left without a seat", lost)
    figure("Re-seating against brute force, needlessly", needlessly)
    assert lost > days / 4
    assert needlessly <= 0.005 * lost


def test_visits_of_a_lower_rank_are_seated_as_if_the_others_without_a_seat_were_not_there():
    rng = random.Random(20261126)
    days = with_both = 0
    while days < CASES // 4:
        seats, visits, _ = random_day(rng)
        away = rng.choice(seats)
        lost = {visit.id for visit in visits if visit.seat == away.id}
        if not lost:
            continue
        days += 1
        left = [replace(one, is_withdrawn=True) if one is away else one for one in seats]
        ranks = {visit.id: rng.choice([0, 1, 2]) for visit in visits}

        changed = DaySeating(left, visits).repair(ranks=ranks)

        now = [replace(visit, seat=changed.get(visit.id, visit.seat)) for visit in visits]
        assert not faults(left, now, {visit.id: visit.seat for visit in now})
        for rank in (0, 1):
            ahead = [one for one in visits if one.id not in lost or ranks[one.id] <= rank]
            alone = DaySeating(left, ahead).repair(ranks=ranks)
            waiting = {one.id for one in ahead if one.id in lost}
            seated = {id_ for id_ in waiting if changed.get(id_)}
            assert seated == {id_ for id_ in waiting if alone.get(id_)}
            with_both += len(ahead) < len(visits) and bool(seated)

    assert with_both


def test_on_alike_seats_nothing_is_held_back(figure):
    """Days of up to thirty carers, booked at random until they are full: a refused visit
    meets a moment with as many visits under way as there are carers."""
    rng = random.Random(20261125)
    refused = 0
    for _ in range(CASES // 50):
        staff = rng.randint(2, 30)
        seats = [Seat(uuid.UUID(int=n + 1), 8 * HOUR, 16 * HOUR) for n in range(staff)]
        travel = rng.choice([0, 900])
        visits = []
        for start in rng.choices(range(8 * HOUR, 15 * HOUR, QUARTER), k=12 * staff):
            demand = Demand(seconds=rng.choice([2, 3, 4]) * QUARTER, travel=travel)
            seated = DaySeating(seats, visits).seat(demand, start)
            until = start + demand.seconds + travel
            busiest = max(
                sum(visit.starts <= moment < visit.occupied_until for visit in visits)
                for moment in range(start, min(until, 16 * HOUR), QUARTER)
            )
            assert isinstance(seated, Seated) == (busiest < staff)
            if isinstance(seated, Seated):
                visits = after(visits, demand, start, seated)
            refused += not isinstance(seated, Seated)
        assert not faults(seats, visits, {visit.id: visit.seat for visit in visits})

    figure("Seating against a count, refused", refused)
    assert refused > CASES / 20
