"""The figures of a fault run: a table, and one line of JSON for each round."""

import json
from collections import defaultdict
from dataclasses import asdict

HEADS = (
    "fault", "rounds", "acknowledged", "sent again", "lost", "twice", "mails twice",
    "slowest answer", "figures (slowest / goal, seconds)",
)  # fmt: skip


def line_of(result, *, seed):
    return json.dumps({"seed": seed, **asdict(result)})


def table(results):
    """One row for each fault, in the order of the first round, ready for Markdown."""
    groups = defaultdict(list)
    for result in results:
        groups[f"{result.kind}: {result.fault}"].append(result)
    rows = [HEADS, ("---",) * len(HEADS)]
    rows += [_row(name, group) for name, group in sorted(groups.items())]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)


def _row(name, results):
    def total(field):
        return sum(getattr(result, field) for result in results)

    return (
        name,
        len(results),
        total("acknowledged"),
        total("unanswered"),
        total("lost"),
        total("twice"),
        total("mails_twice"),
        f"{max(result.slowest for result in results):.1f}",
        "; ".join(_figures(results)),
    )


def _figures(results):
    slowest = {}
    for result in results:
        for name, figure in result.figures.items():
            known = slowest.get(name)
            if known is None or figure.value > known.value:
                slowest[name] = figure
    return [f"{name} {one.value:.1f} / {one.goal:.0f}" for name, one in slowest.items()]
