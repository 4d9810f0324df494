"""Stores the figures of a run and writes them into docs/benchmarks.md."""

import datetime as dt
import json
import os
from collections.abc import Collection, Sequence
from html import escape
from itertools import dropwhile, islice, takewhile
from pathlib import Path
from typing import Any

from benchmarks.environment import CHECKOUT
from benchmarks.pieces import Piece
from benchmarks.results import Benchmark, as_json, say

Figure = dict[str, Any]

PAGE = CHECKOUT / "docs" / "benchmarks.md"
CHART = CHECKOUT / "docs" / "benchmarks.svg"
BEGINS, ENDS = "<!-- figures -->", "<!-- end of figures -->"
NOT_DETAILS = {"name", "what", "ratio", "goal", "goal_is", "ok", "rounds", "sizes", "effort"}


def read(path: Path, context: Figure) -> dict[str, Figure]:
    """Figures measured before with the same data and the same effort, by name."""
    return {figure["name"]: figure for figure in _all(path) if _is_of(figure, context)}


def discard(path: Path, names: Collection[str], context: Figure) -> None:
    """Remove figures that are about to be measured again with the same data and effort."""
    path.parent.mkdir(parents=True, exist_ok=True)
    left = [
        figure
        for figure in _all(path)
        if not (figure["name"] in names and _is_of(figure, context))
    ]
    path.write_text("".join(as_json(figure) + "\n" for figure in left))


def keep(path: Path, figure: Figure) -> None:
    with path.open("a") as file:
        file.write(as_json(figure) + "\n")


def keep_gain(path: Path, gain: Figure) -> None:
    """In place of what was measured before of the same piece, figure and data."""
    path.parent.mkdir(parents=True, exist_ok=True)
    name = {key: gain[key] for key in ("piece", "figure", "sizes")}
    left = [one for one in _all(path) if not _is_of(one, name)]
    path.write_text("".join(as_json(one) + "\n" for one in [*left, gain]))


def read_gains(path: Path, context: Figure) -> list[Figure]:
    return [one for one in _all(path) if _is_of(one, context)]


def _all(path: Path) -> list[Figure]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _is_of(figure: Figure, context: Figure) -> bool:
    wanted = json.loads(json.dumps(context))
    return all(figure.get(name) == value for name, value in wanted.items())


def write_docs(measured: Sequence[tuple[Benchmark, Figure | None]]) -> None:
    _write_between(BEGINS, _table(measured), ENDS)
    CHART.write_text(chart(measured))
    say(f"Written: {PAGE.relative_to(CHECKOUT)}, {CHART.relative_to(CHECKOUT)}")


def _write_between(begins: str, text: str, ends: str) -> None:
    before, _, rest = PAGE.read_text().partition(begins)
    _, _, after = rest.partition(ends)
    PAGE.write_text(f"{before}{begins}\n{text}\n{ends}{after}")


def _table(measured: Sequence[tuple[Benchmark, Figure | None]]) -> str:
    sizes: Figure = next((figure["sizes"] for _, figure in measured if figure), {})
    lines = [
        f"{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}, {os.cpu_count()} cores;"
        f" {', '.join(f'{name} {number:,}' for name, number in sizes.items())}.",
        "",
        "| name | what | ratio | goal | met | behind it |",
        "|---|---|---|---|---|---|",
    ]
    for benchmark, figure in measured:
        behind = {name: value for name, value in (figure or {}).items() if name not in NOT_DETAILS}
        is_met = _verdict(figure) if benchmark.has_goal else "–"
        lines.append(
            f"| `{benchmark.name}` | {benchmark.what} | {_number(figure)} | {benchmark.goal}"
            f" | {is_met} | {', '.join(f'{n} {v}' for n, v in behind.items())} |"
        )
    return "\n".join(lines)


def _number(figure: Figure | None) -> str:
    return f"{figure['ratio']:.3g}" if figure and figure["ratio"] is not None else "–"


def _verdict(figure: Figure | None) -> str:
    if figure is None or figure["ratio"] is None:
        return "not measured"
    return "yes" if figure["ok"] else "**no**"


# -- Pieces of machinery ---------------------------------------------------------------

PIECES_BEGIN, PIECES_END = "<!-- pieces -->", "<!-- end of pieces -->"


def write_pieces(pieces: Collection[Piece], measured: Sequence[Figure]) -> None:
    """The table of what each piece gives. The page keeps the rows of a piece that was not
    measured on this machine."""
    _, _, rest = PAGE.read_text().partition(PIECES_BEGIN)
    before = rest.partition(PIECES_END)[0].splitlines()
    _write_between(PIECES_BEGIN, pieces_table(pieces, measured, before), PIECES_END)
    say(f"Written: {PAGE.relative_to(CHECKOUT)}")


def pieces_table(
    pieces: Collection[Piece], measured: Sequence[Figure], before: Sequence[str] = ()
) -> str:
    lines = [
        "| piece | what | figure | with ÷ without | ms with, without | gain | verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    for piece in pieces:
        its = [one for one in measured if one["piece"] == piece.name]
        for number, one in enumerate(its):
            beginning = (f"`{piece.name}`", piece.what) if number == 0 else ("", "")
            verdict = piece.verdict([one["gain"] for one in its]) if number == 0 else ""
            cells = (
                *beginning,
                f"`{one['figure']}`",
                f"{one['ratio']:.2f} ± {one['error']:.2f}",
                f"{one['with_ms']:.2f}, {one['without_ms']:.2f}",
                f"{one['gain']:.0%}",
                verdict,
            )
            lines.append(f"| {' | '.join(cells)} |")
        if not its:
            lines += _rows_of(piece, before)
    return "\n".join(lines)


def _rows_of(piece: Piece, table: Sequence[str]) -> list[str]:
    """A piece's own row and those below it that name no other piece."""
    rows = dropwhile(lambda row: not row.startswith(f"| `{piece.name}` |"), table)
    first = list(islice(rows, 1))
    return first + list(takewhile(lambda row: row.startswith("|  |"), rows))


# -- The chart ----------------------------------------------------------------------

ROW, TOP, LEFT, UNIT, RIGHT = 34, 64, 190, 260, 200  # pixels; UNIT is as long as a goal
LONGEST = 1.75  # goals; longer bars are cut, and the figure is beside them

STYLE = """\
text { font: 14px system-ui, sans-serif; fill: #1e2b3c }
.paper { fill: #fff } .met { fill: #0062ba } .missed { fill: none; stroke: #b3253a; \
stroke-width: 2 } .goal { stroke: #1e2b3c; stroke-width: 2; stroke-dasharray: 5 4 }
.quiet { fill: #4b5563 } .strong { font-weight: 600 } .end { text-anchor: end }
.middle { text-anchor: middle }
@media (prefers-color-scheme: dark) {
  text { fill: #e6eaf0 } .paper { fill: #10161f } .met { fill: #6db3f2 } .goal { stroke: #e6eaf0 }
  .missed { stroke: #ff8c9b } .quiet { fill: #a9b4c2 }
}"""


def chart(measured: Sequence[tuple[Benchmark, Figure | None]]) -> str:
    """Bars of each figure as a share of its goal, inverted when more is better: a goal is met
    when its bar ends left of the line. Met and missed differ by form and word too."""
    measured = [(benchmark, figure) for benchmark, figure in measured if benchmark.has_goal]
    height = TOP + ROW * len(measured) + 16
    width = LEFT + int(UNIT * LONGEST) + RIGHT
    described = "; ".join(
        f"{benchmark.name} {_number(figure)}, goal {benchmark.goal}, {_word(figure)}"
        for benchmark, figure in measured
    )
    rows = [
        _row(TOP + ROW * number, benchmark, figure)
        for number, (benchmark, figure) in enumerate(measured)
    ]
    goal = LEFT + UNIT
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" \
height="{height}" role="img" aria-labelledby="title description">
<title id="title">Each benchmark against its goal</title>
<desc id="description">{escape(described)}.</desc>
<style>{STYLE}</style>
<rect class="paper" width="{width}" height="{height}"/>
<text class="strong" x="12" y="26">Each benchmark against its goal: shorter is better</text>
<text class="quiet middle" x="{goal}" y="50">goal</text>
<line class="goal" x1="{goal}" x2="{goal}" y1="56" y2="{height - 12}"/>
{"".join(rows)}</svg>
"""


def _row(y: int, benchmark: Benchmark, figure: Figure | None) -> str:
    label = f'<text class="end" x="{LEFT - 12}" y="{y + 21}">{escape(benchmark.name)}</text>\n'
    if figure is None or figure["ratio"] is None:
        return label + f'<text class="quiet" x="{LEFT}" y="{y + 21}">not measured</text>\n'
    part = figure["ratio"] / figure["goal"]
    if benchmark.at_least is not None:
        part = 1 / part
    length = max(2, int(UNIT * min(part, LONGEST)))
    bar = (
        f'<rect class="{_word(figure)}" x="{LEFT}" y="{y + 5}" width="{length}"'
        f' height="{ROW - 12}" rx="2"/>\n'
    )
    text = f"{_number(figure)} ({benchmark.goal}), {_word(figure)}"
    x = LEFT + max(length, UNIT) + 10
    return label + bar + f'<text x="{x}" y="{y + 21}">{escape(text)}</text>\n'


def _word(figure: Figure | None) -> str:
    if figure is None or figure["ratio"] is None:
        return "not measured"
    return "met" if figure["ok"] else "missed"
