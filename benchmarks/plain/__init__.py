"""The plain version of each piece of speed machinery: the ORM, a plain template, no cache.

``benchmarks.pieces`` lists the pieces. A benchmark puts one plain version in place of its
piece when a web server starts (``--without``), and a test compares what both return.
Production code knows nothing of this package.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

OURS = ("database", "accounts", "departments", "booking", "workflow", "serviceshop")


@dataclass(frozen=True)
class Swap:
    """Set an attribute of a module or class, or an entry of a dictionary."""

    owner: Any
    name: str
    value: object

    @property
    def before(self) -> object:
        """What is there now; ``_INHERITED`` when a class has it from another."""
        if isinstance(self.owner, dict):
            return self.owner[self.name]
        if isinstance(self.owner, type) and self.name not in vars(self.owner):
            return _INHERITED
        if isinstance(self.owner, type):
            return vars(self.owner)[self.name]
        return getattr(self.owner, self.name)

    def make(self) -> None:
        self.put(self.value)

    def put(self, value: object) -> None:
        if isinstance(self.owner, dict):
            self.owner[self.name] = value
        elif value is _INHERITED:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, value)


_INHERITED = object()


def everywhere(old: object, new: object) -> list[Swap]:
    """``new`` in place of a function, in its module and in each that has imported it."""
    return [
        Swap(module, name, new)
        for module in list(sys.modules.values())
        if module.__name__.split(".")[0] in OURS
        for name, value in list(vars(module).items())
        if value is old
    ]


def swaps_of(plain: str) -> Sequence[Swap]:
    """``plain`` names a function in this package and what it is called with, if anything:
    "module.function" or "module.function:argument"."""
    name, _, argument = plain.partition(":")
    module, function = name.split(".")
    call = getattr(import_module(f"{__name__}.{module}"), function)
    found: Sequence[Swap] = call(argument) if argument else call()
    return found


@contextmanager
def in_place(plain: str) -> Iterator[None]:
    """Have the plain version in place, and the piece again afterwards."""
    swaps = [(swap, swap.before) for swap in swaps_of(plain)]
    for swap, _ in swaps:
        swap.make()
    try:
        yield
    finally:
        for swap, before in reversed(swaps):
            swap.put(before)
