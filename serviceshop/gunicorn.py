"""gunicorn's configuration, for the demonstration and production."""

import gc
import signal
from typing import Any

from serviceshop import env
from serviceshop.local.child import die_with

worker_class = "gthread"
workers = env.number("WEB_WORKERS", 2, 1, 256)
threads = env.number("WEB_THREADS", 8, 1, 256)
raw_env = ["SERVICESHOP_WEB_SERVER=1"]  # users wait, so statements have less time
preload_app = True  # everything is imported once; workers share the memory
keepalive = 75  # longer than the keep-alive of the proxy
graceful_timeout = 10
loglevel = "warning"
control_socket_disable = True  # all servers of a user would share one file


def when_ready(server: Any) -> None:
    """Log what the checks of the installation find; exclude imported objects from garbage
    collection, which took 0.1 s each time."""
    from serviceshop import checks

    for message in checks.found():
        server.log.warning(message)
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    die_with(server.pid, signal.SIGKILL)
