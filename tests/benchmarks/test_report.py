"""Stored figures, the tables in docs/benchmarks.md and the chart."""

from xml.etree import ElementTree

import pytest

from benchmarks import report
from benchmarks.pieces import Piece
from benchmarks.results import Benchmark, Measured

FAST = Benchmark("fast", "it ÷ floor", "pages.warm", at_most=0.9)
MANY = Benchmark("many", "it ÷ floor, /s", "bookings.spread", at_least=0.4)
FREE = Benchmark("free", "it ÷ empty", "staff.today")
CONTEXT = {"sizes": {"staff": 20}, "effort": {"rounds": 3, "requests": (1, 2)}}


def figure(benchmark, ratio):
    return benchmark.figure(Measured(ratio, {"floor_ms": 7})) | CONTEXT


def test_figures_with_the_same_data_are_read_again(tmp_path):
    path = tmp_path / "data" / "figures.jsonl"
    assert report.read(path, CONTEXT) == {}
    report.discard(path, ["fast"], CONTEXT)
    report.keep(path, figure(FAST, 0.5))
    report.keep(path, figure(MANY, 0.5) | {"sizes": {"staff": 1}})

    assert list(report.read(path, CONTEXT)) == ["fast"]
    assert report.read(path, CONTEXT)["fast"]["ratio"] == 0.5
    report.discard(path, ["fast", "many"], CONTEXT)
    assert report.read(path, CONTEXT) == {}
    assert list(report.read(path, CONTEXT | {"sizes": {"staff": 1}})) == ["many"]


def test_the_table_is_written_between_its_markers(tmp_path, monkeypatch):
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
def test_a_bar_ends_before_the_line_exactly_when_the_goal_is_met(benchmark, ratio, word, is_short):
    svg = ElementTree.fromstring(report.chart([(benchmark, figure(benchmark, ratio))]))

    (bar,) = (one for one in svg.iter() if one.get("class") in ("met", "missed"))
    (goal,) = (one for one in svg.iter() if one.get("class") == "goal")
    assert bar.get("class") == word
    assert (float(bar.get("x")) + float(bar.get("width")) <= float(goal.get("x1"))) == is_short
    assert f"{benchmark.name} {ratio:.3g}, goal {benchmark.goal}, {word}" in svg[1].text


def test_a_benchmark_without_a_goal_is_in_the_table_and_not_in_the_chart(tmp_path, monkeypatch):
    page = tmp_path / "benchmarks.md"
    page.write_text(f"{report.BEGINS}\n{report.ENDS}")
    monkeypatch.setattr(report, "CHECKOUT", tmp_path)
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(report, "CHART", tmp_path / "benchmarks.svg")

    report.write_docs([(FAST, figure(FAST, 0.5)), (FREE, figure(FREE, 7.5))])

    assert "| `free` | it ÷ empty | 7.5 | none | – | floor_ms 7 |" in page.read_text()
    chart = (tmp_path / "benchmarks.svg").read_text()
    assert "fast" in chart
    assert "free" not in chart


def gain(piece, figure, gain):
    return {
        "piece": piece,
        "figure": figure,
        "ratio": 1 / (1 + gain),
        "error": 0.01,
        "gain": gain,
        "with_ms": 5,
        "without_ms": 5 * (1 + gain),
        **CONTEXT,
    }


def test_a_piece_stays_when_one_of_its_figures_needs_it():
    pieces = [
        Piece("cache", "a cache", "pages.x", ("warm", "cold")),
        Piece("text", "a text", "pages.y", ("warm",)),
        Piece("batch", "a batch", "pages.z", ("warm",), stays_because="it is simpler"),
    ]
    table = report.pieces_table(
        pieces,
        [
            gain("cache", "warm", 0.02),
            gain("cache", "cold", 0.25),
            gain("text", "warm", 0.099),
            gain("batch", "warm", 0),
        ],
    ).splitlines()

    assert table[2:] == [
        "| `cache` | a cache | `warm` | 0.98 ± 0.01 | 5.00, 5.10 | 2% | stays |",
        "|  |  | `cold` | 0.80 ± 0.01 | 5.00, 6.25 | 25% |  |",
        "| `text` | a text | `warm` | 0.91 ± 0.01 | 5.00, 5.50 | 10% | goes |",
        "| `batch` | a batch | `warm` | 1.00 ± 0.01 | 5.00, 5.00 | 0% | stays: it is simpler |",
    ]


def test_the_rows_of_a_piece_that_was_not_measured_stay():
    pieces = [Piece(name, "what", "pages.x", ("warm", "cold")) for name in ("cache", "text")]
    figures = [gain(one.name, name, 0.5) for one in pieces for name in one.serves]
    whole = report.pieces_table(pieces, figures)
    assert report.pieces_table(pieces, figures[:2], whole.splitlines()) == whole
    assert report.pieces_table(pieces, figures[2:], whole.splitlines()) == whole
    assert report.pieces_table(pieces[1:], [], whole.splitlines()).count("text") == 1


def test_a_gain_takes_the_place_of_an_earlier_one_with_the_same_data(tmp_path):
    path = tmp_path / "data" / "pieces.jsonl"
    for one in (
        gain("cache", "warm", 0.02),
        gain("cache", "warm", 0.3) | {"sizes": {"staff": 1}},
        gain("cache", "warm", 0.04),
    ):
        report.keep_gain(path, one)

    (found,) = report.read_gains(path, {"sizes": CONTEXT["sizes"]})
    assert found["gain"] == 0.04
