"""``python -m benchmarks [NAME …] [--json]``: one JSON object a line, progress beside it.

Starts services and a web server of its own and leaves no data behind.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from serviceshop.local import DataFolder

FOLDER = Path(__file__).resolve().parent.parent / ".data" / "benchmarks"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--json", action="store_true", help="no table at the end")
    arguments = parser.parse_args()

    shutil.rmtree(FOLDER, ignore_errors=True)
    folder = DataFolder(FOLDER)
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ.update(
        SECRET_KEY=folder.secret_key(),
        ALLOWED_HOSTS="127.0.0.1,localhost,testserver",
        HTTPS="0",
        STATIC_HASHED="0",
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
    )
    try:
        with folder.hold() as services:
            os.environ.update(services)
            return _run(arguments.names, is_json=arguments.json)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


def _run(names: list[str], *, is_json: bool) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from benchmarks.measures import BENCHMARKS, Bench

    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        _say(f"Unknown: {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}.")
        return 2
    _say("making the database")
    call_command("migrate", verbosity=0)
    bench = Bench(_say)
    table = []
    is_good = True
    for name in names or BENCHMARKS:
        _say(name)
        benchmark = BENCHMARKS[name]
        measured = benchmark.measure(bench)
        is_met = benchmark.is_met(measured.ratio)
        is_good = is_good and is_met
        line = {
            "name": name,
            "ratio": round(measured.ratio, 3),
            "goal": benchmark.goal,
            "goal_is": "at least" if benchmark.is_at_least else "at most",
            "ok": is_met,
            **{key: round(value, 2) for key, value in measured.details.items()},
        }
        print(json.dumps(line), flush=True)
        sign = "≥" if benchmark.is_at_least else "≤"
        verdict = "" if is_met else "   NOT MET"
        table.append(f"{name:<20} {measured.ratio:8.2f}   {sign} {benchmark.goal}{verdict}")
    connections.close_all()
    if not is_json:
        _say("\n" + "\n".join(table))
    return 0 if is_good else 1


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
