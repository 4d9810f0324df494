"""A PostgreSQL server on a folder of its own.

It listens on the loopback address with a password rather than on a Unix
socket: a socket's path may not be longer than some hundred bytes, which a deep
checkout already is, and one URL of one form then serves Django, Celery and psql.
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
# For clusters whose content nobody will miss.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """``durable=False`` gives up surviving a power failure, for speed in tests."""

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
                # Somebody else may have taken the port in between, or the last
                # of a killed server's processes still be on their way out.
                if attempt == ATTEMPTS or "in use" not in self._last_words():
                    raise
                time.sleep(0.2 * attempt)
        self._create_database()

    def restart(self) -> None:
        """Start again where everybody already looks for it, after a crash."""
        _end_orphan(self.data)
        self._run()

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def is_running(self) -> bool:
        return self.child is not None and self.child.is_running()

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there when it is whole."""
        unfinished = self.folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.password_file.write_text(secrets.token_hex(16))
        self.password_file.chmod(0o600)
        _give(self.folder, self.identity)
        answer = subprocess.run(
            command(
                [
                    self.bin / "initdb",
                    f"--pgdata={unfinished}",
                    f"--username={NAME}",
                    f"--pwfile={self.password_file}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    # The wheels come without ICU, and the machine may lack every locale.
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
        if answer.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise LocalServiceError(f"initdb failed.\n{answer.stdout}{answer.stderr}")
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
            # An immediate stop takes all of the server's processes along within
            # milliseconds; what was committed is recovered at the next start.
            last_signal=signal.SIGQUIT,
            stop_signal=signal.SIGINT,
            patience=8,
        )
        self.child.start()
        self.child.wait_until(self._is_ready, within=60)

    def _is_ready(self) -> bool:
        """As pg_ctl asks: the server's own word in its lock file."""
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

    def _last_words(self) -> str:
        return self.child.last_words() if self.child else ""


def _environment() -> dict[str, str]:
    """Ours, without what would redirect the server (PGDATA, PGPORT, …), in plain English."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return ours | {"LC_ALL": "C"}


def _identity(folder: Path, postgres: Path) -> str:
    """As whom PostgreSQL may run here: it refuses root and users without a name."""
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return "same"
    nobody = _nobody()
    candidates = [f"namespace:{nobody.pw_uid}"]
    if os.geteuid() == 0:
        candidates.append(f"user:{nobody.pw_uid}:{nobody.pw_gid}")
        owner = folder.stat()
        if owner.st_uid != 0:  # made by somebody else, or where there were no namespaces
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
    """Make the folder belong to whom the server runs as, when that is another user."""
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
    """Clear away what a killed server left; the caller holds the folder alone.

    PostgreSQL trusts the process number in its lock file, and in a container
    the same small number soon belongs to somebody else: it would then refuse
    to start for ever. Looking at what that process is tells the two apart.
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
            shown = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return False
    else:
        ask = ["/bin/ps", "-o", "command=", "-p", str(pid)]
        shown = subprocess.run(ask, capture_output=True, text=True).stdout
    return "postgres" in shown and str(data) in shown
