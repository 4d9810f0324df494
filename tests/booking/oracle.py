"""Brute force: whether visits can be seated at all, solved by CP-SAT, which shares no code
with ``booking.seating``."""

from itertools import combinations

from ortools.sat.python import cp_model


def can_be_seated(seats, visits):
    """Whether all visits fit; those with ``is_fixed`` on their ``seat`` alone."""
    model = cp_model.CpModel()
    sits = {
        (visit.id, seat.id): model.new_bool_var("")
        for visit in visits
        for seat in seats
        if _could_sit(visit, seat)
    }
    for visit in visits:
        model.add_exactly_one(
            [sits[visit.id, seat.id] for seat in seats if (visit.id, seat.id) in sits]
        )
    for seat in seats:
        here = [visit for visit in visits if (visit.id, seat.id) in sits]
        for one, other in combinations(sorted(here, key=lambda visit: visit.starts), 2):
            if not _one_after_the_other(one, other, seat):
                model.add_at_most_one(sits[one.id, seat.id], sits[other.id, seat.id])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.cp_model_presolve = False
    return solver.solve(model) == cp_model.OPTIMAL


def _could_sit(visit, seat):
    if seat.is_withdrawn or (visit.is_fixed and visit.seat != seat.id):
        return False
    for rest, back in seat.pauses:
        if max(rest, visit.starts) < min(back, visit.ends):
            return False
    return (
        visit.needs <= seat.qualifications
        and seat.starts <= visit.starts < visit.ends <= seat.ends
    )


def _one_after_the_other(one, other, seat):
    between = other.starts - one.ends
    for rest, back in seat.pauses:
        if one.ends <= rest and back <= other.starts:
            between -= back - rest
    return between >= 0 and between >= one.occupied_until - one.ends
