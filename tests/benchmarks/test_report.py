"""What is left of a run: kept figures, a table and a chart."""

from xml.etree import ElementTree

import pytest

from benchmarks import report
from benchmarks.words import Benchmark, Measured

FAST = Benchmark("fast", "it ÷ floor", "pages.warm", at_most=0.9)
MANY = Benchmark("many", "it ÷ floor, /s", "bookings.spread", at_least=0.4)
CONTEXT = {"sizes": {"staff": 20}, "effort": {"rounds": 3, "requests": (1, 2)}}


def figure(benchmark, ratio):
    return benchmark.figure(Measured(ratio, {"floor_ms": 7})) | CONTEXT


def test_what_was_measured_with_the_same_data_is_found_again(tmp_path):
    path = tmp_path / "data" / "figures.jsonl"
    assert report.read(path, CONTEXT) == {}
    report.forget(path, ["fast"], CONTEXT)
    report.keep(path, figure(FAST, 0.5))
    report.keep(path, figure(MANY, 0.5) | {"sizes": {"staff": 1}})

    assert list(report.read(path, CONTEXT)) == ["fast"]
    assert report.read(path, CONTEXT)["fast"]["ratio"] == 0.5
    report.forget(path, ["fast", "many"], CONTEXT)
    assert report.read(path, CONTEXT) == {}
    assert list(report.read(path, CONTEXT | {"sizes": {"staff": 1}})) == ["many"]


def test_the_table_is_written_between_its_marks(tmp_path, monkeypatch):
    page = tmp_path / "benchmarks.md"
    page.write_text(f"Before\n{report.BEGINS}\nold\n{report.ENDS}\nafter")
    monkeypatch.setattr(report, "CHECKOUT", tmp_path)
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(report, "CHART", tmp_path / "benchmarks.svg")

    report.write_docs([(FAST, figure(FAST, 1.234)), (MANY, None)])

    text = page.read_text()
    assert text.startswith("Before\n")
    assert text.endswith("\nafter")
    assert "old" not in text
    assert "| `fast` | it ÷ floor | 1.23 | ≤ 0.9 | **no** | floor_ms 7 |" in text
    assert "| `many` | it ÷ floor, /s | – | ≥ 0.4 | not measured |  |" in text
    assert (tmp_path / "benchmarks.svg").exists()


@pytest.mark.parametrize(
    ("benchmark", "ratio", "word", "is_short"),
    [
        (FAST, 0.5, "met", True),
        (FAST, 1.0, "missed", False),
        (MANY, 0.8, "met", True),
        (MANY, 0.1, "missed", False),
    ],
)
def test_a_bar_ends_before_the_goal_exactly_when_it_is_met(benchmark, ratio, word, is_short):
    drawn = ElementTree.fromstring(report.chart([(benchmark, figure(benchmark, ratio))]))

    (bar,) = (one for one in drawn.iter() if one.get("class") in ("met", "missed"))
    (goal,) = (one for one in drawn.iter() if one.get("class") == "goal")
    assert bar.get("class") == word
    assert (float(bar.get("x")) + float(bar.get("width")) <= float(goal.get("x1"))) == is_short
    assert f"{benchmark.name} {ratio:.3g}, goal {benchmark.goal}, {word}" in drawn[1].text
