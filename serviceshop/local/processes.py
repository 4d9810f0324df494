"""Child processes that never outlive this one."""

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
    """The command line that runs ``program`` as a child dying with this process.

    Start it from a thread that lives as long as the child should: the kernel
    counts the thread, not the process, as the parent.
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
    """A long-running program: started, watched, stopped, started again."""

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
        self.asked_to_stop = False

    def start(self) -> None:
        self.asked_to_stop = False
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
                # A Ctrl-C in the terminal is for this process alone, which
                # stops its children in their order.
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
            pass  # died at once; whoever waits for it says so

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_until(self, ready: Callable[[], bool], *, within: float) -> None:
        """Return once ``ready()``; raise with the end of the log if that never happens."""
        until = time.monotonic() + within
        while not ready():
            if not self.is_running():
                raise LocalServiceError(f"{self.name} did not start.\n{self.last_words()}")
            if time.monotonic() > until:
                self.stop()
                raise LocalServiceError(
                    f"{self.name} was not ready after {within:.0f} seconds.\n{self.last_words()}"
                )
            time.sleep(0.02)

    def last_words(self) -> str:
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])

    def restart(self) -> None:
        self.start()

    def ask_to_stop(self) -> None:
        """Once only: a second signal makes some programs hurry more than is good."""
        if self.is_running() and not self.asked_to_stop:
            assert self.process
            self.asked_to_stop = True
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.ask_to_stop()
            try:
                self.process.wait(self.patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.process = None
