"""Benchmarks and their figures, and how a run prints them."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class BrokenError(Exception):
    """A response was not as expected, so that a figure would mean nothing."""


@dataclass(frozen=True)
class Measured:
    """``ratio`` is None when nothing could be measured; ``details`` say why."""

    ratio: float | None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Benchmark:
    name: str
    what: str
    measure: str  # the function in benchmarks, as "module.function"
    at_most: float | None = None
    at_least: float | None = None

    @property
    def has_goal(self) -> bool:
        return self.at_most is not None or self.at_least is not None

    @property
    def goal(self) -> str:
        if not self.has_goal:
            return "none"
        return f"≤ {self.at_most}" if self.at_most is not None else f"≥ {self.at_least}"

    def is_met_by(self, ratio: float | None) -> bool:
        if ratio is None:
            return False
        if self.at_most is not None:
            return ratio <= self.at_most
        return self.at_least is not None and ratio >= self.at_least

    def figure(self, measured: Measured) -> dict[str, Any]:
        return {
            "name": self.name,
            "what": self.what,
            "ratio": None if measured.ratio is None else round(measured.ratio, 3),
            "goal": self.at_most if self.at_most is not None else self.at_least,
            "goal_is": "at least" if self.at_least is not None else "at most",
            "ok": self.is_met_by(measured.ratio) if self.has_goal else None,
            **measured.details,
        }


def as_json(figure: dict[str, Any]) -> str:
    return json.dumps(figure, ensure_ascii=False)


def as_row(benchmark: Benchmark, figure: dict[str, Any]) -> str:
    ratio = "–" if figure["ratio"] is None else f"{figure['ratio']:.3g}"
    is_judged = benchmark.has_goal and figure["ratio"] is not None
    verdict = ("met" if figure["ok"] else "missed") if is_judged else ""
    known = {"name", "what", "ratio", "goal", "goal_is", "ok", "rounds", "sizes", "effort"}
    rest = ", ".join(f"{name} {value}" for name, value in figure.items() if name not in known)
    return (
        f"{benchmark.name:<20} {ratio:>6}  {benchmark.goal:<6} {verdict:<7}"
        f" {benchmark.what}  ({rest})"
    )


def heading(names: Sequence[str] = ("benchmark", "ratio", "goal")) -> str:
    name, ratio, goal = names
    return f"{name:<20} {ratio:>6}  {goal:<14} what is compared"
