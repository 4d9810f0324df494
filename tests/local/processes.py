"""Processes as the kernel shows them, for tests that kill some and count the rest."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from serviceshop.local.processes import command
from tests import services

CHECKOUT = Path(__file__).resolve().parent.parent.parent

HOLDER = """
import sys
from serviceshop.local import DataFolder
with DataFolder(sys.argv[1]).hold() as services:
    print(services["DATABASE_URL"], services["REDIS_URL"], flush=True)
    sys.stdin.read()
"""


def without_services() -> dict[str, str]:
    """This process's environment, without what the suite's own services put there."""
    ours = {"DATABASE_URL", "REDIS_URL", "SERVICESHOP_DATA_DIR", *services.ENVIRONMENT}
    return {name: value for name, value in os.environ.items() if name not in ours}


def using(folder: Path) -> set[int]:
    """The processes that work in ``folder`` or name it on their command line."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            directory = os.readlink(entry / "cwd")
            words = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue  # gone meanwhile, or a zombie
        if directory.startswith(str(folder)) or str(folder) in words:
            found.add(int(entry.name))
    return found


def wait_until(condition: Callable[[], bool], within: float = 60) -> bool:
    until = time.monotonic() + within
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def hold(
    folder: Path, *, identity: str = "same", **options: object
) -> tuple[subprocess.Popen[str], str, str]:
    """Another process that holds ``folder``, its database's and its Valkey's address."""
    process = subprocess.Popen(
        command([sys.executable, "-c", HOLDER, folder], identity=identity, directory=CHECKOUT),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )
    database, valkey = process.stdout.readline().split()
    return process, database, valkey


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
