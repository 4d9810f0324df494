"""Break the parts of the running product while people use it, and check what they were promised.

``python -m tests.faults`` starts everything itself, takes rounds of every kind of fault until
the time is over, and prints a table. Each round is also a line of JSON in
``.data/faults/results.jsonl``. Exits with 1 when anything was lost, came twice or came back, or
took longer than its goal times ``--grace``.
"""

import argparse
import datetime as dt
import os
import random
import shutil
import sys
import time
import traceback
from pathlib import Path
from types import SimpleNamespace

from serviceshop.local import DataFolder

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".data" / "faults"
KINDS = ("cache", "database", "mail", "log-out", "workers", "web")
STAFF = 4
LONG = 300  # seconds; a shorter run has fewer messages due at once


def main():
    options = _options()
    # Durable: the database is killed, and must not lose what it has committed.
    folder = DataFolder(FOLDER)
    with folder.hold() as services:
        os.environ.update(services)
        os.environ["DJANGO_SETTINGS_MODULE"] = "serviceshop.settings"
        import django

        import tests.services  # noqa: F401  (the other settings of tests)

        django.setup()
        from tests.fast_database import copied_database

        with copied_database():
            results = _run(folder.postgres, options)
    from tests.faults.report import table

    print(f"\n{table(results)}\n")
    problems = [(result, text) for result in results for text in result.problems]
    for result, text in problems:
        print(f"{result.kind}, {result.fault}: {text}")
    print(f"{len(results)} rounds, seed {options.seed}, {len(problems)} problems")
    return 1 if problems or not results else 0


def _options():
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seconds", type=int, default=LONG, help="how long to begin new rounds")
    parser.add_argument("--seed", type=int, default=dt.date.today().toordinal())
    parser.add_argument("--kind", choices=KINDS, action="append", help="all kinds by default")
    parser.add_argument("--messages", type=int, help="how many are due at once: 5000, or 300")
    parser.add_argument("--grace", type=float, default=1.0, help="for a busy machine")
    options = parser.parse_args()
    options.messages = options.messages or (5000 if options.seconds >= LONG else 300)
    return options


def _run(postgres, options):
    from tests.faults.clients import make_clients
    from tests.faults.product import Product
    from tests.faults.report import line_of
    from tests.faults.rounds import Run

    work = FOLDER / "run"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    rng = random.Random(options.seed)
    results = []
    with Product(work, postgres) as product, (FOLDER / "results.jsonl").open("a") as lines:
        cast = _cast()
        clients = make_clients(product.web.port, rng, cast)
        run = Run(product, clients, cast, rng, messages=options.messages, grace=options.grace)
        end = time.monotonic() + options.seconds
        for kind, fault in _order(options.kind or KINDS, rng):
            if time.monotonic() > end:
                break
            try:
                result = run.round(kind, fault)
            except AssertionError as error:
                traceback.print_exc()
                result = run.result
                result.problems.append(f"the round did not end: {error}")
                end = 0  # what follows would only show the same
            results.append(result)
            lines.write(line_of(result, seed=options.seed) + "\n")
            lines.flush()
            text = f"{result.seconds:5.1f} s  {kind}, {fault.name}"
            print(text, *result.problems, sep="\n         ", flush=True)
    return results


def _order(kinds, rng):
    """One fault of each kind, so that a short run has all kinds; then the other faults; and so
    on, for ever."""
    from tests.faults.rounds import FAULTS

    while True:
        of_kind = {kind: rng.sample(FAULTS[kind], len(FAULTS[kind])) for kind in kinds}
        first = [(kind, faults.pop()) for kind, faults in of_kind.items()]
        rest = [(kind, fault) for kind, faults in of_kind.items() for fault in faults]
        yield from rng.sample(first, len(first))
        yield from rng.sample(rest, len(rest))


def _cast():
    """A department with its days laid out, and a carer with visits today that can be reported."""
    from django.utils import timezone

    from booking.models import Visit
    from departments.actions.days import lay_out_horizon
    from departments.models import Day
    from tests import factories

    department = factories.DepartmentFactory()
    services = [
        factories.ServiceFactory(department=department, minutes=minutes) for minutes in (30, 60)
    ]
    for weekday in range(1, 8):
        factories.OpeningHoursFactory(department=department, weekday=weekday, staff=STAFF)
    lay_out_horizon(department)
    today = timezone.localdate()
    day = Day.objects.get(department=department, date=today)
    carer = factories.EmployeeFactory(department=department).person
    shift = factories.ShiftFactory(
        day=day,
        person=carer,
        starts_at=factories.local(today, 0),
        ends_at=factories.local(today, 23, 59),
    )
    for hour in range(timezone.localtime().hour + 1):
        factories.VisitFactory(
            day=day,
            shift=shift,
            booking__service=services[0],
            booking__starts_at=factories.local(today, hour),
        )
    Day.objects.filter(pk=day.pk).update(revision=day.revision + 1)
    return SimpleNamespace(
        services=services,
        carer=carer,
        visits=list(Visit.objects.select_related("day")),
        today=today,
        dates=[today + dt.timedelta(days=n) for n in range(1, 14)],
    )


if __name__ == "__main__":
    sys.exit(main())
