"""Figures that tests measured, and the slowest tests, printed when all of them are done.

``figure("Key presses from landing to proof", 22)`` says one; ``tally("States looked at", 1)``
adds to one that many tests count. ``record_property`` carries them from pytest-xdist's
workers; this is loaded by ``-p`` because only a plugin hears the end of the whole run.
"""

import os
from collections import Counter

import pytest

from tests.browser import presses

SLOWEST = 10


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        report.user_properties.append(("proves", what_it_proves(item)))
    return report


def what_it_proves(item):
    """Its name, which is a sentence, in words."""
    words = item.originalname.removeprefix("test_").replace("_", " ")
    return words + item.name.removeprefix(item.originalname)


def pytest_terminal_summary(terminalreporter):
    write_presses(terminalreporter)
    write_figures(terminalreporter)
    write_slowest(terminalreporter)


def write_slowest(terminalreporter):
    """Their setup and teardown included, which a fixture of a whole module makes long."""
    seconds, proves = Counter(), {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid] += report.duration
                if said := dict(report.user_properties).get("proves"):
                    proves[report.nodeid] = said
    if len(seconds) > SLOWEST:
        terminalreporter.section(f"the {SLOWEST} slowest tests, and what each proves")
        for nodeid, duration in seconds.most_common(SLOWEST):
            file = nodeid.partition("::")[0].removeprefix("tests/")
            terminalreporter.line(f"{duration:6.1f} s  {file}: {proves.get(nodeid, '')}")


def write_presses(terminalreporter):
    if measures := recorded(terminalreporter, presses.MEASURED):
        terminalreporter.section("presses and first screens, with their goals")
        for line in presses.table(measures):
            terminalreporter.line(line)


def write_figures(terminalreporter):
    tallies = Counter()
    for what, number in recorded(terminalreporter, "tally"):
        tallies[what] += number
    figures = [*tallies.items(), *recorded(terminalreporter, "figure")]
    if figures:
        terminalreporter.section("figures")
    for what, number in figures:
        terminalreporter.line(f"{what}: {number}")
    if not {"EVERY_LOOK", "IN_FULL"} <= os.environ.keys():
        terminalreporter.line(f"LOOK_SEED of the samples: {os.environ['LOOK_SEED']}")


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
