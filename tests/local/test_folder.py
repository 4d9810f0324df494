"""One process holds a data folder; others join it; nothing outlives its holder."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from serviceshop.local import DataFolder, FolderInUseError, LocalServiceError
from tests.local.processes import CHECKOUT, hold, kill, using, wait_until, without_services

pytestmark = pytest.mark.slow
NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def new_folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A folder where services have run before."""
    folder = tmp_path_factory.mktemp("known") / "data"
    with DataFolder(folder, durable=False).hold():
        return folder


@pytest.fixture
def folder(known, tmp_path):
    """Where services have run before, and nobody has written: a copy is sooner there than a
    new cluster."""
    return shutil.copytree(known, tmp_path / "data", symlinks=True)


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=without_services() | environment,
        capture_output=True,
        text=True,
    )


def write(database, valkey):
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('promise')")
    redis.Redis.from_url(valkey).set("kept", "doorbell")


def read(database, valkey):
    with psycopg.connect(database) as connection:
        word = connection.execute("SELECT word FROM kept").fetchone()
    return word, redis.Redis.from_url(valkey).get("kept")


def test_killing_the_holder_ends_its_services_and_loses_nothing(folder):
    holder, *addresses = hold(folder)
    write(*addresses)
    assert len(using(folder)) > 2

    kill(holder)

    assert wait_until(lambda: not using(folder))
    with DataFolder(folder, durable=False).hold() as services:
        assert read(*services.values()) == (("promise",), b"doorbell")


def test_a_killed_server_whose_number_went_to_somebody_else_starts_again(folder):
    holder, *addresses = hold(folder)
    lock_file = folder / "postgres" / "data" / "postmaster.pid"
    left_over = lock_file.read_text().splitlines()
    write(*addresses)
    kill(holder)
    wait_until(lambda: not using(folder))
    innocent = subprocess.Popen(["/bin/sleep", "60"])
    lock_file.write_text("\n".join([str(innocent.pid), *left_over[1:]]) + "\n")

    try:
        with DataFolder(folder, durable=False).hold() as services:
            assert read(*services.values()) == (("promise",), b"doorbell")
        assert innocent.poll() is None
    finally:
        kill(innocent)


def test_a_server_that_outlived_its_holder_is_ended_before_the_next_one(folder, monkeypatch):
    with DataFolder(folder, durable=False).hold() as services:
        write(*services.values())
        lock_file = folder / "postgres" / "data" / "postmaster.pid"
        orphan = int(lock_file.read_text().splitlines()[0])
        again = DataFolder(folder, durable=False).postgres

        again.start()

        again.stop()
        assert not Path(f"/proc/{orphan}/cwd").exists()


def test_only_one_process_holds_a_folder(known):
    with DataFolder(known, durable=False).hold(), pytest.raises(FolderInUseError):
        DataFolder(known).hold().__enter__()


def test_another_process_joins_what_runs_in_the_folder(known):
    here = DataFolder(known, durable=False)
    with here.hold() as services, DataFolder(known).join_or_hold() as joined:
        assert joined == services


def test_a_command_waits_for_those_who_joined_it(known):
    joining = (
        "from serviceshop.local import DataFolder; import sys\n"
        "with DataFolder(sys.argv[1]).join_or_hold(): print('in', flush=True); sys.stdin.read()"
    )
    held = DataFolder(known, durable=False).join_or_hold()
    held.__enter__()
    process = subprocess.Popen(
        [sys.executable, "-c", joining, known],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdout.readline()
    leaving = subprocess.Popen(["/bin/sh", "-c", f"sleep 0.3; kill -9 {process.pid}"])
    held.__exit__(None, None, None)
    assert leaving.poll() is not None or process.poll() is not None
    process.wait()
    leaving.wait()


def test_what_a_killed_holder_wrote_down_is_not_believed(known):
    holder, *_ = hold(known)
    written = (known / "services.json").read_text()
    kill(holder)
    wait_until(lambda: not using(known))
    (known / "services.json").write_text(written)

    assert DataFolder(known)._running() is None


def test_secrets_are_for_their_owner_alone(new_folder):
    with DataFolder(new_folder, durable=False).hold():
        DataFolder(new_folder).secret_key()
        for path in (
            new_folder / "services.json",
            new_folder / "secret-key",
            new_folder / "postgres",
        ):
            assert path.stat().st_mode & 0o077 == 0


def test_a_secret_key_is_kept(new_folder):
    assert DataFolder(new_folder).secret_key() == DataFolder(new_folder).secret_key()


@pytest.mark.parametrize("place", ["a file", "a file/data", "/proc/data", "no access"])
def test_a_folder_that_cannot_be_written_is_refused_in_words(tmp_path, place, monkeypatch):
    (tmp_path / "a file").touch()
    folder = tmp_path / place
    if place == "no access":  # which root always has

        def refuse(path, *args, **kwargs):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))

        monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(LocalServiceError, match=r"can't be used.*--data-dir") as refused:
        DataFolder(folder).hold().__enter__()
    assert str(folder) in str(refused.value)


def test_a_deep_folder_is_no_hindrance(tmp_path):
    deep = tmp_path / ("a long name with spaces " * 4) / ("æøå" * 20)
    with DataFolder(deep, durable=False).hold() as services:
        write(*services.values())


@as_root
def test_an_ordinary_user_runs_the_services_too(new_folder):
    new_folder.mkdir()
    os.chown(new_folder, NOBODY, NOBODY)
    holder, *addresses = hold(new_folder, identity=f"user:{NOBODY}:{NOBODY}")
    assert Path(f"/proc/{holder.pid}").stat().st_uid == NOBODY
    write(*addresses)
    kill(holder)
    assert wait_until(lambda: not using(new_folder))


@as_root
@pytest.mark.parametrize("identity", [f"namespace:{NOBODY}", f"user:{NOBODY}:{NOBODY}"])
def test_root_runs_the_services_either_way_and_they_die_with_it(new_folder, identity, monkeypatch):
    new_folder.mkdir()
    new_folder.chmod(0o700)  # not loosened: the server gets in all the same
    (new_folder / "sitecustomize.py").write_text(
        f"import serviceshop.local.postgres as p; p._identity = lambda *_: {identity!r}"
    )
    holder, *addresses = hold(
        new_folder, env=os.environ | {"PYTHONPATH": f"{CHECKOUT}:{new_folder}"}
    )
    write(*addresses)
    owner = (new_folder / "postgres" / "data").stat().st_uid
    assert owner == (0 if identity.startswith("namespace") else NOBODY)
    assert new_folder.stat().st_mode & 0o777 == 0o700
    kill(holder)
    assert wait_until(lambda: not using(new_folder))
    with DataFolder(new_folder, durable=False).hold() as services:
        assert read(*services.values()) == (("promise",), b"doorbell")


def test_without_addresses_nothing_but_an_explicit_folder_starts():
    refused = run("migrate")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith("Set the environment variable ")
    assert "Traceback" not in refused.stderr


def test_every_command_takes_a_data_folder(known):
    by_option = run("showmigrations", "--data-dir", str(known), "booking")
    by_variable = run("showmigrations", "booking", SERVICESHOP_DATA_DIR=str(known))
    assert by_option.returncode == by_variable.returncode == 0
    assert by_option.stdout == by_variable.stdout
    assert not using(known)


def test_addresses_win_over_a_data_folder(new_folder):
    refused = run(
        "migrate",
        SERVICESHOP_DATA_DIR=str(new_folder),
        DATABASE_URL="postgresql://127.0.0.1:1/elsewhere",
        REDIS_URL="redis://127.0.0.1:1",
    )
    assert "127.0.0.1" in refused.stderr
    assert not (new_folder / "postgres").exists()
    shutil.rmtree(new_folder)
