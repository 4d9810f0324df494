"""How to cover a day on which visits lack a seat: the whole suggestion of the duty lead's page.

The visits are placed one after the other by their start. A *state* says until when each seat is
occupied. All states are kept while they are few, and then the answer is the best there is; on
a large day only the cheapest states are. The answer is then at least as good as that of
``DaySeating.repair``.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest

from booking.seating.day_seating import DaySeating
from booking.seating.shift_rows import fits, occupied_until
from booking.seating.values import Seat, Visit

SET, WINDOW, FREE = range(3)  # the class of a visit, the most urgent first

# The cost of a visit, the heaviest first: each weighs more than all visits of a day do by the
# next one.
_LEFT_SET = 10**21
_LEFT_WINDOW = 10**18
_GIVES_WAY = 10**15  # a free visit that has a seat
_LEFT_FREE = 10**12
_LOST_LATELY = 10**7  # by the rank of who lost a visit last
_OTHER_SEAT = 10**4
_STRANGER = 1

STEPS = 400_000  # states × seats that are looked at, so that the time is bounded


@dataclass(frozen=True)
class Placed:
    """A visit to place. ``lost_rank`` is higher the later its recipient lost a visit, 0 for
    never. ``known`` are the seats whose carers have met the recipient."""

    visit: Visit
    kind: int = FREE
    lost_rank: int = 0
    known: frozenset[uuid.UUID] = frozenset()

    @property
    def may_lose(self) -> bool:
        return self.visit.seat is None or (self.kind == FREE and not self.visit.is_fixed)

    def cost(self, seat: uuid.UUID | None) -> int:
        if seat is None:
            if self.kind != FREE:
                return _LEFT_SET if self.kind == SET else _LEFT_WINDOW
            left = _LEFT_FREE if self.visit.seat is None else _GIVES_WAY
            return left + self.lost_rank * _LOST_LATELY
        if seat == self.visit.seat:
            return 0
        moves = _OTHER_SEAT if self.visit.seat is not None else 0
        return moves + (0 if seat in self.known else _STRANGER)


Placement = dict[uuid.UUID, uuid.UUID | None]  # a visit's seat, None when it gets none


def cover(seats: Sequence[Seat], visits: Iterable[Placed], steps: int = STEPS) -> Placement:
    """The seat of each visit. Set visits are left out last, then window visits; a free visit
    that has a seat loses it only for one of these; then as few free visits as possible are left
    out, and of people who did not lose one lately; then as few visits as possible change seats.

    No time changes, and fixed visits stay. ``visits`` are all that occupy a seat from now on.
    """
    placed = sorted(visits, key=lambda one: (one.visit.starts, one.visit.id.int))
    open_seats = [seat for seat in seats if not seat.is_withdrawn]
    found = [_search(open_seats, placed, steps), _by_chains(open_seats, placed)]
    return min(found, key=lambda one: cost_of(placed, one))


def cost_of(placed: Iterable[Placed], where: Mapping[uuid.UUID, uuid.UUID | None]) -> int:
    return sum(one.cost(where[one.visit.id]) for one in placed)


def _by_chains(seats: Sequence[Seat], placed: Sequence[Placed]) -> Placement:
    """Seats for the visits without one, the most urgent first. No visit loses its seat."""
    visits = {one.visit.id: one.visit for one in placed}
    for one in sorted(placed, key=lambda one: one.kind):
        if one.visit.seat is None:
            others = [visit for visit in visits.values() if visit.seat is not None]
            changed = DaySeating(seats, [*others, one.visit]).repair()
            if changed.get(one.visit.id) is not None and None not in changed.values():
                visits |= {id_: replace(visits[id_], seat=seat) for id_, seat in changed.items()}
    return {id_: visit.seat for id_, visit in visits.items()}


@dataclass(frozen=True, slots=True)
class _Step:
    """How a state was reached: the cost until then, the state before, and the last seat."""

    cost: int
    before: tuple[int, ...]
    seat: int | None


def _search(seats: Sequence[Seat], placed: Sequence[Placed], steps: int) -> Placement:
    numbers = {seat.id: number for number, seat in enumerate(seats)}
    width = max(50, steps // max(1, len(seats) * len(placed)))
    layers: list[dict[tuple[int, ...], _Step]] = [{(0,) * len(seats): _Step(0, (), None)}]
    for one in placed:
        stay = numbers.get(one.visit.seat) if one.visit.seat else None
        options = _options(one, seats, stay)
        layer = _next_layer(layers[-1], one, options, is_forced=False)
        if not layer:  # the day's own seats overlap there: leave them as they are
            layer = _next_layer(layers[-1], one, options, is_forced=True)
        if len(layer) > width:
            layer = dict(nsmallest(width, layer.items(), key=lambda item: item[1].cost))
        layers.append(layer)
    state = min(layers[-1], key=lambda state: layers[-1][state].cost)
    where: Placement = {}
    for one, layer in zip(reversed(placed), reversed(layers), strict=False):
        step = layer[state]
        where[one.visit.id] = None if step.seat is None else seats[step.seat].id
        state = step.before
    return where


def _options(
    one: Placed, seats: Sequence[Seat], stay: int | None
) -> list[tuple[int | None, int, int]]:
    """Where the visit may go: the seat's number, until when it is occupied, and the cost."""
    visit = one.visit
    if visit.is_fixed and stay is not None:
        return [(stay, occupied_until(visit, seats[stay]), 0)]
    options: list[tuple[int | None, int, int]] = [
        (number, occupied_until(visit, seat), one.cost(seat.id))
        for number, seat in enumerate(seats)
        if fits(visit, seat) or number == stay
    ]
    if one.may_lose or stay is None:
        options.append((None, 0, one.cost(None)))
    return options


def _next_layer(
    layer: Mapping[tuple[int, ...], _Step],
    one: Placed,
    options: Sequence[tuple[int | None, int, int]],
    *,
    is_forced: bool,
) -> dict[tuple[int, ...], _Step]:
    """The states after the visit is placed. Of two ways to a state the cheaper one is kept."""
    starts = one.visit.starts
    found: dict[tuple[int, ...], _Step] = {}
    for before, step in layer.items():
        current = tuple([until if until > starts else 0 for until in before])
        for number, until, cost in options:
            state = current
            if number is not None:
                if current[number] and not is_forced:
                    continue
                until = max(until, current[number])
                state = (*current[:number], until, *current[number + 1 :])
            total = step.cost + cost
            known = found.get(state)
            if known is None or total < known.cost:
                found[state] = _Step(total, before, number)
    return found
