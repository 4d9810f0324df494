"""Mutants are made of what decides something, once each, on the lines where it stands."""

import ast

import pytest

from tests.mutation.mutants import mutants_of, sample

MODULE = '''"""What it is."""

import logging

__all__ = ["rule"]
LIMIT: int = 3


@decorated
def rule(a: int, b: int = 1) -> bool:
    """Whether."""
    logging.info(a)
    assert a is not None
    if (
        a < b
    ):
        return True
    return a + 1 > LIMIT


class Kept:
    size: int = 0

    @property
    def half(self) -> int:
        self.asked += 1
        return self.size // 2
'''


def changes(source, path="rules.py"):
    mutants = mutants_of(path, source)
    return [(one.scope, one.before, one.after) for one in sample(mutants, len(mutants), 1)]


def changed(line):
    """What becomes of the one line of a function."""
    source = f"def f(a, b, c):\n    {line}\n"
    return sorted(after for scope, _, after in changes(source) if scope == "f")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x = a < b", ["x = (a <= b)", "x = (a >= b)"]),
        ("x = a == b", ["x = (a != b)"]),
        ("x = a in b", ["x = (a not in b)"]),
        ("x = a is b", ["x = (a is not b)"]),
        ("x = a + b", ["x = (a - b)"]),
        ("x = a & ~b", ["x = (a | ~b)", "x = a & (b)"]),
        ("x = a and b", ["x = (a or b)", "x = (a)", "x = (b)"]),
        ("x = not a", ["x = (a)"]),
        ("x = 5", ["x = (4)", "x = (6)"]),
        ("x = True", ["x = (False)"]),
        ("x = a[b:]", ["x = (a[:])", "x = (a[b + 1:])"]),
        ("x = a if b else c", ["x = (a)", "x = (c)"]),
        ("x = [d for d in a if d]", ["x = [d for d in a if (True)]"]),
        ("x = min(a, b)", ["x = (max(a, b))"]),
        ("x = any(a)", ["x = (all(a))"]),
        ("x = sorted(a, key=b)", ["x = (list(a))"]),
        ("x = bisect_left(a, b)", ["x = (bisect_right(a, b))"]),
        ("return a", ["return None"]),
        ("return None", []),
        ("a.b()", ["pass"]),
        ("a.b = c", ["pass"]),
        ("raise a", ["pass"]),
        ("x = a.filter(d=b)", ["x = (a)"]),
        (
            "x = a.filter(d__gte=b, e=c)",
            ["x = (a)", "x = (a.filter(d__gt=b, e=c))", "x = (a.filter(d__gte=b))",
             "x = (a.filter(e=c))"],
        ),
        (
            'x = "SELECT a FROM b WHERE c <= d"',
            ['x = "SELECT a FROM b WHERE c < d"'],
        ),
        ('x = "a <= b"', []),
        ('x: "a < b" = c', []),
    ],
)  # fmt: skip
def test_each_change_is_made_once(line, expected):
    assert changed(line) == sorted(expected)


def test_what_only_describes_is_left_as_it_is():
    found = changes(MODULE)

    assert ("", "LIMIT: int = 3", "LIMIT: int = (4)") in found
    assert ("", "@decorated", "") in found
    assert (
        "",
        "def rule(a: int, b: int = 1) -> bool:",
        "def rule(a: int, b: int = (2)) -> bool:",
    ) in found
    assert ("rule", "a < b", "(a <= b)") in found
    assert ("Kept.half", "self.asked += 1", "pass") in found
    assert ("", "size: int = 0", "size: int = (1)") in found
    for kept in ('"""', "logging", "__all__", "assert", "@property"):
        assert not [before for _, before, _ in found if kept in before]


def test_lines_stay_where_they_are():
    for mutant in mutants_of("rules.py", MODULE):
        assert mutant.source.count("\n") == MODULE.count("\n")
        first = ast.parse(mutant.source).body[-1]
        assert first.lineno == ast.parse(MODULE).body[-1].lineno
        assert MODULE.splitlines()[mutant.line - 1]


def test_text_before_the_change_may_have_letters_of_two_bytes():
    assert changed('x = "blåbær", a + a') == ['x = "blåbær", (a - a)']


def test_a_sample_is_seeded_and_does_not_depend_on_other_functions():
    mutants = mutants_of("rules.py", MODULE)
    chosen = sample(mutants, 5, seed=1)

    assert len({mutant.name for mutant in chosen}) == 5
    assert sample(mutants[::-1], 5, seed=1) == chosen
    assert sample(mutants, 5, seed=2) != chosen
    longer = mutants_of("rules.py", MODULE + "\n\ndef other(a):\n    return a < 1\n")
    left = [one.name for one in sample(longer, 50, seed=1) if one.scope != "other"]
    assert left == [one.name for one in sample(mutants, 50, seed=1)]
