"""Child processes that end when this process ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from serviceshop.local.errors import LocalServiceError

CHILD = Path(__file__).with_name("child.py")


def command(
    program: Sequence[str | Path],
    *,
    identity: str = "same",
    directory: Path | None = None,
    last_signal: signal.Signals = signal.SIGKILL,
) -> list[str]:
    """The command line that runs ``program`` as a child that dies with this process.

    Start it from a thread that lives as long as the child should: for the kernel, the parent
    is the thread, not the process.
    """
    return [
        sys.executable,
        "-I",
        "-S",
        str(CHILD),
        str(os.getpid()),
        str(int(last_signal)),
        identity,
        str(directory or Path.cwd()),
        *map(str, program),
    ]


class Child:
    """A long-running program that can be started, stopped and restarted."""

    def __init__(
        self,
        name: str,
        program: Sequence[str | Path],
        *,
        log: Path | None = None,
        identity: str = "same",
        directory: Path | None = None,
        last_signal: signal.Signals = signal.SIGKILL,
        stop_signal: signal.Signals = signal.SIGTERM,
        patience: float = 5,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.program = list(program)
        self.log = log
        self.identity = identity
        self.directory = directory
        self.last_signal = last_signal
        self.stop_signal = stop_signal
        self.patience = patience
        self.stdin = stdin
        self.environment = environment
        self.pass_fds = pass_fds
        self.process: subprocess.Popen[bytes] | None = None
        self.is_stopping = False

    def start(self) -> None:
        self.is_stopping = False
        output = self.log.open("wb") if self.log else None
        try:
            self.process = subprocess.Popen(
                command(
                    self.program,
                    identity=self.identity,
                    directory=self.directory,
                    last_signal=self.last_signal,
                ),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                env=self.environment,
                pass_fds=self.pass_fds,
                # Ctrl-C in the terminal must reach only this process, which stops its
                # children in order.
                start_new_session=True,
            )
        finally:
            if output:
                output.close()
        assert self.process.stdin
        try:
            self.process.stdin.write(self.stdin.encode())
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # it died at once; wait_until() reports that

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_until(self, ready: Callable[[], bool], *, within: float) -> None:
        """Return once ``ready()``. Raises ``LocalServiceError`` with the end of the log."""
        until = time.monotonic() + within
        while not ready():
            if not self.is_running():
                raise LocalServiceError(f"{self.name} did not start.\n{self.log_tail()}")
            if time.monotonic() > until:
                self.stop()
                raise LocalServiceError(
                    f"{self.name} was not ready after {within:.0f} seconds.\n{self.log_tail()}"
                )
            time.sleep(0.02)

    def log_tail(self) -> str:
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])

    def restart(self) -> None:
        self.start()

    def request_stop(self) -> None:
        """Send the signal once: a second one makes some programs stop without cleaning up."""
        if self.is_running() and not self.is_stopping:
            assert self.process
            self.is_stopping = True
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.request_stop()
            try:
                self.process.wait(self.patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.process = None
