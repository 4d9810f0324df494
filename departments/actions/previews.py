"""Show what a change would do, without saving it."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import transaction

from database.transactions import one_transaction

P = ParamSpec("P")
Result = TypeVar("Result")


def preview(action: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Run ``action``, roll it back and return its result.

    It takes the same locks as the action itself, for as long. Raises ``Busy`` and whatever the
    action raises.
    """
    with one_transaction():
        result = action(*args, **kwargs)
        transaction.set_rollback(True)
    return result
