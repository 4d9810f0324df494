"""Which times are free, and who could take them: one department's day, in whole seconds.

A *seat* is one shift's working time. A *visit* sits on a seat, or on none (unstaffed), and
*occupies* it from its start until its end plus travel. Travel is owed to the next visit
alone: after the last one it may reach beyond the shift. Nobody travels during the break, so
what is left of the way then comes after it. A *demand* is what somebody asks for.

The visits' present seats prove that the day can be staffed. A start is free when the visit
fits into a hole, or when a *chain* makes one: put the visit on a seat, take off at most two
others, find those a seat in the same way. On seats that are alike short holes make a long
one when the seats *exchange* what follows: then the count of who is under way is exact. Running
out of the budget of nodes means busy: we may hold a time back, we never promise one that
nobody can keep. The budget is counted, not timed, so that the page and the verb behind the
lock give the same answer.
"""

import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import inf

from booking.seating.counts import Count
from booking.seating.grid import add, bits, covered_starts
from booking.seating.rows import ShiftRow, fits, occupied_until
from booking.seating.values import Demand, Refused, Seat, Seated, Visit, Why

_Shape = tuple[int, int, int, frozenset[uuid.UUID]]

NODES = 200
LOOKS = 1000
DEPTH = 3
TAKEN_OFF_AT_MOST = 2


class DaySeating:
    """A day's seats and who sits on them. Asking leaves no trace."""

    def __init__(
        self, seats: Iterable[Seat], visits: Iterable[Visit], *, is_settled: bool = False
    ) -> None:
        self._is_settled = is_settled
        self._rows = {
            seat.id: ShiftRow(seat)
            for seat in sorted(seats, key=lambda seat: (seat.starts, seat.ends, seat.id.int))
            if not seat.is_withdrawn
        }
        self._visits = sorted(visits, key=lambda visit: (visit.starts, visit.id.int))
        for visit in self._visits:
            if visit.seat in self._rows:
                self._rows[visit.seat].append(visit)
        self._needs = {visit.needs for visit in self._visits}
        self._is_guided = True
        self._locked: set[uuid.UUID] = set()  # placed by the search going on
        self._trail: list[tuple[Visit, uuid.UUID | None, uuid.UUID | None]] = []
        self._nodes = 0
        self._ranks: dict[uuid.UUID, int] | None = None
        self._groups: list[list[ShiftRow]] | None = None
        self._homes: dict[_Shape, list[tuple[ShiftRow, int]]] = {}
        self._counts: dict[tuple[frozenset[uuid.UUID], int], Count] = {}

    # -- Questions ------------------------------------------------------------

    def starts(self, demand: Demand, step: int) -> list[tuple[int, bool]]:
        """Every start on the grid that enough qualified seats could take if they were
        empty, and whether it is free."""
        rows = self._qualified(demand.needs)
        if not rows:
            return []
        first = min(row.seat.starts for row in rows) // step
        # A number's bits are the grid's starts; the n-th number has those that at least
        # n + 1 seats could take when empty (covered), or can take as they are (free).
        covered, free = [0] * demand.carers, [0] * demand.carers
        for row in rows:
            mask = covered_starts(row.seat, demand, step, first)
            add(covered, mask)
            if mask & ~free[-1]:
                add(free, mask & ~row.taken(demand, step, first))
        return [
            (
                (first + bit) * step,
                bool(free[-1] >> bit & 1)
                or (
                    not self._is_settled
                    and isinstance(self.seat(demand, (first + bit) * step), Seated)
                ),
            )
            for bit in bits(covered[-1])
        ]

    def seat(self, demand: Demand, start: int) -> Seated | Refused:
        """Seats for a visit that starts then, one after the other; the seat of the first
        carer may not move while the second is sought."""
        refused = self._refusal(demand, start)
        if refused:
            return refused
        self._nodes = NODES
        wanted: list[Visit] = []
        for carer in range(demand.carers):
            visit = demand.visit(start, carer)
            if not self._find_seat(visit):
                self._undo()
                return self._no_way_found(demand, start)
            wanted.append(visit)
            self._locked = {visit.id for visit in wanted}
        where = self._undo()
        return Seated(seats=tuple(where[visit.id] for visit in wanted), moved=self._moves(where))

    def why_not(self, visit: Visit) -> Refused | None:
        """Why one of the day's visits without a seat has none; None when there is one."""
        demand = Demand(visit.ends - visit.starts, visit.occupied_until - visit.ends, visit.needs)
        answer = self.seat(demand, visit.starts)
        return answer if isinstance(answer, Refused) else None

    def give(self, visit: Visit, seat_id: uuid.UUID) -> Seated | None:
        """Put one of the day's visits on the seat that a person chose, re-seating what is
        in the way while the day is not settled; None when that can't be done."""
        row = self._rows.get(seat_id)
        if row is None or not fits(visit, row.seat):
            return None
        self._nodes = NODES
        if visit.seat in self._rows:
            self._shift(visit, visit.seat, None)
        self._ranks = None
        found = any(self._take(visit, row, depth, ()) for depth in self._depths())
        where = self._undo()
        self._ranks = None
        where.pop(visit.id, None)
        return Seated(seats=(seat_id,), moved=self._moves(where)) if found else None

    def repair(self) -> dict[uuid.UUID, uuid.UUID | None]:
        """The visits whose seat must change because it does not take them, or because they
        have none, and their new seats; None for those left without.

        On a settled day nothing moves by itself: such a visit only loses its seat.
        """
        lost = self._misfits()
        for visit in lost:
            if visit.seat in self._rows:
                self._shift(visit, visit.seat, None)
        changed: dict[uuid.UUID, uuid.UUID | None] = {visit.id: None for visit in lost}
        if not self._is_settled:
            for visit in self._visits:
                if visit.id in changed or visit.seat is None:
                    self._nodes, self._ranks = NODES, None
                    self._find_seat(visit)
                    self._locked.clear()
        changed |= self._moves(self._undo())
        self._ranks = None
        return changed

    def visit(self, id_: uuid.UUID) -> Visit | None:
        return next((visit for visit in self._visits if visit.id == id_), None)

    @property
    def seating(self) -> dict[uuid.UUID, uuid.UUID]:
        """Who sits where now."""
        return {visit.id: id_ for id_, row in self._rows.items() for visit in row.visits}

    # -- A count that must hold ---------------------------------------------------

    def _refusal(self, demand: Demand, start: int) -> Refused | None:
        """Proof that it can't be, if a count gives one."""
        able = len(self._homes_of(demand.visit(start)))
        if able < demand.carers:
            return Refused(Why.NOBODY_ON, start, able, demand.carers, demand.carers, demand.needs)
        # Whoever needs all that this demand needs, or more, competes for the same seats.
        for needs in self._needs | {demand.needs, frozenset()}:
            if needs <= demand.needs:
                refused = self._count(needs, demand).refusal(demand, start)
                if refused:
                    return replace(refused, needs=needs)
        return None

    def _no_way_found(self, demand: Demand, start: int) -> Refused:
        staff = self._count(demand.needs, demand).staff(start)
        return Refused(
            Why.NO_WAY_FOUND, start, staff, staff + demand.carers, demand.carers, demand.needs
        )

    def _count(self, needs: frozenset[uuid.UUID], demand: Demand) -> "Count":
        key = (needs, demand.travel)
        if key not in self._counts:
            rows = self._qualified(needs)
            rivals = [
                visit
                for row in rows
                for visit in row.visits
                if (visit.is_fixed or needs <= visit.needs) and fits(visit, row.seat)
            ]
            self._counts[key] = Count(
                ((row.seat, 1) for row in rows), ((visit, 1) for visit in rivals), demand.travel
            )
        return self._counts[key]

    def _qualified(self, needs: frozenset[uuid.UUID]) -> list["ShiftRow"]:
        return [row for row in self._rows.values() if needs <= row.seat.skills]

    # -- Chains -------------------------------------------------------------------

    def _depths(self) -> range:
        """Short chains first: a budget spent deep in one corner would miss a simple swap."""
        return range(1 if self._is_settled else DEPTH + 1)

    def _find_seat(self, visit: Visit) -> bool:
        """First with chains that the ranks say may work; then, for what is left of the
        budget or a number of looks, with any: a chain may use what it opens itself."""
        self._is_guided = True
        depths = self._depths()
        if any(self._settle(((visit, depth),)) for depth in depths[:2]):
            return True
        if not self._is_settled and any(self._exchange(visit, rows) for rows in self._alike()):
            return True
        if any(self._settle(((visit, depth),)) for depth in depths[2:]):
            return True
        if not self._rows or self._is_settled:
            return False
        self._is_guided = False
        self._nodes = min(self._nodes, LOOKS // len(self._rows))
        return any(self._settle(((visit, depth),)) for depth in self._depths()[2:])

    def _settle(self, pending: tuple[tuple[Visit, int], ...]) -> bool:
        """Seat every pending visit, each with chains of at most its depth."""
        if not pending:
            return True
        if self._nodes <= 0:
            return False
        self._nodes -= 1
        (visit, depth), rest = pending[0], pending[1:]
        # The plainest staff first, then the tightest hole: what is rare stays free.
        options = []
        for row, until in self._homes_of(visit):
            blockers = row.blockers(visit.starts, until)
            if not blockers:
                options.append((0, len(row.seat.skills), row.hole(visit.starts), row.seat.id))
            elif depth and len(blockers) <= TAKEN_OFF_AT_MOST:
                rank = max([self._rank(blocker) for blocker in blockers])
                if rank < depth:
                    options.append((rank + 1, len(blockers), 0, row.seat.id))
        options.sort()
        return any(self._take(visit, self._rows[id_], depth, rest) for _, _, _, id_ in options)

    def _take(
        self, visit: Visit, row: "ShiftRow", depth: int, rest: tuple[tuple[Visit, int], ...]
    ) -> bool:
        """Put the visit on the seat and settle all that follows, or undo it."""
        blockers = row.blockers(visit.starts, occupied_until(visit, row.seat))
        if blockers and (not depth or not all(self._may_move(one, row) for one in blockers)):
            return False
        mark = len(self._trail)
        for blocker in blockers:
            self._shift(blocker, row.seat.id, None)
        self._shift(visit, None, row.seat.id)
        self._locked.add(visit.id)
        if self._settle((*rest, *((blocker, depth - 1) for blocker in blockers))):
            return True
        self._locked.discard(visit.id)
        self._undo(mark)
        return False

    def _alike(self) -> list[list["ShiftRow"]]:
        """Seats that take the same visits from any moment on at which all have begun, the
        plainest first."""
        if self._groups is None:
            groups: dict[
                tuple[int, tuple[int, int] | None, frozenset[uuid.UUID]], list[ShiftRow]
            ] = {}
            for row in self._rows.values():
                seat = row.seat
                groups.setdefault((seat.ends, seat.pause, seat.skills), []).append(row)
            several = [rows for rows in groups.values() if len(rows) > 1]
            self._groups = sorted(several, key=lambda rows: len(rows[0].seat.skills))
        return self._groups

    def _exchange(self, visit: Visit, rows: list["ShiftRow"]) -> bool:
        """Put the visit into holes that follow each other on several of the alike seats.

        first   ──■■──────┐ ■■──■■──        The visit starts in a hole of the first; when
        second  ────■■────┘───■■────        that ends, the second has one; and so on. Each
                    └ the visit ┘           hands on all that follows, the last to the first.
        """
        if not fits(visit, rows[0].seat):  # the earliest; in all else they are alike
            return False
        until = occupied_until(visit, rows[0].seat)
        path: list[tuple[ShiftRow, int]] = []
        reached: float = visit.starts
        while reached < until:
            holes = []
            for row in rows:
                place = bisect_right(row.starts, reached)
                if row.between(place, place)[0] <= reached:
                    closes = row.starts[place] if place < len(row.starts) else inf
                    holes.append((closes, row, place))
            holes.sort(key=lambda hole: -hole[0])
            used = [row for row, _ in path]
            for closes, row, place in holes:
                if row not in used and all(self._may_move(v, row) for v in row.visits[place:]):
                    path.append((row, place))
                    reached = closes
                    break
            else:
                return False
        handed_on = [(row, row.visits[place:]) for row, place in path]
        for row, visits in handed_on:
            for one in visits:
                self._shift(one, row.seat.id, None)
        takers = [row for row, _ in path[1:]] + [path[0][0]]
        for taker, (_, visits) in zip(takers, handed_on, strict=True):
            for one in visits:
                self._shift(one, None, taker.seat.id)
        self._shift(visit, None, path[0][0].seat.id)
        self._locked.add(visit.id)
        return True

    def _may_move(self, visit: Visit, row: "ShiftRow") -> bool:
        return not visit.is_fixed and visit.id not in self._locked and fits(visit, row.seat)

    def _rank(self, visit: Visit) -> int:
        """How long a chain, at least, seats the visit elsewhere; DEPTH when none is in
        sight."""
        if self._ranks is None:
            self._ranks = self._ranked()
        return self._ranks.get(visit.id, DEPTH if self._is_guided else 0)

    def _ranked(self) -> dict[uuid.UUID, int]:
        """Rank 0 fits a hole of another seat; rank n a hole that opens when one or two
        neighbours of lower rank leave. Whoever has no rank is not worth taking off, which
        spares a full day nearly all of its search."""
        ranks: dict[uuid.UUID, int] = {}
        if self._is_settled:
            return ranks
        left = sorted(
            (
                (visit.starts, number, visit, row)
                for number, row in enumerate(self._rows.values())
                for visit in row.visits
                if not visit.is_fixed and fits(visit, row.seat)
            ),
            key=lambda one: one[:2],
        )
        openings = [(row, first, first) for row in self._rows.values() for first in row.edges]
        for rank in range(DEPTH):
            starts = [one[0] for one in left]
            found: list[tuple[Visit, ShiftRow]] = []
            for row, first, after in openings:
                opens, closes = row.between(first, after)
                index = bisect_left(starts, opens)
                while index < len(left) and starts[index] < closes:
                    _, _, visit, its_row = left[index]
                    index += 1
                    if (
                        visit.id not in ranks
                        and its_row is not row
                        and fits(visit, row.seat)
                        and (after == len(row.visits) or occupied_until(visit, row.seat) <= closes)
                    ):
                        ranks[visit.id] = rank
                        found.append((visit, its_row))
            left = [one for one in left if one[2].id not in ranks]
            if not found or not left:
                break
            openings = []
            for visit, row in found:
                place = bisect_left(row.starts, visit.starts)
                openings.append((row, place, place + 1))
                if place and row.visits[place - 1].id in ranks:
                    openings.append((row, place - 1, place + 1))
                if place + 1 < len(row.visits) and row.visits[place + 1].id in ranks:
                    openings.append((row, place, place + 2))
        return ranks

    def _homes_of(self, visit: Visit) -> list[tuple["ShiftRow", int]]:
        """The seats that take the visit when empty, and until when it occupies each."""
        shape = (visit.starts, visit.ends, visit.occupied_until, visit.needs)
        homes = self._homes.get(shape)
        if homes is None:
            homes = self._homes[shape] = [
                (row, occupied_until(visit, row.seat))
                for row in self._rows.values()
                if fits(visit, row.seat)
            ]
        return homes

    def _shift(self, visit: Visit, old: uuid.UUID | None, new: uuid.UUID | None) -> None:
        self._put(visit, old, new)
        self._trail.append((visit, old, new))

    def _put(self, visit: Visit, old: uuid.UUID | None, new: uuid.UUID | None) -> None:
        if old is not None:
            self._rows[old].remove(visit)
        if new is not None:
            self._rows[new].add(visit)

    def _undo(self, mark: int = 0) -> dict[uuid.UUID, uuid.UUID]:
        """Take back all after the mark; who had come to sit where."""
        where: dict[uuid.UUID, uuid.UUID] = {}
        while len(self._trail) > mark:
            visit, old, new = self._trail.pop()
            self._put(visit, new, old)
            if new is not None:
                where.setdefault(visit.id, new)
        if not mark:
            self._locked.clear()
        return where

    def _moves(self, where: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        return {
            visit.id: where[visit.id]
            for visit in self._visits
            if visit.id in where and where[visit.id] != visit.seat
        }

    def _misfits(self) -> list[Visit]:
        """Visits whose seat is gone or does not take them (any more)."""
        sitting = set()
        for row in self._rows.values():
            free_from = 0
            for visit, until in zip(row.visits, row.untils, strict=True):
                if visit.starts >= free_from and fits(visit, row.seat):
                    sitting.add(visit.id)
                    free_from = until
        return [
            visit for visit in self._visits if visit.seat is not None and visit.id not in sitting
        ]
