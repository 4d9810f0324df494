"""Paths, links and modules that the documentation names exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
APPS = "accounts|benchmarks|booking|database|departments|serviceshop|workflow"
PATH = re.compile(rf"`((?:{APPS}|docs|locale|static|templates|tests)/[\w./-]*)`")
MODULE = re.compile(rf"`((?:{APPS})(?:\.\w+)+)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_and_link_leads_somewhere(page):
    text = page.read_text()
    paths = [ROOT / path for path in PATH.findall(text)]
    links = [page.parent / link for link in LINK.findall(text)]
    assert [str(one) for one in paths + links if not one.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_module_and_name_in_one_exists(page):
    """``booking.queries`` is a package, ``booking.queries.slots`` a module in it, and
    ``booking.queries.offer`` a name that one of its modules defines or imports."""
    names = MODULE.findall(page.read_text())
    assert [name for name in names if not _exists(name.split("."))] == []


def _exists(parts):
    path = ROOT.joinpath(*parts)
    if path.is_dir() or path.with_suffix(".py").exists():
        return True
    parent = path.parent
    sources = [parent.with_suffix(".py"), *parent.glob("*.py"), *parent.glob("*/*.py")]
    return any(
        re.search(rf"\b{parts[-1]}\b", source.read_text()) for source in sources if source.exists()
    )
