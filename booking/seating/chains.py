"""The search for a seat that moves other visits out of the way.

A *chain* puts a visit on a seat, takes at most two others off it, and finds those a seat in
the same way. On seats that are alike, the visits after a gap are *exchanged* to join several
short gaps into a long one.

Every node of the search costs one of the budget. The budget is counted, not timed, so that a
page and the verb behind the lock give the same answer. A search that runs out of it has found
no seat.
"""

import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from math import inf

from booking.seating.shift_rows import ShiftRow, fits, occupied_until
from booking.seating.values import Visit

_Shape = tuple[int, int, int, frozenset[uuid.UUID]]

NODES = 200
ROWS_EXAMINED = 1000
DEPTH = 3
TAKEN_OFF_AT_MOST = 2


class Chains:
    """Tries out seats on a day's rows. ``undo`` restores them."""

    def __init__(self, rows: Mapping[uuid.UUID, ShiftRow], *, is_settled: bool) -> None:
        self._rows = rows
        self._is_settled = is_settled
        self._is_guided = True
        self._locked: set[uuid.UUID] = set()  # visits that the search has placed
        self._trail: list[tuple[Visit, uuid.UUID | None, uuid.UUID | None]] = []
        self._nodes = 0
        self._ranks: dict[uuid.UUID, int] | None = None
        self._groups: list[list[ShiftRow]] | None = None
        self._rows_for: dict[_Shape, list[tuple[ShiftRow, int]]] = {}

    def rows_for(self, visit: Visit) -> list[tuple[ShiftRow, int]]:
        """The seats that take the visit when empty, and until when it occupies each."""
        shape = (visit.starts, visit.ends, visit.occupied_until, visit.needs)
        found = self._rows_for.get(shape)
        if found is None:
            found = self._rows_for[shape] = [
                (row, occupied_until(visit, row.seat))
                for row in self._rows.values()
                if fits(visit, row.seat)
            ]
        return found

    def renew_budget(self) -> None:
        self._nodes = NODES

    def lock_only(self, visits: Collection[Visit]) -> None:
        """Keep these visits where the search has put them. All others may move, except
        those that are fixed."""
        self._locked = {visit.id for visit in visits}

    def forget_ranks(self) -> None:
        """To be called before a search when the rows are not as in the search before it."""
        self._ranks = None

    def find_seat(self, visit: Visit) -> bool:
        """Put the visit on a seat; False when none was found.

        First try the chains that may work by their ranks. Then try all of them, within what is
        left of the budget: a chain may use a gap that it opens itself.
        """
        depths = self._depths()
        if any(self._settle(((visit, depth),)) for depth in depths[:2]):
            return True
        if not self._is_settled and any(self._exchange(visit, rows) for rows in self._alike()):
            return True
        if any(self._settle(((visit, depth),)) for depth in depths[2:]):
            return True
        if not self._rows or self._is_settled:
            return False
        with self._without_ranks():
            return any(self._settle(((visit, depth),)) for depth in depths[2:])

    def seat_on(self, visit: Visit, row: ShiftRow) -> bool:
        """Put the visit on this seat, with chains for those in the way, first by their ranks."""
        depths = self._depths()
        if any(self._take(visit, row, depth, ()) for depth in depths):
            return True
        if self._is_settled:
            return False
        with self._without_ranks():
            return any(self._take(visit, row, depth, ()) for depth in depths[1:])

    def seat_on_any(self, visit: Visit, rows: Collection[ShiftRow]) -> bool:
        """Put the visit on the first of these seats that is free for it as it is."""
        for row in rows:
            until = occupied_until(visit, row.seat)
            if fits(visit, row.seat) and not row.blockers(visit.starts, until):
                self._shift(visit, None, row.seat.id)
                return True
        return False

    def take_off(self, visit: Visit, seat: uuid.UUID) -> None:
        self._shift(visit, seat, None)

    def undo(self) -> dict[uuid.UUID, uuid.UUID]:
        """Restore the rows; returns the seat on which each visit had been put."""
        where = self._undo_to(0)
        self._locked.clear()
        return where

    # -- Chains -------------------------------------------------------------------

    def _depths(self) -> range:
        """Short chains first: a budget spent deep in one corner would miss a simple swap."""
        return range(1 if self._is_settled else DEPTH + 1)

    def _settle(self, pending: tuple[tuple[Visit, int], ...]) -> bool:
        """Seat every pending visit, each with chains of at most its depth."""
        if not pending:
            return True
        if self._nodes <= 0:
            return False
        self._nodes -= 1
        (visit, depth), rest = pending[0], pending[1:]
        # The fewest qualifications first, then the tightest gap: what is rare stays free.
        options = []
        for row, until in self.rows_for(visit):
            blockers = row.blockers(visit.starts, until)
            if not blockers:
                gap = row.gap_length(visit.starts)
                options.append((0, len(row.seat.qualifications), gap, row.seat.id))
            elif depth and len(blockers) <= TAKEN_OFF_AT_MOST:
                rank = max([self._rank(blocker) for blocker in blockers])
                if rank < depth:
                    options.append((rank + 1, len(blockers), 0, row.seat.id))
        options.sort()
        return any(self._take(visit, self._rows[id_], depth, rest) for _, _, _, id_ in options)

    def _take(
        self, visit: Visit, row: ShiftRow, depth: int, rest: tuple[tuple[Visit, int], ...]
    ) -> bool:
        """Put the visit on the seat and seat all that are pending then, or undo it."""
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
        self._undo_to(mark)
        return False

    def _may_move(self, visit: Visit, row: ShiftRow) -> bool:
        return not visit.is_fixed and visit.id not in self._locked and fits(visit, row.seat)

    # -- Exchanges ----------------------------------------------------------------

    def _alike(self) -> list[list[ShiftRow]]:
        """Seats that take the same visits from any moment on at which all have begun, those
        with the fewest qualifications first."""
        if self._groups is None:
            groups: dict[
                tuple[int, tuple[tuple[int, int], ...], frozenset[uuid.UUID]], list[ShiftRow]
            ] = {}
            for row in self._rows.values():
                seat = row.seat
                groups.setdefault((seat.ends, seat.pauses, seat.qualifications), []).append(row)
            several = [rows for rows in groups.values() if len(rows) > 1]
            self._groups = sorted(several, key=lambda rows: len(rows[0].seat.qualifications))
        return self._groups

    def _exchange(self, visit: Visit, rows: list[ShiftRow]) -> bool:
        """Put the visit into gaps that follow each other on several of the alike seats.

        first   ──■■──────┐ ■■──■■──        The visit starts in a gap of the first; when
        second  ────■■────┘───■■────        that ends, the second has one; and so on. Each
                    └ the visit ┘           hands over all that follows, the last to the first.
        """
        if not fits(visit, rows[0].seat):  # the earliest; otherwise they are alike
            return False
        path = self._gaps_that_join(visit.starts, occupied_until(visit, rows[0].seat), rows)
        if path is None:
            return False
        handed_over = [(row, row.visits[index:]) for row, index in path]
        for row, visits in handed_over:
            for one in visits:
                self._shift(one, row.seat.id, None)
        takers = [row for row, _ in path[1:]] + [path[0][0]]
        for taker, (_, visits) in zip(takers, handed_over, strict=True):
            for one in visits:
                self._shift(one, None, taker.seat.id)
        self._shift(visit, None, path[0][0].seat.id)
        self._locked.add(visit.id)
        return True

    def _gaps_that_join(
        self, starts: int, until: int, rows: list[ShiftRow]
    ) -> list[tuple[ShiftRow, int]] | None:
        """Rows whose gaps together cover the period, in order, and the index of each gap.
        All visits after the gaps can move."""
        path: list[tuple[ShiftRow, int]] = []
        covered: float = starts
        while covered < until:
            gaps = []
            for row in rows:
                index = bisect_right(row.starts, covered)
                if row.between(index, index)[0] <= covered:
                    closes = row.starts[index] if index < len(row.starts) else inf
                    gaps.append((closes, row, index))
            gaps.sort(key=lambda gap: -gap[0])
            used = [row for row, _ in path]
            for closes, row, index in gaps:
                if row not in used and all(self._may_move(v, row) for v in row.visits[index:]):
                    path.append((row, index))
                    covered = closes
                    break
            else:
                return None
        return path

    # -- Ranks --------------------------------------------------------------------

    @contextmanager
    def _without_ranks(self) -> Iterator[None]:
        """Examine also visits without a rank, within what is left of the budget."""
        self._nodes = min(self._nodes, ROWS_EXAMINED // len(self._rows))
        self._is_guided = False
        try:
            yield
        finally:
            self._is_guided = True

    def _rank(self, visit: Visit) -> int:
        """The length of the shortest chain that could seat the visit elsewhere, at least;
        DEPTH when none is in sight."""
        if self._ranks is None:
            self._ranks = self._ranked()
        return self._ranks.get(visit.id, DEPTH if self._is_guided else 0)

    def _ranked(self) -> dict[uuid.UUID, int]:
        """Rank 0 fits a gap of another seat; rank n fits a gap that opens when one or two
        neighbours of lower rank leave. A visit without a rank is not worth taking off, which
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
            openings = _openings(found, ranks)
        return ranks

    # -- Moves and their trail ----------------------------------------------------

    def _shift(self, visit: Visit, old: uuid.UUID | None, new: uuid.UUID | None) -> None:
        self._put(visit, old, new)
        self._trail.append((visit, old, new))

    def _put(self, visit: Visit, old: uuid.UUID | None, new: uuid.UUID | None) -> None:
        if old is not None:
            self._rows[old].remove(visit)
        if new is not None:
            self._rows[new].add(visit)

    def _undo_to(self, mark: int) -> dict[uuid.UUID, uuid.UUID]:
        """Undo the moves after the mark; returns the seat on which each visit had been put."""
        where: dict[uuid.UUID, uuid.UUID] = {}
        while len(self._trail) > mark:
            visit, old, new = self._trail.pop()
            self._put(visit, new, old)
            if new is not None:
                where.setdefault(visit.id, new)
        return where


def _openings(
    found: list[tuple[Visit, ShiftRow]], ranks: Mapping[uuid.UUID, int]
) -> list[tuple[ShiftRow, int, int]]:
    """The gaps that open when the visits just ranked leave their rows, alone or with a
    neighbour that has a rank."""
    openings = []
    for visit, row in found:
        index = bisect_left(row.starts, visit.starts)
        openings.append((row, index, index + 1))
        if index and row.visits[index - 1].id in ranks:
            openings.append((row, index - 1, index + 1))
        if index + 1 < len(row.visits) and row.visits[index + 1].id in ranks:
            openings.append((row, index, index + 2))
    return openings
