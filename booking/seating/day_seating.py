"""Which times are free, and who could take them: one department's day, in whole seconds.

A *seat* is one shift's working time. A *visit* sits on a seat, or on none (unstaffed), and
*occupies* it from its start until its end plus travel. Travel is only needed before the next
visit: after the last one it may end later than the shift. Nobody travels in the *pauses* of a
seat, its break and its times away, so the rest of the travel comes after them. A *demand* is
what is to be booked.

The visits' present seats prove that the day can be staffed. A start is free when the visit
fits into a gap, or when moving other visits makes one (``booking.seating.chains``). On seats
that are alike, the count of visits under way is exact. A search that runs out of its budget
means busy: a time may be held back, but a time that nobody can take is never offered.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from booking.seating.chains import Chains
from booking.seating.counts import Count
from booking.seating.grid import add, bits, covered_starts
from booking.seating.shift_rows import ShiftRow, fits
from booking.seating.values import Demand, Refused, Seat, Seated, Visit, Why


class DaySeating:
    """A day's seats and the visits on them. Methods try out moves, but undo them."""

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
        self._chains = Chains(self._rows, is_settled=is_settled)
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
        """A seat for each carer of a visit that starts then, found one after the other: the
        first carer's seat is kept while the second's is sought."""
        refused = self._refusal(demand, start)
        if refused:
            return refused
        self._chains.renew_budget()
        wanted: list[Visit] = []
        for carer in range(demand.carers):
            visit = demand.visit(start, carer)
            if not self._chains.find_seat(visit):
                self._chains.undo()
                return self._no_way_found(demand, start)
            wanted.append(visit)
            self._chains.lock_only(wanted)
        where = self._chains.undo()
        return Seated(seats=tuple(where[visit.id] for visit in wanted), moved=self._moves(where))

    def why_not(self, visit: Visit) -> Refused | None:
        """Why there is no seat for one of the day's unstaffed visits; None when there is one."""
        demand = Demand(visit.ends - visit.starts, visit.occupied_until - visit.ends, visit.needs)
        answer = self.seat(demand, visit.starts)
        return answer if isinstance(answer, Refused) else None

    def give(self, visit: Visit, seat_id: uuid.UUID) -> Seated | None:
        """The moves that put one of the day's visits on a seat chosen by a person. Visits in
        the way are re-seated unless the day is settled. None when it can't be done."""
        row = self._rows.get(seat_id)
        if row is None or not fits(visit, row.seat):
            return None
        self._chains.renew_budget()
        if visit.seat in self._rows:
            self._chains.take_off(visit, visit.seat)
        self._chains.forget_ranks()
        found = self._chains.seat_on(visit, row)
        where = self._chains.undo()
        self._chains.forget_ranks()
        where.pop(visit.id, None)
        return Seated(seats=(seat_id,), moved=self._moves(where)) if found else None

    def repair(
        self,
        returning: Collection[uuid.UUID] = (),
        ranks: Mapping[uuid.UUID, int] | None = None,
    ) -> dict[uuid.UUID, uuid.UUID | None]:
        """New seats for the visits whose seat does not take them, for those without a seat,
        and for those that make room; None for a visit that gets no seat.

        On a settled day no visit moves automatically: such a visit only loses its seat. The
        ``returning`` seats take the visits without a seat that fit as they are.

        Of the visits without a seat, those with the lowest of the ``ranks`` are seated first,
        and the earliest of these. A visit that has a seat never gives it up for another.
        """
        waiting = sorted(self._visits, key=lambda visit: (ranks or {}).get(visit.id, 0))
        lost = self._misfits()
        for visit in lost:
            if visit.seat in self._rows:
                self._chains.take_off(visit, visit.seat)
        changed: dict[uuid.UUID, uuid.UUID | None] = {visit.id: None for visit in lost}
        if not self._is_settled:
            for visit in waiting:
                if visit.id in changed or visit.seat is None:
                    self._chains.renew_budget()
                    self._chains.forget_ranks()
                    self._chains.find_seat(visit)
                    self._chains.lock_only(())
        else:
            for visit in waiting:
                if visit.seat is None:
                    self._chains.seat_on_any(
                        visit, [self._rows[id_] for id_ in returning if id_ in self._rows]
                    )
        changed |= self._moves(self._chains.undo())
        self._chains.forget_ranks()
        return changed

    def visit(self, id_: uuid.UUID) -> Visit | None:
        return next((visit for visit in self._visits if visit.id == id_), None)

    # -- Proof by counting ---------------------------------------------------

    def _refusal(self, demand: Demand, start: int) -> Refused | None:
        """Why no seat can exist, if counting proves it."""
        able = len(self._chains.rows_for(demand.visit(start)))
        if able < demand.carers:
            return Refused(Why.NOBODY_ON, start, able, demand.carers, demand.carers, demand.needs)
        # Visits that need all that this demand needs, or more, compete for the same seats.
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

    def _count(self, needs: frozenset[uuid.UUID], demand: Demand) -> Count:
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

    def _qualified(self, needs: frozenset[uuid.UUID]) -> list[ShiftRow]:
        return [row for row in self._rows.values() if needs <= row.seat.qualifications]

    def _moves(self, where: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        return {
            visit.id: where[visit.id]
            for visit in self._visits
            if visit.id in where and where[visit.id] != visit.seat
        }

    def _misfits(self) -> list[Visit]:
        """Visits whose seat is withdrawn or no longer takes them."""
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
