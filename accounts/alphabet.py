"""Sorting names as Norwegians do: … x, y, z, æ, ø, å.

The database compares by code point, because the PostgreSQL that comes as a wheel knows
no other order; there Å stands before Æ.
"""

from django.db.models import CharField, F, Func, Value
from django.db.models.functions import Lower


class Alphabetical(Func):
    """Order by this instead of the name itself: ``order_by(Alphabetical("family_name"))``."""

    function = "TRANSLATE"
    output_field = CharField()

    def __init__(self, name: str) -> None:
        # { | } follow z in ASCII; Swedish letters stand where Norwegian lists put them.
        super().__init__(Lower(F(name)), Value("æäøöå"), Value("{{||}"))
