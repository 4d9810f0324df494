"""Bookings a second, with 32 people at once, over the page that books."""

import datetime as dt
import itertools
import statistics
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone

from benchmarks.client import Answer, Crowd, Reader, new_key
from benchmarks.sizes import DAYS, SLOTS_A_DAY
from benchmarks.stage import Stage
from benchmarks.town import Quarter
from benchmarks.words import BrokenError, Measured, say
from booking import queries
from booking.calendar.offers import SlotStatus
from booking.models import Booking, BookingEvent, Recipient, Visit

CLIENTS = 32
REFUSED = 0.02  # seats that the seed left too scattered; more would be another measurement


@dataclass(frozen=True)
class _Wish:
    """A slot that nobody else wishes for, and who wishes for it."""

    reader: Reader
    recipient: Recipient
    quarter: Quarter
    starts_at: dt.datetime

    def book(self) -> bytes:
        return self.reader.post("/book/", self._fields())

    def insert(self) -> bytes:
        return self.reader.post(f"/floor/{self.quarter.department.pk}/insert/", self._fields())

    def _fields(self) -> dict[str, str]:
        return {
            "key": new_key(),
            "recipient": str(self.recipient.pk),
            "service": str(self.quarter.service.pk),
            "starts_at": self.starts_at.isoformat(),
            "note": "",
        }


def spread(stage: Stage) -> Measured:
    """Distinct slots over all departments and days, against one bare INSERT each."""
    wishes = _Wishes(stage)
    some = list(itertools.chain.from_iterable(wishes.spread(stage.effort.waves)))
    refused = 0

    def book(crowd: Crowd) -> float:
        nonlocal refused
        answers, took = crowd.ask([wish.book() for wish in some])
        refused += _refused(answers)
        return len(some) / took

    def insert(crowd: Crowd) -> float:
        answers, took = crowd.ask([wish.insert() for wish in some])
        if any(answer.status != 204 for answer in answers):
            raise BrokenError("The bare INSERT failed.")
        return len(some) / took

    measured = _compared(stage, wishes, booking=book, insert=insert)
    return _with_refused(measured, refused, len(some) * stage.effort.rounds)


def crowd(stage: Stage) -> Measured:
    """All 32 on one department's day, against all 32 on different ones."""
    wishes = _Wishes(stage)
    together = list(wishes.together(stage.effort.waves))
    apart = list(wishes.spread(stage.effort.waves))
    refused = 0

    def book(waves: list[Sequence[_Wish]]) -> Callable[[Crowd], float]:
        def in_waves(crowd: Crowd) -> float:
            nonlocal refused
            seconds = 0.0
            for wave in waves:
                answers, took = crowd.ask([wish.book() for wish in wave])
                refused += _refused(answers)
                seconds += took
            return sum(map(len, waves)) / seconds

        return in_waves

    measured = _compared(stage, wishes, one_day=book(together), spread=book(apart))
    asked = sum(map(len, itertools.chain(together, apart)))
    return _with_refused(measured, refused, asked * stage.effort.rounds)


class _Wishes:
    """One wish for each slot of each day from tomorrow. In each department one person
    wishes for each time of the day, so nobody's own visits ever meet."""

    def __init__(self, stage: Stage) -> None:
        self.quarters = stage.town.ordinary
        self.bookers = [recipient for quarter in self.quarters for recipient in quarter.bookers]
        readers = {}
        for recipient in self.bookers:
            assert recipient.user
            readers[recipient.pk] = Reader.of(recipient.user)
        self.days = [
            wishes for quarter in self.quarters for wishes in self._by_day(quarter, readers)
        ]

    def _by_day(
        self, quarter: Quarter, readers: dict[uuid.UUID, Reader]
    ) -> Iterator[dict[int, _Wish]]:
        """By the number of the slot, where a seat is free: saying no is another work."""
        now = timezone.now()
        today = timezone.localdate(now)
        for day in queries.offer(
            service=quarter.service,
            recipient=quarter.bookers[0],
            dates=[today + dt.timedelta(days=n) for n in range(1, DAYS)],
            now=now,
        ):
            yield {
                number: _Wish(readers[recipient.pk], recipient, quarter, slot.starts_at)
                for number, (recipient, slot) in enumerate(
                    zip(quarter.bookers, day.slots, strict=True)
                )
                if slot.status is SlotStatus.FREE
            }

    def together(self, waves: int) -> Iterator[Sequence[_Wish]]:
        """A wave is everybody on one department's day."""
        for wishes in self.days[:waves]:
            yield list(wishes.values())

    def spread(self, waves: int) -> Iterator[Sequence[_Wish]]:
        """A wave is 32 people, on 32 departments' days when there are so many."""
        wishes = [
            day[number]
            for turn in range(SLOTS_A_DAY)
            for place, day in enumerate(self.days)
            if (number := (turn + place) % SLOTS_A_DAY) in day
        ]
        for wave in range(min(waves, len(wishes) // CLIENTS)):
            yield wishes[wave * CLIENTS : (wave + 1) * CLIENTS]

    def undo(self) -> None:
        """Take everything back that was booked, past the verbs: this is not measured."""
        ids = [recipient.pk for recipient in self.bookers]
        Visit.objects.filter(booking__recipient__in=ids).delete()
        BookingEvent.objects.filter(booking__recipient__in=ids).delete()
        Booking.objects.filter(recipient__in=ids).delete()


def _compared(stage: Stage, wishes: _Wishes, **subjects: Callable[[Crowd], float]) -> Measured:
    """The first subject's requests a second ÷ the second's; each begins every other round."""
    rates: dict[str, list[float]] = {name: [] for name in subjects}
    shares = []
    for number in range(1, stage.effort.rounds + 1):
        say(f"  round {number} of {stage.effort.rounds}")
        with Crowd(stage.port, CLIENTS) as crowd:
            for wave in wishes.spread(1):  # connections are made, templates are read
                crowd.ask([wish.book() for wish in wave])
                wishes.undo()
            in_turn = list(subjects.items())
            for name, measure in in_turn if number % 2 else reversed(in_turn):
                rates[name].append(measure(crowd))
                wishes.undo()
            shares.append(crowd.share)
    subject, floor = rates.values()
    ratios = [one / other for one, other in zip(subject, floor, strict=True)]
    details: dict[str, object] = {"rounds": [round(ratio, 3) for ratio in ratios]}
    details |= {f"{name}_per_s": round(statistics.median(rates[name])) for name in rates}
    details["clients_share_of_a_core"] = round(statistics.median(shares), 2)
    return Measured(statistics.median(ratios), details)


def _refused(answers: list[Answer]) -> int:
    """How many found their seat taken; a booked one leads to its own page."""
    wrong = [answer for answer in answers if answer.status >= 400 and answer.status != 409]
    if wrong:
        raise BrokenError(f"A booking answered {wrong[0].status}.")
    return sum(not answer.where.startswith("/bookings/") for answer in answers)


def _with_refused(measured: Measured, refused: int, of: int) -> Measured:
    if refused > REFUSED * of:
        raise BrokenError(f"{refused} of {of} bookings were refused.")
    return Measured(measured.ratio, measured.details | {"refused": refused})
