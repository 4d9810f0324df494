"""People who use the product while parts of it fail, and who note what they were promised.

Each client sends one form at a time. A form that was not answered, or answered with an error,
is sent again until an answer says what became of it, as a person does who presses once more.
So at the end of a round each client knows exactly what the database must hold.
"""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace

from django.conf import settings

from benchmarks.client import Connection, Reader
from booking.models import Booking
from tests import factories
from tests.booking_forms import booking, cancelling, moving
from tests.factories import local
from workflow.models import NoContact, Report

ME = "/me/"
LOG_IN = "/accounts/login/"
LOG_OUT = "/accounts/logout/"
PASSWORD = "three or four words"
MOST_VISITS = 6  # of one recipient; then one is moved or cancelled
OUTCOMES = list(Report.Outcome.values)
PAUSE = 0.05  # seconds between two presses of one person


@dataclass
class Tally:
    """What one client saw since the round began."""

    acknowledged: int = 0
    unanswered: int = 0  # forms that had to be sent again
    slowest: float = 0.0  # seconds
    statuses: Counter = field(default_factory=Counter)


class Client:
    """Subclasses give ``next_form`` and ``note``; ``unanswered`` is the form to send again."""

    def __init__(self, port, rng):
        self.port = port
        self.rng = rng
        self.connection = None
        self.unanswered = None
        self.tally = Tally()
        self.problems = []

    def begin_round(self):
        self.tally, self.problems = Tally(), []
        self.hang_up()  # the web server may have been restarted since

    def work(self, stop: threading.Event):
        while not stop.is_set():
            self.step()
            stop.wait(PAUSE)

    def step(self):
        form = self.unanswered or self.next_form()
        answer = self.ask(form.request)
        if answer is None or answer.status >= 500:
            self.tally.unanswered += self.unanswered is None
            self.unanswered = form
            return
        self.unanswered = None
        if self.note(form, answer):
            self.tally.acknowledged += 1

    def resolve(self, *, within=60):
        """Send the open form until its answer is known."""
        end = time.monotonic() + within
        while self.unanswered:
            if time.monotonic() > end:
                self.problems.append("a form was not answered within a minute after the fault")
                self.unanswered = None
                return
            self.step()
            time.sleep(PAUSE)

    def ask(self, request):
        """The answer, or None when the connection was lost."""
        began = time.monotonic()
        try:
            self.connection = self.connection or Connection(self.port)
            answer = self.connection.fetch(request)
        except (OSError, ValueError):  # ValueError: the answer was cut off in its first line
            self.hang_up()
            answer = None
        self.tally.slowest = max(self.tally.slowest, time.monotonic() - began)
        self.tally.statuses[answer.status if answer else None] += 1
        if answer and b"\r\nconnection: close" in answer.head.lower():
            self.hang_up()
        return answer

    def hang_up(self):
        if self.connection:
            self.connection.socket.close()
        self.connection = None


class RecipientClient(Client):
    """Books, moves and cancels. ``times`` is what was acknowledged: None is cancelled."""

    def __init__(self, port, rng, services, dates):
        super().__init__(port, rng)
        recipient = factories.RecipientFactory(user=factories.UserFactory(language="en"))
        for service in services:
            factories.GrantFactory(recipient=recipient, service=service, amount=1000)
        self.person = SimpleNamespace(recipient=recipient, reader=Reader.of(recipient.user))
        self.services = services
        self.dates = dates
        self.times: dict = {}

    def next_form(self):
        booked = [key for key, starts_at in self.times.items() if starts_at]
        action = self.rng.random()
        if not booked or (action < 0.6 and len(booked) < MOST_VISITS):
            return booking(self.person, self.rng.choice(self.services), self._any_time())
        key = self.rng.choice(booked)
        visit = SimpleNamespace(pk=key, starts_at=self.times[key])
        if action < 0.8:
            return moving(self.person, visit, self._any_time())
        return cancelling(self.person, visit)

    def note(self, form, answer):
        if answer.status == 200:  # a refusal changed nothing
            return False
        if answer.status != 302 or not answer.location.startswith("/bookings/"):
            self.problems.append(f"a booking form was answered {answer.status}")
            return False
        self.times[form.visit] = form.wanted
        return True

    def check(self):
        """(lost, twice): what was acknowledged and is not so, and what nobody made."""
        found = dict(
            Booking.objects.confirmed()
            .filter(recipient=self.person.recipient)
            .values_list("pk", "starts_at")
        )
        lost = sum(found.get(key) != starts_at for key, starts_at in self.times.items())
        return lost, len(found.keys() - self.times.keys())

    def _any_time(self):
        return local(
            self.rng.choice(self.dates), self.rng.randrange(8, 15), self.rng.choice([0, 30])
        )


@dataclass(frozen=True)
class ReportForm:
    visit: object
    outcome: str
    request: bytes


class CarerClient(Client):
    """Reports today's visits and corrects the reports."""

    def __init__(self, port, rng, carer, visits):
        super().__init__(port, rng)
        self.reader = Reader.of(carer)
        self.visits = visits
        self.outcomes: dict = {}
        self.versions = Counter()

    def next_form(self):
        visit = self.rng.choice(self.visits)
        outcome = self.rng.choice([one for one in OUTCOMES if one != self.outcomes.get(visit)])
        url = f"/my-day/{visit.day.date}/visits/{visit.pk}/report/"
        # A correction of "no contact" says how the carer has met the person.
        sent = {"outcome": outcome, "how": NoContact.How.SEEN.value}
        return ReportForm(visit, outcome, self.reader.post(url, sent))

    def note(self, form, answer):
        if answer.status != 302 or not answer.location.startswith("/my-day/"):
            self.problems.append(f"a report was answered {answer.status}")
            return False
        self.outcomes[form.visit] = form.outcome
        self.versions[form.visit] += 1
        return True

    def check(self):
        found = {
            report.visit_id: report
            for report in Report.objects.filter(visit__in=[visit.pk for visit in self.visits])
        }
        lost = sum(
            visit.pk not in found or found[visit.pk].outcome != outcome
            for visit, outcome in self.outcomes.items()
        )
        twice = sum(
            visit.pk in found and found[visit.pk].version > self.versions[visit]
            for visit in self.outcomes
        )
        return lost, twice


@dataclass(frozen=True)
class SessionForm:
    action: str
    request: bytes
    user: object = None
    session: str = ""


class LogInClient(Client):
    """Logs in with a password, looks, and logs out. ``ended`` has the old cookies."""

    USERS = 12

    def __init__(self, port, rng):
        super().__init__(port, rng)
        self.users = [
            factories.UserFactory(password=PASSWORD, language="en") for _ in range(self.USERS)
        ]
        self.session = ""
        self.ended: list[str] = []
        self.refused_sessions = 0

    def next_form(self):
        if not self.session:
            user = self.rng.choice(self.users)
            fields = {"login": user.email, "password": PASSWORD}
            return SessionForm("log in", Reader("", "t" * 32).post(LOG_IN, fields), user)
        reader = Reader(self.session, "t" * 32)
        if self.rng.random() < 0.5:
            return SessionForm("look", reader.get(ME))
        return SessionForm("log out", reader.post(LOG_OUT, {}), session=self.session)

    def note(self, form, answer):
        if form.action == "look":
            self.refused_sessions += answer.status != 200
            return answer.status == 200
        if form.action == "log in":
            if answer.status != 302:  # refused: too many tries in a short time
                return False
            self.session = cookie_of(answer)
        elif form.action == "log out":
            if answer.status != 302:
                self.problems.append(f"a log-out was answered {answer.status}")
                return False
            self.ended.append(form.session)
            self.session = ""
        return True

    def check(self):
        """A session that was given must open its pages; an ended one must not."""
        lost, self.refused_sessions = self.refused_sessions, 0
        return lost, came_back(self, self.ended)


def cookie_of(answer):
    name = f"\r\nset-cookie: {settings.SESSION_COOKIE_NAME}="
    head = answer.head.decode()
    begin = head.lower().index(name.lower()) + len(name)
    return head[begin:].partition(";")[0]


def came_back(client, cookies):
    """How many of the sessions that were ended open a page."""
    open_again = 0
    for cookie in cookies:
        answer = client.ask(Reader(cookie, "t" * 32).get(ME))
        open_again += answer is not None and answer.status == 200
    return open_again


class Clients:
    """All clients, each in a thread of its own while they work."""

    def __init__(self, clients):
        self.all = clients

    def __enter__(self):
        self.stop = threading.Event()
        self.threads = [
            threading.Thread(target=client.work, args=[self.stop]) for client in self.all
        ]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def begin_round(self):
        for client in self.all:
            client.begin_round()

    @property
    def acknowledged(self):
        return sum(client.tally.acknowledged for client in self.all)

    def resolve(self):
        for client in self.all:
            client.resolve()


def make_clients(port, rng, cast, *, recipients=6):

    def seeded():
        return random.Random(rng.random())

    return Clients(
        [
            *(
                RecipientClient(port, seeded(), cast.services, cast.dates)
                for _ in range(recipients)
            ),
            CarerClient(port, seeded(), cast.carer, cast.visits),
            LogInClient(port, seeded()),
        ]
    )
