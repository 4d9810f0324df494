"""Sorting names as Norwegians do: … x, y, z, æ, ø, å.

The database compares by code point, because the PostgreSQL that comes as a wheel knows
no other order; there Å stands before Æ.
"""

from django.db.models import BigIntegerField, CharField, F, Func, Value
from django.db.models.functions import Lower


class Alphabetical(Func):
    """Order by this instead of the name itself: ``order_by(Alphabetical("family_name"))``."""

    function = "TRANSLATE"
    output_field = CharField()

    def __init__(self, name: str) -> None:
        # { | } follow z in ASCII; Swedish letters stand where Norwegian lists put them.
        super().__init__(Lower(F(name)), Value("æäøöå"), Value("{{||}"))


class DateRange(Func):
    """A half-open range of two date columns."""

    function = "DATERANGE"


class EpochSeconds(Func):
    """A timestamp as whole seconds: reading integers costs a fraction of datetimes."""

    template = "date_part('epoch', %(expressions)s)::bigint"
    output_field = BigIntegerField()


class TsTzRange(Func):
    """A half-open period [start, end) of two timestamp columns."""

    function = "TSTZRANGE"
