"""How much a random or exhaustive test does: all with ``IN_FULL=1``, as .ci/run, else a part."""

import os


def size(plain, *, in_full):
    return in_full if "IN_FULL" in os.environ else plain
