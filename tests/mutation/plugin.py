"""A pytest plugin that runs tests against mutants. ``MUTATION_JOB`` names its orders.

Tests are collected once. For each mutant the process forks; the child puts the mutated code
into the function that was imported already, runs the tests that execute the changed lines,
the quickest first, and stops at the first that fails. A mutant outside of functions, and a
survivor, gets a process that imports the mutated module from the start (``is_cold``).
"""

import contextlib
import importlib
import importlib.machinery
import json
import os
import resource
import select
import signal
import sys
import threading
import time
from collections import Counter
from functools import cached_property
from pathlib import Path
from types import CodeType

import psycopg
import pytest
import redis
from _pytest.runner import runtestprotocol
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings

from tests import fast_database

ROOT = Path(__file__).resolve().parent.parent.parent
JOB = json.loads(Path(os.environ["MUTATION_JOB"]).read_text())
EXAMPLES = 40  # of each property
MEMORY = 2 << 30  # bytes that a mutant may take beside what is there

# Each worker has a database already. Here, because conftest.py imports the name.
fast_database.copied_database = contextlib.nullcontext

if "source" in JOB:
    _get_code = importlib.machinery.SourceFileLoader.get_code

    def get_code(self, fullname):
        if Path(self.path) == ROOT / JOB["module"]:
            return compile(JOB["source"], self.path, "exec", dont_inherit=True)
        return _get_code(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code


def pytest_configure(config):
    hypothesis_settings.register_profile(
        "mutation",
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],  # a smaller example would help nobody
    )
    hypothesis_settings.load_profile("mutation")


def pytest_collection_modifyitems(items):
    for function in {getattr(item, "function", None) for item in items}:
        if known := getattr(function, "_hypothesis_internal_use_settings", None):
            function._hypothesis_internal_use_settings = hypothesis_settings(
                known, max_examples=min(known.max_examples, EXAMPLES)
            )


def pytest_runtestloop(session):
    if session.testsfailed:
        return True
    if JOB["kind"] == "baseline":
        write_lines(in_child(lambda: baseline(session.items), limit=1200))
    elif JOB["kind"] == "cold":
        Path(JOB["answer"]).write_text(json.dumps(cold(session.items)))
    else:
        warm(session.items)
    return True


def write_lines(answer):
    if isinstance(answer, str):
        pytest.exit(f"The tests do not pass as the code is: {answer}", returncode=3)
    Path(JOB["answer"]).write_text(json.dumps(answer))


# -- Which test executes which lines ---------------------------------------------------


def baseline(items):
    """For each test how long it takes and the lines of the modules that it executes."""
    modules = {str(ROOT / module): module for module in JOB["modules"]}
    lines, left = set(), {}

    def local(frame, event, argument):
        if event == "line":
            code = frame.f_code
            lines.add((modules[code.co_filename], frame.f_lineno))
            left[code].discard(frame.f_lineno)
        return local

    def trace(frame, event, argument):
        code = frame.f_code
        if code.co_filename not in modules:
            return None
        if code not in left:
            left[code] = {line for _, _, line in code.co_lines() if line is not None}
            left[code].discard(code.co_firstlineno)
        return local if left[code] else None  # all its lines are known already

    found = {}
    for item, following in zip(items, [*items[1:], None], strict=True):
        lines.clear()
        left.clear()
        threading.settrace(trace)
        sys.settrace(trace)
        try:
            reports = runtestprotocol(item, log=False, nextitem=following)
        finally:
            sys.settrace(None)
            threading.settrace(None)
        if failed := [report for report in reports if report.failed]:
            return f"{item.nodeid}\n{failed[0].longreprtext}"
        found[item.nodeid] = {
            "seconds": sum(report.duration for report in reports),
            "lines": sorted(lines),
        }
    return found


# -- One mutant after the other -----------------------------------------------------------


def warm(items):
    known = json.loads(Path(JOB["lines"]).read_text())
    kills = Counter()
    new_database()
    with (
        Path(JOB["answer"]).open("a") as answers,
        redis.Redis.from_url(os.environ["REDIS_URL"]) as cache,
    ):
        for mutant in JOB["mutants"]:
            chosen = in_order(
                [
                    item
                    for item in items_of(mutant["module"], items)
                    if executes(known[item.nodeid]["lines"], mutant)
                ],
                known,
                kills,
            )
            begun = time.monotonic()
            killer = None
            if chosen:
                if is_used():
                    new_database()
                cache.flushdb()
                cache.close()  # no connection crosses the fork
                seconds = sum(known[item.nodeid]["seconds"] for item in chosen)
                killer = in_child(
                    lambda mutant=mutant, chosen=chosen: put_in(mutant) or first_failure(chosen),
                    limit=30 + 10 * seconds,
                )
            kills[killer] += 1
            print(
                json.dumps(
                    {
                        "id": mutant["id"],
                        "killer": killer,
                        "tests": len(chosen),
                        "seconds": round(time.monotonic() - begun, 2),
                    }
                ),
                file=answers,
                flush=True,
            )


def executes(lines, mutant):
    """Whether a test that executes these lines executes the changed ones; those of a text of
    the module are used anywhere in it."""
    first, last = mutant["line"], mutant["last_line"]
    return any(
        module == mutant["module"] and (not mutant["scope"] or first <= line <= last)
        for module, line in lines
    )


def cold(items):
    known = json.loads(Path(JOB["lines"]).read_text()) if JOB["lines"] else {}
    return first_failure(in_order(items_of(JOB["module"], items), known, Counter()))


def items_of(module, items):
    files = JOB["modules"][module]
    return [item for item in items if item.nodeid.split("::")[0] in files]


def in_order(items, known, kills):
    """Those that killed before, then the quickest. Those that need a transaction of their own
    last: they empty the database."""
    return sorted(
        items,
        key=lambda item: (
            "transactional_db" in item.fixturenames or _commits(item),
            -kills[item.nodeid],
            known.get(item.nodeid, {"seconds": 0})["seconds"],
        ),
    )


def _commits(item):
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


def first_failure(items):
    for item, following in zip(items, [*items[1:], None], strict=True):
        for report in runtestprotocol(item, log=False, nextitem=following):
            if report.failed:
                return item.nodeid
    return None


def in_child(work, *, limit):
    """What the work returns in a forked child; a word when the child does not end in time
    or dies."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        os.close(reading)
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        memory = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit / 2), int(limit / 2) + 5))
        try:
            answer = work()
        except BaseException as error:
            answer = f"raised {type(error).__name__}"
        with os.fdopen(writing, "w") as file:
            json.dump(answer, file)
        os._exit(0)
    os.close(writing)
    text, until = b"", time.monotonic() + limit
    while True:
        ready, _, _ = select.select([reading], [], [], max(0, until - time.monotonic()))
        part = os.read(reading, 1 << 20) if ready else b""
        text += part
        if not part:
            break
    os.close(reading)
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        return json.loads(text)
    except ValueError:
        return "ran out of time" if not ready else "died"


def is_used():
    """Whether a mutant or a killed child left rows behind, or tables without those of the
    template."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for table in ("accounts_user", "departments_department", "booking_recipient"):
            if connection.execute(f"SELECT EXISTS (SELECT FROM {table})").fetchone()[0]:
                return True
        return not connection.execute(
            "SELECT EXISTS (SELECT FROM django_content_type)"
        ).fetchone()[0]


def new_database():
    """What a mutant or a killed child left behind is gone."""
    url, name = JOB["server"], JOB["database"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{JOB["template"]}"')


# -- Putting the mutated code in place ---------------------------------------------------


def put_in(mutant):
    module = importlib.import_module(mutant["module"].removesuffix(".py").replace("/", "."))
    code = compile(mutant["source"], module.__file__, "exec", dont_inherit=True)
    if not mutant["scope"]:
        _put_constants_in(module, code)
        return
    function = _function(module, mutant["scope"].split("."))
    wanted = (function.__code__.co_name, function.__code__.co_firstlineno)
    (new,) = (one for one in _codes(code) if (one.co_name, one.co_firstlineno) == wanted)
    function.__code__ = new


def _put_constants_in(module, code):
    """Private texts of the module, which only its own functions read."""
    new = {"__name__": "mutated", "__file__": module.__file__}
    exec(code, new)
    for name, value in new.items():
        if name.startswith("_") and not name.startswith("__") and isinstance(value, str):
            setattr(module, name, value)


def _function(module, path):
    found = module
    for name in path:
        found = vars(found)[name]
    while True:
        if isinstance(found, property):
            found = found.fget
        elif isinstance(found, cached_property):
            found = found.func
        elif hasattr(found, "__func__"):
            found = found.__func__
        elif hasattr(found, "__wrapped__"):
            found = found.__wrapped__
        else:
            return found


def _codes(code):
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)
