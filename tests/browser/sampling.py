"""Which pages a test looks at: all with EVERY_LOOK=1, as .ci/run does, and otherwise a part.

Each day another part, and all within a few days. ``LOOK_SEED`` is the day's number; the run
prints it at the end, and to set it repeats that day's choice.
"""

import os

from tests.sizes import is_todays

EVERY_LOOK = "EVERY_LOOK" in os.environ


def sample(pages, *, one_of=3):
    """One in ``one_of`` of the pages by their names (a test of its own, another part), at
    least one."""
    chosen = {name: path for name, path in pages.items() if is_chosen(name, one_of=one_of)}
    return chosen or dict([*pages.items()][:1])


def is_chosen(name, *, one_of=3):
    return EVERY_LOOK or is_todays(name, one_of=one_of)
