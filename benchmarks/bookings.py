"""Bookings a second with 32 concurrent clients, through the page that books."""

import datetime as dt
import itertools
import statistics
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone

from benchmarks.client import Crowd, Reader, Response, new_key
from benchmarks.dataset import Site
from benchmarks.environment import Environment
from benchmarks.results import BrokenError, Measured, say
from benchmarks.sizes import DAYS, SLOTS_A_DAY
from booking import queries
from booking.calendar.offers import SlotStatus
from booking.models import Booking, BookingEvent, Recipient, Visit

CLIENTS = 32
REFUSED = 0.02  # the share that may find no seat; with more the rate would mean something else


@dataclass(frozen=True)
class BookingRequest:
    """One recipient's request for a slot that no other request is for."""

    reader: Reader
    recipient: Recipient
    site: Site
    starts_at: dt.datetime

    def book(self) -> bytes:
        return self.reader.post("/book/", self._fields())

    def insert(self) -> bytes:
        return self.reader.post(f"/floor/{self.site.department.pk}/insert/", self._fields())

    def _fields(self) -> dict[str, str]:
        return {
            "key": new_key(),
            "recipient": str(self.recipient.pk),
            "service": str(self.site.service.pk),
            "starts_at": self.starts_at.isoformat(),
            "note": "",
        }


def spread(env: Environment) -> Measured:
    """Distinct slots of all departments and days ÷ one bare INSERT each."""
    requests = BookingRequests(env)
    some = list(itertools.chain.from_iterable(requests.spread(env.effort.waves)))
    refused = 0

    def book(crowd: Crowd) -> float:
        nonlocal refused
        responses, took = crowd.fetch([request.book() for request in some])
        refused += count_refused(responses)
        return len(some) / took

    def insert(crowd: Crowd) -> float:
        responses, took = crowd.fetch([request.insert() for request in some])
        if any(response.status != 204 for response in responses):
            raise BrokenError("The bare INSERT failed.")
        return len(some) / took

    measured = _compared(env, requests, booking=book, insert=insert)
    return _with_refused(measured, refused, len(some) * env.effort.rounds)


def crowd(env: Environment) -> Measured:
    """Waves of 32 on one department's day ÷ waves of 32 on different ones."""
    requests = BookingRequests(env)
    together = list(requests.together(env.effort.waves))
    apart = list(requests.spread(env.effort.waves))
    refused = 0

    def book(waves: list[Sequence[BookingRequest]]) -> Callable[[Crowd], float]:
        def in_waves(crowd: Crowd) -> float:
            nonlocal refused
            seconds = 0.0
            for wave in waves:
                responses, took = crowd.fetch([request.book() for request in wave])
                refused += count_refused(responses)
                seconds += took
            return sum(map(len, waves)) / seconds

        return in_waves

    measured = _compared(env, requests, one_day=book(together), spread=book(apart))
    sent = sum(map(len, itertools.chain(together, apart)))
    return _with_refused(measured, refused, sent * env.effort.rounds)


class BookingRequests:
    """One request for each free slot of each day from tomorrow. Each recipient requests one
    time of day, so that no recipient's own visits overlap."""

    def __init__(self, env: Environment) -> None:
        self.sites = env.data.ordinary
        self.bookers = [recipient for site in self.sites for recipient in site.bookers]
        readers = {}
        for recipient in self.bookers:
            assert recipient.user
            readers[recipient.pk] = Reader.of(recipient.user)
        self.days = [requests for site in self.sites for requests in self._by_day(site, readers)]

    def _by_day(
        self, site: Site, readers: dict[uuid.UUID, Reader]
    ) -> Iterator[dict[int, BookingRequest]]:
        """The requests of each day by slot number. Only free slots: a refusal costs less."""
        now = timezone.now()
        today = timezone.localdate(now)
        for day in queries.offer(
            service=site.service,
            recipient=site.bookers[0],
            dates=[today + dt.timedelta(days=n) for n in range(1, DAYS)],
            now=now,
        ):
            yield {
                number: BookingRequest(readers[recipient.pk], recipient, site, slot.starts_at)
                for number, (recipient, slot) in enumerate(
                    zip(site.bookers, day.slots, strict=True)
                )
                if slot.status is SlotStatus.FREE
            }

    def together(self, waves: int) -> Iterator[Sequence[BookingRequest]]:
        """Each wave is all requests for one department's day."""
        for requests in self.days[:waves]:
            yield list(requests.values())

    def spread(self, waves: int) -> Iterator[Sequence[BookingRequest]]:
        """Each wave is 32 requests, for different days as far as there are so many."""
        requests = [
            day[number]
            for turn in range(SLOTS_A_DAY)
            for place, day in enumerate(self.days)
            if (number := (turn + place) % SLOTS_A_DAY) in day
        ]
        for wave in range(min(waves, len(requests) // CLIENTS)):
            yield requests[wave * CLIENTS : (wave + 1) * CLIENTS]

    def undo(self) -> None:
        """Delete all bookings that were made, without the verbs: this is not measured."""
        ids = [recipient.pk for recipient in self.bookers]
        Visit.objects.filter(booking__recipient__in=ids).delete()
        BookingEvent.objects.filter(booking__recipient__in=ids).delete()
        Booking.objects.filter(recipient__in=ids).delete()


def _compared(
    env: Environment, requests: BookingRequests, **subjects: Callable[[Crowd], float]
) -> Measured:
    """The first subject's requests a second ÷ the second's. They alternate in who begins."""
    rates: dict[str, list[float]] = {name: [] for name in subjects}
    shares = []
    for number in range(1, env.effort.rounds + 1):
        say(f"  round {number} of {env.effort.rounds}")
        with Crowd(env.port, CLIENTS) as crowd:
            for wave in requests.spread(1):  # opens connections and loads templates
                crowd.fetch([request.book() for request in wave])
                requests.undo()
            in_turn = list(subjects.items())
            for name, measure in in_turn if number % 2 else reversed(in_turn):
                rates[name].append(measure(crowd))
                requests.undo()
            shares.append(crowd.share)
    subject, floor = rates.values()
    ratios = [one / other for one, other in zip(subject, floor, strict=True)]
    details: dict[str, object] = {"rounds": [round(ratio, 3) for ratio in ratios]}
    details |= {f"{name}_per_s": round(statistics.median(rates[name])) for name in rates}
    details["clients_share_of_a_core"] = round(statistics.median(shares), 2)
    return Measured(statistics.median(ratios), details)


def count_refused(responses: list[Response]) -> int:
    """How many were refused. A booking redirects to the page of the visit."""
    wrong = [
        response for response in responses if response.status >= 400 and response.status != 409
    ]
    if wrong:
        raise BrokenError(f"A booking returned {wrong[0].status}.")
    return sum(not response.location.startswith("/bookings/") for response in responses)


def _with_refused(measured: Measured, refused: int, of: int) -> Measured:
    if refused > REFUSED * of:
        raise BrokenError(f"{refused} of {of} bookings were refused.")
    return Measured(measured.ratio, measured.details | {"refused": refused})
