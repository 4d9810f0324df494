"""How files are arranged: short functions and lines, and no queries in views."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["accounts", "booking", "database", "departments", "serviceshop", "workflow"]
MODULES = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
LONGEST_FUNCTION = 60
LONGEST_LINE = 160  # of a template
SENTENCE = re.compile(r"{% (?:translate|blocktranslate)\b")


def test_functions_are_short():
    long = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_lines_of_templates_are_short():
    """Except for one sentence, which translators get as a whole."""
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST_LINE and len(SENTENCE.findall(line)) != 1
    ]
    assert long == []


def test_comments_of_templates_end_on_their_line():
    """Django shows others as text."""
    open_ = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.count("{#") != line.count("#}")
    ]
    assert open_ == []


@pytest.mark.parametrize("app", APPS)
def test_views_hold_no_queries(app):
    views = [path for path in MODULES if path.is_relative_to(ROOT / app / "views")]
    assert [str(path.relative_to(ROOT)) for path in views if ".objects" in path.read_text()] == []


def test_bookings_root_has_few_modules():
    assert len([*(ROOT / "booking").glob("*.py")]) <= 10
