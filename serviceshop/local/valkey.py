"""A Valkey server in its own folder."""

import secrets
import signal
from pathlib import Path

import redis

from serviceshop.local import binaries
from serviceshop.local.errors import LocalServiceError
from serviceshop.local.ports import LOOPBACK, free_port
from serviceshop.local.processes import Child

ATTEMPTS = 5


class Valkey:
    name = "Valkey"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.password = ""
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def start(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.password = secrets.token_hex(16)
        for attempt in range(1, ATTEMPTS + 1):
            self.port = free_port()
            try:
                self._run()
                return
            except LocalServiceError:
                # Another process may have taken the port in between.
                if attempt == ATTEMPTS or "in use" not in self._log_tail():
                    raise

    def restart(self) -> None:
        """Start again on the same port."""
        self._run()

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def is_running(self) -> bool:
        return self.child is not None and self.child.is_running()

    def _run(self) -> None:
        # The configuration contains the password, so it is sent by standard input: all users
        # of the machine can read command lines.
        self.child = Child(
            self.name,
            [binaries.valkey(), "-"],
            stdin=self._configuration(),
            log=self.folder / "valkey.log",
            directory=self.folder,
            # Written data is in the append-only file or in the kernel's buffers, so killing
            # the server loses nothing.
            last_signal=signal.SIGKILL,
        )
        self.child.start()
        self.child.wait_until(self._answers, within=30)

    def _configuration(self) -> str:
        return "\n".join(
            [
                f"bind {LOOPBACK}",
                f"port {self.port}",
                f"requirepass {self.password}",
                "appendonly yes",
                'save ""',
                "databases 64",
                "daemonize no",
                "",
            ]
        )

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _log_tail(self) -> str:
        return self.child.log_tail() if self.child else ""
