"""Seating: named cases, and properties of random days."""

import uuid
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from booking.seating.day_seating import DaySeating
from booking.seating.values import Demand, Refused, Seat, Seated, Visit, Why
from tests.booking.checker import faults

HOUR = 3600
MINUTE = 60
LIFTING = uuid.UUID(int=901)
NURSING = uuid.UUID(int=902)


def at(clock):
    hours, minutes = clock.split(":")
    return int(hours) * HOUR + int(minutes) * MINUTE


def seat(number, starts="08:00", ends="16:00", pauses=(), qualifications=(), **kwargs):
    return Seat(
        uuid.UUID(int=number),
        at(starts),
        at(ends),
        tuple((at(rest), at(back)) for rest, back in pauses),
        frozenset(qualifications),
        **kwargs,
    )


AWAY_TWICE = [("09:50", "10:00"), ("11:30", "12:00")]


def visit(number, on, starts, ends, travel=0, needs=(), **kwargs):
    return Visit(
        uuid.UUID(int=1000 + number),
        at(starts),
        at(ends),
        at(ends) + travel * MINUTE,
        frozenset(needs),
        uuid.UUID(int=on) if on else None,
        **kwargs,
    )


def hour(travel=0, needs=(), carers=1, minutes=60):
    return Demand(minutes * MINUTE, travel * MINUTE, frozenset(needs), carers)


def seats_taken(seating):
    return {one.id: id_ for id_, row in seating._rows.items() for one in row.visits}


def is_free(seats, visits, start, demand=None, **kwargs):
    return isinstance(
        DaySeating(seats, visits, **kwargs).seat(demand or hour(), at(start)), Seated
    )


@pytest.mark.parametrize(
    ("case", "seats", "visits", "start", "demand", "free"),
    [
        ("an empty shift", [seat(1)], [], "10:00", hour(), True),
        ("before the shift", [seat(1)], [], "07:30", hour(), False),
        ("it ends with the shift", [seat(1)], [], "15:00", hour(), True),
        ("it would end after it", [seat(1)], [], "15:30", hour(), False),
        ("travel may reach beyond the shift", [seat(1)], [], "15:00", hour(travel=30), True),
        ("touching", [seat(1)], [visit(1, 1, "09:00", "10:00")], "10:00", hour(), True),
        ("too little travel", [seat(1)], [visit(1, 1, "09:00", "10:00", 15)], "10:00", hour(),
         False),
        ("its own travel", [seat(1)], [visit(1, 1, "11:00", "12:00")], "10:00", hour(15), False),
        ("enough travel", [seat(1)], [visit(1, 1, "09:00", "10:00", 15)], "10:15", hour(), True),
        ("nested", [seat(1)], [visit(1, 1, "09:00", "12:00")], "10:00", hour(), False),
        ("a break", [seat(1, pauses=[("11:00", "11:30")])], [], "10:30", hour(), False),
        ("until the break", [seat(1, pauses=[("11:00", "11:30")])], [], "10:00", hour(15), True),
        ("after the break", [seat(1, pauses=[("11:00", "11:30")])], [], "11:30", hour(), True),
        ("the way is not walked in the break", [seat(1, pauses=[("11:00", "11:30")])],
         [visit(1, 1, "10:00", "11:00", 15)], "11:30", hour(), False),
        ("the rest of the way comes after the break", [seat(1, pauses=[("11:00", "11:30")])],
         [visit(1, 1, "09:50", "10:50", 15)], "11:35", hour(), True),
        ("its own way is not walked in the break", [seat(1, pauses=[("11:00", "11:30")])],
         [visit(1, 1, "11:30", "12:30", 15)], "10:00", hour(15), False),
        ("between two times away", [seat(1, pauses=AWAY_TWICE)], [], "10:30", hour(15), True),
        ("in the second time away", [seat(1, pauses=AWAY_TWICE)], [], "11:00", hour(), False),
        ("away for five minutes", [seat(1, pauses=[("09:55", "10:00")])], [], "10:00", hour(),
         True),
        ("away from the start", [seat(1, pauses=[("08:00", "10:05")])], [], "10:00", hour(),
         False),
        ("away until the end", [seat(1, pauses=[("11:00", "16:00")])], [], "10:00", hour(), True),
        ("the way is not walked in two times away", [seat(1, pauses=AWAY_TWICE)],
         [visit(1, 1, "08:50", "09:50", 125)], "12:30", hour(), False),
        ("the way is walked around two times away", [seat(1, pauses=AWAY_TWICE)],
         [visit(1, 1, "08:30", "09:30", 125)], "12:30", hour(), True),
        ("its own way is not walked in two times away", [seat(1, pauses=AWAY_TWICE)],
         [visit(1, 1, "12:30", "13:30")], "08:30", hour(145), False),
        ("its own way is walked around two times away", [seat(1, pauses=AWAY_TWICE)],
         [visit(1, 1, "12:30", "13:30")], "08:30", hour(140), True),
        ("not qualified", [seat(1)], [], "10:00", hour(needs=[NURSING]), False),
        ("qualified", [seat(1, qualifications=[NURSING, LIFTING])], [], "10:00",
         hour(needs=[NURSING]), True),
        ("withdrawn", [seat(1, is_withdrawn=True)], [], "10:00", hour(), False),
        ("two carers, one on", [seat(1)], [], "10:00", hour(carers=2), False),
        ("two carers, two on", [seat(1), seat(2)], [], "10:00", hour(carers=2), True),
        ("not across a change of shift", [seat(1, "08:00", "12:00"), seat(2, "12:00", "16:00")],
         [], "11:30", hour(), False),
        ("past midnight", [seat(1, "22:00", "30:00")], [], "25:30", hour(), True),
    ],
)  # fmt: skip
def test_a_time_is_free(case, seats, visits, start, demand, free):
    assert is_free(seats, visits, start, demand) is free, case
    shown = dict(DaySeating(seats, visits).starts(demand, 5 * MINUTE))
    assert shown.get(at(start), False) is free, case


def test_a_visit_moves_to_make_room_for_one_that_only_fits_its_seat():
    seats = [seat(1, "08:00", "12:00"), seat(2, "09:00", "16:00")]
    visits = [visit(1, 2, "10:00", "11:00")]

    seated = DaySeating(seats, visits).seat(hour(minutes=180), at("10:00"))

    assert seated == Seated((uuid.UUID(int=2),), {visits[0].id: uuid.UUID(int=1)})


def test_a_visit_moves_to_free_a_qualified_carer():
    seats = [seat(1), seat(2, qualifications=[NURSING])]
    visits = [visit(1, 2, "10:00", "11:00")]

    seated = DaySeating(seats, visits).seat(hour(needs=[NURSING]), at("10:30"))

    assert seated == Seated((uuid.UUID(int=2),), {visits[0].id: uuid.UUID(int=1)})


def test_alike_seats_exchange_later_visits_to_join_two_gaps():
    seats = [seat(1), seat(2)]
    first = [visit(n, 1, f"{n:02}:00", f"{n + 1:02}:00") for n in (8, 10, 11, 12, 13, 14)]
    second = [visit(20 + n, 2, f"{n:02}:30", f"{n + 1:02}:30") for n in (8, 10, 11, 12, 13, 14)]
    visits = [*first, *second]  # one is free from 9 to 10, the other from 9:30 to 10:30
    seating = DaySeating(seats, visits)

    seated = seating.seat(hour(minutes=90), at("09:00"))

    assert not is_free(seats, visits, "09:00", hour(minutes=90), is_settled=True)
    assert isinstance(seated, Seated)
    assert seats_taken(seating) == {one.id: one.seat for one in visits}
    now = [replace(one, seat=seated.moved.get(one.id, one.seat)) for one in visits]
    now.append(visit(99, seated.seats[0].int, "09:00", "10:30"))
    assert not faults(seats, now, {one.id: one.seat for one in now})


def test_rare_qualifications_are_used_last():
    seats = [seat(1, qualifications=[NURSING]), seat(2)]

    assert DaySeating(seats, []).seat(hour(), at("10:00")) == Seated((uuid.UUID(int=2),))


@pytest.mark.parametrize(
    "held", [{"is_fixed": True}, {}], ids=["a person decided", "the day is settled"]
)
def test_a_visit_that_may_not_move_stays(held):
    seats = [seat(1), seat(2, qualifications=[NURSING])]
    visits = [visit(1, 2, "10:00", "11:00", **held)]
    seating = DaySeating(seats, visits, is_settled=not held)

    assert isinstance(seating.seat(hour(needs=[NURSING]), at("10:30")), Refused)
    assert isinstance(seating.seat(hour(), at("10:30")), Seated)
    assert dict(seating.starts(hour(needs=[NURSING]), 30 * MINUTE))[at("10:30")] is False


def test_the_first_carer_may_not_move_while_the_second_is_sought():
    seats = [seat(1), seat(2, qualifications=[LIFTING]), seat(3, qualifications=[LIFTING])]
    visits = [visit(1, 2, "10:00", "11:00"), visit(2, 3, "15:00", "16:00", needs=[LIFTING])]

    seated = DaySeating(seats, visits).seat(hour(needs=[LIFTING], carers=2), at("10:00"))

    assert set(seated.seats) == {uuid.UUID(int=2), uuid.UUID(int=3)}
    assert seated.moved == {visits[0].id: uuid.UUID(int=1)}


def test_a_refusal_says_how_many_are_at_work_and_when_all_are_taken():
    seats = [seat(n) for n in (1, 2, 3)]
    visits = [visit(n, n, "10:15", "11:00") for n in (1, 2, 3)]

    refused = DaySeating(seats, visits).seat(hour(), at("10:00"))

    assert refused == Refused(Why.ALL_TAKEN, at=at("10:15"), staff=3, visits=4)


def test_a_refusal_says_that_nobody_qualified_is_at_work():
    refused = DaySeating([seat(1)], []).seat(hour(needs=[NURSING]), at("10:00"))

    needs = frozenset([NURSING])
    assert refused == Refused(Why.NOBODY_ON, at("10:00"), staff=0, visits=1, needs=needs)


def test_travel_after_the_last_visit_of_a_shift_needs_no_seat():
    """A carer whose shift has just ended is not counted for the next shift."""
    seats = [seat(1, "08:00", "10:00"), seat(2, "10:00", "16:00")]
    visits = [visit(1, 1, "09:00", "10:00", 30)]

    assert is_free(seats, visits, "10:00")


def test_visits_of_a_withdrawn_shift_are_seated_again_or_lose_their_seat():
    seats = [seat(1), seat(2, is_withdrawn=True)]
    visits = [
        visit(1, 1, "10:00", "11:00"),
        visit(2, 2, "10:30", "11:30"),
        visit(3, 2, "12:00", "13:00"),
        visit(4, None, "14:00", "15:00"),
        visit(5, None, "10:00", "11:00"),
    ]

    assert DaySeating(seats, visits).repair() == {
        visits[1].id: None,
        visits[2].id: uuid.UUID(int=1),
        visits[3].id: uuid.UUID(int=1),
    }


def test_on_a_settled_day_a_visit_only_loses_its_seat():
    seats = [seat(1), seat(2, is_withdrawn=True)]
    visits = [visit(1, 2, "12:00", "13:00"), visit(2, None, "14:00", "15:00")]

    assert DaySeating(seats, visits, is_settled=True).repair() == {visits[0].id: None}


def test_a_shortened_shift_keeps_the_visits_that_it_still_takes():
    seats = [seat(1, "08:00", "12:00")]
    visits = [visit(1, 1, "10:00", "11:00"), visit(2, 1, "11:30", "12:30")]

    assert DaySeating(seats, visits).repair() == {visits[1].id: None}


def test_a_visit_given_to_a_shift_moves_the_one_in_its_way():
    seats = [seat(1), seat(2)]
    visits = [visit(1, 1, "10:00", "11:00"), visit(2, 2, "10:30", "11:30")]

    given = DaySeating(seats, visits).give(visits[0], uuid.UUID(int=2))

    assert given == Seated((uuid.UUID(int=2),), {visits[1].id: uuid.UUID(int=1)})
    assert DaySeating(seats, visits, is_settled=True).give(visits[0], uuid.UUID(int=2)) is None


def test_a_shift_that_cannot_take_a_visit_is_not_given_it():
    seats = [seat(1, qualifications=[NURSING]), seat(2), seat(3, "12:00", "16:00")]
    visits = [visit(1, 1, "10:00", "11:00", needs=[NURSING])]
    seating = DaySeating(seats, visits)

    assert seating.give(visits[0], uuid.UUID(int=2)) is None
    assert seating.give(visits[0], uuid.UUID(int=3)) is None
    assert seating.give(visits[0], uuid.UUID(int=4)) is None


# -- Properties of random days ------------------------------------------------

QUALIFICATIONS = st.frozensets(st.sampled_from([LIFTING, NURSING]))
GRID = 30 * MINUTE


@st.composite
def seats_of_a_day(draw):
    seats = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        starts = draw(st.integers(16, 24)) * GRID
        ends = starts + draw(st.integers(4, 14)) * GRID
        rest = starts + draw(st.integers(1, 4)) * GRID
        pause = (rest, min(rest + GRID, ends))
        away = (pause[1] + 5 * MINUTE, ends)
        pauses = draw(st.sampled_from([(), (pause,), (away,), (pause, away)]))
        seats.append(
            Seat(
                uuid.UUID(int=number),
                starts,
                ends,
                tuple(one for one in pauses if one[0] < one[1]),
                draw(QUALIFICATIONS),
                is_withdrawn=draw(st.integers(0, 9)) == 0,
            )
        )
    return seats


demands = st.builds(
    Demand,
    seconds=st.sampled_from([30 * MINUTE, 45 * MINUTE, 90 * MINUTE]),
    travel=st.sampled_from([0, 15 * MINUTE]),
    needs=QUALIFICATIONS,
    carers=st.sampled_from([1, 1, 2]),
)


@st.composite
def days(draw):
    """A day filled by booking one visit after the other."""
    seats, visits = draw(seats_of_a_day()), []
    requests = st.lists(st.tuples(demands, st.integers(16, 34)), min_size=1, max_size=14)
    for demand, slot in draw(requests):
        seated = DaySeating(seats, visits).seat(demand, slot * GRID)
        if isinstance(seated, Seated):
            visits = [replace(one, seat=seated.moved.get(one.id, one.seat)) for one in visits]
            visits += [
                replace(
                    demand.visit(slot * GRID, carer),
                    id=uuid.UUID(int=1000 + len(visits) + carer),
                    seat=its_seat,
                )
                for carer, its_seat in enumerate(seated.seats)
            ]
    return seats, visits


@settings(deadline=None, max_examples=150)
@given(days(), demands)
def test_every_seating_is_sound_and_queries_change_nothing(day, demand):
    seats, visits = day
    where = {one.id: one.seat for one in visits}
    assert not faults(seats, visits, where)
    seating = DaySeating(seats, visits)

    shown = seating.starts(demand, GRID)

    assert seats_taken(seating) == where
    assert seating.starts(demand, GRID) == shown
    for start, free in shown:
        assert isinstance(seating.seat(demand, start), Seated) is free
    assert seating.repair() == {}


@settings(deadline=None, max_examples=150)
@given(days(), demands, st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(day, demand, random):
    seats, visits = day
    shuffled_seats, shuffled_visits = list(seats), list(visits)
    random.shuffle(shuffled_seats)
    random.shuffle(shuffled_visits)

    one, other = DaySeating(seats, visits), DaySeating(shuffled_seats, shuffled_visits)

    assert one.starts(demand, GRID) == other.starts(demand, GRID)
    for start, _ in one.starts(demand, GRID):
        assert one.seat(demand, start) == other.seat(demand, start)


@settings(deadline=None, max_examples=200)
@given(days(), demands, st.data())
def test_cancelling_never_takes_away_a_time_that_was_free(day, demand, data):
    seats, visits = day
    assume(visits)
    gone = data.draw(st.sampled_from(visits))

    before = dict(DaySeating(seats, visits).starts(demand, GRID))
    after = dict(DaySeating(seats, [one for one in visits if one != gone]).starts(demand, GRID))

    assert {start for start, free in before.items() if free} <= {
        start for start, free in after.items() if free
    }


@settings(deadline=None, max_examples=150)
@given(days(), st.data())
def test_a_withdrawn_seat_moves_no_visit_without_need(day, data):
    seats, visits = day
    lost = data.draw(st.sampled_from(seats))
    left = [replace(one, is_withdrawn=one.is_withdrawn or one == lost) for one in seats]

    changed = DaySeating(left, visits).repair()

    where = {one.id: changed.get(one.id, one.seat) for one in visits}
    assert not faults(left, visits, where)
    unstaffed = [one for one in visits if where[one.id] is None]
    assert all(one.seat == lost.id for one in unstaffed)
    if not any(one.seat == lost.id for one in visits):
        assert changed == {}
    for one in unstaffed:  # none that would fit a gap
        for its_seat in left:
            again = {**where, one.id: its_seat.id}
            assert faults(left, visits, again)
