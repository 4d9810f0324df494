"""A TCP proxy in front of a server that can be frozen, cut and restored."""

import contextlib
import socket
import threading
from enum import Enum


class State(Enum):
    OPEN = "open"
    FROZEN = "frozen"  # takes connections and bytes, and passes nothing on
    CUT = "cut"  # closes what is open and refuses what is new


class Proxy:
    """``url`` style: give ``port`` to the client instead of the server's own.

    ``drop_answers_to`` closes a connection instead of passing on the answer to the first
    request that holds these bytes: the server has done the work, and the client never knows.
    """

    def __init__(self, host, port):
        self.target = (host, port)
        self.state = State.OPEN
        self.thawed = threading.Event()
        self.thawed.set()
        self.drop_answers_to = None
        self.sockets = set()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self):
        self.state = State.FROZEN
        self.thawed.clear()

    def cut(self):
        self.state = State.CUT
        self.thawed.set()
        for one in list(self.sockets):
            self._close(one)

    def restore(self):
        self.state = State.OPEN
        self.thawed.set()

    def close(self):
        self.cut()
        self.listening.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                if self.state is State.CUT:
                    client.close()
                    continue
                try:
                    server = socket.create_connection(self.target)
                except OSError:  # the server itself is down
                    client.close()
                    continue
                self.sockets |= {client, server}
                answers_dropped = threading.Event()
                for source, sink, is_request in ((client, server, True), (server, client, False)):
                    threading.Thread(
                        target=self._pass_on,
                        args=(source, sink, is_request, answers_dropped),
                        daemon=True,
                    ).start()

    def _pass_on(self, source, sink, is_request, answers_dropped):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.thawed.wait()
                if is_request and self.drop_answers_to and self.drop_answers_to in data:
                    self.drop_answers_to = None
                    answers_dropped.set()
                if not is_request and answers_dropped.is_set():
                    break
                sink.sendall(data)
        self._close(source)
        self._close(sink)

    def _close(self, one):
        self.sockets.discard(one)
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
