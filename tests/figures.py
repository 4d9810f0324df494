"""Figures that tests measured, said once more when all of them are done.

``figure("Key presses from landing to proof", 22)`` says one; ``tally("States looked at", 1)``
adds to one that many tests count. ``record_property`` carries them from pytest-xdist's
workers; this is loaded by ``-p`` because only a plugin hears the end of the whole run.
"""

import os
from collections import Counter

import pytest


@pytest.fixture
def figure(record_property):
    def figure(what, number):
        record_property("figure", (what, number))

    return figure


@pytest.fixture
def tally(record_property):
    def tally(what, number):
        record_property("tally", (what, number))

    return tally


def pytest_terminal_summary(terminalreporter):
    tallies = Counter()
    for what, number in recorded(terminalreporter, "tally"):
        tallies[what] += number
    figures = [*tallies.items(), *recorded(terminalreporter, "figure")]
    if figures:
        terminalreporter.section("figures")
    for what, number in figures:
        terminalreporter.line(f"{what}: {number}")
    if any(what.startswith("States") for what, _ in figures) and "EVERY_LOOK" not in os.environ:
        terminalreporter.line(f"LOOK_SEED of the sample of pages: {os.environ['LOOK_SEED']}")


def recorded(reporter, kind):
    """All that tests recorded as ``kind``, in the order of the tests' names."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in reporter.stats.get(outcome, [])
        if report.when == "call"
    ]
    return [
        value
        for report in sorted(reports, key=lambda report: report.nodeid)
        for name, value in report.user_properties
        if name == kind
    ]
