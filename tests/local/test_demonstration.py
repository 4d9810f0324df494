"""``manage.py demo`` as whoever runs it meets it: whole processes, real signals."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from tests.local.processes import CHECKOUT, kill, using, wait_until, without_services

pytestmark = pytest.mark.slow


class Demonstration:
    """One run of ``manage.py demo`` on ``folder``; reads what it prints."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [
                *(sys.executable, "manage.py", "demo", "--data-dir", str(folder)),
                *(arguments or ("--port", "0")),
            ],
            cwd=CHECKOUT,
            env=without_services(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.printed: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        self.printed.extend(iter(self.process.stdout.readline, ""))

    @property
    def output(self) -> str:
        return "".join(list(self.printed))

    def wait_until_ready(self) -> "Demonstration":
        ready = re.compile(r"^Ready: (http://127\.0\.0\.1:(\d+)/)$", re.MULTILINE)
        assert wait_until(
            lambda: ready.search(self.output) or self.process.poll() is not None, within=180
        )
        found = ready.search(self.output)
        assert found, self.output
        self.address, self.port = found[1], int(found[2])
        return self

    def wait_for_end(self, within: float = 60) -> int:
        code = self.process.wait(within)
        self.reader.join(within)
        return code

    def get(self, path: str = "") -> int:
        try:
            with urllib.request.urlopen(self.address + path, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def child(self, word: str) -> int:
        """The process number of the direct child with ``word`` on its command line."""
        for pid in using(CHECKOUT):
            try:
                parent = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            except OSError:
                continue  # gone meanwhile
            if int(parent) == self.process.pid and any(word in part for part in words):
                return pid
        raise AssertionError(f"{word} does not run")

    @property
    def database(self) -> str:
        return json.loads((self.folder / "services.json").read_text())["DATABASE_URL"]


def processes_of(demonstration):
    """All of its processes: whoever inherited the mark that its environment carries."""
    mark = f"SERVICESHOP_DATA_DIR={demonstration.folder}".encode()
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.add(int(entry.name))
        except OSError:
            continue
    return found | using(demonstration.folder)


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def write(demonstration, word):
    with psycopg.connect(demonstration.database) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def words(demonstration):
    with psycopg.connect(demonstration.database) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM kept")]


@pytest.fixture(scope="module")
def demonstrate():
    """Starts demonstrations; none is left at the end."""
    started = []

    def start(*arguments):
        started.append(Demonstration(*arguments))
        return started[-1]

    yield start
    for demonstration in started:
        if demonstration.process.poll() is None:
            kill(demonstration.process)


@pytest.fixture(scope="module")
def stopped(demonstrate, tmp_path_factory):
    """One that was started in an empty folder, and asked to stop as soon as it was ready."""
    first = demonstrate(tmp_path_factory.mktemp("demo") / "data").wait_until_ready()
    first.all_processes = processes_of(first)
    first.process.send_signal(signal.SIGTERM)
    first.code = first.wait_for_end()
    return first


@pytest.fixture(scope="module")
def pair(demonstrate, stopped):
    """Two at once: one in the folder of the stopped one, one in a copy of it."""
    copy = stopped.folder.with_name("copy")
    shutil.copytree(stopped.folder, copy)
    shutil.copytree(stopped.folder, stopped.folder.with_name("spare"))
    before = time.monotonic()
    one = demonstrate(stopped.folder).wait_until_ready()
    one.ready_after = time.monotonic() - before
    return one, demonstrate(copy).wait_until_ready()


@pytest.fixture
def running(pair):
    return pair[0]


def test_asked_to_stop_it_leaves_nothing_behind(stopped):
    assert len(stopped.all_processes) > 8
    assert stopped.code == 0
    assert not processes_of(stopped)
    assert is_free(stopped.port)


def test_the_first_page_comes_soon(running, figure):
    """Ten seconds on a machine with nothing else to do; other tests run beside this one."""
    figure("Seconds until the demonstration's first page", round(running.ready_after, 1))
    assert running.get() == 200


def test_it_says_whom_to_log_in_as(running):
    for name in ("aksel", "berit", "dina", "emil", "frida"):
        assert f"{name}@demo.example" in running.output
    assert "Traceback" not in running.output


def test_its_mails_can_be_read(running):
    assert running.get("demo/mail/") == 200


def test_two_run_side_by_side(pair):
    one, other = pair
    assert one.port != other.port
    assert one.database != other.database
    assert one.get() == other.get() == 200


def test_a_second_one_in_the_same_folder_is_refused_in_words(running, demonstrate):
    second = demonstrate(running.folder)
    assert second.wait_for_end() == 1
    assert "is in use" in second.output
    assert "--data-dir DIR" in second.output
    assert "Traceback" not in second.output


def test_a_taken_port_is_said_in_words(running, demonstrate):
    spare = running.folder.with_name("spare")
    refused = demonstrate(spare, "--port", str(running.port))
    assert refused.wait_for_end() == 1
    assert f"Port {running.port} is taken" in refused.output
    assert "Traceback" not in refused.output
    assert not processes_of(refused)


def test_a_command_joins_it(running):
    command = subprocess.run(
        [sys.executable, "manage.py", "check_plans", "--data-dir", running.folder],
        cwd=CHECKOUT,
        env=without_services(),
        capture_output=True,
        text=True,
    )
    assert command.stdout.splitlines()[-1].startswith("visits ")
    assert running.get() == 200


def change_a_day(demonstration):
    """Raise a coming day's revision behind everybody's back; return what tells that its
    plan has followed, which only beat and the worker can bring about.
    """
    with psycopg.connect(demonstration.database) as connection:
        (day,) = connection.execute(
            "UPDATE departments_day SET revision = revision + 1 WHERE id = ("
            " SELECT day_id FROM workflow_dayplan JOIN departments_day d ON d.id = day_id"
            " WHERE d.date > current_date AND d.revision = workflow_dayplan.revision LIMIT 1)"
            " RETURNING id"
        ).fetchone()

    def has_followed():
        with psycopg.connect(demonstration.database) as connection:
            return connection.execute(
                "SELECT 1 FROM workflow_dayplan JOIN departments_day d ON d.id = day_id"
                " WHERE d.id = %s AND d.revision = workflow_dayplan.revision",
                [day],
            ).fetchone()

    return has_followed


def test_a_changed_day_gets_its_lists_within_seconds(running):
    assert wait_until(change_a_day(running))


def test_pages_answer_while_the_broker_hangs_and_lists_follow_when_it_goes_on(running, figure):
    broker = running.child("valkey-server")
    os.kill(broker, signal.SIGSTOP)
    try:
        before = time.monotonic()
        assert [running.get() for _ in range(4)] == [200] * 4
        took = round(time.monotonic() - before, 1)
        figure("Seconds for four pages while the broker hangs", took)
        assert took < 40  # four, and plenty for a busy machine
        has_followed = change_a_day(running)
        wait_until(has_followed, within=1)  # for nothing: its messages stay unread
    finally:
        os.kill(broker, signal.SIGCONT)
    assert wait_until(has_followed)


def test_lists_follow_after_the_broker_was_killed(running):
    os.kill(running.child("valkey-server"), signal.SIGKILL)
    assert wait_until(change_a_day(running))


def test_what_dies_is_started_again(running):
    write(running, "before the crash")
    queues = ["--queues=plans", "--queues=messages", "--queues=default"]
    parts = ["gunicorn", *queues, "beat", "valkey-server", "postgres"]
    before = {part: running.child(part) for part in parts}

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    for part in parts:
        assert wait_until(lambda part=part: is_another(running, part, before[part]))
    assert wait_until(lambda: running.get() == 200)
    assert "before the crash" in words(running)


def is_another(running, part, before):
    try:
        return running.child(part) != before
    except (AssertionError, OSError):
        return False


def test_killing_it_leaves_no_process_and_loses_nothing(pair, demonstrate):
    one, other = pair
    write(one, "promise")
    os.kill(other.child("valkey-server"), signal.SIGSTOP)

    kill(one.process)
    kill(other.process)

    assert wait_until(lambda: not processes_of(one) | processes_of(other))
    # A process that ends loses its command line a moment before its sockets.
    assert wait_until(lambda: is_free(one.port))
    again = demonstrate(one.folder, "--port", str(one.port)).wait_until_ready()
    assert "promise" in words(again)
