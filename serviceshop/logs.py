"""Log formatter that removes personal data and secrets.

The texts of exceptions may contain them: PostgreSQL adds rejected rows, mail servers add
addresses, and Django adds paths, three of which contain a secret.
"""

import logging
import re

HIDDEN = [
    (re.compile(r"(/calendar-feed/|/password/reset/key/|/invitation/)[^\s'\"]+"), r"\1…"),
    (re.compile(r"^(\s*DETAIL:).*$", re.MULTILINE), r"\1 …"),
    (re.compile(r"[^\s'\"<>(,=]+@[^\s'\"<>),]+\.\w+"), "…@…"),
]


class DiscreetFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Format the record, and clean the whole text with its traceback."""
        text = super().format(record)
        for secret, replacement in HIDDEN:
            text = secret.sub(replacement, text)
        return text
