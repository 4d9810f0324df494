"""A mail server that takes its time."""

import time

from django.core.mail.backends.dummy import EmailBackend as DummyBackend

SECONDS = 0.5


class EmailBackend(DummyBackend):
    def send_messages(self, messages):
        time.sleep(SECONDS * len(messages))
        return super().send_messages(messages)
