"""What a change would do, before it is done."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
Result = TypeVar("Result")


def preview(verb: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Do it for real, keep the answer and roll back: exact by construction.

    The locks it takes are held as long as the verb's own would be.
    """
    with transaction.atomic():
        result = verb(*args, **kwargs)
        transaction.set_rollback(True)
    return result
