"""Mail of the log-in pages, sent after the answer has gone out.

An answer must take as long for an address that nobody has as for one that gets a mail, and
nobody waits for a slow mail server. A mail that is lost (a server that is down, a process that
ends) is requested again by its reader.
"""

import logging
from concurrent.futures import ThreadPoolExecutor

from django.core.mail import EmailMessage

log = logging.getLogger(__name__)

_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")  # threads start when needed


def send_soon(mail: EmailMessage) -> None:
    _pool.submit(send, mail)


def send(mail: EmailMessage) -> None:
    try:
        mail.send()
    except Exception as error:  # its text may carry the address
        log.warning("A mail about log-in was not sent: %s", type(error).__name__)
