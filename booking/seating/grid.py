"""Starts on a grid as the bits of one number: bit n is the start at (first + n) * step."""

from collections.abc import Iterator

from booking.seating.values import Demand, Seat


def covered_starts(seat: Seat, demand: Demand, step: int, first: int) -> int:
    """The starts on the grid that the seat could take if it had no visits."""
    covered = starts_between(seat.starts, seat.ends - demand.seconds, step, first)
    for rest, back in seat.pauses:
        covered &= ~starts_between(rest - demand.seconds + 1, back - 1, step, first)
    return covered


def starts_between(earliest: int, latest: int, step: int, first: int) -> int:
    """The grid's starts from ``earliest`` to ``latest``, both included, as bits."""
    low = max(-(-earliest // step) - first, 0)
    high = latest // step - first + 1
    return (1 << high) - (1 << low) if high > low else 0


def add(masks: list[int], mask: int) -> None:
    """Count one more seat: ``masks[n]`` has the starts that more than n seats have."""
    for number in range(len(masks) - 1, 0, -1):
        masks[number] |= masks[number - 1] & mask
    masks[0] |= mask


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
