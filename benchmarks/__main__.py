import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from traceback import format_exc
from typing import Any

from benchmarks import report
from benchmarks.environment import CHECKOUT, Environment, prepared
from benchmarks.pieces import PIECES
from benchmarks.results import Benchmark, BrokenError, Measured, as_json, as_row, heading, say
from benchmarks.sizes import Effort, Sizes
from serviceshop.local import LocalServiceError

BENCHMARKS = {
    one.name: one
    for one in (
        Benchmark("calendar-warm", "calendar ÷ floor, p50", "pages.warm", at_most=0.9),
        Benchmark("calendar-unchanged", "304 ÷ floor, p50", "pages.unchanged", at_most=0.4),
        Benchmark("calendar-even", "calendar, p95 ÷ p50", "pages.even", at_most=1.5),
        Benchmark("calendar-statements", "SQL statements", "pages.statements", at_most=6),
        Benchmark("calendar-history", "history ÷ none, p50", "history.calendar", at_most=1.1),
        Benchmark("calendar-staff", "largest ÷ one on, p50", "pages.staff", at_most=1.3),
        Benchmark("calendar-cold", "all days changed ÷ floor, p50", "pages.cold", at_most=2.5),
        Benchmark("calendar-saturated", "nobody left ÷ 60 %, p50", "pages.saturated", at_most=4),
        Benchmark("slots-api", "slots ÷ floor, p50", "slots.api", at_most=0.6),
        Benchmark("booking-spread", "booking ÷ bare INSERT, /s", "bookings.spread", at_least=0.4),
        Benchmark("booking-crowd", "one day ÷ spread, /s", "bookings.crowd", at_least=0.8),
        Benchmark("staff-today", "administrator's today ÷ empty view, p50", "staff.today"),
        Benchmark("staff-unbooked", "unbooked help ÷ empty, p50", "staff.unbooked", at_most=8),
        Benchmark("slack", "slack of one recipient ÷ floor", "staff.slack", at_most=1.2),
        Benchmark("worker-memory", "after many ÷ few requests", "memory.worker", at_most=1.05),
    )
}
FULL = Sizes(departments=10, staff=20, largest=50, saturated=80, history=1_000_000)
SMALL = Sizes(departments=4, staff=20, largest=50, saturated=20, history=20_000)
THOROUGH = Effort(rounds=3, pages=150, waves=26, requests=(1_000, 10_000))
QUICK = Effort(rounds=3, pages=20, waves=3, requests=(100, 500))
FIGURES = CHECKOUT / ".data" / "benchmarks.jsonl"
GAINS = CHECKOUT / ".data" / "pieces.jsonl"


def main() -> int:
    arguments = _arguments()
    if arguments.without:
        return _without(arguments)
    unknown = [name for name in arguments.names if name not in BENCHMARKS]
    if unknown:
        say(f"There is no benchmark {', '.join(unknown)}. Choose from: {', '.join(BENCHMARKS)}.")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = [BENCHMARKS[name] for name in arguments.names or BENCHMARKS]
    sizes = Sizes(**{name: getattr(arguments, name) for name in asdict(FULL)})
    effort = QUICK if arguments.quick else THOROUGH
    context = {"sizes": asdict(sizes), "effort": asdict(effort)}
    known = report.read(FIGURES, context) if arguments.resume else {}
    left = [benchmark for benchmark in chosen if benchmark.name not in known]
    report.discard(FIGURES, [benchmark.name for benchmark in left], context)
    data = ", ".join(f"{name} {number:,}" for name, number in asdict(sizes).items())
    say(f"{os.cpu_count()} cores; {data}; {len(left)} benchmarks")
    try:
        broken = _measure(left, sizes, effort, context, as_lines=arguments.json)
    except (LocalServiceError, OSError) as error:
        say(f"It broke: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    if arguments.write_docs:
        figures = report.read(FIGURES, context)
        report.write_docs([(one, figures.get(one.name)) for one in BENCHMARKS.values()])
    return 1 if broken else 0


def _measure(
    benchmarks: Sequence[Benchmark],
    sizes: Sizes,
    effort: Effort,
    context: dict[str, Any],
    *,
    as_lines: bool,
) -> bool:
    """One after the other, also after one broke. Returns whether any did."""
    if not benchmarks:
        return False
    broken = False
    began = time.monotonic()
    with prepared(sizes, effort) as here:
        if not as_lines:
            print(heading())
        for number, benchmark in enumerate(benchmarks, 1):
            minutes = (time.monotonic() - began) / 60
            say(f"{benchmark.name} ({number} of {len(benchmarks)}, {minutes:.1f} min so far)")
            try:
                measured = _measured(benchmark, here)
            except Exception as error:  # the other figures are still wanted
                say(f"It broke: {error}" if isinstance(error, BrokenError) else format_exc())
                broken = True
                continue
            figure = benchmark.figure(measured) | context
            report.keep(FIGURES, figure)
            print(as_json(figure) if as_lines else as_row(benchmark, figure), flush=True)
    return broken


def _without(arguments: argparse.Namespace) -> int:
    """Measure pieces of machinery, each alone, by the figures that it serves."""
    if arguments.without == ["list"]:
        for piece in PIECES.values():
            print(f"{piece.name:<40} {', '.join(piece.serves)}")
        return 0
    names = list(PIECES) if arguments.without == ["all"] else arguments.without
    if unknown := [
        name for together in names for name in together.split("+") if name not in PIECES
    ]:
        say(f"There is no piece {', '.join(unknown)}. --without list names them all.")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sizes = Sizes(**{name: getattr(arguments, name) for name in asdict(FULL)})
    context = {"sizes": asdict(sizes)}
    is_broken = False
    with prepared(sizes, QUICK) as here:
        from benchmarks import without

        for number, name in enumerate(names, 1):
            say(f"without {name} ({number} of {len(names)})")
            try:
                for compared in without.measure(here, name, set(arguments.names)):
                    figure = compared.as_figure | context
                    report.keep_gain(GAINS, figure)
                    print(
                        as_json(figure) if arguments.json else without.as_row(compared), flush=True
                    )
            except Exception as error:  # the others are still wanted
                say(f"It broke: {error}" if isinstance(error, BrokenError) else format_exc())
                is_broken = True
    if arguments.write_docs:
        report.write_pieces(PIECES.values(), report.read_gains(GAINS, context))
    return 1 if is_broken else 0


def _measured(benchmark: Benchmark, here: Environment) -> Measured:
    module, function = benchmark.measure.split(".")
    measured: Measured = getattr(import_module(f"benchmarks.{module}"), function)(here)
    return measured


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Speed as ratios to a floor in the same run.",
        epilog=f"Benchmarks: {', '.join(BENCHMARKS)}. All of them when none is named.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument(
        "--without",
        action="append",
        metavar="PIECE",
        help="measure what this piece of machinery gives to the figures it serves, or to those"
        " that are named; several times for several, each alone; a+b for two together; all; list",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="less data and fewer requests: within minutes, less accurate",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="leave out what was measured before",
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="write the table and the chart in docs/"
    )
    parser.add_argument("--departments", type=int, metavar="N")
    parser.add_argument("--staff", type=int, metavar="N", help="staff of each department")
    parser.add_argument("--largest", type=int, metavar="N", help="staff of the largest")
    parser.add_argument("--saturated", type=int, metavar="N", help="staff of the two compared")
    parser.add_argument("--history", type=int, metavar="N", help="number of past bookings")
    arguments = parser.parse_args()
    for name, number in asdict(SMALL if arguments.quick else FULL).items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, number)
    return arguments


if __name__ == "__main__":
    sys.exit(main())
