"""How gunicorn serves the pages, in the demonstration as in production."""

import gc
import signal
from typing import Any

from serviceshop import env
from serviceshop.local.child import die_with

worker_class = "gthread"
workers = env.number("WEB_WORKERS", 2)
threads = env.number("WEB_THREADS", 8)
raw_env = ["SERVICESHOP_WEB_SERVER=1"]  # people wait: statements have less time
preload_app = True  # one import of everything; workers share its memory
keepalive = 75  # longer than the proxy in front keeps its end open
graceful_timeout = 10
loglevel = "warning"
control_socket_disable = True  # one file for all servers of a user


def when_ready(server: Any) -> None:
    """Before any worker: what has been imported stays for good, so no collection looks
    through it again. That took a tenth of a second in the middle of a page."""
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    die_with(server.pid, signal.SIGKILL)
