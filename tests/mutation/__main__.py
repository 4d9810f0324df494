"""Make mutants of booking's rules, run each against its module's own tests, print survivors.

``python -m tests.mutation`` takes a seeded sample of each area. Results are added to
``.data/mutation/results.jsonl``: a run that was broken off goes on where it was. A survivor
of an earlier run is tried again, a killed mutant only with ``--fresh``.

Exits with 1 when a mutant survives that ``explained.json`` does not explain, or when an
explanation there fits no mutant or one that is killed.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg

from serviceshop.local import DataFolder
from tests.mutation.areas import AREAS
from tests.mutation.mutants import Mutant, mutants_of, sample

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".data" / "mutation"
EXPLAINED = Path(__file__).with_name("explained.json")
MIGRATIONS = [file.read_bytes() for file in sorted(ROOT.glob("*/migrations/*.py"))]
TEMPLATE = f"mutation_{hashlib.sha256(b''.join(MIGRATIONS)).hexdigest()[:12]}"
ENVIRONMENT = {
    "SECRET_KEY": "for tests only, and as long as a key has to be for the settings",
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "HTTPS": "0",
    "STATIC_HASHED": "0",
    "PYTHONHASHSEED": "0",
}
FEW = 12  # mutants for which it takes less time to run all tests than to measure lines
COLD = 300  # seconds for one mutant in a process of its own, beside ten times its tests


class Runner:
    """Runs jobs of the plugin; each worker has a database and a Valkey database."""

    def __init__(self, services: dict[str, str], workers: int) -> None:
        self.services = services
        self.workers = workers
        self.server = services["DATABASE_URL"]

    def environment(self, worker: int) -> dict[str, str]:
        base, _, _ = self.server.rpartition("/")
        redis, _, _ = self.services["REDIS_URL"].rpartition("/")
        return (
            os.environ
            | ENVIRONMENT
            | {
                "DATABASE_URL": f"{base}/mutation_{worker}",
                "REDIS_URL": f"{redis}/{worker}",
            }
        )

    def make_template(self) -> None:
        """A migrated database; one that is there already is used again."""
        with psycopg.connect(self.server, autocommit=True) as server:
            names = server.execute("SELECT datname FROM pg_database").fetchall()
            if (TEMPLATE,) in names:
                return
            server.execute('DROP DATABASE IF EXISTS "mutation_unfinished"')
            server.execute('CREATE DATABASE "mutation_unfinished"')
            base, _, _ = self.server.rpartition("/")
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                cwd=ROOT,
                env=self.environment(0) | {"DATABASE_URL": f"{base}/mutation_unfinished"},
                check=True,
            )
            server.execute(f'ALTER DATABASE "mutation_unfinished" RENAME TO "{TEMPLATE}"')

    def new_database(self, worker: int) -> None:
        name = f"mutation_{worker}"
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')

    def pytest(self, name: str, worker: int, job: dict, files: list[str], limit=None) -> int:
        """The exit code; -1 when it did not end in time."""
        order = FOLDER / f"{name}-{worker}.job"
        order.write_text(
            json.dumps(
                {
                    **job,
                    "server": self.server,
                    "database": f"mutation_{worker}",
                    "template": TEMPLATE,
                }
            )
        )
        command = [
            sys.executable, "-m", "pytest", "-n", "0", "-q", "-s", "-p", "no:cacheprovider",
            "-p", "tests.mutation.plugin", *files,
        ]  # fmt: skip
        with (FOLDER / f"{name}-{worker}.log").open("w") as log:
            try:
                return subprocess.run(
                    command,
                    cwd=ROOT,
                    env=self.environment(worker) | {"MUTATION_JOB": str(order)},
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    timeout=limit,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                return -1

    # -- One area ---------------------------------------------------------------------

    def lines_of(self, area: str) -> Path:
        """Which test executes which lines, measured once for each state of the sources."""
        modules = AREAS[area]
        files = files_of(modules)
        found = hashlib.sha256(repr(modules).encode())
        for file in [*modules, *files]:
            found.update((ROOT / file).read_bytes())
        answer = FOLDER / f"{area}-{found.hexdigest()[:12]}.lines"
        if not answer.exists():
            self.new_database(0)
            job = {"kind": "baseline", "modules": modules, "answer": str(answer)}
            self.pytest(f"{area}-lines", 0, job, files)
            if not answer.exists():
                log = (FOLDER / f"{area}-lines-0.log").read_text()
                sys.exit(f"The tests of {area} do not pass as the code is.\n{log[-3000:]}")
        return answer

    def warm(self, area: str, mutants: list[Mutant], lines: Path, answer: Path) -> None:
        def work(worker: int) -> int:
            job = {
                "kind": "warm",
                "modules": AREAS[area],
                "lines": str(lines),
                "answer": str(answer),
                "mutants": [
                    {
                        "id": mutant.id,
                        "module": mutant.module,
                        "scope": mutant.scope,
                        "line": mutant.line,
                        "last_line": mutant.last_line,
                        "source": mutant.source,
                    }
                    for mutant in mutants[worker :: self.workers]
                ],
            }
            return self.pytest(f"{area}-warm", worker, job, files_of(AREAS[area]))

        with ThreadPoolExecutor(self.workers) as pool:
            for worker, code in enumerate(pool.map(work, range(self.workers))):
                if code:
                    log = (FOLDER / f"{area}-warm-{worker}.log").read_text()
                    sys.exit(f"pytest ended with {code}\n{log[-3000:]}")

    def check_originals(self, area: str, mutants: list[Mutant]) -> None:
        """The tests that run in a process of their own must pass as the code is."""
        checked = []
        for mutant in mutants:
            if (files := AREAS[area][mutant.module]) not in checked:
                checked.append(files)
                source = (ROOT / mutant.module).read_text()
                if killer := self.killer_in_cold(area, replace(mutant, source=source), 0):
                    sys.exit(f"The tests of {mutant.module} do not pass as it is: {killer}")

    def cold(self, area: str, mutants: list[Mutant], results: "Results") -> None:
        def work(worker: int) -> None:
            for mutant in mutants[worker :: self.workers]:
                begun = time.monotonic()
                killer = self.killer_in_cold(area, mutant, worker)
                results.add(mutant, killer, time.monotonic() - begun)

        with ThreadPoolExecutor(self.workers) as pool:
            list(pool.map(work, range(self.workers)))

    def killer_in_cold(self, area: str, mutant: Mutant, worker: int) -> str | None:
        measured = sorted(FOLDER.glob(f"{area}-*.lines"), key=lambda file: file.stat().st_mtime)
        answer = FOLDER / f"{area}-cold-{worker}.answer"
        answer.unlink(missing_ok=True)
        self.new_database(worker)
        files = AREAS[area][mutant.module]
        job = {
            "kind": "cold",
            "modules": {mutant.module: files},
            "module": mutant.module,
            "source": mutant.source,
            "lines": str(measured[-1]) if measured else None,
            "answer": str(answer),
        }
        code = self.pytest(f"{area}-cold", worker, job, files, limit=COLD)
        if code < 0:
            return "ran out of time" if code == -1 else "died"
        if answer.exists():
            return json.loads(answer.read_text())
        return "could not be imported"


class Results:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.killers: dict[str, str | None] = {}
        self.read()

    def read(self) -> None:
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                row = json.loads(line)
                self.killers[row["id"]] = row["killer"]

    def add(self, mutant: Mutant, killer: str | None, seconds: float) -> None:
        row = {"id": mutant.id, "killer": killer, "seconds": round(seconds, 2), "cold": True}
        with self.path.open("a") as file:
            print(json.dumps(row), file=file)
        self.killers[mutant.id] = killer


def files_of(modules: dict[str, list[str]]) -> list[str]:
    files = dict.fromkeys(file for files in modules.values() for file in files)
    return [file for file in files if (ROOT / file).exists()]


def is_warm(mutant: Mutant) -> bool:
    """Whether the change can be put into a module that is imported already."""
    if mutant.is_nested:
        return False
    return bool(mutant.scope) or mutant.is_sql


def explanations() -> dict[tuple[str, ...], str]:
    rows = json.loads(EXPLAINED.read_text())
    return {
        (row["module"], row["scope"], row["before"], row["after"]): row["reason"] for row in rows
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=64, help="mutants of each area")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--area", action="append", choices=AREAS, help="only this one")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--confirm",
        action="store_true",
        help="try survivors with all tests of the module, in a process of their own",
    )
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    arguments = parser.parse_args()
    areas = arguments.area or list(AREAS)
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "results.jsonl"
    if arguments.fresh:
        path.unlink(missing_ok=True)
    results = Results(path)
    known = explanations()
    everything = {
        area: {
            mutant.name: mutant
            for module in AREAS[area]
            for mutant in mutants_of(module, (ROOT / module).read_text())
        }
        for area in areas
    }
    chosen = {
        area: sample(list(mutants.values()), arguments.sample, arguments.seed)
        for area, mutants in everything.items()
    }
    with DataFolder(FOLDER / "services", durable=False).hold() as services:
        runner = Runner(services, arguments.workers)
        runner.make_template()
        for area in areas:
            begun = time.monotonic()
            waiting = [m for m in chosen[area] if results.killers.get(m.id) is None]
            warm = [mutant for mutant in waiting if is_warm(mutant)]
            if len(warm) > FEW:
                runner.warm(area, warm, runner.lines_of(area), path)
                results.read()
            else:
                warm = []
            again = [
                mutant
                for mutant in waiting
                if mutant not in warm or (arguments.confirm and results.killers[mutant.id] is None)
            ]
            runner.check_originals(area, again)
            runner.cold(area, again, results)
            seconds = time.monotonic() - begun
            print(f"{area}: {len(waiting)} mutants run in {seconds:.0f} s", flush=True)
    return report(areas, chosen, everything, results, known)


def report(areas, chosen, everything, results: Results, known) -> int:
    table: dict[str, Counter[str]] = {}
    survivors, faults = [], []
    for area in areas:
        for mutant in chosen[area]:
            killer = results.killers[mutant.id]
            row = table.setdefault(mutant.module, Counter())
            row["mutants"] += 1
            if killer is None:
                row["explained" if mutant.name in known else "unexplained"] += 1
                if mutant.name not in known:
                    survivors.append(mutant)
            else:
                row["killed"] += 1
                if mutant.name in known:
                    faults.append(f"explained, but killed by {killer}: {mutant.name}")
    names = {name for area in areas for name in everything[area]}
    modules = {module for area in areas for module in AREAS[area]}
    faults += [f"explained, but no mutant: {name}" for name in known
               if name[0] in modules and name not in names]  # fmt: skip
    columns = ("mutants", "killed", "explained", "unexplained")
    print(f"\n{'module':36}" + "".join(f"{column:>12}" for column in columns))
    for module in [*sorted(table), "all"]:
        row = table.get(module) or sum(table.values(), Counter())
        print(f"{module:36}" + "".join(f"{row[column]:12}" for column in columns))
    for mutant in survivors:
        print(f"\n{mutant.module}:{mutant.line} {mutant.scope}")
        print(f"- {mutant.before}\n+ {mutant.after}")
    for fault in faults:
        print(fault)
    return 1 if survivors or faults else 0


if __name__ == "__main__":
    sys.exit(main())
