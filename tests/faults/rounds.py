"""The faults, and what must hold during and after each of them.

A round lets the clients work, breaks one thing, mends it, lets the clients work on, and then
compares what they were promised with the database.
"""

import datetime as dt
import time
from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import Message, SendingPause
from benchmarks.client import Reader
from booking.notices.visits import DAY_BEFORE
from tests import factories
from tests.faults import mail
from tests.faults.clients import LOG_OUT, ME, Client, RecipientClient, came_back
from tests.faults.product import Product
from tests.promises import broken_lists, broken_seats
from tests.web import until
from tests.workflow.worker import seconds_until
from workflow.models import WorkItem
from workflow.queries import check_plans

AT_LEAST = 5  # acknowledged forms before a fault, and after it
LONGEST_HOLD = 3.0  # seconds
WATCHED = 2.0  # seconds for which an ended session is tried after the cache is back
ANSWER_GOAL = 3.0  # seconds until 503 while the database is away
BETWEEN_ATTEMPTS = 6.0  # seconds; beat sends messages every three
PLAN_GOAL = 5.0  # seconds from a booking to its work list
SECONDS_A_MESSAGE = 120 / 5000  # the goal for messages that are due
MAY_SEND_TWICE = {"database", "workers"}  # sending is at least once, with the same Message-ID


@dataclass
class Figure:
    value: float
    goal: float


@dataclass
class Result:
    kind: str
    fault: str
    seconds: float = 0.0
    acknowledged: int = 0
    unanswered: int = 0
    lost: int = 0
    twice: int = 0
    mails_twice: int = 0
    slowest: float = 0.0
    figures: dict[str, Figure] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class Run:
    """The product, its clients and the round that is going on."""

    def __init__(self, product, clients, cast, rng, *, messages, grace):
        self.product, self.clients, self.cast, self.rng = product, clients, cast, rng
        self.messages = messages  # how many are due at once in the round about that
        self.grace = grace
        port = product.web.port
        self.probe = Client(port, rng)
        self.planned = RecipientClient(port, rng, cast.services, cast.dates)
        self.sent = Counter(product.mailbox.sent())
        self.deadlocks = product.deadlocks()
        product.new_complaints()

    def round(self, kind, fault):
        """What waits for something that does not happen raises ``AssertionError``: ``result`` has
        what was seen until then."""
        self.result = Result(kind, fault.name)
        began = time.monotonic()
        self.clients.begin_round()
        self.probe.begin_round()
        self.planned.begin_round()
        if fault.is_alone:
            fault.function(self)
        else:
            with self.clients:
                self.progress()
                fault.function(self)
                self.progress()
            self.clients.resolve()
        self._check()
        self.result.seconds = time.monotonic() - began
        return self.result

    # -- For faults --------------------------------------------------------------------

    def progress(self):
        """Wait until some more forms are acknowledged."""
        before = self.clients.acknowledged
        until(lambda: self.clients.acknowledged >= before + AT_LEAST)

    def hold(self):
        time.sleep(self.rng.uniform(0.5, LONGEST_HOLD))

    def figure(self, name, value, goal):
        known = self.result.figures.get(name)
        if known is None or value > known.value:
            self.result.figures[name] = Figure(value, goal)

    def problem(self, text):
        self.result.problems.append(text)

    def expect_503(self, *, seconds):
        """For as long as given, pages and the health check say that the database is away."""
        page = self.planned.person.reader.get("/calendar/")
        health = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for name, request in (("calendar", page), ("health", health)):
                began = time.monotonic()
                answer = self.probe.ask(request)
                self.figure(f"503 {name}", time.monotonic() - began, ANSWER_GOAL)
                if answer is None or answer.status != 503:
                    self.problem(f"{name}: {answer and answer.status} while the database is away")
                elif name == "calendar" and b"retry-after" not in answer.head.lower():
                    self.problem("503 without Retry-After")
                time.sleep(0.05)

    def expect_pages_again(self):
        began = time.monotonic()
        page = self.planned.person.reader.get("/calendar/")

        def is_back():
            answer = self.probe.ask(page)
            return answer is not None and answer.status == 200

        until(is_back)
        self.figure("pages again", time.monotonic() - began, 10.0)

    def new_sessions(self):
        """Sessions that have opened a page: the cache has them."""
        sessions = [
            Reader.of(user) for user in (factories.UserFactory(language="en") for _ in range(3))
        ]
        for reader in sessions:
            if self.probe.ask(reader.get(ME)).status != 200:
                self.problem("a new session opened no page")
        return sessions

    def log_out(self, sessions):
        for reader in sessions:
            answer = self.probe.ask(reader.post(LOG_OUT, {}))
            if answer is None or answer.status != 302:
                self.problem(f"log-out was answered {answer and answer.status}")

    def expect_ended(self, sessions):
        """The old cookies open nothing, neither at once nor a little later."""
        cookies = [reader.session for reader in sessions]
        end = time.monotonic() + WATCHED
        while time.monotonic() < end:
            if came_back(self.probe, cookies):
                self.result.lost += 1
                self.problem("a log-out came back")
                return
            time.sleep(0.1)
        self.result.acknowledged += len(sessions)

    def book_and_wait_for_list(self):
        """Seconds from an acknowledged booking to its place on a work list."""
        while True:
            form = self.planned.next_form()
            answer = self.planned.ask(form.request)
            if answer and self.planned.note(form, answer) and form.wanted:
                break
        return seconds_until(
            WorkItem.objects.filter(visit__booking=form.visit, visit__starts_at=form.wanted).exists
        )

    # -- After the fault -----------------------------------------------------------------

    def _check(self):
        result = self.result
        for client in [*self.clients.all, self.planned]:
            lost, twice = client.check()
            tally = client.tally
            result.lost += lost
            result.twice += twice
            result.acknowledged += tally.acknowledged
            result.unanswered += tally.unanswered
            result.slowest = max(result.slowest, tally.slowest)
            result.problems += client.problems
            if tally.statuses[500] and result.fault != COMMIT_LOST:
                self.problem(f"{tally.statuses[500]} answers 500")
        if result.lost or result.twice:
            self.problem(f"{result.lost} lost, {result.twice} twice")
        self._check_rows()
        self._check_mails()
        if (now := self.product.deadlocks()) > self.deadlocks:
            self.problem(f"{now - self.deadlocks} deadlocks")
        self.deadlocks = now
        complaints = self.product.new_complaints()
        if complaints and result.kind != "database":
            self.problem(f"{len(complaints)} errors in the log: {complaints[0][-300:]}")
        for name, figure in result.figures.items():
            if figure.value > figure.goal * self.grace:
                self.problem(f"{name} {figure.value:.1f} s, the goal is {figure.goal:.1f}")

    def _check_rows(self):
        def are_planned():
            return not check_plans(self.cast.today).wrong

        try:
            self.figure("all planned", seconds_until(are_planned), 10.0)
        except AssertionError:
            self.problem(f"check_plans: {check_plans(self.cast.today).faults}")
        self.result.problems += broken_seats() + broken_lists()

    def _check_mails(self):
        """Each message is sent once. Where a worker may die between handing over and recording,
        it is sent again with the same Message-ID."""
        sent = Counter(self.product.mailbox.sent())
        new = {key for key in sent if sent[key] > self.sent[key]}
        self.result.mails_twice = sum(sent[key] > 1 for key in new)
        self.sent = sent
        if self.result.mails_twice and self.result.kind not in MAY_SEND_TWICE:
            self.problem(f"{self.result.mails_twice} mails sent twice")
        if Message.objects.filter(state=Message.State.DEAD).exists():
            self.problem("a message was given up")


@dataclass(frozen=True)
class Fault:
    name: str
    function: object
    is_alone: bool = False  # the clients rest, because something is measured


# -- Cache and log-out -----------------------------------------------------------------------


def cache_away(break_it, mend_it, *, restart_web=False):
    """People log out meanwhile, and stay logged out."""

    def fault(run):
        sessions = run.new_sessions()
        break_it(run.product)
        try:
            run.log_out(sessions)
            run.hold()
        finally:
            mend_it(run.product)
        if restart_web:
            run.product.web.restart()
        run.expect_ended(sessions)

    return fault


# -- Database ----------------------------------------------------------------------------------


def database_away(break_it, mend_it):
    def fault(run):
        break_it(run.product)
        try:
            run.expect_503(seconds=run.rng.uniform(2.0, 2.0 + LONGEST_HOLD))
        finally:
            mend_it(run.product)
        run.expect_pages_again()

    return fault


COMMIT_LOST = "answer to COMMIT lost"


def commits_lost(run):
    for _ in range(8):
        run.product.proxy.drop_answers_to = b"COMMIT"
        until(lambda: run.product.proxy.drop_answers_to is None)


# -- Mail --------------------------------------------------------------------------------------


def post_reminders(count):
    """Messages that are due now, about visits of tomorrow; returns the bookings."""
    bookings = [
        factories.BookingFactory(recipient__user=factories.UserFactory())
        for _ in range(max(1, count // 20))
    ]
    Message.objects.bulk_create(
        Message(
            kind=DAY_BEFORE,
            key=f"due {number}",
            user=booking.recipient.user,
            subject_id=booking.recipient_id,
            about_id=booking.pk,
            facts={"at": booking.starts_at.isoformat()},
            channel=Message.Channel.EMAIL,
            due_at=timezone.now(),
            expires_at=timezone.now() + dt.timedelta(days=1),
        )
        for number in range(count)
        for booking in [bookings[number % len(bookings)]]
    )
    return bookings


def of(bookings):
    return Message.objects.filter(about_id__in=[booking.pk for booking in bookings])


def tidy(bookings):
    """They have no visits, so no plan may find them."""
    of(bookings).delete()
    for booking in bookings:
        booking.delete()


def mail_slow(run):
    """Half a second each: plans do not wait for messages."""
    bookings = post_reminders(60)
    run.product.mailbox.behave(mail.SLOW)
    sent = of(bookings).filter(state=Message.State.SENT)
    try:
        seconds_until(sent.exists)
        for _ in range(3):
            run.figure("booking to list", run.book_and_wait_for_list(), PLAN_GOAL)
        if sent.count() == 60:
            run.problem("all mails had gone before the plans were made")
    finally:
        run.product.mailbox.behave(mail.QUICK)
    seconds_until(lambda: sent.count() == 60)
    tidy(bookings)


def mail_away(run):
    """What could not be sent is tried again, and sent."""
    run.product.mailbox.behave(mail.AWAY)
    failed = Message.objects.filter(state=Message.State.WAITING, why=Message.Why.FAILED)
    try:
        seconds_until(failed.exists)
        run.hold()
    finally:
        run.product.mailbox.behave(mail.QUICK)
    keys = list(failed.values_list("pk", flat=True))
    waiting = Message.objects.filter(
        pk__in=keys, state__in=[Message.State.WAITING, Message.State.SENDING]
    )

    for _ in range(10):
        if not waiting.exists():
            return
        # The pauses of each message, and of all of them, are over.
        SendingPause.objects.update(until=timezone.now())
        failed.update(due_at=timezone.now())
        end = time.monotonic() + BETWEEN_ATTEMPTS
        seconds_until(lambda end=end: not waiting.exists() or time.monotonic() > end)
    run.problem(f"{waiting.count()} mails still wait a minute after the server is back")


def many_due(run):
    """One process sends what has gathered, to a mail server that is quick."""
    bookings = post_reminders(run.messages)
    waiting = of(bookings).exclude(state=Message.State.SENT)
    goal = run.messages * SECONDS_A_MESSAGE
    took = seconds_until(lambda: not waiting.exists(), within=10 * goal + 60)
    run.result.acknowledged += run.messages
    # Beat finds them within three seconds, which the goal for a few does not allow for.
    run.figure(f"{run.messages} messages", took, max(goal, 10.0))
    tidy(bookings)


# -- Celery and the web server -----------------------------------------------------------------


def workers_killed(run):
    """Killed in the middle of plans and of a mail, and started again."""
    bookings = post_reminders(20)
    mine = of(bookings)
    run.product.mailbox.behave(mail.SLOW)
    seconds_until(mine.filter(state=Message.State.SENDING).exists)
    run.product.delivery.kill_celery()
    run.product.mailbox.behave(mail.QUICK)
    run.hold()
    mine.filter(state=Message.State.SENDING).update(due_at=timezone.now())  # the lease is over
    run.product.delivery.restart_celery()
    seconds_until(lambda: not mine.exclude(state=Message.State.SENT).exists())
    tidy(bookings)


def web_workers_killed(run):
    for _ in range(3):
        run.product.kill_a_web_worker(run.rng)
        run.progress()


def web_restarted(run):
    run.product.web.restart()


FAULTS = {
    "cache": [
        Fault("killed", cache_away(Product.kill_cache, Product.start_cache)),
        Fault("frozen", cache_away(Product.freeze_cache, Product.thaw_cache)),
        Fault("restarted", cache_away(Product.stop_cache, Product.start_cache)),
    ],
    "database": [
        Fault("cut off", database_away(lambda p: p.proxy.cut(), lambda p: p.proxy.restore())),
        Fault("frozen", database_away(lambda p: p.proxy.freeze(), lambda p: p.proxy.restore())),
        Fault(COMMIT_LOST, commits_lost),
        Fault("killed", database_away(Product.kill_database, Product.start_database)),
    ],
    "mail": [
        Fault("slow", mail_slow),
        Fault("away", mail_away),
        Fault("many due", many_due, is_alone=True),
    ],
    "log-out": [
        Fault(
            "cache killed, web restarted",
            cache_away(Product.kill_cache, Product.start_cache, restart_web=True),
        ),
        Fault(
            "cache frozen, web restarted",
            cache_away(Product.freeze_cache, Product.thaw_cache, restart_web=True),
        ),
    ],
    "workers": [Fault("killed", workers_killed)],
    "web": [Fault("workers killed", web_workers_killed), Fault("restarted", web_restarted)],
}
