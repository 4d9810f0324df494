"""How room is made for a visit: by chains, and by alike seats that exchange what follows."""

import uuid

import pytest

from booking.seating import chains as search
from booking.seating.day_seating import DaySeating
from booking.seating.values import Refused, Seated, Why
from tests.booking.test_seating import LIFTING, MINUTE, NURSING, at, hour, seat, seats_taken, visit

A, B, C, D = (uuid.UUID(int=910 + number) for number in range(4))


def line(on, starts, ends, **kwargs):
    """Visits of ten minutes, one after the other."""
    first, last = at(starts) // MINUTE, at(ends) // MINUTE
    return [
        visit(10_000 * on + minute, on, clock(minute), clock(minute + 10), **kwargs)
        for minute in range(first, last, 10)
    ]


def clock(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


def moved(answer):
    """Where each visit that moves goes: seat by number of the visit."""
    assert isinstance(answer, Seated), answer
    return {id_.int - 1000: seat_id.int for id_, seat_id in answer.moved.items()}


def no_way(answer, staff, visits):
    return (answer.why, answer.staff, answer.visits) == (Why.NO_WAY_FOUND, staff, visits)


# -- Where a visit is put that needs nobody to move --------------------------------------


def test_the_tightest_gap_is_taken_first():
    seats = [seat(1), seat(2), seat(3)]
    visits = [
        visit(1, 2, "09:00", "10:00"),
        visit(2, 2, "11:00", "12:00"),
        visit(3, 3, "09:00", "10:00"),
    ]

    assert DaySeating(seats, visits).seat(hour(), at("10:00")).seats == (uuid.UUID(int=2),)


def test_of_seats_that_are_equally_good_the_first_is_taken():
    assert DaySeating([seat(2), seat(1)], []).seat(hour(), at("10:00")).seats == (
        uuid.UUID(int=1),
    )


def test_who_knows_less_is_taken_before_a_tighter_gap():
    seats = [seat(1, qualifications=[NURSING, LIFTING]), seat(2, qualifications=[NURSING])]
    visits = [visit(1, 1, "09:00", "10:00"), visit(2, 1, "11:00", "12:00")]

    answer = DaySeating(seats, visits).seat(hour(needs=[NURSING]), at("10:00"))

    assert answer.seats == (uuid.UUID(int=2),)


def test_a_settled_day_shows_what_is_free_on_it():
    visits = [visit(1, 1, "10:00", "11:00")]
    shown = DaySeating([seat(1, "09:00", "12:00")], visits, is_settled=True).starts(
        hour(), 30 * MINUTE
    )

    assert shown == [
        (at("09:00"), True),
        (at("09:30"), False),
        (at("10:00"), False),
        (at("10:30"), False),
        (at("11:00"), True),
    ]


def test_starts_are_those_that_as_many_could_take_as_are_needed():
    seats = [seat(1, "08:00", "11:00"), seat(2, "09:00", "12:00"), seat(3, "09:30", "10:30")]
    seating = DaySeating(seats, [visit(1, 2, "09:30", "10:00")], is_settled=True)

    def starts(carers):
        return [
            (start // MINUTE, free)
            for start, free in seating.starts(hour(carers=carers), 30 * MINUTE)
        ]

    assert starts(1) == [(480, True), (510, True), (540, True), (570, True), (600, True),
                         (630, True), (660, True)]  # fmt: skip
    assert starts(2) == [(540, False), (570, True), (600, True)]
    assert starts(3) == [(570, False)]
    assert starts(4) == []


# -- Chains ------------------------------------------------------------------------------


@pytest.fixture
def guided(monkeypatch):
    """Only what the ranks say may work is tried: they have to say so."""
    monkeypatch.setattr(search, "ROWS_EXAMINED", 0)


def chain(links):
    """Each visit knows one other seat, where the next one sits; the last is empty."""
    skills = [NURSING, A, B, C, D][: links + 1]
    seats = [seat(n + 1, qualifications=skills[n : n + 2]) for n in range(links + 1)]
    visits = [visit(n + 1, n + 1, "10:00", "11:00", needs=[skills[n + 1]]) for n in range(links)]
    return DaySeating(seats, visits)


@pytest.mark.usefixtures("guided")
@pytest.mark.parametrize("links", [1, 2, 3])
def test_up_to_three_visits_move_on_one_after_the_other(links):
    answer = chain(links).seat(hour(needs=[NURSING]), at("10:00"))

    assert answer.seats == (uuid.UUID(int=1),)
    assert moved(answer) == {n: n + 1 for n in range(1, links + 1)}


def test_a_chain_of_four_is_not_looked_for():
    assert no_way(chain(4).seat(hour(needs=[NURSING]), at("10:00")), staff=1, visits=2)


@pytest.mark.parametrize(("visits", "is_free"), [(2, True), (3, False)])
def test_at_most_two_are_taken_off_for_one(visits, is_free):
    seats = [seat(1, qualifications=[NURSING]), seat(2)]
    minutes = 120 // visits
    begun = [600 + minutes * n for n in range(visits)]
    there = [visit(n, 1, clock(start), clock(start + minutes)) for n, start in enumerate(begun)]

    answer = DaySeating(seats, there).seat(hour(needs=[NURSING], minutes=120), at("10:00"))

    assert isinstance(answer, Seated) is is_free
    if is_free:
        assert moved(answer) == {0: 2, 1: 2}
    else:
        assert no_way(answer, staff=1, visits=2)


@pytest.mark.usefixtures("guided")
@pytest.mark.parametrize("hours", [("10:00", "11:00"), ("11:00", "12:00")])
def test_a_gap_opens_when_two_neighbours_leave_of_whom_one_needs_a_chain(hours):
    """A goes to seat 2 when B and C have left it; C takes the seat of D."""
    other = ("11:00", "12:00") if hours[0] == "10:00" else ("10:00", "11:00")
    seats = [
        seat(1, qualifications=[NURSING, A]),
        seat(2, qualifications=[A, B, C]),
        seat(3, qualifications=[B]),
        seat(4, qualifications=[C, D]),
        seat(5, qualifications=[D]),
    ]
    visits = [
        visit(1, 1, "10:00", "12:00", needs=[A]),
        visit(2, 2, *hours, needs=[B]),
        visit(3, 2, *other, needs=[C]),
        visit(4, 4, *other, needs=[D]),
    ]

    answer = DaySeating(seats, visits).seat(hour(needs=[NURSING], minutes=120), at("10:00"))

    assert moved(answer) == {1: 2, 2: 3, 3: 4, 4: 5}


@pytest.mark.usefixtures("guided")
@pytest.mark.parametrize(
    ("opens", "closes", "is_free"),
    [
        ("10:00", "11:15", True),
        ("10:00", "11:10", False),
        ("10:05", "11:15", False),
    ],
)
def test_a_visit_moves_into_a_gap_that_just_fits_it_and_its_way(opens, closes, is_free):
    seats = [seat(1, qualifications=[NURSING]), seat(2, "09:00", "12:00")]
    visits = [
        visit(1, 1, "10:00", "11:00", 15),
        visit(2, 2, "09:00", opens, is_fixed=True),
        visit(3, 2, closes, "12:00", is_fixed=True),
    ]

    answer = DaySeating(seats, visits).seat(hour(needs=[NURSING]), at("10:00"))

    assert isinstance(answer, Seated) is is_free


@pytest.mark.usefixtures("guided")
def test_the_last_one_of_a_shift_may_have_its_way_after_it():
    seats = [seat(1, qualifications=[NURSING]), seat(2, "09:00", "11:00")]
    visits = [visit(1, 1, "10:00", "11:00", 15), visit(2, 2, "09:00", "10:00")]

    answer = DaySeating(seats, visits).seat(hour(needs=[NURSING]), at("10:00"))

    assert moved(answer) == {1: 2}


@pytest.mark.parametrize(("nodes", "is_free"), [(0, False), (1, True)])
def test_a_free_seat_costs_one_step_of_the_search(nodes, is_free, monkeypatch):
    monkeypatch.setattr(search, "NODES", nodes)

    answer = DaySeating([seat(1)], []).seat(hour(), at("10:00"))

    assert isinstance(answer, Seated) is is_free


@pytest.mark.usefixtures("guided")
@pytest.mark.parametrize(("nodes", "is_free"), [(2, False), (3, True)])
def test_the_search_ends_when_its_steps_are_used_up(nodes, is_free, monkeypatch):
    """One in vain for a free seat, then one for each visit of the chain."""
    monkeypatch.setattr(search, "NODES", nodes)

    answer = chain(1).seat(hour(needs=[NURSING]), at("10:00"))

    assert isinstance(answer, Seated) is is_free


def test_a_visit_that_fits_no_gap_elsewhere_is_not_taken_off(monkeypatch):
    """The one on seat 1 could start on seat 3, but not end there in time. The steps suffice for
    one chain, so the search may not begin with that seat."""
    monkeypatch.setattr(search, "NODES", 3)
    seats = [
        seat(1, qualifications=[NURSING, A]),
        seat(2, qualifications=[NURSING, B]),
        seat(3, qualifications=[A]),
        seat(4, qualifications=[B]),
    ]
    visits = [
        visit(1, 1, "10:00", "11:00", needs=[A]),
        visit(2, 2, "10:00", "11:00", needs=[B]),
        visit(3, 3, "08:00", "10:00", is_fixed=True),
        visit(4, 3, "10:30", "16:00", is_fixed=True),
    ]

    answer = DaySeating(seats, visits).seat(hour(needs=[NURSING]), at("10:00"))

    assert moved(answer) == {2: 4}


def test_two_visits_change_seats_though_neither_has_another_gap():
    """The gap for the second opens only once the first has left."""
    seats = [seat(1, "10:00", "12:00", qualifications=[NURSING]), seat(2, "09:00", "11:30")]
    visits = [visit(1, 1, "10:00", "11:00"), visit(2, 2, "10:30", "11:30")]

    answer = DaySeating(seats, visits).seat(hour(needs=[NURSING], minutes=30), at("10:00"))

    assert moved(answer) == {1: 2, 2: 1}


def test_the_fewest_are_moved():
    seats = [
        seat(1, qualifications=[NURSING]),
        seat(2, "08:00", "15:00", qualifications=[NURSING]),
        seat(3, "08:00", "14:00"),
    ]
    visits = [
        visit(1, 1, "10:00", "10:30"),
        visit(2, 1, "10:30", "11:00"),
        visit(3, 2, "10:00", "11:00"),
    ]

    answer = DaySeating(seats, visits).seat(hour(needs=[NURSING]), at("10:00"))

    assert answer.seats == (uuid.UUID(int=2),)
    assert moved(answer) == {3: 3}


def test_a_seat_whose_visits_find_a_gap_at_once_is_taken_before_one_with_a_chain():
    seats = [
        seat(1, qualifications=[NURSING, A]),
        seat(2, qualifications=[A, B]),
        seat(3, qualifications=[B]),
        seat(4, "08:00", "15:00", qualifications=[NURSING, C]),
        seat(5, "08:00", "14:00", qualifications=[C]),
    ]
    visits = [
        visit(1, 1, "10:00", "11:00", needs=[A]),
        visit(2, 2, "10:00", "11:00", needs=[B]),
        visit(4, 4, "10:00", "11:00", needs=[C]),
    ]

    answer = DaySeating(seats, visits).seat(hour(needs=[NURSING]), at("10:00"))

    assert moved(answer) == {4: 5}


def test_both_carers_of_a_visit_may_need_a_chain():
    seats = [
        seat(1, qualifications=[NURSING]),
        seat(2, "08:00", "15:00", qualifications=[NURSING]),
        seat(3, "08:00", "14:00"),
        seat(4, "08:00", "13:00"),
    ]
    visits = [visit(1, 1, "10:00", "11:00"), visit(2, 2, "10:00", "11:00")]
    seating = DaySeating(seats, visits)

    answer = seating.seat(hour(needs=[NURSING], carers=2), at("10:00"))

    assert {one.int for one in answer.seats} == {1, 2}
    assert set(moved(answer).values()) == {3, 4}
    assert seats_taken(seating) == {one.id: one.seat for one in visits}
    too_few = seating.seat(hour(needs=[NURSING], carers=3), at("10:00"))
    assert too_few == Refused(Why.NOBODY_ON, at("10:00"), 2, 3, 3, frozenset([NURSING]))


def test_a_count_of_those_who_need_less_refuses_too():
    """All that are on have a visit, whatever it needs; no chain can help."""
    seats = [seat(1, qualifications=[NURSING]), seat(2, "08:00", "15:00")]
    visits = [visit(1, 1, "10:00", "11:00"), visit(2, 2, "10:00", "11:00")]

    answer = DaySeating(seats, visits).seat(hour(needs=[NURSING]), at("10:00"))

    assert answer == Refused(Why.ALL_TAKEN, at("10:00"), 2, 3, 1, frozenset())


# -- Alike seats that exchange what follows ----------------------------------------------


def two_gaps(**kwargs):
    """Free from nine to ten, and from half past nine to half past ten; more than two
    visits are in the way on each."""
    return [
        *line(1, "08:00", "09:00", **kwargs),
        *line(1, "10:00", "16:00", **kwargs),
        *line(2, "08:00", "09:30", **kwargs),
        *line(2, "10:30", "16:00", **kwargs),
    ]


def after(on, starts, to):
    """Every visit of the line from then on, and the seat that it goes to."""
    return {10_000 * on + minute: to for minute in range(at(starts) // MINUTE, 960, 10)}


def test_two_alike_seats_exchange_all_that_follows():
    seating = DaySeating([seat(1), seat(2)], two_gaps())
    before = seats_taken(seating)

    answer = seating.seat(hour(minutes=90), at("09:00"))

    assert answer.seats == (uuid.UUID(int=1),)
    assert moved(answer) == after(1, "10:00", 2) | after(2, "10:30", 1)
    assert seats_taken(seating) == before


@pytest.mark.parametrize(("minutes", "travel", "is_free"), [(80, 10, True), (90, 10, False)])
def test_the_way_has_to_fit_into_the_gaps_too(minutes, travel, is_free):
    seating = DaySeating([seat(1), seat(2)], two_gaps())
    answer = seating.seat(hour(minutes=minutes, travel=travel), at("09:00"))
    assert isinstance(answer, Seated) is is_free


def test_an_exchange_begins_where_the_visit_does():
    seating = DaySeating([seat(1), seat(2)], two_gaps())
    assert isinstance(seating.seat(hour(minutes=80), at("09:10")), Seated)
    assert isinstance(seating.seat(hour(minutes=90), at("08:50")), Refused)
    assert isinstance(seating.seat(hour(minutes=90), at("09:10")), Refused)


@pytest.mark.parametrize(
    ("seats", "held"),
    [
        ([seat(1), seat(2, "08:00", "17:00")], {}),
        ([seat(1), seat(2, qualifications=[NURSING])], {}),
        ([seat(1), seat(2)], {"is_fixed": True}),
    ],
    ids=["other hours", "other qualifications", "a person decided"],
)
def test_seats_that_are_not_alike_and_visits_that_must_stay_exchange_nothing(seats, held):
    answer = DaySeating(seats, two_gaps(**held)).seat(hour(minutes=90), at("09:00"))
    assert no_way(answer, staff=2, visits=3)


def test_seats_that_begin_at_other_times_exchange_what_both_are_on_for():
    seats = [seat(1), seat(2, "07:00", "16:00")]
    assert isinstance(DaySeating(seats, two_gaps()).seat(hour(minutes=90), at("09:00")), Seated)


def test_as_few_seats_as_can_be_take_part():
    """At ten the third has the longer gap, so the second keeps what it has."""
    visits = [
        *two_gaps(),
        *line(3, "08:00", "09:40"),
        *line(3, "11:00", "16:00"),
    ]

    answer = DaySeating([seat(1), seat(2), seat(3)], visits).seat(hour(minutes=120), at("09:00"))

    assert answer.seats == (uuid.UUID(int=1),)
    assert moved(answer) == after(1, "10:00", 3) | after(3, "11:00", 1)


def test_three_seats_hand_on_in_a_circle():
    visits = [
        *two_gaps(),
        *line(3, "08:00", "10:20"),
        *line(3, "11:00", "16:00"),
    ]

    answer = DaySeating([seat(1), seat(2), seat(3)], visits).seat(hour(minutes=120), at("09:00"))

    assert answer.seats == (uuid.UUID(int=1),)
    assert moved(answer) == (after(1, "10:00", 2) | after(2, "10:30", 3) | after(3, "11:00", 1))


def test_a_gap_after_the_last_visit_has_no_end():
    visits = [one for one in two_gaps() if one.seat.int == 1 or one.starts < at("09:30")]

    answer = DaySeating([seat(1), seat(2)], visits).seat(hour(minutes=90), at("09:00"))

    assert moved(answer) == after(1, "10:00", 2)


def test_the_second_carer_is_found_though_the_first_took_part_in_an_exchange():
    visits = [
        *two_gaps(),
        *line(3, "08:00", "09:00"),
        *line(3, "10:30", "16:00"),
    ]

    answer = DaySeating([seat(1), seat(2), seat(3)], visits).seat(
        hour(minutes=90, carers=2), at("09:00")
    )

    assert isinstance(answer, Seated)
    assert len(set(answer.seats)) == 2


# -- Why not, and what a person decides --------------------------------------------------


@pytest.mark.parametrize(("travel", "is_free"), [(10, True), (15, False)])
def test_why_a_visit_has_no_seat(travel, is_free):
    without = visit(1, None, "10:00", "11:00", travel)
    seating = DaySeating([seat(1)], [without, visit(2, 1, "11:10", "12:00")])

    answer = seating.why_not(without)

    if is_free:
        assert answer is None
    else:
        assert answer == Refused(Why.ALL_TAKEN, at("11:10"), 1, 2)


def test_what_a_visit_needs_is_part_of_why_it_has_no_seat():
    without = visit(1, None, "10:00", "11:00", needs=[NURSING])
    answer = DaySeating([seat(1)], [without]).why_not(without)
    assert (answer.why, answer.needs) == (Why.NOBODY_ON, {NURSING})


def test_a_visit_of_the_day_is_found_by_its_id():
    first, second = visit(1, 1, "10:00", "11:00"), visit(2, None, "10:00", "11:00")
    seating = DaySeating([seat(1)], [first, second])
    assert seating.visit(second.id) == second
    assert seating.visit(uuid.UUID(int=7)) is None


def test_a_person_gives_a_visit_to_a_shift_and_others_make_room_by_a_chain():
    """Asked first of a fresh day, and again with the same answer."""
    given = visit(9, None, "10:00", "11:00")
    seats = [
        seat(1, qualifications=[A]),
        seat(2, qualifications=[A, B]),
        seat(3, qualifications=[B]),
    ]
    visits = [
        given,
        visit(1, 1, "10:00", "11:00", needs=[A]),
        visit(2, 2, "10:00", "11:00", needs=[B]),
    ]
    seating = DaySeating(seats, visits)
    before = seats_taken(seating)

    for _ in range(2):
        answer = seating.give(given, uuid.UUID(int=1))
        assert answer.seats == (uuid.UUID(int=1),)
        assert moved(answer) == {1: 2, 2: 3}
        assert seats_taken(seating) == before


def test_what_is_in_the_way_and_must_stay_stays():
    given = visit(9, 2, "10:00", "11:00")
    seats = [seat(1), seat(2)]
    there = visit(1, 1, "10:00", "11:00", is_fixed=True)

    assert DaySeating(seats, [given, there]).give(given, uuid.UUID(int=1)) is None


def test_a_settled_day_gives_what_is_free_on_it():
    given = visit(9, 2, "10:00", "11:00")
    seating = DaySeating([seat(1), seat(2)], [given], is_settled=True)

    assert seating.give(given, uuid.UUID(int=1)) == Seated((uuid.UUID(int=1),))
    assert seats_taken(seating) == {given.id: given.seat}


def test_two_visits_change_seats_when_a_person_decides_so():
    one, other = visit(1, 1, "10:00", "11:00"), visit(2, 2, "10:00", "11:00")

    answer = DaySeating([seat(1), seat(2)], [one, other]).give(one, uuid.UUID(int=2))

    assert moved(answer) == {2: 1}


def test_who_is_in_the_way_of_a_visit_that_was_given_does_not_push_it_off_again():
    """The other has nowhere else to be."""
    given, other = visit(1, None, "10:00", "11:00"), visit(2, 1, "10:00", "11:00")
    assert DaySeating([seat(1)], [given, other]).give(given, uuid.UUID(int=1)) is None


# -- Repair ------------------------------------------------------------------------------


def test_of_two_at_once_on_one_seat_the_second_is_moved():
    first = visit(1, 1, "10:00", "11:00", 15)
    meeting, touching = visit(2, 1, "11:00", "12:00"), visit(3, 1, "12:00", "13:00")

    alone = DaySeating([seat(1)], [first, meeting, touching])
    assert alone.repair() == {meeting.id: None}
    beside = DaySeating([seat(1), seat(2)], [first, meeting, touching])
    assert beside.repair() == {meeting.id: uuid.UUID(int=2)}


def test_of_those_without_a_seat_the_earliest_gets_the_only_one():
    late, early = visit(1, None, "10:30", "11:30"), visit(2, None, "10:00", "11:00")
    seating = DaySeating([seat(1)], [late, early])

    assert seating.repair() == {early.id: uuid.UUID(int=1)}
    assert seating.repair() == {early.id: uuid.UUID(int=1)}
    assert seats_taken(seating) == {}


def test_others_move_to_make_room_for_those_whose_shift_is_gone():
    seats = [seat(1, qualifications=[NURSING]), seat(2), seat(3, is_withdrawn=True)]
    visits = [
        visit(1, 1, "10:00", "11:00"),
        visit(2, 3, "10:00", "11:00", needs=[NURSING]),
    ]

    assert DaySeating(seats, visits).repair() == {
        visits[0].id: uuid.UUID(int=2),
        visits[1].id: uuid.UUID(int=1),
    }


def test_a_visit_that_a_person_placed_is_seated_again_when_its_shift_is_gone():
    seats = [seat(1), seat(2, is_withdrawn=True)]
    placed = visit(1, 2, "10:00", "11:00", is_fixed=True)

    assert DaySeating(seats, [placed]).repair() == {placed.id: uuid.UUID(int=1)}


@pytest.mark.usefixtures("guided")
def test_after_a_repair_seats_are_found_as_before_it():
    """While it was tried, the first of those without a seat filled the only gap."""
    seats = [seat(1, qualifications=[NURSING]), seat(2)]
    visits = [
        visit(1, 1, "10:00", "11:00"),
        visit(2, None, "10:00", "11:00"),
        visit(3, None, "10:00", "11:00", needs=[NURSING]),
    ]
    seating = DaySeating(seats, visits)
    assert seating.repair() == {visits[1].id: uuid.UUID(int=2)}

    answer = seating.seat(hour(needs=[NURSING]), at("10:00"))

    assert moved(answer) == {1: 2}


@pytest.mark.usefixtures("guided")
def test_a_repair_finds_the_gap_of_a_visit_that_has_lost_its_seat():
    """Also when a search before it has found that seat taken."""
    seats = [seat(1, qualifications=[NURSING]), seat(2)]
    lost = visit(1, 2, "10:00", "11:00", needs=[NURSING])
    other = visit(2, 1, "10:00", "11:00")
    seating = DaySeating(seats, [lost, other])
    assert isinstance(seating.seat(hour(needs=[NURSING]), at("10:00")), Refused)

    assert seating.repair() == {lost.id: uuid.UUID(int=1), other.id: uuid.UUID(int=2)}
