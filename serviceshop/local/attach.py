"""Give a ``manage.py`` command the local services of a data folder.

``DATABASE_URL`` and ``REDIS_URL`` take precedence. Without them, only the demonstration and
commands with an explicit data folder get local services: a forgotten URL must never create
an empty database.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from serviceshop.local.errors import FolderInUseError, LocalServiceError
from serviceshop.local.folder import DataFolder

DEMONSTRATION = Path(__file__).resolve().parent.parent.parent / ".data" / "demo"
OPTION = "--data-dir"
VARIABLE = "SERVICESHOP_DATA_DIR"

# The folder whose services this process runs, for the demonstration to supervise.
held: DataFolder | None = None


@contextlib.contextmanager
def local_services(argv: Sequence[str]) -> Iterator[list[str]]:
    """Set the environment for this command; yield its arguments without ``--data-dir``."""
    global held
    argv, path = _take_option(argv)
    is_demonstration = argv[1:2] == ["demo"]
    path = path or os.environ.get(VARIABLE) or (str(DEMONSTRATION) if is_demonstration else None)
    if path is None:
        yield argv
        return
    folder = DataFolder(path)
    os.environ[VARIABLE] = str(folder.path)
    _set_missing(folder.settings)
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        yield argv
    elif is_demonstration:
        try:
            with folder.hold() as services:
                _set_missing(services)
                held = folder
                yield argv
        except FolderInUseError as error:
            raise LocalServiceError(
                f"{error} If another demonstration runs there, give this one"
                f" a folder of its own: {OPTION} DIR"
            ) from None
    else:
        with folder.join_or_hold() as services:
            _set_missing(services)
            yield argv


def _take_option(argv: Sequence[str]) -> tuple[list[str], str | None]:
    rest: list[str] = []
    path = None
    arguments = iter(argv)
    for argument in arguments:
        if argument == OPTION:
            path = next(arguments, None)
            if path is None:
                raise LocalServiceError(f"{OPTION} needs a folder.")
        elif argument.startswith(f"{OPTION}="):
            path = argument.removeprefix(f"{OPTION}=")
        else:
            rest.append(argument)
    return rest, path


def _set_missing(environment: dict[str, str]) -> None:
    for name, value in environment.items():
        os.environ.setdefault(name, value)
