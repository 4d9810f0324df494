"""SQL expressions that Django does not have: alphabetical order, ranges, arrays, epoch seconds."""

import datetime as dt
from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, CharField, DateTimeField, F, Func, Value
from django.db.models.functions import Lower


class Alphabetical(Func):
    """Sort names in Norwegian order (… z, æ, ø, å): ``order_by(Alphabetical("family_name"))``.

    The database compares by code point, since the PostgreSQL wheel comes without ICU. Code
    points sort Å before Æ.
    """

    function = "TRANSLATE"
    output_field = CharField()

    def __init__(self, name: str) -> None:
        # { | } follow z in ASCII. Swedish letters sort as Norwegian lists sort them.
        super().__init__(Lower(F(name)), Value("æäøöå"), Value("{{||}"))


class DateRange(Func):
    """A half-open range [start, end) of two date columns."""

    function = "DATERANGE"


class EpochSeconds(Func):
    """A timestamp as whole seconds. Integers are much cheaper to read than datetimes."""

    template = "date_part('epoch', %(expressions)s)::bigint"
    output_field = BigIntegerField()


class TsTzRange(Func):
    """A half-open range [start, end) of two timestamp columns."""

    function = "TSTZRANGE"


class TimestampArray(Func):
    """An array of timestamp columns."""

    function = "ARRAY"
    template = "%(function)s[%(expressions)s]"
    output_field: "ArrayField[Sequence[dt.datetime], list[dt.datetime]]" = ArrayField(
        DateTimeField()
    )


class FirstItem(Func):
    """The first item of a column with an array of timestamps; NULL when it is empty."""

    template = "(%(expressions)s)[1]"
    output_field = DateTimeField()


class LastItem(Func):
    """The last item of a column with an array of timestamps; NULL when it is empty."""

    template = "(%(expressions)s)[cardinality(%(expressions)s)]"
    output_field = DateTimeField()
