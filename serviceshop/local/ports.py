import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens on now; whoever takes it must be ready to ask again."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
