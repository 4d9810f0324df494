"""The benchmarks run and report; how fast anything is, no test decides."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import services

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def run(*arguments):
    ours = {"DATABASE_URL", "REDIS_URL", "SERVICESHOP_DATA_DIR", *services.ENVIRONMENT}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=CHECKOUT,
        env={name: value for name, value in os.environ.items() if name not in ours},
        capture_output=True,
        text=True,
        timeout=180,
    )


@pytest.mark.slow
@pytest.mark.skipif("CI" not in os.environ, reason="takes a database and a web server of its own")
def test_a_figure_is_one_json_object_on_a_line():
    sizes = ["--departments=1", "--staff=1", "--largest=1"]
    answer = run("calendar-unchanged", "--json", "--quick", *sizes)

    assert answer.returncode == 0, answer.stderr
    (line,) = answer.stdout.splitlines()
    figure = json.loads(line)
    assert figure["name"] == "calendar-unchanged"
    assert figure["goal"] == 0.4
    assert figure["ratio"] > 0
    assert figure["ok"] is (figure["ratio"] <= figure["goal"])
    assert figure["sizes"]["staff"] == 1


def test_an_unknown_name_is_answered_with_the_known_ones():
    answer = run("calendar-hot")

    assert answer.returncode == 2
    assert "no benchmark calendar-hot" in answer.stderr
    assert "calendar-warm" in answer.stderr
    assert answer.stdout == ""
