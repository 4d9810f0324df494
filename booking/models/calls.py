"""What came of a call to somebody whose essential help is not booked."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

NOTE_CALL = "note_call"  # the verb in the history of changes


class Outcome(TextChoices):
    NO_ANSWER = "no_answer", _("Did not answer")
    WILL_THINK = "will_think", _("Will think about it")
    WILL_BOOK = "will_book", _("Books it later")
    NOT_NOW = "not_now", _("Not this time")
