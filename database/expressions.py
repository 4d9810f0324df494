"""SQL expressions that Django does not have: alphabetical order, ranges, arrays, epoch seconds."""

import datetime as dt
from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, CharField, DateTimeField, F, Func, TextField, Value
from django.db.models.functions import Coalesce, Concat, Lower, NullIf

from database import alphabet


class Translated(Func):
    """A column in small letters, with some letters replaced one by one."""

    function = "TRANSLATE"
    output_field = CharField()


class Replaced(Func):
    function = "REPLACE"
    output_field = CharField()


class Alphabetical(Translated):
    """Sort names in Norwegian order (… z, æ, ø, å): ``order_by(Alphabetical("family_name"))``.

    The database compares by code point, since the PostgreSQL wheel comes without ICU. With
    several columns, the first that is not empty counts: some people have one name.
    """

    def __init__(self, *names: str) -> None:
        found = [NullIf(F(name), Value("")) for name in names[:-1]]
        name = Coalesce(*found, F(names[-1])) if found else F(names[-1])
        one_letter = Replaced(Lower(name), Value("aa"), Value("å"))
        super().__init__(one_letter, Value(alphabet.LETTERS), Value(alphabet.ORDERED))


class Folded(Replaced):
    """The columns as one text, for a search that ignores accents: see ``alphabet.folded``."""

    def __init__(self, *columns: str) -> None:
        words = [part for column in columns for part in (F(column), Value(" "))]
        text: Func = Translated(
            Lower(Concat(*words)), Value(alphabet.LETTERS), Value(alphabet.FOLDED)
        )
        *pairs, (last, letter) = alphabet.SAME_PAIRS
        for pair, plain in pairs:
            text = Replaced(text, Value(pair), Value(plain))
        super().__init__(text, Value(last), Value(letter))


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


class TextArray(Func):
    """Columns of any type as one array of texts."""

    template = "ARRAY[%(expressions)s]::text[]"
    arg_joiner = "::text, "
    output_field: "ArrayField[Sequence[str], list[str]]" = ArrayField(TextField())


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
