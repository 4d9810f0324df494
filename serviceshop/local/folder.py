"""A data folder: the files of local services, and the process that runs them.

One process at a time *holds* a folder: it has the lock on ``holder``, runs the services as
its children and writes their URLs into ``services.json``. Others *join* it: they share the
lock on ``joined`` while they use the services, and a command that holds the folder waits for
them before it stops. The kernel releases the locks of a process that ends.
"""

import contextlib
import fcntl
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from serviceshop.local.errors import FolderInUseError, LocalServiceError
from serviceshop.local.postgres import Postgres
from serviceshop.local.valkey import Valkey

STARTING = 60  # seconds; includes crash recovery


class DataFolder:
    def __init__(self, path: Path | str, *, durable: bool = True) -> None:
        self.path = Path(path).expanduser().resolve()
        with self._in_words():
            self.path.mkdir(parents=True, exist_ok=True)
        self.postgres = Postgres(self.path / "postgres", durable=durable)
        self.valkey = Valkey(self.path / "valkey")

    @property
    def settings(self) -> dict[str, str]:
        """Other settings of a local installation, which is a demonstration."""
        return {
            "SERVICESHOP_DEMO": "1",
            "SECRET_KEY": self.secret_key(),
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
        }

    @property
    def environment(self) -> dict[str, str]:
        """The URLs of the services."""
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.valkey.url}

    @contextlib.contextmanager
    def hold(self) -> Iterator[dict[str, str]]:
        """Run the services. Raises ``FolderInUseError`` if another process runs them."""
        with self._open("holder") as holder:
            if not _lock(holder, fcntl.LOCK_EX):
                raise FolderInUseError(f"The data folder {self.path} is in use.")
            try:
                with self._in_words():
                    self._services_file.unlink(missing_ok=True)
                    self.valkey.start()
                    self.postgres.start()
                    _write_secret(self._services_file, json.dumps(self.environment))
                yield self.environment
            finally:
                self._services_file.unlink(missing_ok=True)
                self.postgres.stop()
                self.valkey.stop()

    @contextlib.contextmanager
    def join_or_hold(self) -> Iterator[dict[str, str]]:
        """Use the running services, or run them during the block."""
        until = time.monotonic() + STARTING
        while True:
            with contextlib.suppress(FolderInUseError), self.hold() as environment:
                try:
                    yield environment
                finally:
                    self._wait_for_joined()
                return
            with self._open("joined") as joined:
                if _lock(joined, fcntl.LOCK_SH) and (found := self._running()):
                    yield found
                    return
            if time.monotonic() > until:
                raise LocalServiceError(
                    f"The data folder {self.path} is in use, but its services do not answer."
                )
            time.sleep(0.05)

    def secret_key(self) -> str:
        """Created when first needed and stored, so that sessions survive a restart."""
        path = self.path / "secret-key"
        with self._in_words():
            if not path.exists():
                _write_secret(path, secrets.token_urlsafe(50))
            return path.read_text()

    @property
    def _services_file(self) -> Path:
        return self.path / "services.json"

    def _open(self, name: str) -> IO[str]:
        with self._in_words():
            return (self.path / name).open("a")

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        """Raise ``LocalServiceError`` for a folder that can't be read or written."""
        try:
            yield
        except OSError as error:
            raise LocalServiceError(
                f"The data folder {self.path} can't be used: {error.strerror or error}"
                f" ({error.filename or self.path}). Choose another one: --data-dir DIR"
            ) from error

    def _running(self) -> dict[str, str] | None:
        """The holder's services if they answer. The file may be from a holder that was killed."""
        try:
            environment: dict[str, str] = json.loads(self._services_file.read_text())
        except FileNotFoundError:
            return None
        return environment if all(map(_answers, environment.values())) else None

    def _wait_for_joined(self) -> None:
        """Wait until nobody uses the services. Nobody can join from now on."""
        self._services_file.unlink(missing_ok=True)
        with self._open("joined") as joined:
            fcntl.flock(joined, fcntl.LOCK_EX)


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=1).close()
    except OSError:
        return False
    return True


def _write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, atomically."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.rename(path)
