"""A PostgreSQL server in its own folder.

It listens on the loopback address with a password rather than on a Unix socket: the path of a
socket is limited to about a hundred bytes, which a deep checkout exceeds, and one URL then
works for Django, Celery and psql.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from serviceshop.local import binaries
from serviceshop.local.errors import LocalServiceError
from serviceshop.local.ports import LOOPBACK, free_port
from serviceshop.local.processes import Child, command

NAME = "serviceshop"  # of the role and of the database
ATTEMPTS = 5
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    "jit": "off",
}
# For clusters whose data may be lost.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """``durable=False`` is faster, for tests: a power failure loses data."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.settings = SETTINGS if durable else SETTINGS | NOT_DURABLE
        self.durable = durable
        self.port = 0
        self.child: Child | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def password_file(self) -> Path:
        return self.folder / "password"

    @property
    def url(self) -> str:
        return self._url(NAME)

    def start(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.bin = binaries.postgresql()
        self.identity = _identity(self.folder, self.bin / "postgres")
        _give(self.folder, self.identity)
        if self.data.exists():
            _end_orphan(self.data)
        else:
            self._initialise()
        for attempt in range(1, ATTEMPTS + 1):
            self.port = free_port()
            try:
                self._run()
                break
            except LocalServiceError:
                # Another process may have taken the port in between, or the last
                # processes of a killed server have not ended yet.
                if attempt == ATTEMPTS or "in use" not in self._log_tail():
                    raise
                time.sleep(0.2 * attempt)
        self._create_database()

    def restart(self) -> None:
        """Start again on the same port, after a crash."""
        _end_orphan(self.data)
        self._run()

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def is_running(self) -> bool:
        return self.child is not None and self.child.is_running()

    def _initialise(self) -> None:
        """Create the cluster in a temporary folder, and rename it when it is complete."""
        unfinished = self.folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.password_file.write_text(secrets.token_hex(16))
        self.password_file.chmod(0o600)
        _give(self.folder, self.identity)
        result = subprocess.run(
            command(
                [
                    self.bin / "initdb",
                    f"--pgdata={unfinished}",
                    f"--username={NAME}",
                    f"--pwfile={self.password_file}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    # The wheels have no ICU, and the machine may have no locales.
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--no-instructions",
                    *([] if self.durable else ["--no-sync"]),
                ],
                identity=self.identity,
                directory=self.folder,
            ),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if result.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise LocalServiceError(f"initdb failed.\n{result.stdout}{result.stderr}")
        unfinished.rename(self.data)

    def _run(self) -> None:
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        self.child = Child(
            self.name,
            [self.bin / "postgres", "-D", self.data, f"--port={self.port}", *options],
            log=self.folder / "postgres.log",
            identity=self.identity,
            directory=self.folder,
            environment=_environment(),
            # An immediate shutdown ends all processes of the server within milliseconds.
            # Committed data is recovered at the next start.
            last_signal=signal.SIGQUIT,
            stop_signal=signal.SIGINT,
            patience=8,
        )
        self.child.start()
        self.child.wait_until(self._is_ready, within=60)

    def _is_ready(self) -> bool:
        """Whether the lock file says so, as pg_ctl checks it."""
        lines = _lock_file(self.data)
        return (
            self.child is not None
            and self.child.process is not None
            and len(lines) >= 8
            and lines[0] == str(self.child.process.pid)
            and lines[7].strip() == "ready"
        )

    def _create_database(self) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if known.fetchone() is None:
                connection.execute(f"CREATE DATABASE {NAME}")

    def _url(self, database: str) -> str:
        password = self.password_file.read_text()
        return f"postgresql://{NAME}:{password}@{LOOPBACK}:{self.port}/{database}"

    def _log_tail(self) -> str:
        return self.child.log_tail() if self.child else ""


def _environment() -> dict[str, str]:
    """Our environment without PG… variables, which would redirect the server; in English."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return ours | {"LC_ALL": "C"}


def _identity(folder: Path, postgres: Path) -> str:
    """The identity to run PostgreSQL as: it refuses root and users without a name."""
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return "same"
    nobody = _nobody()
    candidates = [f"namespace:{nobody.pw_uid}"]
    if os.geteuid() == 0:
        candidates.append(f"user:{nobody.pw_uid}:{nobody.pw_gid}")
        owner = folder.stat()
        if owner.st_uid != 0:  # created by another user, or without namespaces
            candidates.insert(0, f"user:{owner.st_uid}:{owner.st_gid}")
    for identity in candidates:
        probe = command([postgres, "--version"], identity=identity, directory=folder)
        if subprocess.run(probe, capture_output=True).returncode == 0:
            return identity
    raise LocalServiceError(
        f"PostgreSQL refuses to run as root, and here no other user can reach {postgres}"
        f" and {folder}. Run as an ordinary user, or set DATABASE_URL."
    )


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _nobody() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        others = [user for user in pwd.getpwall() if user.pw_uid != 0]
        if not others:
            raise LocalServiceError(
                "PostgreSQL refuses to run as root, and this machine knows no other user."
            ) from None
        return others[0]


def _give(folder: Path, identity: str) -> None:
    """Give the folder to the user that the server runs as, if that is another one."""
    if not identity.startswith("user:"):
        return
    uid, gid = map(int, identity.split(":")[1:])
    for path in [folder, *folder.rglob("*")]:
        if path.lstat().st_uid != uid:
            os.chown(path, uid, gid, follow_symlinks=False)


def _lock_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _end_orphan(data: Path) -> None:
    """End the processes of a killed server, and delete its lock file.

    The caller holds the folder. PostgreSQL trusts the process id in its lock file. In a
    container the same small id soon belongs to another process, and PostgreSQL would never
    start again. So the process is checked to be a server on this folder.
    """
    lines = _lock_file(data)
    if not lines or not lines[0].isdigit():
        return
    pid = int(lines[0])
    for attempt in range(100):
        if not _serves(pid, data):
            break
        os.kill(pid, signal.SIGKILL if attempt > 60 else signal.SIGQUIT)
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    """Whether process ``pid`` is a PostgreSQL server on ``data``."""
    if sys.platform == "linux":
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return False
    else:
        ps = ["/bin/ps", "-o", "command=", "-p", str(pid)]
        line = subprocess.run(ps, capture_output=True, text=True).stdout
    return "postgres" in line and str(data) in line
