"""``actions`` and ``queries`` of each app export everything that their modules define.

Callers write ``actions.cancel(…)`` and ``queries.offer(…)`` and need not know in which
module a function stands. Modules that only serve their own package are listed here.
"""

import ast
from importlib import import_module
from pathlib import Path

import pytest

INTERNAL = {
    "accounts.actions": {"sending_pauses"},
    "departments.actions": set(),
    "departments.queries": set(),
    "booking.actions": {"locks", "booking_sql"},
    "booking.queries": {
        "process_cache",
        "day_seatings",
        "days",
        "free",
        "entitlement",
        "own_choice",
        "agreed_times",
        "local_time",
        "own_booking_rows",
    },
    "workflow.actions": {"charges"},
    "workflow.queries": set(),
}


@pytest.mark.parametrize("package", INTERNAL)
def test_a_package_exports_every_public_function_and_class(package):
    facade = import_module(package)
    missing = [
        f"{path.stem}.{node.name}"
        for path in Path(facade.__file__).parent.glob("*.py")
        if path.stem not in {"__init__", *INTERNAL[package]}
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if node.name not in facade.__all__
    ]
    assert missing == []


@pytest.mark.parametrize("package", INTERNAL)
def test_no_exported_name_hides_a_module(package):
    facade = import_module(package)
    modules = {path.stem for path in Path(facade.__file__).parent.glob("*.py")}
    assert modules.isdisjoint(facade.__all__)
