"""The counter of presses and its table; tests of single tasks are beside their pages."""

from pathlib import Path

from tests.browser import presses


def test_more_presses_or_pixels_than_the_goal_are_said():
    assert presses.over(presses.SICKNESS, presses=4, fields=0) == []
    assert presses.over(presses.STAFF_HEADER, pixels=96) == []
    assert presses.over(presses.SOONEST, presses=3, fields=0) == [
        "The soonest free time booked: 3 presses, at most 2"
    ]
    assert presses.over(presses.CLOSED_DAY, presses=4, fields=7) == []  # no goal for its fields


def test_the_table_has_every_goal_with_the_worst_that_was_measured():
    lines = [*presses.table([("Footer at 390 × 844", {"pixels": n}) for n in (180, 190, 170)])]
    assert len(lines) == len(presses.GOALS)
    assert [line for line in lines if line.endswith("190 pixels (goal 200)")]
    assert [line for line in lines if line.endswith("not measured presses (goal 2)")]


def test_every_goal_is_measured_by_a_test():
    here = Path(__file__)
    sources = [path.read_text() for path in here.parent.rglob("test_*.py") if path != here]
    names = [name for name, value in vars(presses).items() if isinstance(value, presses.Goal)]
    assert len(names) == len(presses.GOALS)
    unmeasured = [name for name in names if not any(f"presses.{name}" in s for s in sources)]
    assert unmeasured == []
