"""The benchmarks run and report. No test depends on how fast anything is."""

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
@pytest.mark.skipif("CI" not in os.environ, reason="starts a database and a web server")
def test_a_figure_is_one_json_object_on_a_line():
    sizes = ["--departments=1", "--staff=1", "--largest=1"]
    response = run("calendar-unchanged", "--json", "--quick", *sizes)

    assert response.returncode == 0, response.stderr
    (line,) = response.stdout.splitlines()
    figure = json.loads(line)
    assert figure["name"] == "calendar-unchanged"
    assert figure["goal"] == 0.4
    assert figure["ratio"] > 0
    assert figure["ok"] is (figure["ratio"] <= figure["goal"])
    assert figure["sizes"]["staff"] == 1


def test_an_unknown_name_lists_the_known_ones():
    response = run("calendar-hot")

    assert response.returncode == 2
    assert "no benchmark calendar-hot" in response.stderr
    assert "calendar-warm" in response.stderr
    assert response.stdout == ""


def test_an_unknown_piece_leads_to_the_list_of_pieces():
    response = run("--without", "magic")

    assert response.returncode == 2
    assert "no piece magic" in response.stderr
    assert "--without list" in response.stderr


def test_the_pieces_are_listed_with_the_figures_they_serve():
    response = run("--without", "list")

    assert response.returncode == 0
    assert any(
        line.split() == ["slots-as-text", "slots-api"] for line in response.stdout.splitlines()
    )
