"""What stands in the log: enough to find a fault, and nothing about people.

An exception's text is not ours to choose. PostgreSQL adds the rows it refused, mail servers
the addresses, and Django the path, which in two places is a secret.
"""

import logging
import re

HIDDEN = [
    (re.compile(r"(/calendar-feed/|/password/reset/key/)[^\s'\"]+"), r"\1…"),
    (re.compile(r"^(\s*DETAIL:).*$", re.MULTILINE), r"\1 …"),
    (re.compile(r"[^\s'\"<>(,=]+@[^\s'\"<>),]+\.\w+"), "…@…"),
]


class DiscreetFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """All of it, the traceback too."""
        text = super().format(record)
        for secret, instead in HIDDEN:
            text = secret.sub(instead, text)
        return text
