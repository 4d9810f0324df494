"""For data migrations: phone numbers that were written as text become E.164."""

import sys
from typing import Any

from django.db.models import QuerySet

from accounts.phones import normalized


def write_e164(rows: QuerySet[Any], *columns: str) -> None:
    """Text that is not clearly one number stays as it is. How much does is written to stderr,
    without the text."""
    for column in columns:
        kept = 0
        for pk, text in rows.exclude(**{column: ""}).values_list("pk", column).iterator():
            number = normalized(text)
            kept += not number.startswith("+")
            if number != text:
                rows.filter(pk=pk).update(**{column: number})
        if kept:
            table = rows.model._meta.db_table
            sys.stderr.write(f" {table}.{column}: {kept} kept as text, which get no messages.")
