import argparse
import os
import signal
import sys
from dataclasses import asdict
from importlib import import_module

from benchmarks.stage import Effort, Sizes, stage
from benchmarks.words import Benchmark, BrokenError, Measured, as_json, as_row, heading, say
from serviceshop.local import LocalServiceError

BENCHMARKS = {
    one.name: one
    for one in (
        Benchmark("calendar-warm", "calendar ÷ floor, p50", "pages.warm", at_most=0.9),
        Benchmark("calendar-unchanged", "304 ÷ floor, p50", "pages.unchanged", at_most=0.4),
        Benchmark("calendar-even", "calendar, p95 ÷ p50", "pages.even", at_most=1.5),
        Benchmark("calendar-cold", "all days changed ÷ floor, p50", "pages.cold", at_most=2.5),
        Benchmark("calendar-staff", "largest ÷ one on, p50", "pages.staff", at_most=1.3),
        Benchmark("calendar-statements", "SQL statements", "pages.statements", at_most=6),
        Benchmark("booking-spread", "booking ÷ bare INSERT, /s", "bookings.spread", at_least=0.4),
        Benchmark("booking-crowd", "one day ÷ spread, /s", "bookings.crowd", at_least=0.8),
    )
}
THOROUGH = Effort(rounds=3, pages=150, waves=26)
QUICK = Effort(rounds=3, pages=20, waves=3)


def main() -> int:
    asked = _arguments()
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        say(f"There is no benchmark {', '.join(unknown)}. Choose from: {', '.join(BENCHMARKS)}.")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = [BENCHMARKS[name] for name in asked.names or BENCHMARKS]
    sizes = Sizes(asked.departments, asked.staff, asked.largest, asked.history)
    data = asdict(sizes)
    say(f"{os.cpu_count()} cores; {', '.join(f'{name} {n}' for name, n in data.items())}")
    try:
        with stage(sizes, QUICK if asked.quick else THOROUGH) as here:
            if not asked.json:
                print(heading())
            for number, benchmark in enumerate(chosen, 1):
                say(f"{benchmark.name} ({number} of {len(chosen)})")
                module, function = benchmark.measure.split(".")
                measured: Measured = getattr(import_module(f"benchmarks.{module}"), function)(here)
                figure = benchmark.figure(measured) | {"sizes": data}
                print(as_json(figure) if asked.json else as_row(benchmark, figure), flush=True)
    except (BrokenError, LocalServiceError, OSError) as error:
        say(f"It broke: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Speed as ratios against a floor in the same run.",
        epilog=f"Benchmarks: {', '.join(BENCHMARKS)}. All of them when none is named.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="within two minutes, less sure")
    parser.add_argument("--departments", type=int, default=4, metavar="N")
    parser.add_argument("--staff", type=int, default=20, metavar="N", help="on in each of them")
    parser.add_argument("--largest", type=int, default=50, metavar="N", help="on in one more")
    parser.add_argument("--history", type=int, metavar="N", help="bookings gone by")
    asked = parser.parse_args()
    if asked.history is None:
        asked.history = 0 if asked.quick else 20_000
    return asked


if __name__ == "__main__":
    sys.exit(main())
