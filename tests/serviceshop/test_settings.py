"""Environment variables are documented, and missing ones are reported."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from serviceshop import env

CHECKOUT = Path(__file__).resolve().parent.parent.parent
READ = re.compile(r"""(?:env\.(?:text|flag|number|words)\(\s*|VARIABLE = )["']([A-Z_]+)["']""")
IN_COMPOSE = re.compile(r"\$\{([A-Z_]+)")


def documented():
    table = (CHECKOUT / "docs" / "settings.md").read_text()
    return set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE))


def read_by_the_code():
    files = [*CHECKOUT.glob("serviceshop/*.py"), *CHECKOUT.glob("serviceshop/local/*.py")]
    return {name for file in files for name in READ.findall(file.read_text())}


def test_every_variable_is_documented():
    compose = set(IN_COMPOSE.findall((CHECKOUT / "docker-compose.yml").read_text()))
    assert documented() == read_by_the_code() | compose


def test_variables_required_by_compose_are_in_the_example():
    compose = (CHECKOUT / "docker-compose.yml").read_text()
    required = set(re.findall(r"\$\{([A-Z_]+):\?", compose))
    example = set(
        re.findall(r"^([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE)
    )
    assert required <= example


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_production_does_not_start_without_urls_and_secrets(missing):
    given = {
        "SECRET_KEY": "s" * 50,
        "DATABASE_URL": "postgresql://localhost/none",
        "REDIS_URL": "redis://localhost:1",
    }
    inherited = {n: v for n, v in os.environ.items() if n not in {*given, "SERVICESHOP_DATA_DIR"}}
    del given[missing]
    refused = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=CHECKOUT,
        env=inherited | given,
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Set the environment variable {missing}.")
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (env.flag, "yes", True),
        (env.flag, "0", False),
        (env.number, "17", 17),
        (env.words, "a, b,,c", ["a", "b", "c"]),
        (env.text, "as it is", "as it is"),
    ],
)
def test_a_value_is_parsed_by_type(monkeypatch, read, value, expected):
    monkeypatch.setenv("TRIED", value)
    assert (read("TRIED", 0) if read is env.number else read("TRIED")) == expected


@pytest.mark.parametrize(("read", "value"), [(env.flag, "perhaps"), (env.number, "seven")])
def test_a_malformed_value_is_refused_without_repeating_it(monkeypatch, read, value):
    monkeypatch.setenv("TRIED", value)
    with pytest.raises(env.SettingError, match="TRIED") as refused:
        read("TRIED", 0)
    assert value not in str(refused.value)
