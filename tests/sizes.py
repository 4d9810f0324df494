"""How much a random or exhaustive test does: all with ``IN_FULL=1``, as .ci/run, else a part.

Each day another part, and all within a few days. ``LOOK_SEED`` is the day's number.
"""

import os
from zlib import crc32

SEED = int(os.environ.get("LOOK_SEED", "0"))  # commands that are no tests set none
IN_FULL = "IN_FULL" in os.environ


def size(plain, *, in_full):
    return in_full if IN_FULL else plain


def is_todays(name, *, one_of):
    """Whether the name is in today's part. Each test has another one."""
    test = os.environ["PYTEST_CURRENT_TEST"].partition(" ")[0]
    return (crc32(f"{test} {name}".encode()) + SEED) % one_of == 0


def part(rows, *, one_of=3):
    """One in ``one_of`` of the rows by their keys; all with ``IN_FULL``."""
    return {name: row for name, row in rows.items() if IN_FULL or is_todays(name, one_of=one_of)}
