"""A mail server that is quick, slow or away, as a fault run chooses while it runs.

``FAULT_MAIL`` names a folder with two files: ``behaviour``, and ``sent``, which lists the
Message-ID of each mail that was handed over.
"""

import os
import time
from pathlib import Path
from smtplib import SMTPServerDisconnected

from django.core.mail.backends.console import EmailBackend as ConsoleBackend

from tests import slow_mail

VARIABLE = "FAULT_MAIL"
QUICK, SLOW, AWAY = "quick", "slow", "away"


class EmailBackend(ConsoleBackend):
    def send_messages(self, messages):
        folder = Path(os.environ[VARIABLE])
        behaviour = (folder / "behaviour").read_text()
        if behaviour == AWAY:
            raise SMTPServerDisconnected
        with (folder / "sent").open("a") as sent:
            for message in messages:
                sent.write(f"{message.extra_headers.get('Message-ID', 'of a log-in page')}\n")
        if behaviour == SLOW:  # the mail is taken, and the answer takes its time
            time.sleep(slow_mail.SECONDS * len(messages))
        return super().send_messages(messages)


class Mailbox:
    """The folder, as the fault run sees it."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        (folder / "sent").touch()
        self.behave(QUICK)

    @property
    def environment(self):
        return {
            VARIABLE: str(self.folder),
            "EMAIL_BACKEND": f"{EmailBackend.__module__}.{EmailBackend.__qualname__}",
            # Nothing is postponed: the run sees what is sent within seconds.
            "QUIET_FROM": "0",
            "QUIET_UNTIL": "0",
            "EMAILS_A_DAY": "1000",
        }

    def behave(self, behaviour):
        new = self.folder / "new"
        new.write_text(behaviour)
        new.replace(self.folder / "behaviour")

    def sent(self):
        """How often each message was handed over, by its key."""
        lines = (self.folder / "sent").read_text().splitlines()
        return [line.strip("<>").partition("@")[0] for line in lines if line.startswith("<")]
