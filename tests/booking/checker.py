"""An independent check of a seating, which shares no code with ``booking.seating``: it walks
through every minute of every carer's day."""

from collections import defaultdict

MINUTE = 60


def faults(seats, visits, where):
    """The faults of a seating in words; ``where`` maps visits to seats.

    Seats have ``id starts ends pauses qualifications is_withdrawn``, visits ``id starts ends
    occupied_until needs``; times in seconds, on whole minutes.
    """
    found = []
    by_id = {seat.id: seat for seat in seats}
    lists = defaultdict(list)
    for visit in visits:
        if where.get(visit.id) is None:
            continue
        seat = by_id.get(where[visit.id])
        if seat is None or seat.is_withdrawn:
            found.append(f"{visit.id}: nobody there")
            continue
        if visit.needs - seat.qualifications:
            found.append(f"{visit.id}: not qualified")
        lists[seat.id].append(visit)
    for seat_id, its_visits in lists.items():
        seat = by_id[seat_id]
        its_visits.sort(key=lambda visit: visit.starts)
        at_work = set(range(seat.starts, seat.ends, MINUTE))
        for rest, back in seat.pauses:
            at_work -= set(range(rest, back, MINUTE))
        free = set(at_work)
        for number, visit in enumerate(its_visits):
            minutes = set(range(visit.starts, visit.ends, MINUTE))
            if minutes - free:
                found.append(f"{visit.id}: not free on {seat_id}")
            free -= minutes
            if number + 1 < len(its_visits):
                later = its_visits[number + 1]
                between = {
                    minute
                    for minute in range(visit.ends, later.starts, MINUTE)
                    if minute in at_work
                }
                if len(between) * MINUTE < visit.occupied_until - visit.ends:
                    found.append(f"{later.id}: too little time to travel on {seat_id}")
    return found
